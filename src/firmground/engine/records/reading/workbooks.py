"""Workbooks of spreadsheet programs, known by content: XLSX, XLSM, XLSB, XLS, ODS.

calamine reads the sheet in a process of its own (see workbook_process), as CSV that DuckDB takes up. One sheet is read:
the one that is named, or the first visible one with rows. Rows keep the numbers that the spreadsheet shows.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from firmground.engine.records.reading import workbook_process
from firmground.engine.records.reading.archives import check_archive, with_errors_as_text
from firmground.engine.records.reading.content import Content, look
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.headings import SEEN, WIDEST, check_headings, drop_unnamed, find_heading
from firmground.engine.records.reading.refusals import (
    ExtraMissing,
    FileBeyondLimits,
    FileEmpty,
    FileUnreadable,
    FormUnfit,
    HeadingUnfit,
    KindUnread,
    WorkbookProtected,
)
from firmground.engine.records.reading.table import ReadTable
from firmground.engine.records.store.file_names import source_literal
from firmground.errors import nearest

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BASE_MEMORY, _BASE_SECONDS = 250_000_000, 2
_MEMORY_PER_BYTE, _BYTES_PER_SECOND = 6, 2_000_000  # of what a workbook unpacks to
_LONGEST_ROW = 70_000_000  # characters: 2,000 cells of 32,767
_LINE_BREAK = re.compile(r"(?<![\x21-\x7e])[ \t]*[\r\n]+[ \t]*|[ \t]*[\r\n]+[ \t]*(?![\x21-\x7e])")
_CHUNK = 1 << 20
_NAMED = 20  # sheets that a note names


@dataclass(frozen=True)
class _Sheet:
    """A sheet as CSV: its rows with their numbers, its merged cells, and what the report should say.

    name: where other sheets have rows too, for then it tells which one is meant.
    """

    rows: Path
    width: int
    merged: list[tuple[int, int, int, int]]
    notes: tuple[str, ...]
    name: str | None


def is_workbook(content: Content) -> bool:
    """Whether a file begins as workbooks do."""
    return content.head in (ZIP, OLE)


def stage_workbook(connection: duckdb.DuckDBPyConnection, content: Content, form: Form, folder: Path) -> ReadTable:
    """Make `raw` of a sheet.

    Raises FileUnreadable, FileEmpty, HeadingUnfit, FormUnfit, WorkbookProtected, FileBeyondLimits, KindUnread,
    ExtraMissing.
    """
    missing = [name for name in ("python_calamine", "msoffcrypto") if find_spec(name) is None]
    if missing:
        raise ExtraMissing(
            found=f"Workbooks such as {content.name} are read with a part of Firmground that is not installed",
            hint="Install it with `pip install 'firmground[xlsx]'`, or save the sheet as CSV.",
        )
    sheet = _read(content, form, folder)
    try:
        return _stage(connection, sheet, content, form)
    finally:
        sheet.rows.unlink()


def _stage(connection: duckdb.DuckDBPyConnection, sheet: _Sheet, content: Content, form: Form) -> ReadTable:
    try:
        first_rows = _first_rows(sheet)
    except csv.Error as error:
        raise HeadingUnfit(
            found=f"A cell in the first rows of {content.name} is far longer than a cell of a spreadsheet may be",
            expected="names of columns",
        ) from error
    heading = find_heading(first_rows, form, sheet.merged)
    names = [_LINE_BREAK.sub("", name).replace("\n", " ").strip() for name in heading.names]
    names += [""] * (sheet.width - len(names))
    check_headings(names, content.name, may_be_empty=True)
    longest = min(_LONGEST_ROW, sheet.rows.stat().st_size + 1)
    columns = ", ".join(["'n': 'BIGINT'", *(f"'c{i}': 'VARCHAR'" for i in range(sheet.width))])
    cells = ", ".join(f"c{i}" for i in range(sheet.width))
    connection.execute(
        f"create table raw as select cast(null as varchar) as broken, n - {heading.first_row} as place, {cells} "
        f"from read_csv({source_literal(sheet.rows)}, auto_detect = false, header = false, delim = ',', quote = '\"', "
        f"escape = '\"', new_line = '\\n', strict_mode = true, compression = 'none', hive_partitioning = false, "
        f"max_line_size = {longest}, "
        f"columns = {{{columns}}}) where n >= {heading.first_row}"
    )
    names = drop_unnamed(connection, names, content.name)
    found = replace(heading.form, sheet=sheet.name)
    return ReadTable(names, heading.first_row, (*sheet.notes, *heading.notes(form)), found)


def _first_rows(sheet: _Sheet) -> list[list[str]]:
    """The first rows of a sheet, empty ones between them included."""
    rows: list[list[str]] = []
    with sheet.rows.open(encoding="utf-8", newline="") as file:
        for number, *cells in islice(csv.reader(file), SEEN):
            if int(number) > SEEN:
                break
            rows += [[""] * sheet.width] * (int(number) - 1 - len(rows))
            rows.append(cells)
    return rows


def _read(content: Content, form: Form, folder: Path) -> _Sheet:
    path, size, notes = content.path, content.stamp[0], []
    if content.head == ZIP:
        unpacked = check_archive(path, content.name)
        size = unpacked.size
        if unpacked.formulas_without_value:
            notes.append(
                f"{unpacked.formulas_without_value:,} formulas of the workbook have no value: the program that wrote "
                "it did not compute them. These cells read as empty; open and save it in a spreadsheet program."
            )
        if unpacked.has_error_cells:
            path = folder / "errors-as-text.xlsx"
            with_errors_as_text(content.path, path)
    rows = folder / "sheet.csv"
    task = {"path": str(path), "target": str(rows), "sheet": form.sheet, "password": None}
    answer = _run(task, size, content)
    if path != content.path:
        path.unlink()
    if answer["status"] == "protected":
        return _read_protected(content, form, folder)
    _refuse(answer, content, form)
    if answer["errors"]:
        notes.append(f"{answer['errors']:,} cells of the workbook hold an error such as #N/A; they read as empty.")
    merged = [(top, max(left, 0), bottom, right) for top, left, bottom, right in answer["merged"]]
    name = answer["sheet"] if answer["others"] else None
    return _Sheet(rows, answer["width"], merged, (*_sheet_notes(answer, form), *notes), name)


def _read_protected(content: Content, form: Form, folder: Path) -> _Sheet:
    if form.password is None:
        raise WorkbookProtected(
            found=f"The workbook {content.name} is protected with a password",
            hint="Write the password into a file and give it with `--password-file FILE`, or `password=` in Python.",
        )
    target = folder / "without-password"
    task = {"path": str(content.path), "target": str(target), "sheet": None, "password": form.password}
    answer = _run(task, content.stamp[0], content)
    if answer["status"] != "decrypted":
        raise WorkbookProtected(
            found=f"The password does not open the workbook {content.name}",
            expected="the password that its sender set",
        )
    opened = replace(look(target), name=content.name)
    if not is_workbook(opened):
        raise _damaged(content)
    sheet = _read(opened, replace(form, password=None), folder)
    target.unlink()
    return sheet


def _run(task: dict[str, Any], size: int, content: Content) -> dict[str, Any]:
    """Give a task to a process with limits that fit the size of the workbook."""
    limits = {"memory": _BASE_MEMORY + _MEMORY_PER_BYTE * size, "seconds": _BASE_SECONDS + size // _BYTES_PER_SECOND}
    script = str(workbook_process.__file__)
    command, said = [sys.executable, "-P", script], json.dumps({**task, **limits})
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode == 0:
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
    if done.returncode < 0 or "MemoryError" in done.stderr or "memory allocation" in done.stderr:
        raise FileBeyondLimits(
            found=f"The workbook {content.name} asks for far more memory or time than its size warrants",
            expected="a table without far-off cells",
            hint="Copy the rows that are needed to a new workbook.",
        )
    if "No space left" in done.stderr:
        raise OSError(28, "No space left on device")
    raise _damaged(content)


def _damaged(content: Content) -> FileUnreadable:
    return FileUnreadable(
        found=f"The workbook {content.name} is damaged or cut off",
        expected="a whole workbook",
        hint="Ask for it again, or open it in a spreadsheet program and save it anew; nothing was imported.",
    )


def _refuse(answer: dict[str, Any], content: Content, form: Form) -> None:
    status = answer["status"]
    if status == "no such sheet":
        likely = nearest(form.sheet or "", answer["sheets"])
        raise FormUnfit(
            found=f"The workbook {content.name} has no sheet `{form.sheet}`",
            expected=f"one of {_listed(answer['sheets'])}",
            hint=f"Did you mean `{likely}`?" if likely else "",
        )
    if status == "empty":
        hidden = f" (hidden sheets with rows: {_listed(answer['hidden'])})" if answer.get("hidden") else ""
        raise FileEmpty(found=f"The workbook {content.name} has no rows{hidden}", expected="a visible sheet with rows")
    if status == "wide":
        found = f"The sheet `{answer['sheet']}` of {content.name} is {answer['width']} columns wide"
        raise HeadingUnfit(found=found, expected=f"at most {WIDEST} headings")
    if status == "damaged" and content.head == OLE and not _holds_workbook(content):
        raise KindUnread(
            found=f"The file {content.name} is another office document than a workbook, or it is cut off",
            expected="a whole workbook, a CSV file or a Parquet file",
        )
    if status != "read":
        raise _damaged(content)


def _holds_workbook(content: Content) -> bool:
    """Whether an old office document names a part for a workbook."""
    before = b""
    names = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
    with content.path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if any(name in before + chunk for name in names):
                return True
            before = chunk[-len(names[0]) :]
    return False


def _sheet_notes(answer: dict[str, Any], form: Form) -> tuple[str, ...]:
    hidden = set(answer["hidden"])
    notes = []
    if answer["others"]:
        said = "" if form.sheet is None else " as was said"
        shown = [f"`{name}`" + (" (hidden)" if name in hidden else "") for name in answer["others"]]
        more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
        notes.append(
            f"The sheet `{answer['sheet']}` was read{said}. Not read, though they have rows: "
            f"{', '.join(shown[:_NAMED])}{more}."
        )
    if answer["sheet"] in hidden:
        notes.append(f"The sheet `{answer['sheet']}` is hidden.")
    return tuple(notes)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(f"`{name}`" for name in names[:_NAMED]) + more
