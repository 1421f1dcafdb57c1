"""Spans of known-at time in which rows count, from the spans in which they do not."""

from __future__ import annotations

ENDLESS = "cast('infinity' as timestamptz)"


def alive_sql(rows: str, settled: str) -> str:
    """SQL of the spans in which rows count: row_id, from_at, until_at (infinity: for good).

    rows: a relation with row_id and received_at. settled: a relation with row_id, from_at and until_at (null: for
    good), the spans in which a row does not count; they may overlap.
    """
    return (
        f"(with s as (select row_id, from_at, coalesce(until_at, {ENDLESS}) as until_at from {settled}), "
        "covered as (select row_id, from_at, max(until_at) over (partition by row_id order by from_at, until_at "
        "rows between unbounded preceding and 1 preceding) as before from s), "
        "last as (select row_id, max(until_at) as until_at from s group by row_id) "
        "select c.row_id, greatest(c.before, r.received_at) as from_at, c.from_at as until_at from covered as c "
        f"join {rows} as r on r.row_id = c.row_id where c.from_at > greatest(c.before, r.received_at) "
        f"union all select r.row_id, greatest(l.until_at, r.received_at) as from_at, {ENDLESS} as until_at "
        f"from {rows} as r left join last as l on l.row_id = r.row_id "
        f"where coalesce(l.until_at < {ENDLESS}, true))"
    )
