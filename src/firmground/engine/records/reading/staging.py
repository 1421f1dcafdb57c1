"""From a file to a staging table of text cells: `raw`, with one column `c0`, `c1`, ... per heading.

A row that cannot be read as the file's form demands has `broken` set and goes to quarantine whole. `place` is a row's
number below the heading, from 0, empty rows counted (null: as it lies in the table).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from firmground.engine.records.reading.content import Content, changed, stamp_of
from firmground.engine.records.reading.csv_files import stage_csv
from firmground.engine.records.reading.encodings import BYTE_ORDER_MARKS
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.kinds import refuse_unread_kinds
from firmground.engine.records.reading.parquet_files import stage_parquet
from firmground.engine.records.reading.refusals import FileEmpty
from firmground.engine.records.reading.table import ReadTable
from firmground.engine.records.reading.workbooks import is_workbook, stage_workbook

_PARQUET = b"PAR1"


@dataclass(frozen=True)
class Staged:
    """A file in the staging table: its headings in order, how many rows, and how many of them are broken.

    first_row: the number that a spreadsheet gives to the row at place 0. notes: what was found out, for the report;
    found: the same as a source file says it.
    """

    headings: list[str]
    rows: int
    broken: int
    sha256: str
    first_row: int = 2
    notes: tuple[str, ...] = ()
    found: Form = field(default_factory=Form)


def stage(connection: duckdb.DuckDBPyConnection, content: Content, form: Form, folder: Path) -> Staged:
    """Read a file into `raw`. folder: for what is written on the way; the caller takes it away.

    Raises FileUnreadable, FileEmpty, WrongEncoding, HeadingUnfit, FormUnfit, KindUnread, and for workbooks
    WorkbookProtected, FileBeyondLimits (of any kind of file), ExtraMissing.
    """
    staged = _counted(connection, _stage(connection, content, form, folder), content)
    if stamp_of(content.path) != content.stamp:
        raise changed(content.name)
    return staged


def _stage(connection: duckdb.DuckDBPyConnection, content: Content, form: Form, folder: Path) -> ReadTable:
    if content.head in (b"", *BYTE_ORDER_MARKS):
        raise FileEmpty(found=f"The file {content.name} is empty", expected="a heading and rows")
    if content.head == _PARQUET:
        return stage_parquet(connection, content, folder)
    if is_workbook(content):
        return stage_workbook(connection, content, form, folder)
    refuse_unread_kinds(content)
    return stage_csv(connection, content, form, folder)


def _counted(connection: duckdb.DuckDBPyConnection, read: ReadTable, content: Content) -> Staged:
    rows, broken = connection.execute("select count(*), count(broken) from raw").fetchall()[0]
    if not rows:
        raise FileEmpty(found=f"The file {content.name} has a heading and no rows", expected="rows")
    note = "The file was read line by line, because some of its rows are broken: these are in quarantine."
    notes = (*read.notes, note) if broken else read.notes
    return Staged(read.headings, rows, broken, content.sha256, read.first_row, notes, read.found)
