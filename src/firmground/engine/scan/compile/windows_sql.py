"""Windows of facts as conditions on rows: dates are literals that we compute, never intervals in SQL."""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from firmground.engine.policy.model import Fact, Window, WindowKind
from firmground.engine.policy.windows import bounds
from firmground.engine.scan.compile.node_sql import day
from firmground.engine.tables import Table


def condition(window: Window, table: Table, alias: str, as_of: date) -> exp.Expr:
    """Whether a row is in the window."""
    if window.kind is WindowKind.OPEN:
        return open_at(table, alias, as_of)
    if window.kind is WindowKind.EVER:
        return _begun(table, table.span[0] if table.span else str(table.moment), alias, as_of)
    after, until = bounds(window, as_of)
    column = exp.column(str(window.on), alias)
    held = [] if after is None else [column > day(after)]
    return exp.and_(*held, column.copy() <= day(until))


def open_at(table: Table, alias: str, as_of: date) -> exp.Expr:
    """Whether a spell is open: began on or before the date and has no end, or an end after it."""
    begin, end = table.span or ("", "")
    ends = exp.column(end, alias)
    return exp.and_(_begun(table, begin, alias, as_of), exp.or_(ends.is_(exp.Null()), ends.copy() > day(as_of)))


def _begun(table: Table, column: str, alias: str, as_of: date) -> exp.Expr:
    begun = exp.column(column, alias) <= day(as_of)
    known = table.column(column)
    if known and known.required:
        return begun
    return exp.or_(exp.column(column, alias).is_(exp.Null()), begun)


def envelope(facts: list[Fact], as_of: date) -> tuple[str, date, date] | None:
    """(column, after, until) that holds every row any of the facts can see, or None if there is no such span."""
    spans: list[tuple[str, date, date]] = []
    for fact in facts:
        bounded = [(str(w.on), *bounds(w, as_of)) for w in fact.windows if w.on]
        first = next(((on, after, until) for on, after, until in bounded if after is not None), None)
        if first is None:
            return None
        spans.append(first)
    if not spans or len({on for on, _, _ in spans}) != 1:
        return None
    return spans[0][0], min(after for _, after, _ in spans), max(until for _, _, until in spans)
