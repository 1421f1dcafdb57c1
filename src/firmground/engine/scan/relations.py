"""The relations that the statement reads, as they count at a known-at time.

Definitions are SQL over the lake's files, the same for every backend: NAME__files is what lies in the files of a table,
NAME what counts of it. `area_ancestors` and other small tables come along as Arrow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from firmground.engine.areas import AreaTree
from firmground.engine.records import Lake, Manifest, parquet_sql
from firmground.engine.scan.compile.windows_sql import open_at
from firmground.engine.tables import COMMON, TABLES, arrow_type

READ_TABLES = ("households", "persons", "income", "spending", "jobs", "conditions", "shocks", "attributes", "outcomes")
RECORD_TABLES = ("income", "spending", "jobs", "conditions", "shocks", "attributes")
_NUMBERS = {"household_no": pa.int32(), "member_no": pa.int32(), "row_id": pa.int64()}


@dataclass
class Relations:
    """What a backend makes before it runs the statement.

    files: relation -> Parquet files; tables: relation -> rows in memory; definitions: relation -> its select, in
    DuckDB's dialect, over those, in the order in which they are made.
    """

    files: dict[str, list[Path]] = field(default_factory=dict)
    tables: dict[str, pa.Table] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)


def empty(table: str) -> pa.Table:
    """No rows of a table, with the columns that rows in the lake have."""
    fields = [(c.name, arrow_type(c.type)) for c in (*TABLES[table].columns, *COMMON)]
    return pa.schema([*fields, *_NUMBERS.items()]).empty_table()


def lake_relations(
    lake: Lake,
    manifest: Manifest,
    *,
    as_of: date,
    known_at: datetime | None = None,
    households: Sequence[str] | None = None,
) -> Relations:
    """The relations of a lake in the state of a manifest.

    known_at: rows received later do not count; None: all count. households: only these ids, None for all.
    """
    relations = Relations()
    if households is not None:
        relations.tables["asked"] = pa.table({"household_id": pa.array(households, pa.string())})
    for table in READ_TABLES:
        _add(relations, lake, manifest, table, known_at, asked=households is not None)
    if manifest.overlapping_memberships:
        relations.definitions["persons"] = _one_membership_each(relations.definitions["persons"], as_of)
    _add_files(relations, "member_numbers", [lake.path / f.path for f in manifest.members], _no_member_numbers())
    _add_areas(relations, lake, manifest, known_at)
    return relations


def _add_files(relations: Relations, name: str, files: list[Path], without: pa.Table) -> None:
    if files:
        relations.files[name] = files
    else:
        relations.tables[name] = without


def _no_member_numbers() -> pa.Table:
    return pa.schema(
        [("household_no", pa.int32()), ("person_id", pa.string()), ("member_no", pa.int32())]
    ).empty_table()


def _add(
    relations: Relations, lake: Lake, manifest: Manifest, table: str, known_at: datetime | None, *, asked: bool
) -> None:
    """One table: its files, and of them the rows that count."""
    files = list(manifest.tables.get(table, ()))
    if known_at is not None:
        files = [f for f in files if f.min_received_at is None or f.min_received_at <= known_at]
    _add_files(relations, f"{table}__files", [lake.path / f.path for f in files], empty(table))
    conditions, joins = [], ""
    if known_at is not None and any(f.max_received_at is None or f.max_received_at > known_at for f in files):
        conditions.append(f"r.received_at <= {_time(known_at)}")
    settled = manifest.settled.get(table)
    if settled is not None:
        relations.files[f"{table}__settled"] = [lake.path / settled.path]
        joins = (
            f" left join (select distinct s.row_id from {table}__settled as s where {settled_condition(known_at)}) as s"
            " on s.row_id = r.row_id"
        )
        conditions.append("s.row_id is null")
    if asked:
        joins += " left join asked as a on a.household_id = r.household_id"
        area_wide = " or r.household_id is null" if table == "shocks" else ""
        conditions.append(f"(a.household_id is not null{area_wide})")
    where = " where " + " and ".join(conditions) if conditions else ""
    relations.definitions[table] = f"select r.* from {table}__files as r{joins}{where}"


def settled_condition(known_at: datetime | None) -> str:
    """Whether an entry of a settled list `s` holds at a known-at time."""
    if known_at is None:
        return "s.until_at is null"
    return f"s.from_at <= {_time(known_at)} and (s.until_at is null or s.until_at > {_time(known_at)})"


def _time(at: datetime) -> str:
    return f"cast('{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00:00' as timestamptz)"


def _one_membership_each(persons: str, as_of: date) -> str:
    """Of two open memberships of one person in one household, the one that began last counts."""
    is_open = open_at(TABLES["persons"], "c", as_of).sql(dialect="duckdb")
    return (
        f"with counting as ({persons}), numbered as (select c.*, {is_open} as is_open, row_number() over "
        f"(partition by c.member_no, {is_open} order by c.member_from desc nulls last, c.row_id desc) as place "
        "from counting as c) select n.* from numbered as n where not n.is_open or n.place = 1"
    )


def _add_areas(relations: Relations, lake: Lake, manifest: Manifest, known_at: datetime | None) -> None:
    """`area_ancestors` of the codes in use, and households placed in the successors of areas that were replaced."""
    tree = area_tree(lake, manifest, known_at)
    files = relations.files.get("households__files", [])
    used = [pq.read_table(path, columns=["area_code"]).column(0).unique() for path in files]
    codes = pa.chunked_array(
        [chunk for part in used for chunk in ([part] if isinstance(part, pa.Array) else part.chunks)], pa.string()
    )
    today = [tree.successor(code) for code in codes.unique().to_pylist() if code is not None]
    relations.tables["area_ancestors"] = tree.ancestors_table(pa.array(today, pa.string()))
    replaced = tree.replaced()
    if replaced.num_rows:
        relations.tables["area_successors"] = replaced
        for table in ("households", "shocks"):
            relations.definitions[table] = _in_successors(table, relations.definitions[table])


def _in_successors(table: str, counting: str) -> str:
    """The rows with the successor's code; each column is named, for Spark knows no `* replace`."""
    columns = ", ".join(
        f"coalesce(s.successor, c.{name}) as {name}" if name == "area_code" else f"c.{name}"
        for name in empty(table).schema.names
    )
    return (
        f"with counting as ({counting}) select {columns} from counting as c "
        "left join area_successors as s on s.area_code = c.area_code"
    )


