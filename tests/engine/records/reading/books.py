"""Workbooks for tests: as spreadsheet programs write them, protected ones, and ones that are damaged on purpose."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence

import openpyxl
import xlsxwriter
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

Rows = Sequence[Sequence[object]]
Merged = tuple[int, int, int, int]


def xlsx(sheets: Mapping[str, Rows], *, hidden: Iterable[str] = (), merged: Iterable[Merged] = ()) -> bytes:
    """An XLSX file; merged cells are those of every sheet. Formulas have no value."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                sheet.cell(number, column, value)
        for top, left, bottom, right in merged:
            sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def written(write: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """An XLSX file that xlsxwriter writes."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    write(book)
    book.close()
    return file.getvalue()


def xls(sheets: Mapping[str, Rows], *, merged: Iterable[Merged] = ()) -> bytes:
    """An XLS file."""
    book = xlwt.Workbook(encoding="utf-8")
    covered = {(top, left): (bottom, right) for top, left, bottom, right in merged}
    date_style = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is None:
                    continue
                if (number, column) in covered:
                    bottom, right = covered[number, column]
                    sheet.write_merge(number, bottom, column, right, value)
                elif hasattr(value, "isoformat"):
                    sheet.write(number, column, value, date_style)
                else:
                    sheet.write(number, column, value)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def protected(book: bytes, password: str) -> bytes:
    """An XLSX file behind a password."""
    file = io.BytesIO()
    OOXMLFile(io.BytesIO(book)).encrypt(password, file)
    return file.getvalue()


def with_part(book: bytes, name: str, content: bytes | Callable[[bytes], bytes]) -> bytes:
    """A workbook with one part replaced, or another part added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        for each in [*names, *([name] if name not in names else [])]:
            before = old.read(each) if each in names else b""
            if each == name:
                before = content(before) if callable(content) else content
            new.writestr(each, before)
    return file.getvalue()
