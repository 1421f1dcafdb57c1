"""Which rows do not count, and between which times: settled when rows come in, so that a scan need not ask again.

Among rows of one key the one received last counts; a row stops counting when its successor is received, and counts
again when that one is undone. A `deleted` row never counts. A full extract withdraws what it leaves out. For households
and areas, of several keys for one id the row received last counts. Of income and jobs the highest-ranked source speaks.

Every cause is a span of its own in the list; the spans of a row may overlap.
"""

from __future__ import annotations

import duckdb

from firmground.engine.records.settling.chains import Touched, make_chains
from firmground.engine.records.settling.events import Events, name_events
from firmground.engine.records.settling.keys import ENTITY
from firmground.engine.records.settling.ranks import is_ranked, settle_ranks
from firmground.engine.records.settling.succession import settle_entities, settle_keys
from firmground.engine.tables import Table


def settle(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    touched: Touched,
    rows: str,
    old: str | None,
    events: Events,
) -> bool:
    """Make the table `settled` (row_id, from_at, until_at, why): what was settled before, and what changes.

    touched: the rows that come in or are undone. rows: SQL of all rows of the table, with those that come in. old: SQL
    of what was settled before. Returns whether anything is settled at all. why: one of CAUSES.
    """
    connection.execute(
        "create or replace temp table settled (row_id bigint, from_at timestamptz, until_at timestamptz, why varchar)"
    )
    ranked = is_ranked(table, events)
    name_events(connection, events)
    make_chains(connection, table, touched, rows, events, ranked=ranked)
    settle_keys(connection, table, events)
    if table.name in ENTITY:
        settle_entities(connection)
    if ranked:
        settle_ranks(connection, table)
    if old:
        connection.execute(
            f"insert into settled select o.row_id, o.from_at, o.until_at, o.why from ({old}) as o "
            "anti join judged as j on j.row_id = o.row_id"
        )
    return bool(connection.execute("select count(*) from settled").fetchall()[0][0])
