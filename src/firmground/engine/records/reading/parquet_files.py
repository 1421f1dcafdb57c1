"""Parquet files: every cell as text."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from firmground.engine.records.reading.content import Content
from firmground.engine.records.reading.headings import check_headings
from firmground.engine.records.reading.refusals import FileUnreadable
from firmground.engine.records.reading.table import ReadTable
from firmground.engine.records.store.disk import DISK_ERRORS
from firmground.engine.records.store.file_names import parquet_sql
from firmground.engine.tables.schema import MONEY


def stage_parquet(connection: duckdb.DuckDBPyConnection, content: Content) -> ReadTable:
    """Make `raw` of a Parquet file. Raises FileUnreadable, HeadingUnfit."""
    path = content.path
    damaged = FileUnreadable(
        found=f"The Parquet file {content.name} is damaged or cut off",
        expected="a whole Parquet file",
        hint="Ask for it again; nothing was imported.",
    )
    try:
        schema = pq.read_schema(path)
        headings: list[str] = schema.names
    except (OSError, pa.ArrowException) as error:
        raise damaged from error
    check_headings(headings, content.name)
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
    return ReadTable(headings)


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


def _quoted(name: str) -> str:
    return name.replace('"', '""')
