"""CSV files, whatever their encoding and delimiter: every cell as text.

DuckDB reads plain files at full speed: those without blank lines, mixed line ends, and spaces after a quotation
mark. Its count of rows is held against that of the lines. Every other file is read by Python's csv, which keeps
what is broken: such a row has `broken` set and goes to quarantine whole. A file that is not in UTF-8 is written as
UTF-8 first.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from firmground.engine.records.reading import delimiters, encodings
from firmground.engine.records.reading.content import Content, look
from firmground.engine.records.reading.csv_records import (
    LONGEST_LINE,
    LONGEST_RECORD,
    LineTooLong,
    QuotesUnended,
    batches,
    first_records,
)
from firmground.engine.records.reading.encodings import UTF_8
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.headings import SEEN, Heading, check_headings, drop_unnamed, find_heading
from firmground.engine.records.reading.refusals import FileBeyondLimits, HeadingUnfit, WrongEncoding
from firmground.engine.records.reading.table import ReadTable
from firmground.engine.records.store.disk import DISK_ERRORS
from firmground.engine.records.store.file_names import source_literal


def stage_csv(connection: duckdb.DuckDBPyConnection, content: Content, form: Form, folder: Path) -> ReadTable:
    """Make `raw` of a CSV file. Raises FileBeyondLimits, WrongEncoding, HeadingUnfit, FormUnfit."""
    if form.encoding is None:
        encoding = encodings.marked_encoding(content.path)
    else:
        encoding = encodings.encoding_named(form.encoding)
    if encoding == UTF_8:
        return _stage_text(connection, content, form)
    marked = encoding
    if encoding is None:
        try:
            return _stage_text(connection, content, form)
        except WrongEncoding:
            connection.execute("drop table if exists raw")
            encoding = encodings.unmarked_encoding(content.path, content.name)
    as_utf8 = folder / "as-utf-8.csv"
    encodings.write_as_utf8(content.path, content.name, encoding, as_utf8)
    staged = _stage_text(connection, replace(look(as_utf8), name=content.name), form)
    as_utf8.unlink()
    notes = (f"The file is in {encodings.shown(encoding)}.", *staged.notes)
    named = encodings.shown(marked).lower() if marked else encoding  # a mark tells the order of bytes
    return replace(staged, notes=notes, found=replace(staged.found, encoding=named))


def _stage_text(connection: duckdb.DuckDBPyConnection, content: Content, form: Form) -> ReadTable:
    """Make `raw` of a CSV file in UTF-8."""
    chosen = None if form.delimiter is None else delimiters.delimiter_given(form.delimiter)
    delimiter = chosen or delimiters.delimiter_of(content.path)
    heading = _heading(content, form, delimiter)
    check_headings(heading.names, content.name, may_be_empty=True)
    has_long_lines = content.stamp[0] > LONGEST_RECORD * content.lines  # DuckDB would buffer much, and then refuse
    if content.line_end is None or has_long_lines or not _stage_plain(connection, heading, content, delimiter):
        _stage_any(connection, heading, content, delimiter)
    names = drop_unnamed(connection, heading.names, content.name)
    notes = heading.notes(form)
    if delimiter != delimiters.COMMA and not chosen:
        notes = (f"The cells of the file are divided by {delimiters.shown(delimiter)}.", *notes)
    found = replace(heading.form, delimiter=None if delimiter == delimiters.COMMA else delimiter)
    return ReadTable(names, heading.first_row, notes, found)


def _stage_plain(connection: duckdb.DuckDBPyConnection, heading: Heading, content: Content, delimiter: str) -> bool:
    """Read a plain CSV file with DuckDB. Returns whether it read each line as a row; else there is no `raw`."""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(heading.names)))
    line_end = f"new_line = '{content.line_end}', " if content.line_end == "\\n" else ""  # finds the others itself
    above = heading.first_row - 1
    begins = "header = true" if above == 1 else f"header = false, skip = {above}"
    try:
        connection.execute(
            "create table raw as select cast(null as varchar) as broken, cast(null as bigint) as place, * "
            f"from read_csv({source_literal(content.path)}, auto_detect = false, {begins}, "
            f"delim = '{_escaped(delimiter)}', quote = '\"', escape = '\"', {line_end}strict_mode = true, "
            f"max_line_size = {LONGEST_RECORD}, "
            f"compression = 'none', hive_partitioning = false, columns = {{{columns}}})"
        )
        if connection.execute("select count(*) from raw").fetchall()[0][0] == content.lines - above:
            return True
    except DISK_ERRORS:
        raise  # Python's csv would find no more room
    except duckdb.Error:
        pass  # a broken row, most likely; Python's csv finds out
    connection.execute("drop table if exists raw")
    return False


def _escaped(delimiter: str) -> str:
    return delimiter.replace("'", "''")


def _heading(content: Content, form: Form, delimiter: str) -> Heading:
    try:
        with content.path.open(encoding="utf-8-sig", newline="") as file:
            rows = first_records(file, delimiter, SEEN)
    except UnicodeDecodeError as error:
        raise _not_utf8(content) from error
    except (csv.Error, LineTooLong) as error:
        words = str(error) or "it is far too long"
        raise HeadingUnfit(found=f"The heading of {content.name} cannot be read ({words})") from error
    if not any(map(any, rows)):
        raise HeadingUnfit(found=f"The first line of {content.name} is blank", expected="a name for each column")
    return find_heading(rows, form)


def _not_utf8(content: Content) -> WrongEncoding:
    try:
        for _ in encodings.decoded(content.path, content.name, UTF_8):
            pass
    except WrongEncoding as error:
        return error
    return WrongEncoding(found=f"The file {content.name} is not UTF-8", expected="UTF-8")


def _stage_any(connection: duckdb.DuckDBPyConnection, heading: Heading, content: Content, delimiter: str) -> None:
    width = len(heading.names)
    names = ["broken", "place", *(f"c{i}" for i in range(width))]
    schema = pa.schema([(name, pa.string()) for name in names])
    connection.register("batch", schema.empty_table())
    connection.execute("create table raw as select * replace (cast(place as bigint) as place) from batch")
    connection.unregister("batch")
    try:
        with content.path.open(encoding="utf-8-sig", newline="") as file:
            for batch in batches(file, width, delimiter, above=heading.first_row - 1):
                columns = [pa.array(values, pa.string()) for values in zip(*batch, strict=True)]
                connection.register("batch", pa.Table.from_arrays(columns, schema=schema))
                connection.execute("insert into raw select * from batch")
                connection.unregister("batch")
    except UnicodeDecodeError as error:
        raise _not_utf8(content) from error
    except LineTooLong as error:
        found = f"A line of {content.name} is longer than {LONGEST_LINE:,} characters"
        raise FileBeyondLimits(found=found, expected="a CSV or Parquet file") from error
    except QuotesUnended as error:
        raise FileBeyondLimits(
            found=f"So many quotation marks of {content.name} do not end that its rows cannot be told apart",
            expected='a quotation mark at both ends of a cell, and `""` for one within it',
        ) from error
