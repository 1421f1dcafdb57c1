"""Which rows do not count, and between which times: settled when rows come in, so that a scan need not ask again.

Among rows of one key the one received last counts; a row stops counting when its successor is received. A `deleted` row
never counts. For households and areas, of several keys for one id the row received last counts.
"""

from __future__ import annotations

import duckdb

from firmground.engine.tables import Table

_ENTITY = {"households": "household_id", "areas": "code"}


def key_sql(table: Table, alias: str) -> str:
    """The key of a row as text; null for rows that all count. Source and record_id, else the table's own columns.

    Each part is written with its length before it, so that no two keys are the same text whatever their parts hold.
    """

    def part(column: str) -> str:
        text = f'cast({alias}."{column}" as varchar)'
        return f"coalesce(length({text}) || ':' || {text}, '~')"

    with_id = " || ".join(["'r'", part("source"), part("record_id")])
    columns = (("source",) if table.by_source else ()) + table.key
    own = " || ".join(["'k'", *map(part, columns)]) if table.key else "null"
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
    columns = "r.row_id, r.received_at, coalesce(r.deleted, false) as deleted"
    sources = ["fresh", *([f"({lake_rows})"] if lake_rows else [])]
    each = " union all ".join(f"select {key} as key, {named} as entity, {columns} from {rows} as r" for rows in sources)
    connection.execute(
        "create or replace temp table touched as select distinct "
        f"{named if entity else key} as {column} from fresh as r"
    )
    if entity:
        _touch_through_keys(connection, each)
    connection.execute(
        f"create or replace temp table chains as select e.* from ({each}) as e "
        f"semi join touched as t on t.{column} = e.{column}"
    )


def _touch_through_keys(connection: duckdb.DuckDBPyConnection, each: str) -> None:
    """Where rows of one key name several ids (a row was corrected to another household), all of these are touched."""
    connection.execute(
        f"create or replace temp table moved as with named as (select distinct key, entity from ({each}) as e) "
        "select n.key, n.entity from named as n semi join (select m.key from named as m group by m.key "
        "having count(*) > 1) as m on m.key = n.key"
    )
    grown = True
    while grown:
        grown = bool(
            connection.execute(
                "insert into touched select distinct other.entity from moved as own "
                "join touched as t on t.entity = own.entity join moved as other on other.key = own.key "
                "where other.entity not in (select entity from touched) returning entity"
            ).fetchall()
        )


def _settle_entities(connection: duckdb.DuckDBPyConnection) -> None:
    """Ids of which a row can come to count again: one of their keys was withdrawn, or moved to another id.

    A row is alive from its arrival to that of the next row of its key, if it does not withdraw. At any time the alive
    row of an id that was received last counts; the spans between are those in which a row is set aside.
    """
    connection.execute(
        "create or replace temp table several as with whole as (select c.*, lead(c.received_at) over "
        "(partition by c.key order by c.received_at, c.row_id) as successor from chains as c) "
        "select w.* from whole as w where w.entity in (select entity from chains group by entity "
        "having count(distinct key) > 1 and bool_or(deleted)) or w.entity in (select entity from moved)"
    )
    connection.execute("delete from settled where row_id in (select row_id from several)")
    connection.execute(
        "insert into settled with times as (select entity, received_at as moment from several "
        "union select entity, successor from several where successor is not null), "
        "arrived as (select t.moment, c.*, not c.deleted and coalesce(c.successor > t.moment, true) as alive "
        "from times as t join several as c on c.entity = t.entity and c.received_at <= t.moment), "
        "states as (select row_id, moment, alive and row_number() over (partition by entity, moment, alive "
        "order by received_at desc, row_id desc) = 1 as counts from arrived), "
        "changes as (select *, lag(counts) over (partition by row_id order by moment) is distinct from counts "
        "as changed from states) "
        "select row_id, moment, next_moment from (select row_id, moment, counts, lead(moment) over "
        "(partition by row_id order by moment) as next_moment from changes where changed) where not counts"
    )
