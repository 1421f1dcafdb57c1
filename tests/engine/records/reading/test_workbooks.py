"""Workbooks as departments write them: sheets, merged headings, cells of every kind, passwords."""

from __future__ import annotations

import struct
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from engine.records.lakes import LakeUnderTest, contents, quarantined
from engine.records.reading.books import protected, with_part, written, xls, xlsx
from engine.records.reading.staged import read_bytes, read_file
from firmground.engine.records import import_file
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.refusals import (
    FileEmpty,
    FileUnreadable,
    FormUnfit,
    HeadingUnfit,
    KindUnread,
    WorkbookProtected,
)

_HEAD = ("household_id", "kind", "amount", "occurred_on")
_INCOME = [_HEAD, ("H1", "wage", 1.5, date(2022, 3, 1)), ("H1", "wage", "12O0", date(2022, 3, 1))]
_PLAIN = [("a", "b"), ("1", "2")]
_SHEET = "xl/worksheets/sheet1.xml"
_PASSWORD, _WRONG = "开门 sesame", "close"
_DAY, _MOMENT = datetime.fromisoformat("2022-05-31"), datetime.fromisoformat("2022-05-31T10:30:00")


@pytest.mark.parametrize("make", [xlsx, xls])
@pytest.mark.parametrize("name", ["income.xlsx", "income.xls", "income.csv", "income"])
def test_a_workbook_is_known_by_its_content(lake: LakeUnderTest, make: object, name: str) -> None:
    content = make({"收入": _INCOME})

    report = import_file(lake.file(content, name), table="income", data=lake.path)

    assert (report.accepted, report.quarantined, report.notes) == (1, 1, ())
    assert [(str(row["amount"]), row["occurred_on"]) for row in lake.all_rows("income")] == [("1.50", date(2022, 3, 1))]
    assert [(row["_row"], row["amount"]) for row in quarantined(report)] == [("3", "12O0")]


@pytest.mark.reference
def test_an_old_workbook_under_the_name_of_a_new_one_is_read(reference_data: Path) -> None:
    read = read_file(reference_data / "forms" / "ifrc-distribution-site-assessment-v1.xlsx")

    assert len(read.rows) + 1 == 172  # with the heading, as calamine and xlrd count
    assert read.headings[:3] == ["type", "name", "label::English"]
    assert read.notes == ("The sheet `survey` was read. Not read, though they have rows: `choices`, `settings`.",)


