"""A scan of rows in memory, without a lake: for worked examples and for notebooks.

Every row counts; corrections, known-at and runs belong to the lake.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from firmground.engine.areas import AreaTree
from firmground.engine.policy.model import Pack
from firmground.engine.scan.backends import duckdb as backend
from firmground.engine.scan.compile.statement import compile_statement
from firmground.engine.scan.judged import Judged
from firmground.engine.scan.relations import READ_TABLES, Relations, depth_in, empty


def scan_tables(tables: Mapping[str, pa.Table], pack: Pack, as_of: date, *, areas: AreaTree | None = None) -> Judged:
    """Judge every household of `households` by the pack at a date.

    tables: rows per record table, with columns of contracts (absent ones read as null); areas: the tree the area codes
    belong to, by default a tree of the codes themselves without anything above them.
    Returns the warnings, sorted by household_id and rule, and the counts.
    """
    relations = numbered(tables)
    codes = relations.tables["households"].column("area_code").unique()
    if areas is None:
        relations.tables["area_ancestors"] = pa.table({"area_code": codes, "ancestor_code": codes})
    else:
        relations.tables["area_ancestors"] = areas.ancestors_table(codes)
    statement = compile_statement(pack, as_of, depth_in(areas) if areas is not None else len)
    judged = backend.judge(statement, relations)
    order = [("household_id", "ascending"), ("rule", "ascending")]
    return Judged(judged.warnings.sort_by(order), judged.counts)


def numbered(tables: Mapping[str, pa.Table]) -> Relations:
    """The rows as relations, with the numbers of households and pairs that import gives in a lake."""
    relations = Relations()
    rows = {name: _complete(name, tables.get(name)) for name in READ_TABLES}
    household_no = _numbers(rows["households"].column("household_id").unique().to_pylist())
    pairs: dict[tuple[str, str], int] = {}
    for name, table in rows.items():
        households = table.column("household_id").to_pylist()
        columns = {"household_no": pa.array([household_no.get(h) for h in households], pa.int32())}
        if "person_id" in table.column_names:
            people = zip(households, table.column("person_id").to_pylist(), strict=True)
            numbers = [pairs.setdefault(p, len(pairs) + 1) if p[1] is not None else None for p in people]
            columns["member_no"] = pa.array(numbers, pa.int32())
        relations.tables[name] = _with(table, columns)
    relations.tables["member_numbers"] = pa.table({"member_no": pa.array(list(pairs.values()), pa.int32())})
    return relations


def _with(table: pa.Table, columns: dict[str, pa.Array]) -> pa.Table:
    for column, values in columns.items():
        table = table.set_column(table.schema.get_field_index(column), column, values)
    return table


def _numbers(ids: list[str]) -> dict[str, int]:
    return {id_: number for number, id_ in enumerate(sorted(ids), start=1)}


def _complete(name: str, rows: pa.Table | None) -> pa.Table:
    """The rows with all columns that rows in the lake have, in their types."""
    schema = empty(name).schema
    if rows is None:
        return schema.empty_table()
    columns = []
    for field in schema:
        if field.name in rows.column_names:
            columns.append(pc.cast(rows.column(field.name), field.type))
        else:
            columns.append(pa.nulls(rows.num_rows, field.type))
    return pa.Table.from_arrays(columns, schema=schema)
