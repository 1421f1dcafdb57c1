"""From a file to a staging table of text cells: `raw`, with `row_no` and one column `c0`, `c1`, ... per heading.

DuckDB reads sound files at full speed. At the first trouble Python's csv reads the file again, line by line, and keeps
what is broken: such a row has `broken` set and goes to quarantine whole.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import duckdb
import pyarrow as pa

from firmground.errors import FirmgroundError

_PARQUET = b"PAR1"
_BATCH = 50_000  # rows per Arrow batch on the slow path
_LONGEST_RECORD = 1_000_000  # characters that one record may span before its quotation mark counts as unended
_WIDEST = 2_000  # headings


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


def digest(path: Path) -> str:
    """SHA-256 of a file's content. Raises FileUnreadable."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileUnreadable(found=f"The file {path} cannot be read ({error.strerror})") from error


def stage(connection: duckdb.DuckDBPyConnection, path: Path) -> Staged:
    """Read a file into `raw`. Raises FileUnreadable, FileEmpty, WrongEncoding, HeadingUnfit."""
    sha256 = digest(path)
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise FileEmpty(found=f"The file {path.name} is empty", expected="a heading and rows")
    if head == _PARQUET:
        return _stage_parquet(connection, path, sha256)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise WrongEncoding(found=f"The file {path.name} is in UTF-16", expected="UTF-8, with or without a BOM")
    return _stage_csv(connection, path, sha256)


def _stage_parquet(connection: duckdb.DuckDBPyConnection, path: Path, sha256: str) -> Staged:
    try:
        relation = connection.read_parquet(str(path))
        headings = list(relation.columns)
        _check_headings(headings, path)
        cells = ", ".join(f'cast("{_quoted(h)}" as varchar) as c{i}' for i, h in enumerate(headings))
        connection.execute(f"create table raw as select cast(null as varchar) as broken, {cells} from relation")
    except duckdb.Error as error:
        raise FileUnreadable(
            found=f"The Parquet file {path.name} is damaged or cut off",
            expected="a whole Parquet file",
            hint="Ask for it again; nothing was imported.",
        ) from error
    return _counted(connection, headings, sha256, path)


def _counted(
    connection: duckdb.DuckDBPyConnection, headings: list[str], sha256: str, path: Path, note: str = ""
) -> Staged:
    rows, broken = connection.execute("select count(*), count(broken) from raw").fetchall()[0]
    if not rows:
        raise FileEmpty(found=f"The file {path.name} has a heading and no rows", expected="rows")
    return Staged(headings, rows, broken, sha256, note)


def _stage_csv(connection: duckdb.DuckDBPyConnection, path: Path, sha256: str) -> Staged:
    headings, new_line = _heading(path)
    _check_headings(headings, path)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(headings)))
    quoted = str(path).replace("'", "''")
    try:
        connection.execute(
            "create table raw as select cast(null as varchar) as broken, * from read_csv("
            f"'{quoted}', auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
            f"new_line = '{new_line}', strict_mode = true, max_line_size = {_LONGEST_RECORD}, "
            f"compression = 'none', columns = {{{columns}}})"
        )
        return _counted(connection, headings, sha256, path)
    except duckdb.Error:
        connection.execute("drop table if exists raw")
    _stage_slowly(connection, path, len(headings))
    return _counted(connection, headings, sha256, path, "read line by line because of broken rows")


