"""What happens to rows besides later rows: an undone delivery, a full extract that leaves them out, ranked sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import duckdb

from firmground.engine.tables import Table

# Why a row does not count; of several causes explanations tell the first.
CAUSES = ("undone", "withdrawn", "left_out", "replaced", "outranked")


@dataclass(frozen=True)
class FullExtract:
    """A delivery that holds everything its source has to say of a span; what it leaves out is withdrawn.

    number: of the delivery. first, last: days, both within; None: without a bound. received_at: since when.
    held: SQL of the keys (column `key`) of its rows in quarantine, which do not withdraw what they would replace.
    """

    number: int
    source: str
    first: date | None
    last: date | None
    received_at: datetime
    held: str | None = None


@dataclass(frozen=True)
class Events:
    """Of one table. undone: number of a delivery -> when it was undone. ranks: source -> rank, 1 before 2.

    A source without a rank comes after all that have one; without any ranks, all rows count.
    """

    undone: dict[int, datetime] = field(default_factory=dict)
    extracts: tuple[FullExtract, ...] = ()
    ranks: dict[str, int] = field(default_factory=dict)


def day_sql(day: date | None) -> str:
    """A day as SQL; None: null."""
    return "cast(null as date)" if day is None else f"date '{day}'"


def in_span_sql(table: Table, alias: str, first: str, last: str) -> str:
    """Whether a row speaks of a day from `first` to `last` (SQL; null: without a bound)."""
    if table.moment:
        day = f'{alias}."{table.moment}"'
        return f"(coalesce({day} >= {first}, true) and coalesce({day} <= {last}, true))"
    if table.span is None:
        return "true"
    begin, end = (f'{alias}."{name}"' for name in table.span)
    return (
        f"(coalesce({begin} <= {last}, true) and (coalesce({end} > {first}, true) "
        f"or coalesce({end} = {begin} and {end} >= {first}, false)))"
    )


def name_events(connection: duckdb.DuckDBPyConnection, events: Events) -> None:
    """Make the tables `undone` (number, undone_at) and `ranks` (source, rank)."""
    connection.execute("create or replace temp table undone (number bigint, undone_at timestamptz)")
    for number, at in events.undone.items():
        connection.execute("insert into undone values (?, ?)", [number, at.astimezone(UTC)])
    connection.execute("create or replace temp table ranks (source varchar, rank integer)")
    for source, rank in events.ranks.items():
        connection.execute("insert into ranks values (?, ?)", [source, rank])
