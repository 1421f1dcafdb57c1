"""What is wrong is said once, plainly, with the exit code that the contract names."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmground.errors import FirmgroundError
from firmground.interfaces.cli import check, scan
from firmground.interfaces.cli.mistakes import NotADate, WrongUse
from firmground.interfaces.cli.screen import say_errors
from interfaces.cli.conftest import call

Firmground = Callable[..., Any]
PROGRAM = [sys.executable, "-c", "import sys; from firmground.interfaces.cli import run; sys.exit(run())"]


@pytest.mark.parametrize(
    ("words", "id", "says"),
    [
        (["scna"], "FG-C001", "Did you mean 'scan'"),
        (["scan"], "FG-C001", "--data"),
        (["scan", "--data", "x", "--pak", "cn"], "FG-C001", "--pack"),
        (["scan", "--data", "x"], "FG-C001", "A scan needs --pack and --as-of"),
        (["import", "--data", "x"], "FG-C001", "An import needs FILE and --as TABLE"),
        (["import", "a.csv", "--data", "x", "--retry"], "FG-C001", "FILE was given too"),
        (["demo", "--households", "many"], "FG-C001", "--households"),
        (["check", "graduate"], "FG-P008", "Did you mean `graduation`?"),
        (["explain", "H1", "--data", "x", "--pack", "cn", "--as-of", "2022-02-30"], "FG-C002", "2022-02-30"),
        (["explain", "H1", "--data", "x", "--pack", "cn", "--as-of", "20220201"], "FG-C002", "20220201"),
        (["sql", "cn", "--backend", "sparc"], "FG-S011", "Did you mean `spark`?"),
        (["import", "nowhere.csv", "--as", "income", "--data", "x"], "FG-C006", "no file `nowhere.csv`"),
    ],
)
def test_wrong_use_ends_with_2_and_one_line(firmground: Firmground, words: list[str], id: str, says: str) -> None:
    answer = firmground(*words)

    assert answer.code == 2
    assert answer.out == ""
    assert id in answer.err
    assert says in answer.err
    assert "Traceback" not in answer.err


def test_without_a_verb_the_help_is_shown(firmground: Firmground) -> None:
    answer = firmground()

    assert answer.code == 2
    assert "import" in answer.out
    assert answer.err == ""


@pytest.mark.parametrize(
    ("words", "id", "says"),
    [
        (["--pack", "cn", "--as-of", "2022-06-01", "--out", "w.xsl"], "FG-S060", "Did you mean `w.xlsx`?"),
        (["--pack", "cn", "--as-of", "2022-06-01", "--out", "no/w.csv"], "FG-S061", "mkdir -p no"),
        (["--pack", "cn", "--as-of", "2022-06-01", "--set", "param.monitoring_line=much"], "FG-C004", "=much"),
        (
            ["--pack", "cn", "--as-of", "2022-06-01", "--set", "monitoring_line"],
            "FG-C004",
            "param.monitoring_line=7000",
        ),
        (["--pack", "cn", "--as-of", "2022-06-01", "--set", "param.monitoring_lime=1"], "FG-P", "monitoring_line"),
        (["--pack", "cn", "--as-of", "2022-06-01", "--known-at", "yesterday"], "FG-C003", "yesterday"),
        (["--pack", "cn", "--as-of", "2022-06-01", "--since", "cn-2"], "FG-S020", "cn-2"),
        (["--pack", "cn", "--as-of", "2022-06-01", "--lang", "fr"], "FG-C005", "en, zh"),
        (["--repeat", "cn-2"], "FG-S020", "cn-2"),
    ],
)
def test_a_scan_that_cannot_be_meant_makes_no_run(
    firmground: Firmground, lake: Path, words: list[str], id: str, says: str
) -> None:
    answer = firmground("scan", "--data", lake, *words)

    assert (answer.code, answer.out) == (2, "")
    assert id in answer.err
    assert says in answer.err
    assert firmground("runs", "--data", lake, "--json").json == []


def test_a_date_before_all_data_is_unsound_not_silent(firmground: Firmground, lake: Path) -> None:
    answer = firmground("scan", "--data", lake, "--pack", "cn", "--as-of", "2021-02-01")

    assert answer.code == 3
    assert "FG-S030" in answer.err


def test_an_unsound_pack_shows_all_its_mistakes_whatever_the_verb(firmground: Firmground, broken_pack: Path) -> None:
    checked = firmground("check", broken_pack)
    asked = firmground("sql", broken_pack)

    assert checked.code == asked.code == 3
    assert "monitoring_lime" in checked.err
    assert "rissk" in checked.err
    assert checked.err == asked.err


def test_a_check_for_a_program_says_the_same_as_json(firmground: Firmground, broken_pack: Path) -> None:
    answer = firmground("check", broken_pack, "--json")

    assert answer.code == 3
    assert answer.json["sound"] is False
    assert {"id", "file", "line", "column", "found", "expected", "hint"} == set(answer.json["mistakes"][0])


def test_errors_are_json_where_a_program_reads(firmground: Firmground) -> None:
    answer = firmground("explain", "H1", "--data", "x", "--pack", "cn", "--as-of", "soon", "--json")

    assert (answer.code, answer.out) == (2, "")
    assert answer.errors[0]["id"] == "FG-C002"
    assert answer.errors[0]["found"] == "--as-of is `soon`"


def test_a_wrong_option_is_json_too(firmground: Firmground) -> None:
    assert firmground("scan", "--json", "--pak", "cn").errors[0]["id"] == "FG-C001"


def test_a_fault_of_the_program_is_one_line_and_a_traceback_only_on_request(
    firmground: Firmground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(pack: str) -> None:
        raise ZeroDivisionError("a secret cell")

    monkeypatch.setattr(check, "check_pack", fail)

    plain, debug = firmground("check", "cn"), firmground("--debug", "check", "cn")

    assert plain.code == debug.code == 3
    assert plain.err.count("\n") == 1
    assert "FG-C099" in plain.err
    assert "ZeroDivisionError" in plain.err
    assert "a secret cell" not in plain.err
    assert "Traceback" in debug.err


def test_debug_may_stand_after_the_verb(firmground: Firmground) -> None:
    answer = firmground("check", "cm", "--debug")

    assert answer.code == 2
    assert "Traceback" in answer.err


def test_ctrl_c_ends_with_130_and_one_line(firmground: Firmground, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(scan, "judge", stop)

    answer = firmground("scan", "--data", "x", "--pack", "cn", "--as-of", "2022-06-01")

    assert answer.code == 130
    assert answer.err == "Stopped. What was not finished was not kept.\n"


@pytest.mark.parametrize("words", [["sql", "cn"], ["test", "consumption_line"], ["--help"]], ids=" ".join)
def test_a_closed_pipe_ends_quietly(words: list[str]) -> None:
    process = subprocess.Popen([*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()

    _, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (141, b"")


def test_an_answer_that_nobody_can_read_is_no_fault() -> None:
    done = subprocess.run(["bash", "-c", '"$@" >&-', "bash", *PROGRAM, "check", "cn"], capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")


def test_a_full_disk_is_said_in_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*PROGRAM, "sql", "cn"], stdout=full, stderr=subprocess.PIPE, check=False)

    assert done.returncode == 3
    assert done.stderr.decode().startswith("FG-C009  There is no room left")
    assert done.stderr.count(b"\n") == 1


def test_a_folder_in_place_of_a_file_is_not_answered_with_its_own_name(firmground: Firmground, tmp_path: Path) -> None:
    answer = firmground("import", tmp_path, "--as", "income", "--data", tmp_path / "lake")

    assert answer.code == 2
    assert "is a folder" in answer.err
    assert "Did you mean" not in answer.err


def test_a_real_ctrl_c_leaves_no_traceback(tmp_path: Path) -> None:
    process = subprocess.Popen(
        ["env", "--default-signal=INT", *PROGRAM, "demo", "--households", "20000", "--out", str(tmp_path / "d")],
        stdout=subprocess.PIPE,  # a shell's background job ignores the signal, and its children with it
        stderr=subprocess.PIPE,
    )
    while not (tmp_path / "d").exists():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)

    _, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert b"Traceback" not in err
    assert b"Stopped." in err


def test_chinese_is_said_where_the_system_speaks_ascii() -> None:
    command = [*PROGRAM, "check", "列表"]

    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=False)

    assert done.returncode == 2
    assert "列表" in done.stderr.decode("utf-8")


def test_what_came_with_the_data_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    class Odd(FirmgroundError):
        """An error whose text came from a file."""

    say_errors([Odd(found="\x1b[2Jgone\u202e")], as_json=False)

    assert "\x1b" not in capsys.readouterr().err


def test_several_errors_are_all_said_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    say_errors([WrongUse(found="First"), NotADate(found="Second")], as_json=False)

    assert capsys.readouterr().err.splitlines() == ["FG-C001  First.", "FG-C002  Second.", "2 mistakes."]


@pytest.mark.parametrize("day", ["20220601", "2022-W22-3", "2022-6-1", "２０２２-06-01"])
@pytest.mark.parametrize("option", ["--as-of", "--known-at"])
def test_a_date_is_written_in_one_way_only(option: str, day: str) -> None:
    arguments = {"--as-of": "2022-06-01", option: day}
    ran = call("scan", "--data", "nowhere", "--pack", "cn", *(part for pair in arguments.items() for part in pair))

    assert ran.code == 2
    assert f"{option} is `{day}`" in ran.err


@pytest.mark.parametrize(
    "settings",
    [["line=1_0"], ["line=１２"], ["line=1e99999"], ["line=1e-400"], ["=5"], ["param.line=1", "line=2"]],
)
def test_a_value_to_try_is_one_plain_number(settings: list[str]) -> None:
    tried = [part for text in settings for part in ("--set", text)]
    ran = call("scan", "--data", "nowhere", "--pack", "cn", "--as-of", "2022-06-01", *tried)

    assert ran.code == 2
    assert "--set" in ran.err
    assert len(ran.err) < 400


def test_known_at_without_a_lake_is_wrong_use_of_sql() -> None:
    ran = call("sql", "cn", "--known-at", "2022-06-01")

    assert ran.code == 2
    assert "`--known-at` stands without `--data`" in ran.err
