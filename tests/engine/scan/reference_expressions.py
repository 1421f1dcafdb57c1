"""Expressions and windows of the reference: values are fractions, dates, texts, true, false and None."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from firmground.engine.policy.expressions import Node
from firmground.engine.policy.model import Window, WindowKind

Row = dict[str, Any]
_SPANS = {
    "persons": ("member_from", "member_to"),
    "jobs": ("started_on", "ended_on"),
    "conditions": ("valid_from", "valid_to"),
    "attributes": ("valid_from", "valid_to"),
}


def is_open(table: str, row: Row, as_of: date) -> bool:
    """Begun on or before the date, and without an end or with one after it."""
    begin, end = (row[column] for column in _SPANS[table])
    return (begin is None or begin <= as_of) and (end is None or end > as_of)


def within(window: Window, table: str, row: Row, as_of: date) -> bool:
    """Whether a row lies in a window."""
    if window.kind is WindowKind.OPEN:
        return is_open(table, row, as_of)
    if window.kind is WindowKind.EVER:
        begun = row[_SPANS[table][0] if table in _SPANS else "occurred_on"]
        return begun is None or begun <= as_of
    on = row[str(window.on)]
    if on is None or on > as_of:
        return False
    months_ago = (as_of.year - on.year) * 12 + as_of.month - on.month
    if window.kind is WindowKind.FULL_MONTHS:
        return 1 + window.offset_months <= months_ago <= window.count + window.offset_months
    if window.kind is WindowKind.FULL_YEARS:
        return as_of.year - window.count <= on.year <= as_of.year - 1
    if window.kind is WindowKind.YEAR_TO_DATE:
        return on.year == as_of.year
    return on > _earlier(as_of, window.count)


def _earlier(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def six_places(value: Fraction) -> Fraction:
    """Rounded to 6 places, half away from zero."""
    millionths = abs(value) * 10**6
    whole = (2 * millionths.numerator + millionths.denominator) // (2 * millionths.denominator)
    return Fraction(whole if value > 0 else -whole, 10**6)


def evaluate(
    node: Node, names: Row, as_of: date, parameter: Callable[[str], Fraction], rows: list[Row] | None = None
) -> Any:
    """The value of an expression. names: what columns and facts are; rows: what aggregates run over."""

    def value(part: Node) -> Any:
        return evaluate(part, names, as_of, parameter, rows)

    def over(part: Node, row: Row) -> Any:
        return evaluate(part, row, as_of, parameter)

    if node.op in ("sum", "count", "min", "max", "any"):
        chosen = [r for r in rows or [] if node.where is None or over(node.where, r) is True]
        return _aggregate(node, [over(node.args[0], r) if node.args else True for r in chosen])
    if node.op in ("column", "fact"):
        found = names[node.name]
        return found if found is None or isinstance(found, bool | str | date) else Fraction(found)
    if node.op == "parameter":
        return parameter(node.name)
    if node.op == "case":
        for condition, result in zip(node.args[:-1:2], node.args[1::2], strict=False):
            if value(condition) is True:
                return value(result)
        return value(node.args[-1])
    if node.op in _CONSTANTS:
        return _CONSTANTS[node.op]
    if node.op in ("number", "text", "as_of"):
        return {"number": lambda: Fraction(node.name), "text": lambda: node.name, "as_of": lambda: as_of}[node.op]()
    return _computed(node, [value(a) for a in node.args], as_of)


_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}


def _aggregate(node: Node, values: list[Any]) -> Any:
    known = [v for v in values if v is not None]
    if node.op == "any":
        return True if True in known else None if len(known) < len(values) else False
    if node.op == "count":
        return Fraction(len(known))
    if node.op == "sum":
        return sum(known, Fraction(0))
    if not known:
        return None
    return min(known) if node.op == "min" else max(known)


def _computed(node: Node, values: list[Any], as_of: date) -> Any:
    if node.op == "and":
        return False if False in values else None if None in values else True
    if node.op == "or":
        return True if True in values else None if None in values else False
    if node.op in ("is null", "is true", "is false"):
        return values[0] is {"is null": None, "is true": True, "is false": False}[node.op]
    known = [v for v in values if v is not None]
    if node.op == "coalesce":
        return known[0] if known else None
    if node.op in ("least", "greatest"):
        return (min if node.op == "least" else max)(known) if known else None
    if len(known) < len(values):
        return None
    if node.op in _COMPARED:
        left, right = map(six_places, values) if node.compares_quotients else values
        return _COMPARED[node.op](left, right)
    if node.op == "/" and values[1] == 0:
        return None
    return _completed_years(values[0], as_of) if node.op == "completed_years" else _ARITHMETIC[node.op](*values)


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "neg": lambda a: -a,
    "abs": abs,
    "not": lambda a: not a,
}


def _completed_years(born: date, as_of: date) -> Fraction:
    """The number of birthdays; of somebody born on 29 February they are on the 28th in other years."""
    years = as_of.year - born.year
    birthday = date(as_of.year, born.month, min(born.day, monthrange(as_of.year, born.month)[1]))
    return Fraction(years if birthday <= as_of else years - 1)