def _heading(path: Path) -> tuple[list[str], str]:
    """The names in the first record, and the line ending that DuckDB is told of."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = next(csv.reader(_bounded(file)), [])
            ending = "\\r\\n" if "\r\n" in _beginning(path) else "\\n"
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error) from error
    except csv.Error as error:
        raise HeadingUnfit(found=f"The heading of {path.name} cannot be read ({error})") from error
    return first, ending


def _beginning(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(65536).decode("utf-8", errors="replace")


def _bounded(lines: TextIO) -> Iterator[str]:
    size = 0
    for line in lines:
        size += len(line)
        if size > _LONGEST_RECORD:
            raise csv.Error("it is longer than a million characters")
        yield line


def _check_headings(headings: list[str], path: Path) -> None:
    if len(headings) > _WIDEST:
        raise HeadingUnfit(found=f"{path.name} has {len(headings)} headings", expected=f"at most {_WIDEST}")
    seen: set[str] = set()
    for number, heading in enumerate(headings, start=1):
        if not heading.strip():
            found = f"The heading of column {number} of {path.name} is empty"
            raise HeadingUnfit(found=found, expected="a name for each column")
        if heading in seen:
            raise HeadingUnfit(found=f"The heading `{heading}` stands twice in {path.name}", expected="it once")
        seen.add(heading)


def _not_utf8(path: Path, error: UnicodeDecodeError) -> WrongEncoding:
    return WrongEncoding(
        found=f"The file {path.name} is not UTF-8 (byte {error.start} of what was read)",
        expected="UTF-8, with or without a BOM",
        hint="Save it as UTF-8; other encodings are not read yet.",
    )


def _stage_slowly(connection: duckdb.DuckDBPyConnection, path: Path, width: int) -> None:
    names = ["broken", *(f"c{i}" for i in range(width))]
    schema = pa.schema([(name, pa.string()) for name in names])
    connection.register("batch", schema.empty_table())
    connection.execute("create table raw as select * from batch")
    connection.unregister("batch")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for batch in _batches(_records(file, width)):
                columns = [pa.array(values, pa.string()) for values in zip(*batch, strict=True)]
                connection.register("batch", pa.Table.from_arrays(columns, schema=schema))
                connection.execute("insert into raw select * from batch")
                connection.unregister("batch")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error) from error


def _batches(records: Iterator[list[str | None]]) -> Iterator[list[list[str | None]]]:
    batch: list[list[str | None]] = []
    for record in records:
        batch.append(record)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _records(file: TextIO, width: int) -> Iterator[list[str | None]]:
    """Each record as [broken, cells]. A record that cannot be read is its first line, whole, in the first cell."""
    lines = _Lines(file)
    is_heading = True
    while True:
        lines.start()
        try:
            cells = next(csv.reader(lines, strict=True))
        except StopIteration:
            return
        except csv.Error as error:
            first = lines.give_back()
            if not is_heading:
                yield [f"{error}", first.rstrip("\r\n"), *[None] * (width - 1)]
            is_heading = False
            continue
        if is_heading:
            is_heading = False
            continue
        if not cells:
            continue
        yield _fitted(cells, width)


def _fitted(cells: list[str], width: int) -> list[str | None]:
    if len(cells) == width or (len(cells) > width and not any(cells[width:])):
        return [None, *(cell or None for cell in cells[:width])]
    found = f"{len(cells)} cells instead of {width}"
    kept: list[str | None] = [*cells[:width], *[None] * (width - len(cells))]
    if len(cells) > width:
        rest = io.StringIO()
        csv.writer(rest).writerow(cells[width:])
        found += f": {rest.getvalue().strip()}"
    return [found, *kept]


class _Lines:
    """Lines of a file that can be given back: what a record with an unended quotation mark swallowed is read again."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: list[str] = []
        self._taken: list[str] = []
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._file.readline()
        if not line:
            raise StopIteration
        self._taken.append(line)
        self._size += len(line)
        if self._size > _LONGEST_RECORD and len(self._taken) > 1:
            raise csv.Error("a quotation mark does not end")
        return line

    def start(self) -> None:
        """A new record begins."""
        self._taken = []
        self._size = 0

    def give_back(self) -> str:
        """The record could not be read: keep its first line, give the others back."""
        first, rest = self._taken[0], self._taken[1:]
        self._again += reversed(rest)
        return first


def _quoted(name: str) -> str:
    return name.replace('"', '""')


csv.field_size_limit(_LONGEST_RECORD)
