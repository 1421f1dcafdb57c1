"""Results written to files and read back: whole, exact, inert."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmground.engine.scan.results import spreadsheet
from firmground.engine.scan.results.output import (
    WARNINGS,
    CannotWrite,
    FolderMissing,
    NotWarnings,
    UnknownSuffix,
    WarningsMissing,
    read_warnings,
    write_table,
)
from firmground.engine.scan.results.spreadsheet import TooLongForSheet
from firmground.engine.tables.inert import inert, original
from firmground.errors import FirmgroundError

HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://x.example","a")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x00=1+1",
    "\x01\x02@SUM(A1)",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u00ad=1+1",
    "\u2060+1",
    "\u3164=1+1",
    "\u2800=1+1",
    "\u00a0=1+1",
    "　=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "﹦1+1",
    "'=1+1",
    "''=1+1",
    "-cmd|' /C calc'!A0",
    "\U000e0041=1",
]
HARMLESS = ["", "H1", "620102", "-5", "-5.20", "它好", "a=1", "'quoted'", '"', "a,b", "two\nlines", "NULL", "null"]


def warnings_of(ids: list[str], **columns: list[object]) -> pa.Table:
    rows: dict[str, list[object]] = {
        "household_id": list(ids),
        "area_code": ["620102001001"] * len(ids),
        "rule": ["income_below_line"] * len(ids),
        "risk": ["income"] * len(ids),
        "severity": ["high"] * len(ids),
        "as_of": [date(2022, 6, 1)] * len(ids),
        "pack": ["cn"] * len(ids),
        "pack_version": ["2026.1"] * len(ids),
        "reasons": ['{"net_income_pc_12m":"5999.94","param.monitoring_line":null}'] * len(ids),
        "person_ids": [None] * len(ids),
        "first_raised_on": [None] * len(ids),
        **columns,
    }
    return pa.table({name: pa.array(rows[name], type) for name, (type, _) in WARNINGS.items()})


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_a_list_of_warnings_reads_back_as_it_was_written(tmp_path: Path, suffix: str) -> None:
    table = warnings_of(HOSTILE + HARMLESS)

    write_table(table, tmp_path / f"warnings{suffix}")

    assert read_warnings(tmp_path / f"warnings{suffix}").equals(table)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_an_empty_list_reads_back_empty_with_its_types(tmp_path: Path, suffix: str) -> None:
    table = warnings_of([])

    write_table(table, tmp_path / f"warnings{suffix}")

    assert read_warnings(tmp_path / f"warnings{suffix}").equals(table)


@given(texts=st.lists(st.one_of(st.none(), st.text(), st.sampled_from(HOSTILE + HARMLESS))))
def test_neutralising_twice_and_undoing_once_loses_nothing(texts: list[str | None]) -> None:
    once = inert(pa.array(texts, pa.string()))

    assert original(once).to_pylist() == texts
    assert original(inert(once)).equals(once)


def live(cell: str) -> bool:
    """An independent view of what a spreadsheet computes: the first character that is seen decides."""
    seen = [c for c in cell if not (c.isspace() or not c.isprintable() or c in "\u2800\u3164\u115f\u1160\uffa0\u034f")]
    is_number = cell.removeprefix("-").replace(".", "", 1).isdecimal() and cell.startswith("-")
    return not is_number and (cell[:1] in ("\t", "\r", "\n") or (bool(seen) and seen[0] in "=+-@＝＋－＠﹦﹢﹣﹫"))


def test_no_cell_of_a_csv_file_is_a_live_formula(tmp_path: Path) -> None:
    assert all(live(cell) for cell in HOSTILE if not cell.startswith("'"))

    write_table(warnings_of(HOSTILE + HARMLESS), tmp_path / "warnings.csv")

    with (tmp_path / "warnings.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(line.replace("\0", "") for line in file) for cell in row]
    assert len(cells) > len(HOSTILE)
    assert [cell for cell in cells if live(cell)] == []


def test_no_cell_of_an_xlsx_file_is_a_live_formula(tmp_path: Path) -> None:
    write_table(warnings_of(HOSTILE + HARMLESS), tmp_path / "warnings.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "warnings.xlsx").active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "d", "n"}
    with zipfile.ZipFile(tmp_path / "warnings.xlsx") as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    quoted = {row[0].value for row in sheet.iter_rows() if row[0].quotePrefix}
    assert "=1+1" in quoted
    assert "-5" not in quoted


def test_numbers_stay_numbers_and_ids_stay_texts(tmp_path: Path) -> None:
    table = pa.table(
        {
            "code": pa.array(["062", "110105194912310024"]),
            "loss": pa.array([Decimal("-12.50"), Decimal("1234567890123456.78")], pa.decimal128(18, 2)),
            "count": pa.array([-3, None], pa.int64()),
            "day": pa.array([date(2022, 6, 1), None], pa.date32()),
            "open": pa.array([True, None]),
        }
    )

    for suffix in (".csv", ".xlsx", ".jsonl"):
        write_table(table, tmp_path / f"t{suffix}")

    assert (tmp_path / "t.csv").read_bytes() == (
        b"code,loss,count,day,open\n062,-12.50,-3,2022-06-01,true\n110105194912310024,1234567890123456.78,,,\n"
    )
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert rows[0][:3] == ["062", -12.5, -3]
    assert rows[0][3].date() == date(2022, 6, 1)
    assert rows[1][:3] == ["110105194912310024", "1234567890123456.78", None]
    assert json.loads((tmp_path / "t.jsonl").read_text().splitlines()[0]) == {
        "code": "062",
        "loss": -12.5,
        "count": -3,
        "day": "2022-06-01",
        "open": True,
    }


def test_json_lines_nest_the_reasons(tmp_path: Path) -> None:
    write_table(warnings_of(["H1"], person_ids=['["p1","p2"]']), tmp_path / "warnings.jsonl")

    row = json.loads((tmp_path / "warnings.jsonl").read_text(encoding="utf-8"))
    assert row["reasons"] == {"net_income_pc_12m": "5999.94", "param.monitoring_line": None}
    assert row["person_ids"] == ["p1", "p2"]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl", ".xlsx"])
def test_the_same_rows_give_the_same_bytes_and_say_their_digest(tmp_path: Path, suffix: str) -> None:
    first = write_table(warnings_of(["H1", "H2"]), tmp_path / f"a{suffix}")
    second = write_table(warnings_of(["H1", "H2"]), tmp_path / f"b{suffix}")

    assert first.sha256 == second.sha256 == hashlib.sha256((tmp_path / f"a{suffix}").read_bytes()).hexdigest()
    assert first.rows == 2


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("warnings.xls", UnknownSuffix, "Did you mean `warnings.xlsx`?"),
        ("warnings.parqet", UnknownSuffix, "Did you mean `warnings.parquet`?"),
        ("warnings", UnknownSuffix, "has no suffix"),
        ("nowhere/warnings.csv", FolderMissing, "mkdir -p"),
        ("folder.csv", CannotWrite, "is a folder"),
    ],
)
def test_a_name_that_cannot_be_written_is_refused(
    tmp_path: Path, name: str, error: type[FirmgroundError], says: str
) -> None:
    (tmp_path / "folder.csv").mkdir()

    with pytest.raises(error, match="FG-S06") as caught:
        write_table(warnings_of(["H1"]), tmp_path / name)

    assert says in caught.value.sentence
    assert caught.value.exit_code == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder.csv"]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl", ".xlsx"])
def test_a_file_that_cannot_be_finished_leaves_the_old_one(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / f"warnings{suffix}"
    write_table(warnings_of(["old"]), target)
    before = target.read_bytes()

    def disk_full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(CannotWrite, match="No space left on device"):
        write_table(warnings_of(["new"]), target)

    assert target.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [target.name]


def test_a_text_too_long_for_a_cell_is_refused_not_cut(tmp_path: Path) -> None:
    long = "x" * (spreadsheet.CELL_CHARACTERS + 1)

    with pytest.raises(TooLongForSheet, match="32,768 characters"):
        write_table(warnings_of([long]), tmp_path / "warnings.xlsx")
    write_table(warnings_of([long[1:]]), tmp_path / "warnings.xlsx")

    assert [p.name for p in tmp_path.iterdir()] == ["warnings.xlsx"]


def test_more_rows_than_a_sheet_holds_go_to_a_second_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "SHEET_ROWS", 2)

    write_table(warnings_of(["H1", "H2", "H3"]), tmp_path / "warnings.xlsx")

    book = openpyxl.load_workbook(tmp_path / "warnings.xlsx")
    assert [[row[0].value for row in sheet.iter_rows(min_row=2)] for sheet in book] == [["H1", "H2"], ["H3"]]


@pytest.mark.parametrize(
    ("name", "content", "error", "says"),
    [
        ("a.csv", b"household_id,rule\nH1,x\n", NotWarnings, "has no column area_code"),
        ("a.csv", b"", NotWarnings, "cannot be read"),
        ("a.csv", b"\xff\xfe\x00", NotWarnings, "cannot be read"),
        ("a.parquet", b"PAR1 cut off", NotWarnings, "cannot be read"),
        ("a.jsonl", b'{"household_id": "H1"', NotWarnings, "cannot be read"),
        ("a.jsonl", b'{"household_id": "H1"}\n', NotWarnings, "has no column area_code"),
        ("a.jsonl", b"[1]\n", NotWarnings, "cannot be read"),
        ("a.xlsx", b"", UnknownSuffix, "XLSX is for people"),
    ],
)
def test_a_file_that_is_no_list_of_warnings_is_refused(
    tmp_path: Path, name: str, content: bytes, error: type[FirmgroundError], says: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(error) as caught:
        read_warnings(tmp_path / name)

    assert says in caught.value.sentence


def test_a_truncated_list_is_refused(tmp_path: Path) -> None:
    write_table(warnings_of([f"H{n}" for n in range(1000)]), tmp_path / "w.parquet")
    whole = (tmp_path / "w.parquet").read_bytes()
    (tmp_path / "w.parquet").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(NotWarnings):
        read_warnings(tmp_path / "w.parquet")


def test_a_missing_list_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WarningsMissing, match="firmground scan --out"):
        read_warnings(tmp_path / "w.csv")
