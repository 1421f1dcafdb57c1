"""Quarantine: bad rows kept whole, with every mistake, until they are taken up again.

Two files of each delivery: a Parquet file that holds the cells exactly, and a CSV file for people, whose cells are
inert in a spreadsheet and which ends in the columns _row, _column, _found, _expected and _error. _column names the
heading of the file, which is what those who correct it know; our own name where no heading stands for the column.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.csv as pa_csv

from firmground.engine.records.delivery import Delivery
from firmground.engine.records.judging.cells import BETWEEN
from firmground.engine.records.judging.checks import literal
from firmground.engine.records.sources.mapping import Mapping
from firmground.engine.records.store.file_names import parquet_sql
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.manifest import DataFile
from firmground.engine.records.store.workspace import Workspace
from firmground.engine.tables.inert import inert

_BATCH, _BATCH_CELLS = 50_000, 2_000_000


def put_in_quarantine(work: Workspace, delivery: Delivery, lake: Lake, version: int) -> DataFile:
    """Keep the rows of `bad`, whole. Returns the Parquet file; the CSV file stands beside it."""
    cells = ", ".join(f"r.c{number}" for number in range(len(delivery.headings)))
    sql = (
        f"select b.row_no, b.part, r.broken, b.mistakes, {cells} from bad as b join raw as r on r.rowid = b.at "
        "order by b.row_no"
    )
    name = f"quarantine/{delivery.id}-{version:010d}"
    kept = work.write(sql, f"{name}.parquet", lake.path)
    temporary = work.folder / "quarantine.csv"
    _write_csv(work, delivery, sql, str(temporary))
    work.keep(temporary, f"{name}.csv", lake.path, kept.rows, (None, None))
    return kept


def _write_csv(work: Workspace, delivery: Delivery, sql: str, path: str) -> None:
    names = [*inert(pa.array(delivery.headings, pa.string())).to_pylist(), *own_names(delivery.headings)]
    schema = pa.schema([(name, pa.string()) for name in names])
    parts = len(delivery.mapping.records())
    part = f"string_split(x, '{BETWEEN}')"
    wanted = (_heading_sql(delivery.mapping, f"{part}[2]"), f"{part}[3]", f"{part}[4]", f"{part}[1]")
    pieces = ", ".join(
        f"array_to_string(list_transform(b.mistakes, lambda x: {piece}), ' | ') as piece{number}"
        for number, piece in enumerate(wanted)
    )
    cells = ", ".join(f"b.c{number}" for number in range(len(delivery.headings)))
    shown = f"cast((b.row_no - 1) // {parts} + {delivery.first_row} as varchar)"
    query = f"select {cells}, {shown} as _row, {pieces} from ({sql}) as b"
    reader = work.connection.sql(query).to_arrow_reader(max(1, min(_BATCH, _BATCH_CELLS // len(names))))
    with pa_csv.CSVWriter(path, schema, write_options=pa_csv.WriteOptions(quoting_style="needed")) as writer:
        for batch in reader:
            columns = [inert(batch.column(number)) for number in range(batch.num_columns)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _heading_sql(mapping: Mapping, column: str) -> str:
    """The heading that stands for a column in the record that a row of the file became, else the column's own name."""
    whens = " ".join(
        f"when b.part = {part} and {column} = {literal(name)} then {literal(cell.heading)}"
        for part, cells in enumerate(mapping.records())
        for name, cell in cells.items()
        if cell.heading not in (None, name)
    )
    return f"case {whens} else {column} end" if whens else column


def own_names(headings: list[str]) -> list[str]:
    """The names of the last five columns: ours, unless the file has them too because it was in quarantine before."""
    own = ["_row", "_column", "_found", "_expected", "_error"]
    while not set(own).isdisjoint(headings):
        own = ["_" + name for name in own]
    return own


def take_from_quarantine(work: Workspace, lake: Lake, kept: DataFile, headings: list[str]) -> None:
    """Make `raw` of a delivery's quarantined rows, with their numbers."""
    cells = ", ".join(f"c{number}" for number in range(len(headings)))
    work.connection.execute(
        f"create table raw as select broken, cast(null as bigint) as place, {cells}, cast(row_no as bigint) as row_no, "
        f"cast(part as integer) as part from {parquet_sql([lake.path / kept.path])}"
    )
