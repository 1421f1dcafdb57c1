"""Parquet files: every cell as text."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from firmground.engine.records.reading.content import Content
from firmground.engine.records.reading.headings import check_headings
from firmground.engine.records.reading.parquet_limits import check_claims, check_text, is_long
from firmground.engine.records.reading.refusals import FileUnreadable
from firmground.engine.records.reading.table import ReadTable
from firmground.engine.records.store.disk import DISK_ERRORS, lacks_room
from firmground.engine.records.store.file_names import parquet_sql
from firmground.engine.tables.schema import MONEY


def stage_parquet(connection: duckdb.DuckDBPyConnection, content: Content, folder: Path) -> ReadTable:
    """Make `raw` of a Parquet file. folder: where the connection writes.

    Raises FileUnreadable, HeadingUnfit, FileBeyondLimits.
    """
    path, size = content.path, content.stamp[0]
    damaged = FileUnreadable(
        found=f"The Parquet file {content.name} is damaged or cut off",
        expected="a whole Parquet file",
        hint="Ask for it again; nothing was imported.",
    )
    try:
        metadata = pq.read_metadata(path)
        schema = metadata.schema.to_arrow_schema()
    except (OSError, pa.ArrowException) as error:
        raise damaged from error
    check_headings(schema.names, content.name)
    check_claims(metadata, size, content.name)
    try:
        _read(connection, schema, content)
    except DISK_ERRORS as error:
        if lacks_room(error) or str(folder) in str(error):
            raise  # the trouble is with our disk, not with the file
        raise damaged from error
    except duckdb.Error as error:
        raise damaged from error
    return ReadTable(schema.names)


def _read(connection: duckdb.DuckDBPyConnection, schema: pa.Schema, content: Content) -> None:
    reader = parquet_sql([content.path])
    names = connection.sql(f"select * from {reader}").columns  # unlike headings in their letters' case
    cells = [_cell(_quoted(name), type_) for name, type_ in zip(names, schema.types, strict=True)]
    texts = [cell for cell, type_ in zip(cells, schema.types, strict=True) if is_long(type_)]
    check_text(connection, reader, texts, content.stamp[0], content.name)
    columns = ", ".join(f"{cell} as c{number}" for number, cell in enumerate(cells))
    connection.execute(
        "create table raw as select cast(null as varchar) as broken, cast(null as bigint) as place, "
        f"{columns} from {reader}"
    )


def _cell(name: str, type_: pa.DataType) -> str:
    """The text of a cell. A midnight without a zone is the day it begins; zeros beyond the cents say nothing."""
    text = f'cast("{name}" as varchar)'
    if pa.types.is_timestamp(type_) and type_.tz is None:
        return f'case when "{name}" = date_trunc(\'day\', "{name}") then {text}[:10] else {text} end'
    if pa.types.is_decimal(type_) and type_.scale > MONEY[1]:
        return rf"regexp_replace({text}, '(\.\d{{{MONEY[1]}}}\d*?)0+$', '\1')"
    return text


def _quoted(name: str) -> str:
    return name.replace('"', '""')
