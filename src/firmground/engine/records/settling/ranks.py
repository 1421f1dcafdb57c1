"""Two sources for one thing: only the highest-ranked speaks, for a month of income or for a spell of work.

A row of income claims the months from covers_from to covers_to and its own; a row of a lower-ranked source whose own
month (of the same household, person and kind) is claimed by a row that counts is set aside. A spell of work is set
aside while a higher-ranked source's spell of the same person overlaps it. Sources of equal rank all count.
"""

from __future__ import annotations

import duckdb

from firmground.engine.records.settling.events import Events
from firmground.engine.records.settling.intervals import ENDLESS, alive_sql
from firmground.engine.tables import Table

RANKED = ("income", "jobs")  # tables


def is_ranked(table: Table, events: Events) -> bool:
    """Whether sources of the table's rows are ranked."""
    return table.name in RANKED and bool(events.ranks)


def group_sql(table: Table, alias: str) -> str:
    """Rows of one group may speak for the same thing."""
    names = ("household_id", "person_id", "kind") if table.name == "income" else ("person_id",)

    def part(name: str) -> str:
        return f"coalesce(length({alias}.{name}) || ':' || {alias}.{name}, '~')"

    return " || ".join(map(part, names))


def claim_sql(table: Table, alias: str) -> dict[str, str]:
    """What a row stands at, and what it claims: columns `stands_from`, `stands_to`, `claims_from`, `claims_to`."""
    if table.name == "jobs":
        begin = f"{alias}.started_on"
        end = f"coalesce({alias}.ended_on, cast('infinity' as date))"
        return {"stands_from": begin, "stands_to": end, "claims_from": begin, "claims_to": end}
    month = f"date_trunc('month', {alias}.occurred_on)"
    first = f"least({month}, coalesce(date_trunc('month', {alias}.covers_from), {month}))"
    last = f"greatest({month}, coalesce(date_trunc('month', {alias}.covers_to), {month}))"
    return {"stands_from": month, "stands_to": month, "claims_from": first, "claims_to": last}


def settle_ranks(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Add to `settled` the spans in which rows of `chains` are set aside for a higher-ranked source.

    From the highest rank down, for a row that is itself set aside claims nothing.
    """
    connection.execute(
        "create or replace temp table rivals as "
        "select c.*, coalesce(k.rank, 1 + (select max(rank) from ranks)) as rank "
        "from chains as c semi join touched_groups as g on g.entity = c.entity "
        "left join ranks as k on k.source = c.source where not c.deleted"
    )
    connection.execute(
        "delete from rivals where entity in (select entity from rivals group by entity having count(distinct rank) = 1)"
    )
    ranks = [rank for (rank,) in connection.execute("select distinct rank from rivals order by rank").fetchall()]
    own = "(select s.* from settled as s semi join higher as h on h.row_id = s.row_id)"
    meets = "h.claims_from <= r.stands_to and r.stands_from <= h.claims_to"
    if table.name == "jobs":  # the last day is not a day of work
        meets = "h.claims_from < r.stands_to and r.stands_from < h.claims_to"
    for rank in ranks[1:]:
        connection.execute(f"create or replace temp table higher as select * from rivals where rank < {rank}")
        connection.execute(
            f"insert into settled select r.row_id, a.from_at, nullif(a.until_at, {ENDLESS}), "
            f"'outranked' from rivals as r join higher as h on h.entity = r.entity and {meets} "
            f"join {alive_sql('higher', own)} as a on a.row_id = h.row_id where r.rank = {rank}"
        )
