"""What later rows, withdrawals, undone deliveries and full extracts do to rows of one key, and to keys of one id."""

from __future__ import annotations

import duckdb

from firmground.engine.records.settling.events import Events, in_span_sql
from firmground.engine.records.settling.intervals import ENDLESS, alive_sql
from firmground.engine.tables import Table

_ORDER = "received_at, row_id"


def settle_keys(connection: duckdb.DuckDBPyConnection, table: Table, events: Events) -> None:
    """Add to `settled` the spans in which rows of `chains` do not count, as rows of their own key tell."""
    connection.execute("insert into settled select row_id, received_at, null, 'withdrawn' from chains where deleted")
    undone = "select 1 from chains where undone_at is not null limit 1"
    if not events.undone or not connection.execute(undone).fetchall():
        connection.execute(
            "insert into settled select row_id, successor, null, if(by_withdrawal, 'withdrawn', 'replaced') from "
            f"(select *, lead(received_at) over line as successor, lead(deleted) over line as by_withdrawal "
            f"from chains window line as (partition by key order by {_ORDER})) "
            "where not deleted and successor is not null"
        )
    else:
        connection.execute(
            "insert into settled select row_id, greatest(received_at, undone_at), null, 'undone' "
            "from chains where undone_at is not null"
        )
        _settle_beside_undone(connection)
    if events.extracts:
        _settle_left_out(connection, table, events)


def _settle_beside_undone(connection: duckdb.DuckDBPyConnection) -> None:
    """A row does not count while a later row of its key is there: for good, or until that one's delivery is undone.

    What follows the first row that stays for good adds nothing.
    """
    connection.execute(
        "insert into settled with placed as (select *, row_number() over line as place, "
        f"count(*) filter (where undone_at is null) over line as firm from chains window line as "
        f"(partition by key order by {_ORDER} rows between unbounded preceding and current row)) "
        "select r.row_id, l.received_at, l.undone_at, if(l.deleted, 'withdrawn', 'replaced') from placed as r "
        "join placed as l on l.key = r.key and l.place > r.place "
        "and l.firm - if(l.undone_at is null, 1, 0) = r.firm "
        "where not r.deleted and coalesce(l.undone_at > l.received_at, true)"
    )


def _settle_left_out(connection: duckdb.DuckDBPyConnection, table: Table, events: Events) -> None:
    """A full extract withdraws the earlier rows of its source, in its span, whose key it does not hold."""
    connection.execute(
        "create or replace temp table extracts (number bigint, source varchar, first_day date, last_day date, "
        "since timestamptz, undone_at timestamptz)"
    )
    for extract in events.extracts:
        connection.execute(
            "insert into extracts values (?, ?, ?, ?, ?, ?)",
            [
                extract.number,
                extract.source,
                extract.first,
                extract.last,
                extract.received_at,
                events.undone.get(extract.number),
            ],
        )
    held = [
        f"select {extract.number} as number, h.key from ({extract.held}) as h"
        for extract in events.extracts
        if extract.held
    ]
    own = "select c.number, c.key from chains as c semi join extracts as e on e.number = c.number"
    connection.execute(f"create or replace temp table in_extracts as {' union '.join([own, *held])}")
    connection.execute(
        "insert into settled with left_out as (select c.row_id, e.since, e.undone_at, "
        "count(*) filter (where e.undone_at is null) over (partition by c.row_id order by e.since, e.number "
        "rows between unbounded preceding and current row) as firm "
        "from chains as c join extracts as e on e.source = c.source and e.number <> c.number "
        "and (c.received_at < e.since or c.received_at = e.since and c.number < e.number) "
        f"and {in_span_sql(table, 'c', 'e.first_day', 'e.last_day')} "
        "anti join in_extracts as i on i.number = e.number and i.key = c.key where not c.deleted) "
        "select row_id, since, undone_at, 'left_out' from left_out "
        "where firm - if(undone_at is null, 1, 0) = 0 and coalesce(undone_at > since, true)"
    )


def settle_entities(connection: duckdb.DuckDBPyConnection) -> None:
    """Of several keys for one id, the row received last of those that count by their own key counts."""
    connection.execute(
        "create or replace temp table several as select * from chains where entity in "
        "(select entity from chains group by entity having count(distinct key) > 1)"
    )
    connection.execute(
        "create or replace temp table own_settled as select s.* from settled as s semi join several as c "
        "on c.row_id = s.row_id"
    )
    connection.execute(
        f"create or replace temp table alive as select c.entity, c.key, c.received_at, c.row_id, a.from_at, a.until_at "
        f"from {alive_sql('several', 'own_settled')} as a join several as c on c.row_id = a.row_id"
    )
    connection.execute(
        f"insert into settled select r.row_id, l.from_at, nullif(l.until_at, {ENDLESS}), "
        "'replaced' from several as r join alive as l on l.entity = r.entity and l.key is distinct from r.key "
        "and (l.received_at > r.received_at or l.received_at = r.received_at and l.row_id > r.row_id) "
        "where not r.deleted"
    )
