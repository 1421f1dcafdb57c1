"""The rows that a change touches: all versions of the same things, and the rows beside which these speak."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from firmground.engine.records.row_numbers import delivery_sql
from firmground.engine.records.settling.events import Events
from firmground.engine.records.settling.keys import ENTITY, key_sql
from firmground.engine.records.settling.ranks import claim_sql, group_sql
from firmground.engine.tables import Table


@dataclass(frozen=True)
class Touched:
    """SQL of the rows that come in or are undone. alone: whether rows that have no key are judged, too."""

    rows: str
    alone: bool = False


def make_chains(
    connection: duckdb.DuckDBPyConnection, table: Table, touched: Touched, rows: str, events: Events, *, ranked: bool
) -> None:
    """Make `chains`: every row of the keys (or ids, or groups) touched; and `judged`: those of them whose fate is told.

    Columns of chains: key, entity, row_id, received_at, deleted, source, number, undone_at, and what a full extract's
    span and the ranks of sources look at. rows: SQL of all rows of the table.
    """
    key = key_sql(table, "r")
    if not table.key and (touched.alone or ranked or events.extracts):
        key = f"coalesce({key}, '#' || r.row_id)"
    each = _each(table, key, rows, events, ranked=ranked)
    if table.name in ENTITY:
        _touch(connection, "entity", f'r."{ENTITY[table.name]}"', touched)
        _touch_through_keys(connection, each)
        chosen = "semi join touched as t on t.entity = e.entity"
    elif ranked:
        _touch(connection, "key", key, touched)
        connection.execute(
            "create or replace temp table touched_groups as select distinct e.entity "
            f"from ({each}) as e semi join touched as t on t.key = e.key"
        )
        chosen = (
            f"semi join (select distinct f.key from ({each}) as f semi join touched_groups as g "
            "on g.entity = f.entity) as k on k.key = e.key"
        )
    else:
        _touch(connection, "key", key, touched)
        chosen = "semi join touched as t on t.key = e.key"
    connection.execute(
        f"create or replace temp table chains as select e.*, u.undone_at from ({each}) as e {chosen} "
        "left join undone as u on u.number = e.number"
    )
    own = "semi join touched_groups as g on g.entity = c.entity" if ranked else ""
    connection.execute(f"create or replace temp table judged as select c.row_id from chains as c {own}")


def _each(table: Table, key: str, rows: str, events: Events, *, ranked: bool) -> str:
    """SQL of all rows of the table with the columns of chains."""
    entity = f'r."{ENTITY[table.name]}"' if table.name in ENTITY else "cast(null as varchar)"
    columns = {
        "key": key,
        "entity": group_sql(table, "r") if ranked else entity,
        "row_id": "r.row_id",
        "received_at": "r.received_at",
        "deleted": "coalesce(r.deleted, false)",
        "source": "r.source",
        "number": delivery_sql("r"),
    }
    if events.extracts:
        days = (table.moment,) if table.moment else (table.span or ())
        columns.update({name: f'r."{name}"' for name in days})
    if ranked:
        columns.update(claim_sql(table, "r"))
    chosen = ", ".join(f'{value} as "{name}"' for name, value in columns.items())
    return f"select {chosen} from ({rows}) as r"


def _touch(connection: duckdb.DuckDBPyConnection, column: str, value: str, touched: Touched) -> None:
    connection.execute(
        f"create or replace temp table touched as select distinct {value} as {column} from ({touched.rows}) as r"
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
