"""What a Parquet file may claim, checked before its cells are read.

A few bytes can stand for billions of rows or for one long text over and over. So rows, cells, and the bytes of text are
held against the size of the file: a file of records has a byte or more for ten rows, for its keys differ.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from firmground.engine.records.reading.refusals import FileBeyondLimits

ROWS, ROWS_PER_BYTE = 100_000, 10
CELLS, CELLS_PER_BYTE = 5_000_000, 100
LONG, LONG_ROW = 10_000_000, 50_000  # bytes of pages unpacked: in all, and for each row
BYTES, RATIO = 100_000_000, 100  # of pages unpacked, and of text


def check_claims(metadata: pq.FileMetaData, size: int, name: str) -> None:
    """Hold what a file says of itself against its size. Raises FileBeyondLimits."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    rows = max(metadata.num_rows, sum(group.num_rows for group in groups))
    cells = rows * metadata.num_columns
    lists = [n for n in range(metadata.num_columns) if metadata.schema.column(n).max_repetition_level]
    cells += sum(group.column(number).num_values for group in groups for number in lists)  # several values in a row
    if rows > ROWS + ROWS_PER_BYTE * size or cells > CELLS + CELLS_PER_BYTE * size:
        raise _beyond(name, f"says that it holds {rows:,} rows in {size:,} bytes")
    if any(group.total_byte_size > LONG + LONG_ROW * group.num_rows for group in groups):
        raise _beyond(name, f"has rows of more than {LONG_ROW:,} bytes")
    if sum(group.total_byte_size for group in groups) > BYTES + RATIO * size:
        raise _beyond(name, f"unpacks to more than {RATIO} times its size")


def check_text(connection: duckdb.DuckDBPyConnection, reader: str, texts: list[str], size: int, name: str) -> None:
    """Hold the length of all text against the size of the file. reader: SQL of the file; texts: SQL of each column.

    Raises FileBeyondLimits.
    """
    if not texts:
        return
    sums = " + ".join(f"coalesce(sum(strlen({text})), 0)" for text in texts)
    if connection.execute(f"select {sums} from {reader}").fetchall()[0][0] > BYTES + RATIO * size:
        raise _beyond(name, f"holds text of more than {RATIO} times its size")


def is_long(type_: pa.DataType) -> bool:
    """Whether the text of a cell may be longer than a few characters."""
    if pa.types.is_dictionary(type_):
        return is_long(type_.value_type)
    return not (pa.types.is_primitive(type_) or pa.types.is_decimal(type_) or pa.types.is_null(type_))


def _beyond(name: str, what: str) -> FileBeyondLimits:
    return FileBeyondLimits(
        found=f"The Parquet file {name} {what}",
        expected="a table whose rows differ",
        hint="Ask for it as CSV, or for its rows in several files.",
    )