def area_tree(lake: Lake, manifest: Manifest, known_at: datetime | None) -> AreaTree:
    """The lake's own areas if it has any, else the shipped tree of its pack."""
    if not manifest.has_rows("areas"):
        shipped = lake.settings.area_tree
        return AreaTree.shipped(shipped) if shipped else AreaTree(empty("areas"))
    relations = Relations()
    _add(relations, lake, manifest, "areas", known_at, asked=False)
    return AreaTree.from_table(_rows(relations, "areas"))


def _rows(relations: Relations, name: str) -> pa.Table:
    """The rows of a small relation."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set time zone 'UTC'")
        for relation, rows in relations.tables.items():
            connection.register(relation, rows)
        for relation, paths in relations.files.items():
            connection.execute(f'create view "{relation}" as select * from {parquet_sql(paths)}')
        return connection.sql(relations.definitions[name]).to_arrow_table()


def depth_in(tree: AreaTree) -> Callable[[str], int]:
    """How deep an area lies below the top of a tree; codes that it does not know count by their length."""
    return lambda code: len(tree.ancestors(code)) if code in tree else len(code)


def first_day(query: Callable[[str], pa.Table], relations: Relations) -> date | None:
    """The first day that any record speaks of, None if no record has a day."""
    days = []
    for name in RECORD_TABLES:
        table = TABLES[name]
        column = table.moment or (table.span or ("",))[0]
        if name in relations.definitions:
            days.append(query(f'select min("{column}") as day from "{name}"').column("day")[0].as_py())
    return min((day for day in days if day is not None), default=None)
