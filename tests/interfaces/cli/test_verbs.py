"""The verbs on a small lake: what they print, what they write, and that their numbers agree."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from firmground.engine.policy import pack_folder
from firmground.interfaces.cli import screen

Firmground = Callable[..., Any]
AS_OF = "2022-06-01"
SCAN = ("--pack", "cn", "--as-of", AS_OF)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_import_says_what_became_of_every_row(firmground: Firmground, lake: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("household_id,kind,amount,occurred_on\nH1,wage,12O0,2022-02-30\nH2,wage,7,2022-03-01\n")

    said = firmground("import", file, "--as", "income", "--data", lake)

    assert said.code == 0
    assert "income: 2 rows read, 1 accepted, 1 quarantined, 0 repeated." in said.out
    assert "FG-R" in said.out
    assert "quarantine" in said.out


def test_an_import_says_what_was_read_otherwise_than_it_is_written(
    firmground: Firmground, lake: Path, tmp_path: Path
) -> None:
    file = tmp_path / "more.csv"
    file.write_text("household_id,kind,amount,occurred_on\n H1,wage,1.2万,2022-02-28\nH2,wage,7,2022/3/1\n")

    said = firmground("import", file, "--as", "income", "--data", lake)

    lines = [line.split() for line in said.out.splitlines()]
    assert ["Converted", "What", "Rows", "First", "row", "Example", "Became"] in lines
    assert [(line[0], *line[-4:]) for line in lines if line[:1] in (["household_id"], ["amount"], ["occurred_on"])] == [
        ("household_id", "2", "'", "H1'", "H1"),
        ("amount", "1", "2", "1.2万", "12000"),
        ("occurred_on", "1", "3", "2022/3/1", "2022-03-01"),
    ]


def test_strict_makes_quarantine_an_answer_of_no(firmground: Firmground, lake: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("household_id,kind,amount,occurred_on\nH1,wage,12O0,2022-02-28\n")

    said = firmground("import", file, "--as", "income", "--data", lake, "--strict", "--json")

    assert said.code == 1
    assert (said.json["rows"], said.json["accepted"], said.json["quarantined"]) == (1, 0, 1)


def test_a_dry_run_changes_nothing(firmground: Firmground, lake: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("household_id,kind,amount,occurred_on\nH1,wage,1200,2022-02-28\n")
    before = firmground("deliveries", "--data", lake, "--json").json

    said = firmground("import", file, "--as", "income", "--data", lake, "--dry-run")

    assert "1 accepted, 0 quarantined, 0 repeated. Dry run: nothing was changed." in said.out
    assert firmground("deliveries", "--data", lake, "--json").json == before


def test_what_waits_in_quarantine_is_tried_again(firmground: Firmground, lake: Path, tmp_path: Path) -> None:
    income, household = tmp_path / "more.csv", tmp_path / "new.csv"
    income.write_text("household_id,kind,amount,occurred_on\nH9,wage,1200,2022-02-28\n")
    household.write_text("household_id,area_code\nH9,620102001001\n")

    firmground("import", income, "--as", "income", "--data", lake)
    firmground("import", household, "--as", "households", "--data", lake)
    said = firmground("import", "--retry", "--data", lake)

    assert "income: 1 rows read, 1 accepted" in said.out
    assert "Nothing is in quarantine." in firmground("import", "--retry", "--data", lake).out


def test_deliveries_and_runs_are_listed_within_80_columns(firmground: Firmground, lake: Path, warnings: Path) -> None:
    for verb in ("deliveries", "runs"):
        said = firmground(verb, "--data", lake)
        assert said.code == 0
        assert len(said.out.splitlines()) > 2
        assert max(map(len, said.out.splitlines())) <= 80


def test_a_scan_writes_the_list_and_says_the_same_numbers(firmground: Firmground, lake: Path, tmp_path: Path) -> None:
    said = firmground("scan", "--data", lake, *SCAN, "--out", tmp_path / "w.csv", "--json")

    written = rows_of(tmp_path / "w.csv")
    assert said.code == 0
    assert said.err == ""
    assert said.json["out"]["rows"] == said.json["run"]["warnings"] == len(written)
    assert ("H1", "income_below_line") in {(row["household_id"], row["rule"]) for row in written}
    assert ("H1", "heavy_medical_spending") in {(row["household_id"], row["rule"]) for row in written}
    assert ("H2", "heavy_medical_spending") not in {(row["household_id"], row["rule"]) for row in written}


def test_a_scan_on_the_screen_fits_and_names_its_run(firmground: Firmground, lake: Path) -> None:
    said = firmground("scan", "--data", lake, *SCAN)

    assert "of 5 households (run cn-20220601-1)" in said.out
    assert "Income below the monitoring line" in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_a_repeated_scan_gives_the_same_bytes(
    firmground: Firmground, lake: Path, warnings: Path, tmp_path: Path
) -> None:
    said = firmground("scan", "--data", lake, "--repeat", "cn-20220601-1", "--out", tmp_path / "again.csv")

    assert said.code == 0
    assert (tmp_path / "again.csv").read_bytes() == warnings.read_bytes()


def test_another_value_can_be_tried(firmground: Firmground, lake: Path, tmp_path: Path) -> None:
    firmground("scan", "--data", lake, *SCAN, "--set", "param.monitoring_line=1", "--out", tmp_path / "w.csv")

    rows = rows_of(tmp_path / "w.csv")
    assert "income_below_line" not in {row["rule"] for row in rows}
    assert all("+set." in row["pack_version"] for row in rows)


def test_what_changed_since_the_last_scan_is_marked(
    firmground: Firmground, lake: Path, warnings: Path, tmp_path: Path
) -> None:
    later = ("--pack", "cn", "--as-of", "2022-06-02", "--since", "latest")

    firmground("scan", "--data", lake, *later, "--out", tmp_path / "w.csv")

    assert {row["change"] for row in rows_of(tmp_path / "w.csv")} == {"continuing"}


@pytest.mark.parametrize(("language", "title"), [("en", "Income below the monitoring line"), ("zh", "收入低于监测线")])
def test_an_explanation_speaks_the_language_asked(
    firmground: Firmground, lake: Path, language: str, title: str
) -> None:
    said = firmground("explain", "H1", "--data", lake, *SCAN, "--lang", language)

    assert said.code == 0
    assert title in said.out


def test_an_explanation_is_json_for_a_program(firmground: Firmground, lake: Path) -> None:
    said = firmground("explain", "H1", "--data", lake, *SCAN, "--json")

    fires = {rule["rule"]: rule["fires"] for rule in said.json["rules"]}
    assert fires["income_below_line"] is True
    assert fires["no_income_known"] is False


def test_an_unknown_household_is_wrong_use(firmground: Firmground, lake: Path) -> None:
    said = firmground("explain", "H77", "--data", lake, *SCAN)

    assert (said.code, said.out) == (2, "")
    assert "H77" in said.err


def test_rows_received_later_are_not_known_at_an_earlier_time(firmground: Firmground, lake: Path) -> None:
    said = firmground("scan", "--data", lake, *SCAN, "--known-at", "2000-01-01")

    assert said.code == 3
    assert "FG-S030" in said.err


@pytest.mark.parametrize("level", ["province", "city", "county", "township", "village", "1", "5"])
def test_a_summary_has_the_totals_of_the_scan_at_every_level(
    firmground: Firmground, lake: Path, warnings: Path, level: str
) -> None:
    rows = firmground("summary", warnings, "--data", lake, "--by", level, "--json").json

    listed = rows_of(warnings)
    assert sum(row["households"] for row in rows) == 5
    assert sum(row["warnings"] for row in rows) == len(listed)
    assert sum(row["households_with_warnings"] for row in rows) == len({row["household_id"] for row in listed})
    assert sum(row["risk_income"] for row in rows) == sum(row["risk"] == "income" for row in listed)
    assert sum(row["severity_high"] for row in rows) == sum(row["severity"] == "high" for row in listed)


def test_a_summary_on_the_screen_has_bars_a_total_and_a_place_for_those_above(
    firmground: Firmground, lake: Path, warnings: Path
) -> None:
    said = firmground("summary", warnings, "--data", lake, "--by", "township", "--lang", "zh")

    assert "█" in said.out
    assert "合计" in said.out
    assert "（未落到本级）" in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_a_summary_in_files_is_the_same_table(
    firmground: Firmground, lake: Path, warnings: Path, tmp_path: Path
) -> None:
    for suffix in ("csv", "parquet", "jsonl", "xlsx"):
        said = firmground("summary", warnings, "--data", lake, "--by", 4, "--out", tmp_path / f"s.{suffix}")
        assert said.code == 0

    parquet = pq.read_table(tmp_path / "s.parquet")
    assert [json.loads(line)["area_code"] for line in (tmp_path / "s.jsonl").open()] == parquet["area_code"].to_pylist()
    assert [row["area_code"] for row in rows_of(tmp_path / "s.csv")] == parquet["area_code"].to_pylist()
    sheet = openpyxl.load_workbook(tmp_path / "s.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == parquet.column_names
    assert [row[4].value for row in sheet.iter_rows(min_row=2)] == parquet["warnings"].to_pylist()


def test_an_unknown_level_is_wrong_use(firmground: Firmground, lake: Path, warnings: Path) -> None:
    said = firmground("summary", warnings, "--data", lake, "--by", "townships")

    assert (said.code, said.out) == (2, "")
    assert "Did you mean `township`?" in said.err


def test_a_summary_is_of_the_households_that_were_scanned_then(
    firmground: Firmground, lake: Path, warnings: Path, tmp_path: Path
) -> None:
    later = tmp_path / "later.csv"
    later.write_text("household_id,area_code\nH6,620102001001\n")
    person = tmp_path / "person.csv"
    person.write_text("household_id,person_id\nH6,p6\n")
    firmground("import", later, "--as", "households", "--data", lake)
    firmground("import", person, "--as", "persons", "--data", lake)

    rows = firmground("summary", warnings, "--data", lake, "--by", "county", "--json").json

    assert sum(row["households"] for row in rows) == 5


def test_a_list_of_another_lake_is_not_counted_here(firmground: Firmground, lake: Path, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("household_id,area_code\nH1,62\n")

    said = firmground("summary", tmp_path / "w.csv", "--data", lake, "--by", "county")

    assert said.code == 3
    assert "FG-S066" in said.err


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_report_is_one_file(
    firmground: Firmground, lake: Path, warnings: Path, tmp_path: Path, language: str
) -> None:
    out = tmp_path / "report.html"

    said = firmground("report", warnings, "--data", lake, "--out", out, "--lang", language)

    assert said.code == 0
    assert out.resolve().as_uri() in said.out
    page = out.read_text(encoding="utf-8")
    assert 'class="synthetic"' not in page
    assert "cn-20220601-1" in page
    assert str(warnings) in page


def test_a_report_is_html(firmground: Firmground, lake: Path, warnings: Path, tmp_path: Path) -> None:
    said = firmground("report", warnings, "--data", lake, "--out", tmp_path / "report.htlm")

    assert said.code == 2
    assert "Did you mean `report.html`?" in said.err


@pytest.mark.parametrize("pack", ["cn", "graduation", "consumption_line"])
def test_shipped_packs_are_sound_and_their_examples_hold(firmground: Firmground, pack: str) -> None:
    assert firmground("check", pack).code == 0
    said = firmground("test", pack)
    assert said.code == 0
    assert " 0 failed." in said.out


def test_a_failing_example_is_an_answer_of_no(firmground: Firmground, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    _copy_with_a_wrong_example(folder)

    said, for_program = firmground("test", folder), firmground("test", folder, "--json")

    assert said.code == for_program.code == 1
    assert "FAILED" in said.out
    assert "that everything is well" in said.out
    assert for_program.json["passed"] is False


def _copy_with_a_wrong_example(folder: Path) -> None:
    shutil.copytree(pack_folder("cn"), folder)
    (folder / "tests" / "wrong.yaml").write_text(
        "- name: that everything is well\n  as_of: 2022-06-01\n  given: {}\n  expect: {not: [no_income_known]}\n",
        encoding="utf-8",
    )


@pytest.mark.parametrize("backend", ["duckdb", "spark"])
def test_the_statement_is_printed_for_either_backend(firmground: Firmground, backend: str) -> None:
    said = firmground("sql", "cn", "--as-of", AS_OF, "--backend", backend)

    assert said.code == 0
    assert "net_income_12m" in said.out


@pytest.mark.parametrize("columns", [20, 60, 80])
def test_no_screen_is_so_narrow_that_a_figure_is_cut(
    firmground: Firmground, lake: Path, warnings: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))

    deliveries = firmground("deliveries", "--data", lake).out
    summary = firmground("summary", warnings, "--data", lake, "--by", "village").out

    rows = [row.split() for row in deliveries.splitlines() if row.startswith("D0")]
    assert [row[0] for row in rows] == ["D000001", "D000002", "D000003", "D000004"]
    assert [row[-2:] for row in rows] == [[n, "0"] for n in ("5", "5", "4", "2")]
    assert all(code in summary for code in ("620102001001", "620102001002", "620102002001"))
    assert summary.splitlines()[-1].split()[:4] == ["Total", "5", "3", "6"]


def test_what_a_scan_found_is_said_in_the_language_asked(firmground: Firmground, lake: Path) -> None:
    english, chinese = (firmground("scan", "--data", lake, *SCAN, "--lang", language).out for language in ("en", "zh"))

    assert "warnings for 3 of 5 households (run cn-20220601-1)" in english
    assert "5 户中 3 户有预警" in chinese
    assert "households" not in chinese


def test_quarantined_rows_that_a_retry_accepted_are_no_longer_listed_as_there(
    firmground: Firmground, lake: Path, tmp_path: Path
) -> None:
    (tmp_path / "more.csv").write_text(
        "household_id,kind,amount,occurred_on\nH9,wage,7,2022-03-01\nH9,wage,x,2022-03-01\n"
    )
    (tmp_path / "new.csv").write_text("household_id,area_code\nH9,620102001001\n")

    firmground("import", tmp_path / "more.csv", "--as", "income", "--data", lake)
    firmground("import", tmp_path / "new.csv", "--as", "households", "--data", lake)
    firmground("import", "--retry", "--data", lake)

    lines = firmground("deliveries", "--data", lake).out.splitlines()
    assert lines[0].split() == ["Delivery", "File", "Table", "Source", "Received", "Rows", "Quarantined"]
    assert lines[6].split()[-4:] == ["2", "1", "of", "2"]


def test_progress_is_quiet_in_a_pipe_and_speaks_now_and_then_when_work_is_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with screen.progress() as report:
        report("importing income", 5, 10)
    assert capsys.readouterr().err == ""

    monkeypatch.setattr(screen, "PLAIN_LINE_EVERY_SECONDS", 0.0)
    with screen.progress() as report:
        report("importing income", 5000, 10000)
        report("importing income", 6000, None)
    assert capsys.readouterr().err.splitlines() == ["importing income: 5,000 of 10,000", "importing income: 6,000"]

    with screen.progress(quiet=True) as report:
        report("importing income", 5000, 10000)
    assert capsys.readouterr().err == ""
