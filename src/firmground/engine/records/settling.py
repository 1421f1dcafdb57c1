"""Which rows do not count, and between which times: settled when rows come in, so that a scan need not ask again.

Among rows of one key the one received last counts; a row stops counting when its successor is received. A `deleted` row
never counts. For households and areas, of several keys for one id the row received last counts.
"""

from __future__ import annotations

import duckdb

from firmground.engine.tables import Table

_ENTITY = {"households": "household_id", "areas": "code"}


def key_sql(table: Table, alias: str) -> str:
    """The key of a row as text; null for rows that all count. Source and record_id, else the table's own columns."""

    def part(column: str) -> str:
        return f"coalesce(replace(cast({alias}.\"{column}\" as varchar), '|', '||'), '~') || '|'"

    with_id = " || ".join(["'r|'", part("source"), part("record_id")])
    columns = (("source",) if table.by_source else ()) + table.key
    own = " || ".join(["'k|'", *map(part, columns)]) if table.key else "null"
    return f"case when {alias}.record_id is not null then {with_id} else {own} end"


def settle(connection: duckdb.DuckDBPyConnection, table: Table, lake_rows: str | None, old: str | None) -> bool:
    """Make the table `settled` (row_id, from_at, until_at): what was settled before, and what `fresh` rows change.

    `fresh` holds the rows being accepted, as the lake will. lake_rows: SQL of all rows in the lake, None if there are
    none; old: SQL of what was settled before. Returns whether anything is settled at all.
    """
    _make_chains(connection, table, lake_rows)
    line = "entity" if table.name in _ENTITY else "key"
    connection.execute(
        "create or replace temp table settled as select row_id, "
        "case when deleted then received_at else successor end as from_at, cast(null as timestamptz) as until_at "
        f"from (select c.*, lead(received_at) over (partition by {line} order by received_at, row_id) as successor "
        "from chains as c) where deleted or successor is not null"
    )
    if table.name in _ENTITY:
        _settle_entities(connection)
    if old:
        connection.execute(
            f"insert into settled select o.row_id, o.from_at, o.until_at from ({old}) as o "
            "anti join chains as c on c.row_id = o.row_id"
        )
    return bool(connection.execute("select count(*) from settled").fetchall()[0][0])


def _make_chains(connection: duckdb.DuckDBPyConnection, table: Table, lake_rows: str | None) -> None:
    """Every row, old and fresh, of the keys (or ids of households and areas) that the fresh rows touch."""
    key = key_sql(table, "r")
    entity = _ENTITY.get(table.name)
    named = f'r."{entity}"' if entity else "cast(null as varchar)"
    column = "entity" if entity else "key"
    touched = f"select distinct {named if entity else key} as {column} from fresh as r"
    columns = "r.row_id, r.received_at, coalesce(r.deleted, false) as deleted"
    sources = ["fresh", *([f"({lake_rows})"] if lake_rows else [])]
    each = " union all ".join(f"select {key} as key, {named} as entity, {columns} from {rows} as r" for rows in sources)
    connection.execute(
        f"create or replace temp table chains as select e.* from ({each}) as e "
        f"semi join ({touched}) as t on t.{column} = e.{column}"
    )


def _settle_entities(connection: duckdb.DuckDBPyConnection) -> None:
    """Ids with rows under several keys of which some were withdrawn: a row counts again when a later one is withdrawn.

    After each arrival the row that counts is the last received of those that are the last of their key and not
    withdrawn; the spans between are those in which a row is set aside.
    """
    connection.execute(
        "create or replace temp table several as select c.* from chains as c semi join (select entity from chains "
        "group by entity having count(distinct key) > 1 and bool_or(deleted)) as s on s.entity = c.entity"
    )
    connection.execute("delete from settled where row_id in (select row_id from several)")
    connection.execute(
        "insert into settled with times as (select distinct entity, received_at as moment from several), "
        "arrived as (select t.moment, c.*, row_number() over (partition by t.entity, t.moment, c.key "
        "order by c.received_at desc, c.row_id desc) = 1 and not c.deleted as alive "
        "from times as t join several as c on c.entity = t.entity and c.received_at <= t.moment), "
        "states as (select row_id, moment, alive and row_number() over (partition by entity, moment, alive "
        "order by received_at desc, row_id desc) = 1 as counts from arrived), "
        "changes as (select *, lag(counts) over (partition by row_id order by moment) is distinct from counts "
        "as changed from states) "
        "select row_id, moment, next_moment from (select row_id, moment, counts, lead(moment) over "
        "(partition by row_id order by moment) as next_moment from changes where changed) where not counts"
    )