def _cells(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet()
    styles = {style: book.add_format({"num_format": style}) for style in ("yyyy-mm-dd", "h:mm", "[h]:mm", "000000")}
    sheet.write_row(0, 0, [f"h{number}" for number in range(len(_CELLS))])
    for column, (value, style, _) in enumerate(_CELLS):
        if isinstance(value, tuple):
            sheet.write_formula(1, column, *value)
        else:
            sheet.write(1, column, value, styles.get(style))


_CELLS: list[tuple[object, str, str | None]] = [
    ("text", "", "text"),
    (" 007 ", "", " 007 "),
    ("620102199001011234", "", "620102199001011234"),
    (3, "", "3"),
    (-3.0, "", "-3"),
    (7, "000000", "7"),
    (3.25, "", "3.25"),
    (0.1 + 0.2, "", "0.3"),
    (1200.5, "", "1200.5"),
    (0.00001234, "", "0.00001234"),
    (45000, "", "45000"),
    (999999999999999, "", "999999999999999"),
    (1e15, "", "1E+15"),
    (1.9e18, "", "1.9E+18"),
    (620102199001011234, "", "6.20102199001011E+17"),
    (True, "", "true"),
    (False, "", "false"),
    (_DAY, "yyyy-mm-dd", "2022-05-31"),
    (_MOMENT, "yyyy-mm-dd", "2022-05-31T10:30:00"),
    (time(8, 5), "h:mm", "08:05:00"),
    (timedelta(hours=26, minutes=5), "[h]:mm", "26:05:00"),
    (("=1+1", None, 2), "", "2"),
    (("=A1", None, "words"), "", "words"),
    (("=NA()", None, "#N/A"), "", "#N/A"),
    (("=1/0", None, "#DIV/0!"), "", "#DIV/0!"),
    ("line\r\nbreak", "", "line\r\nbreak"),
    ('"quoted", and', "", '"quoted", and'),
    ("=1+1 as text".replace("=", "'="), "", "'=1+1 as text"),
    ("x" * 32_767, "", "x" * 32_767),
]


def test_cells_become_text_without_losing_what_they_say() -> None:
    read = read_bytes(written(_cells))

    assert read.rows == [tuple(expected for _, _, expected in _CELLS)]


def test_a_formula_that_was_never_computed_is_said() -> None:
    read = read_bytes(xlsx({"s": [("a", "b"), ("1", "=1+1"), ("2", "=A2")]}))

    assert read.rows == [("1", None), ("2", None)]
    assert read.notes == (
        "2 formulas of the workbook have no value: the program that wrote it did not compute them. These cells read as "
        "empty; open and save it in a spreadsheet program.",
    )


def test_errors_of_an_old_workbook_read_as_empty_and_are_said() -> None:
    book = bytearray(xls({"s": [("a", "b"), ("1", True), ("2", False)]}))
    place = book.index(struct.pack("<HHHH", 0x205, 8, 1, 1))  # the cell B2, true, which becomes #N/A
    book[place + 10 : place + 12] = b"\x2a\x01"

    read = read_bytes(bytes(book))

    assert read.rows == [("1", None), ("2", "false")]
    assert read.notes == ("1 cells of the workbook hold an error such as #N/A; they read as empty.",)


@pytest.mark.parametrize("make", [xlsx, xls])
def test_rows_are_counted_as_the_spreadsheet_shows_them(make: object) -> None:
    rows = [(None, None, None), (None, "a", "b"), (None, "1", "2"), (), (), (None, "3", None), (None, None, None)]

    read = read_bytes(make({"s": rows}))

    assert (read.headings, read.rows, read.numbers) == (["a", "b"], [("1", "2"), ("3", None)], [3, 6])


def test_the_first_visible_sheet_with_rows_is_read_and_the_others_are_named() -> None:
    book = xlsx({"secret": _PLAIN, "empty": [], "first": _PLAIN, "more": _PLAIN}, hidden=["secret"])

    assert read_bytes(book).notes == (
        "The sheet `first` was read. Not read, though they have rows: `secret` (hidden), `more`.",
    )


def test_a_named_sheet_is_read_though_it_is_hidden() -> None:
    book = xlsx({"first": _PLAIN, "secret": [("c",), ("3",)]}, hidden=["secret"])

    read = read_bytes(book, Form(sheet="secret"))

    assert (read.headings, read.rows) == (["c"], [("3",)])
    assert read.notes == (
        "The sheet `secret` was read as was said. Not read, though they have rows: `first`.",
        "The sheet `secret` is hidden.",
    )


def test_a_mapping_says_which_sheet_and_which_rows(lake: LakeUnderTest) -> None:
    columns = "columns: {household_id: h, kind: {value: wage}, amount: a/b, occurred_on: d}"
    mapping = lake.file(f"{columns}\nsheet: more\nskip_rows: 1\nheading_rows: 2\n", "mapping.yaml")
    rows = [("x", "y", "z"), ("h", "a", "d"), ("h", "b", "d"), ("H1", 7, "2022-03-01")]

    report = lake.deliver("income", xlsx({"first": _PLAIN, "more": rows}), mapping=mapping)

    assert report.accepted == 1
    assert [row["amount"] for row in lake.all_rows("income")] == [7]


def test_a_sheet_that_is_not_there_is_refused_with_the_likely_one() -> None:
    with pytest.raises(FormUnfit, match="has no sheet `明细表`") as refused:
        read_bytes(xlsx({"明细": _PLAIN}), Form(sheet="明细表"))
    assert "`明细`" in refused.value.expected


@pytest.mark.parametrize("make", [xlsx, xls])
def test_merged_headings_over_several_rows_are_joined(make: object) -> None:
    rows = [
        ("2022年5月收入表", None, None, None, None),
        ("编号", "收入", None, None, "备注"),
        (None, "工资", "经营", None, None),
        (None, None, "种植", "养殖", None),
        ("H1", 1, 2, 3, "x"),
    ]
    merged = [(0, 0, 0, 4), (1, 0, 3, 0), (1, 1, 1, 3), (2, 1, 3, 1), (2, 2, 2, 3), (1, 4, 3, 4)]

    read = read_bytes(make({"s": rows}, merged=merged))

    assert read.headings == ["编号", "收入/工资", "收入/经营/种植", "收入/经营/养殖", "备注"]
    assert (read.rows, read.numbers) == ([("H1", "1", "2", "3", "x")], [5])
    assert read.notes == (
        "Row 1 above the heading was left out as a title.",
        "The heading spans rows 2 to 4; its names are joined, such as `收入/工资`.",
    )


def test_a_merged_heading_over_numbers_is_one_row() -> None:
    rows = [("a", "b", None, "c"), ("x", 1, 2, 3)]

    with pytest.raises(HeadingUnfit, match="The heading of column 3 of file"):
        read_bytes(xlsx({"s": rows}, merged=[(0, 1, 0, 2)]))


def test_what_is_said_of_the_heading_is_not_found_out() -> None:
    rows = [("notes", "on it"), ("a", "b"), ("a", "c"), ("1", "2")]

    read = read_bytes(xlsx({"s": rows}), Form(skip_rows=1, heading_rows=2))

    assert (read.headings, read.rows, read.numbers, read.notes) == (["a", "b/c"], [("1", "2")], [4], ())


def test_line_breaks_in_headings_are_no_part_of_the_name() -> None:
    assert read_bytes(xlsx({"s": [("户主\n姓名", "birth\ndate", " b "), (1, 2, 3)]})).headings == [
        "户主姓名",
        "birth date",
        "b",
    ]


def test_the_wait_in_quarantine_keeps_the_number_of_the_row(lake: LakeUnderTest) -> None:
    rows = [("工资表", None, None, None), _HEAD, (), ("H9", "wage", 5, date(2022, 3, 1)), _INCOME[2]]
    report = lake.deliver("income", xlsx({"s": rows}))
    assert [row["_row"] for row in quarantined(report)] == ["4", "5"]
    assert sorted(mistake.first_row for mistake in report.mistakes) == [4, 5]
    lake.deliver("households", "household_id,area_code\nH9,620102001001\n")

    (again,) = lake.retry()

    assert (again.accepted, [row["_row"] for row in quarantined(again)]) == (1, ["5"])


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (xlsx({"s": []}), FileEmpty, "has no rows"),
        (xlsx({"s": _PLAIN})[:-40], FileUnreadable, "damaged"),
        (xlsx({"s": _PLAIN})[:600], FileUnreadable, "damaged"),
        (xls({"s": _PLAIN})[:600], KindUnread, "or it is cut off"),
        (xls({"s": _PLAIN})[:-1_500], FileUnreadable, "damaged"),
        (xlsx({"s": [("a", "b")]}), FileEmpty, "a heading and no rows"),
        (xlsx({"s": [("a", "b", None), ("1", "2", "3")]}), HeadingUnfit, "The heading of column 3"),
        (xlsx({"s": [("a", "a"), ("1", "2")]}), HeadingUnfit, "stands twice"),
        (xlsx({"s": [["h"] * 2_001, [1]]}), HeadingUnfit, "2001 columns wide"),
        (with_part(xlsx({"s": _PLAIN}), _SHEET, b"<worksheet><sheetData><row"), FileUnreadable, "damaged"),
        (b"%PDF-1.7\n", KindUnread, "a PDF document"),
        ("\ufeff<html><table>".encode(), KindUnread, "a web page"),
        (b"\x1f\x8b\x08\x00", KindUnread, "gzip"),
    ],
    ids=[
        "no rows",
        "XLSX without its end",
        "XLSX cut off",
        "XLS cut off at the start",
        "XLS cut off",
        "heading alone",
        "cells without a heading",
        "a heading twice",
        "too wide",
        "a broken sheet",
        "PDF",
        "HTML",
        "gzip",
    ],
)
def test_what_is_no_table_is_refused(content: bytes, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        read_bytes(content)


def test_a_password_opens_a_protected_workbook(lake: LakeUnderTest) -> None:
    content = protected(xlsx({"s": _INCOME}), _PASSWORD)

    with pytest.raises(WorkbookProtected, match="is protected with a password") as refused:
        lake.deliver("income", content)
    assert "--password-file" in refused.value.hint
    with pytest.raises(WorkbookProtected, match="does not open") as refused:
        lake.deliver("income", content, password=_WRONG)
    assert "close" not in str(refused.value)
    assert lake.deliver("income", content, password=_PASSWORD).accepted == 1
    stored = b"".join(contents(lake.path).values())
    assert b"sesame" not in stored


def test_an_old_workbook_behind_a_password_is_known() -> None:
    book = bytearray(xls({"s": _PLAIN}))
    place = book.index(b"\xe1\x00\x02\x00")  # its second record, which becomes the one that says so (FILEPASS)
    book[place : place + 6] = b"\x2f\x00\x02\x00\x01\x00"

    with pytest.raises(WorkbookProtected, match="is protected with a password"):
        read_bytes(bytes(book))


def test_a_password_for_an_open_workbook_is_not_needed(lake: LakeUnderTest) -> None:
    assert lake.deliver("income", xlsx({"s": _INCOME}), password=_WRONG).accepted == 1
