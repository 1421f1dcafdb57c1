"""From a file to a staging table of text cells: `raw`, with one column `c0`, `c1`, ... per heading.

DuckDB reads plain CSV files at full speed: those without blank lines, mixed line ends, and spaces after a quotation
mark. Its count of rows is held against that of the lines. Every other CSV file is read by Python's csv, which keeps
what is broken: such a row has `broken` set and goes to quarantine whole, and `place` is its number in the file (null:
as it lies in the table).
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from firmground.engine.records.reading.csv_records import LONGEST_RECORD, LineTooLong, batches, heading_of
from firmground.engine.records.store.disk import DISK_ERRORS
from firmground.engine.records.store.file_names import parquet_sql, source_literal
from firmground.engine.tables.schema import MONEY
from firmground.errors import FirmgroundError

_PARQUET = b"PAR1"
_BOM = b"\xef\xbb\xbf"
_CHUNK = 1 << 20
_WIDEST = 2_000  # headings
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class FileUnreadable(FirmgroundError):
    """The file cannot be opened, or is damaged."""

    id = "FG-L010"


class FileEmpty(FirmgroundError):
    """The file holds nothing, or a heading and no rows."""

    id = "FG-L011"


class WrongEncoding(FirmgroundError):
    """The file is not UTF-8 text."""

    id = "FG-L012"


class HeadingUnfit(FirmgroundError):
    """The heading of the file has a name twice, an empty name, or far too many names."""

    id = "FG-L013"


@dataclass(frozen=True)
class Staged:
    """A file in the staging table: its headings in order, how many rows, and how many of them are broken."""

    headings: list[str]
    rows: int
    broken: int
    sha256: str
    note: str = ""


_ODD = (b"\n\n", b"\n\r\n", b'" ', b'"\t')  # what DuckDB reads more kindly than the rules of CSV


@dataclass(frozen=True)
class Content:
    """What one pass over a file's bytes tells: checksum, first bytes, lines, and the line end if it is a plain file.

    stamp: the size of the file and when it was last written, to tell whether it is the same file still.
    """

    path: Path
    stamp: tuple[int, int]
    sha256: str
    head: bytes
    lines: int
    line_end: str | None


def look(path: Path) -> Content:
    """Read a file once. Raises FileUnreadable."""
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "no ordinary file"
        raise FileUnreadable(found=f"{path} is {what}", expected="a CSV or Parquet file")
    digest = hashlib.sha256()
    head, last, is_plain = b"", b"", True
    feeds = returns = pairs = 0
    try:
        with path.open("rb") as file:
            stamp = _stamp(path)
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                head = head or chunk[:4]
                feeds += chunk.count(b"\n")
                returns += chunk.count(b"\r")
                both = last + chunk  # a line end may lie across two chunks
                pairs += both.count(b"\r\n") - last.count(b"\r\n")
                is_plain = is_plain and not any(odd in both for odd in _ODD)
                last = both[-2:]
    except OSError as error:
        raise FileUnreadable(found=f"The file {path} cannot be read ({error.strerror})") from error
    uniform = {(feeds, 0, 0): "\\n", (feeds, feeds, feeds): "\\r\\n"}.get((feeds, returns, pairs))
    lines = feeds + (last[-1:] not in (b"\n", b""))
    return Content(path, stamp, digest.hexdigest(), head, lines, uniform if is_plain else None)


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def stage(connection: duckdb.DuckDBPyConnection, content: Content) -> Staged:
    """Read a file into `raw`. Raises FileUnreadable, FileEmpty, WrongEncoding, HeadingUnfit."""
    staged = _stage(connection, content)
    if _stamp(content.path) != content.stamp:
        found = f"The file {content.path.name} was changed while it was read"
        raise FileUnreadable(found=found, hint="Import it again when it is written to its end.")
    return staged


def _stage(connection: duckdb.DuckDBPyConnection, content: Content) -> Staged:
    path = content.path
    if content.head in (b"", _BOM):
        raise FileEmpty(found=f"The file {path.name} is empty", expected="a heading and rows")
    if content.head == _PARQUET:
        return _stage_parquet(connection, content)
    if content.head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise WrongEncoding(found=f"The file {path.name} is in UTF-16", expected="UTF-8, with or without a BOM")
    return _stage_csv(connection, content)


def _stage_parquet(connection: duckdb.DuckDBPyConnection, content: Content) -> Staged:
    path = content.path
    damaged = FileUnreadable(
        found=f"The Parquet file {path.name} is damaged or cut off",
        expected="a whole Parquet file",
        hint="Ask for it again; nothing was imported.",
    )
    try:
        schema = pq.read_schema(path)
        headings = schema.names
    except (OSError, pa.ArrowException) as error:
        raise damaged from error
    _check_headings(headings, path)
    try:
        names = connection.sql(f"select * from {parquet_sql([path])}").columns  # unlike headings in their letters' case
        types = schema.types
        cells = ", ".join(f"{_cell(_quoted(name), types[i])} as c{i}" for i, name in enumerate(names))
        connection.execute(
            "create table raw as select cast(null as varchar) as broken, cast(null as bigint) as place, "
            f"{cells} from {parquet_sql([path])}"
        )
    except DISK_ERRORS as error:
        if _is_whole(path):
            raise  # the trouble is with our disk, not with the file
        raise damaged from error
    except duckdb.Error as error:
        raise damaged from error
    return _counted(connection, headings, content)


def _cell(name: str, type_: pa.DataType) -> str:
    """The text of a cell. A midnight without a zone is the day it begins; zeros beyond the cents say nothing."""
    text = f'cast("{name}" as varchar)'
    if pa.types.is_timestamp(type_) and type_.tz is None:
        return f'case when "{name}" = date_trunc(\'day\', "{name}") then {text}[:10] else {text} end'
    if pa.types.is_decimal(type_) and type_.scale > MONEY[1]:
        return rf"regexp_replace({text}, '(\.\d{{{MONEY[1]}}}\d*?)0+$', '\1')"
    return text


def _is_whole(path: Path) -> bool:
    """Whether every row of a Parquet file can be read."""
    try:
        with pq.ParquetFile(path) as file:
            for _ in file.iter_batches():
                pass
    except (OSError, pa.ArrowException):
        return False
    return True


def _counted(connection: duckdb.DuckDBPyConnection, headings: list[str], content: Content) -> Staged:
    rows, broken = connection.execute("select count(*), count(broken) from raw").fetchall()[0]
    if not rows:
        raise FileEmpty(found=f"The file {content.path.name} has a heading and no rows", expected="rows")
    note = "The file was read line by line, because some of its rows are broken: these are in quarantine."
    return Staged(headings, rows, broken, content.sha256, note if broken else "")


def _stage_csv(connection: duckdb.DuckDBPyConnection, content: Content) -> Staged:
    path = content.path
    headings = _heading(path)
    _check_headings(headings, path)
    if content.line_end is None or not _stage_plain(connection, len(headings), content):
        _stage_any(connection, path, len(headings))
    return _counted(connection, headings, content)


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


def _check_headings(headings: list[str], path: Path) -> None:
    if not headings:
        raise HeadingUnfit(found=f"The first line of {path.name} is blank", expected="a name for each column")
    if len(headings) > _WIDEST:
        raise HeadingUnfit(found=f"{path.name} has {len(headings)} headings", expected=f"at most {_WIDEST}")
    seen: set[str] = set()
    for number, heading in enumerate(headings, start=1):
        if not heading.strip():
            found = f"The heading of column {number} of {path.name} is empty"
            raise HeadingUnfit(found=found, expected="a name for each column")
        if _CONTROL.search(heading):
            found = f"The heading of column {number} of {path.name} has a control character in it"
            raise HeadingUnfit(found=found, expected="UTF-8 text")
        if heading in seen:
            raise HeadingUnfit(found=f"The heading `{heading}` stands twice in {path.name}", expected="it once")
        seen.add(heading)


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


def _quoted(name: str) -> str:
    return name.replace('"', '""')
