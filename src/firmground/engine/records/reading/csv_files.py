"""CSV files: every cell as text.

DuckDB reads plain files at full speed: those without blank lines, mixed line ends, and spaces after a quotation
mark. Its count of rows is held against that of the lines. Every other file is read by Python's csv, which keeps
what is broken: such a row has `broken` set and goes to quarantine whole, and `place` is its number in the file (null:
as it lies in the table).
"""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

import duckdb
import pyarrow as pa

from firmground.engine.records.reading.content import Content
from firmground.engine.records.reading.csv_records import LONGEST_RECORD, LineTooLong, batches, heading_of
from firmground.engine.records.reading.headings import check_headings
from firmground.engine.records.reading.refusals import FileUnreadable, HeadingUnfit, WrongEncoding
from firmground.engine.records.store.disk import DISK_ERRORS
from firmground.engine.records.store.file_names import source_literal

_CHUNK = 1 << 20


def stage_csv(connection: duckdb.DuckDBPyConnection, content: Content) -> list[str]:
    """Make `raw` of a CSV file. Returns its headings. Raises FileUnreadable, WrongEncoding, HeadingUnfit."""
    path = content.path
    headings = _heading(path)
    check_headings(headings, path)
    if content.line_end is None or not _stage_plain(connection, len(headings), content):
        _stage_any(connection, path, len(headings))
    return headings


def _stage_plain(connection: duckdb.DuckDBPyConnection, width: int, content: Content) -> bool:
    """Read a plain CSV file with DuckDB. Returns whether it read each line as a row; else there is no `raw`."""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    line_end = f"new_line = '{content.line_end}', " if content.line_end == "\\n" else ""  # finds the others itself
    try:
        connection.execute(
            "create table raw as select cast(null as varchar) as broken, cast(null as bigint) as place, * "
            f"from read_csv({source_literal(content.path)}, auto_detect = false, header = true, delim = ',', "
            f"quote = '\"', escape = '\"', {line_end}strict_mode = true, max_line_size = {LONGEST_RECORD}, "
            f"compression = 'none', hive_partitioning = false, columns = {{{columns}}})"
        )
        if connection.execute("select count(*) from raw").fetchall()[0][0] == content.lines - 1:
            return True
    except DISK_ERRORS:
        raise  # Python's csv would find no more room
    except duckdb.Error:
        pass  # a broken row, most likely; Python's csv finds out
    connection.execute("drop table if exists raw")
    return False


def _heading(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return heading_of(file)
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except (csv.Error, LineTooLong) as error:
        words = str(error) or "it is far too long"
        raise HeadingUnfit(found=f"The heading of {path.name} cannot be read ({words})") from error


def _not_utf8(path: Path) -> WrongEncoding:
    line, decoder = 1, codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                line += decoder.decode(chunk).count("\n")
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
    return WrongEncoding(
        found=f"Line {line} of the file {path.name} is not UTF-8",
        expected="UTF-8, with or without a BOM",
        hint="Save it as UTF-8; other encodings are not read yet.",
    )


def _stage_any(connection: duckdb.DuckDBPyConnection, path: Path, width: int) -> None:
    names = ["broken", "place", *(f"c{i}" for i in range(width))]
    schema = pa.schema([(name, pa.string()) for name in names])
    connection.register("batch", schema.empty_table())
    connection.execute("create table raw as select * replace (cast(place as bigint) as place) from batch")
    connection.unregister("batch")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for batch in batches(file, width):
                columns = [pa.array(values, pa.string()) for values in zip(*batch, strict=True)]
                connection.register("batch", pa.Table.from_arrays(columns, schema=schema))
                connection.execute("insert into raw select * from batch")
                connection.unregister("batch")
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except LineTooLong as error:
        found = f"A line of {path.name} is longer than tens of millions of characters"
        raise FileUnreadable(found=found, expected="a CSV or Parquet file") from error
