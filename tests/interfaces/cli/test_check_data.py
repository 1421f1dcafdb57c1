"""`check-data` on the command line: exit codes, error lines, the list of problems as a file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

Firmground = Callable[..., Any]
SAME = "household_id,person_id,kind,amount,occurred_on\nH1,p1,wage,{amount},2022-01-20\n"


@pytest.fixture
def twice_told(lake: Path, tmp_path: Path, firmground: Firmground) -> Path:
    """The lake with a month of income that a second source tells, too, whose name is a formula."""
    file = tmp_path / "same.csv"
    file.write_text(SAME.format(amount=7), encoding="utf-8")
    assert firmground("import", file, "--as", "income", "--data", lake, "--source", "=cmd").code == 0
    return lake


def test_a_whole_lake_ends_with_zero_also_when_strict(lake: Path, firmground: Firmground) -> None:
    answer = firmground("check-data", "--data", lake, "--strict", "--all")

    assert (answer.code, answer.err) == (0, "")
    assert "State 4 of the lake: 5 files and 0 runs looked at." in answer.out
    assert "Every file is as it was written, and the rows hold no problem" in answer.out


def test_problems_are_counted_and_are_no_damage(twice_told: Path, firmground: Firmground) -> None:
    answer = firmground("check-data", "--data", twice_told, "--as-of", "2022-06-01")

    assert (answer.code, answer.err) == (0, "")
    assert "income of a month from two sources" in answer.out
    assert "Problems in the rows as of 2022-06-01:" in answer.out
    assert "H1 p1 (=cmd" in answer.out
    assert firmground("check-data", "--data", twice_told, "--strict").code == 1


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl", ".xlsx"])
def test_the_whole_list_goes_to_a_file(twice_told: Path, tmp_path: Path, firmground: Firmground, suffix: str) -> None:
    out = tmp_path / f"problems{suffix}"

    answer = firmground("check-data", "--data", twice_told, "--out", out, "--json")

    assert answer.code == 0
    assert answer.json["out"]["rows"] == 1
    assert out.stat().st_size > 0
    row = {"problem": "income_from_two_sources", "table": "income", "household_id": "H1", "person_id": "p1",
           "source": "=cmd", "other_source": "unnamed", "detail": "wage 2022-01"}  # fmt: skip
    if suffix == ".parquet":
        assert pq.read_table(out).to_pylist() == [row]
    if suffix == ".csv":
        with out.open(encoding="utf-8", newline="") as file:
            assert list(csv.DictReader(file)) == [{**row, "source": "'=cmd"}]


def test_damage_ends_with_three_and_a_line_for_each_file(lake: Path, tmp_path: Path, firmground: Firmground) -> None:
    (lake / "records/income/D000003.parquet").unlink()
    (lake / "records/persons/D000002.parquet").write_bytes(b"PAR1")
    (lake / "records/own.parquet").write_bytes(b"PAR1")
    out = tmp_path / "problems.csv"

    answer = firmground("check-data", "--data", lake, "--strict", "--out", out)

    lines = answer.err.splitlines()
    assert answer.code == 3
    assert lines[0].startswith("records/persons/D000002.parquet  FG-L007  The file is not as it was written (sha256 ")
    assert "Expected: sha256 " in lines[0]
    assert lines[1].startswith("records/income/D000003.parquet  FG-L007  The file is missing. Expected: sha256 ")
    assert lines[2].startswith("records/own.parquet  FG-L060  The file belongs to no state of the lake.")
    assert lines[3] == "3 mistakes."
    assert "Rows were not looked at, for files are damaged." in answer.out
    assert not out.exists()


def test_the_answer_for_a_program_holds_damage_and_problems(twice_told: Path, firmground: Firmground) -> None:
    whole = firmground("check-data", "--data", twice_told, "--json").json
    (twice_told / "members/D000002.parquet").unlink()
    damaged = firmground("check-data", "--data", twice_told, "--json")

    assert whole["damage"] == []
    assert [(found["problem"], found["rows"]) for found in whole["problems"]] == [("income_from_two_sources", 1)]
    assert damaged.code == 3
    assert [error["file"] for error in damaged.json["damage"]] == ["members/D000002.parquet"]
    assert damaged.json["problems"] is None


def test_what_stopped_work_left_is_said(lake: Path, firmground: Firmground) -> None:
    for number in range(5):
        (lake / f".new-{number}.yaml").write_text("", encoding="utf-8")

    answer = firmground("check-data", "--data", lake)

    assert answer.code == 0
    assert ".new-0.yaml, .new-1.yaml, .new-2.yaml and 2 more." in answer.out


@pytest.mark.parametrize(
    ("words", "code", "id_"),
    [
        (("--as-of", "2022-02-30"), 2, "FG-C002"),
        (("--out", "problems.txt"), 2, "FG-S060"),
        (("--data", "nowhere"), 3, "FG-L001"),
    ],
)
def test_wrong_use_is_said(lake: Path, firmground: Firmground, words: tuple[str, ...], code: int, id_: str) -> None:
    given = words if "--data" in words else ("--data", lake, *words)

    answer = firmground("check-data", *given)

    assert answer.code == code
    assert id_ in answer.err
