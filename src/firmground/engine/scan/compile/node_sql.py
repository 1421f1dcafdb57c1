"""SQL of one expression: nodes of the policy engine become sqlglot trees in DuckDB's dialect.

Exact numbers stay exact. A division is carried as DOUBLE, null by 0, and a comparison with a division on a side
compares both sides rounded to 6 places, half away from zero (contracts, Numbers; docs/decisions).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlglot import exp
from sqlglot.optimizer.simplify import simplify

from firmground.engine.policy.expressions import COMPARISONS, Node
from firmground.engine.policy.values import ValueKind, ValueType

PLACES = 6
_ROUNDED = (25, PLACES)  # digits and places of a rounded division
_LARGEST = 9_000_000_000_000  # a division beyond it is shown and compared as it; keeps the cast to BIGINT from failing


@dataclass(frozen=True)
class Surroundings:
    """What names mean where an expression stands.

    name: the SQL of a column or fact (op, name); rounded: the SQL of a fact that is a division, rounded to 6 places, or
    None if it has no such column there; parameter: the SQL of a parameter; in_window: the condition that the fact's
    windows put on a row, None for all rows; nullable: whether a column may be null.
    """

    as_of: date
    name: Callable[[str, str], exp.Expr]
    parameter: Callable[[str], exp.Expr]
    rounded: Callable[[str], exp.Expr | None] = lambda name: None
    in_window: exp.Expr | None = None
    nullable: Callable[[str], bool] = lambda name: True


def day(value: date) -> exp.Expr:
    """A date literal."""
    return exp.cast(exp.Literal.string(value.isoformat()), "date")


def decimal_literal(value: Decimal, comment: str = "") -> exp.Expr:
    """An exact number, without exponent, with the parameter's name as a comment."""
    text = f"{abs(value):f}"
    literal: exp.Expr = exp.Literal.number(text)
    if comment:
        literal.add_comments([f" {comment} "])
    return exp.Neg(this=literal) if value < 0 else literal


def as_decimal(sql: exp.Expr, digits: int, places: int) -> exp.Expr:
    """A cast to DECIMAL."""
    return exp.cast(sql, f"decimal({digits}, {places})")


def stored(sql: exp.Expr, type_: ValueType) -> exp.Expr:
    """The SQL of a fact's value as its column: exact numbers get the digits that were reckoned for them."""
    if type_.kind is not ValueKind.NUMBER or type_.is_quotient:
        return sql
    return exp.cast(sql, "bigint") if type_.is_whole else as_decimal(sql, type_.digits, type_.places)


def rounded(sql: exp.Expr) -> exp.Expr:
    """A DOUBLE rounded to 6 places, half away from zero, as DECIMAL; the same on every backend.

    The small second term lifts exact ties such as 0.0000005, whose double may lie a hair below them.
    """
    millionths = exp.func(
        "round",
        exp.paren(sql.copy()) * exp.cast(exp.Literal.number("1000000"), "double")
        + exp.paren(sql.copy()) * exp.cast(exp.Literal.number("0.0000000004"), "double"),
        exp.Literal.number(0),
    )
    largest = exp.Literal.number(_LARGEST)
    edge = exp.Literal.number(_LARGEST * 1_000_000)
    clamped = (
        exp.case()
        .when(exp.func("abs", sql.copy()) < largest, exp.cast(millionths, "bigint"))
        .when(sql.copy() > 0, edge.copy())
        .when(sql.copy() < 0, exp.Neg(this=edge))
    )
    return as_decimal(as_decimal(clamped, 19, 0) * exp.Literal.number("0.000001"), *_ROUNDED)


def node_sql(node: Node, at: Surroundings) -> exp.Expr:
    """The SQL of an expression, in DuckDB's dialect; every name is what `at` makes of it."""
    if node.op in COMPARISONS:
        return _comparison(node, at)
    if node.op in _SIMPLE:
        return _SIMPLE[node.op](node, at)
    if node.op in ("sum", "count", "min", "max", "any"):
        return _aggregate(node, at)
    return _number(node, at)


def double(node: Node, at: Surroundings) -> exp.Expr:
    """A number as DOUBLE."""
    sql = node_sql(node, at)
    return sql if node.type.is_quotient else exp.cast(sql, "double")


def six_places(node: Node, at: Surroundings) -> exp.Expr:
    """A number rounded to 6 places: as compared with divisions, and as shown."""
    if node.type.is_quotient:
        known = at.rounded(node.name) if node.op == "fact" else None
        return known if known is not None else rounded(node_sql(node, at))
    sql = node_sql(node, at)
    return exp.func("round", sql, exp.Literal.number(PLACES)) if node.type.places > PLACES else sql


def _comparison(node: Node, at: Surroundings) -> exp.Expr:
    left, right = (six_places(a, at) if node.compares_quotients else node_sql(a, at) for a in node.args)
    return exp.paren(COMPARISONS[node.op](this=left, expression=right))


def _logic(kind: type[exp.Expr]) -> Callable[[Node, Surroundings], exp.Expr]:
    return lambda node, at: exp.paren(kind(this=node_sql(node.args[0], at), expression=node_sql(node.args[1], at)))


def _is(right: exp.Expr) -> Callable[[Node, Surroundings], exp.Expr]:
    return lambda node, at: exp.paren(exp.Is(this=node_sql(node.args[0], at), expression=right.copy()))


def _years(node: Node, at: Surroundings) -> exp.Expr:
    """Completed years: born on 29 February, one has one's birthday on 28 February of other years."""
    born = node_sql(node.args[0], at)
    as_of = at.as_of
    is_leap = as_of.year % 4 == 0 and (as_of.year % 100 != 0 or as_of.year % 400 == 0)
    today = 229 if (as_of.month, as_of.day) == (2, 28) and not is_leap else as_of.month * 100 + as_of.day
    birthday = exp.Month(this=born.copy()) * 100 + exp.Day(this=born.copy())
    not_yet = exp.case().when(birthday > today, exp.Literal.number(1)).else_(exp.Literal.number(0))
    return exp.paren(exp.Literal.number(as_of.year) - exp.Year(this=born.copy()) - not_yet)


def _case(node: Node, at: Surroundings) -> exp.Expr:
    branches = node.args[:-1]
    case = exp.case()
    for condition, value in zip(branches[::2], branches[1::2], strict=True):
        case = case.when(node_sql(condition, at), _like(node, value, at))
    return case.else_(_like(node, node.args[-1], at))


def _like(whole: Node, part: Node, at: Surroundings) -> exp.Expr:
    """The SQL of a part whose value becomes that of the whole."""
    if part.op == "null":
        return exp.Null()
    return double(part, at) if whole.type.is_quotient else node_sql(part, at)


_SIMPLE: dict[str, Callable[[Node, Surroundings], exp.Expr]] = {
    "column": lambda node, at: at.name("column", node.name),
    "fact": lambda node, at: at.name("fact", node.name),
    "parameter": lambda node, at: at.parameter(node.name),
    "as_of": lambda node, at: day(at.as_of),
    "number": lambda node, at: exp.Literal.number(node.name),
    "text": lambda node, at: exp.Literal.string(node.name),
    "true": lambda node, at: exp.true(),
    "false": lambda node, at: exp.false(),
    "null": lambda node, at: exp.Null(),
    "and": _logic(exp.And),
    "or": _logic(exp.Or),
    "not": lambda node, at: exp.paren(exp.Not(this=node_sql(node.args[0], at))),
    "is null": _is(exp.Null()),
    "is true": _is(exp.true()),
    "is false": _is(exp.false()),
    "completed_years": _years,
    "case": _case,
}


def _number(node: Node, at: Surroundings) -> exp.Expr:
    if node.op == "/":
        below = exp.Nullif(this=double(node.args[1], at), expression=exp.Literal.number(0))
        return exp.paren(exp.Div(this=double(node.args[0], at), expression=below, typed=False, safe=False))
    parts = [double(a, at) if node.type.is_quotient else node_sql(a, at) for a in node.args]
    if node.op == "*" and not node.type.is_quotient:
        parts = [_factor(a, sql) for a, sql in zip(node.args, parts, strict=True)]
    if node.op == "neg":
        return exp.paren(exp.Neg(this=parts[0]))
    if node.op in ("abs", "coalesce", "least", "greatest"):
        return exp.func(node.op, *parts, dialect="duckdb")
    kind = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}[node.op]
    return exp.paren(kind(this=parts[0], expression=parts[1]))


def _factor(node: Node, sql: exp.Expr) -> exp.Expr:
    """A factor with no more digits than were reckoned: backends give whole numbers more, and round to make room."""
    if isinstance(sql, exp.Literal) or (node.op in ("fact", "column") and not node.type.is_whole):
        return sql
    return as_decimal(sql, node.type.digits, node.type.places)


# aggregates


def _filtered(aggregate: exp.Expr, *conditions: exp.Expr | None) -> exp.Expr:
    held = [c.copy() for c in conditions if c is not None]
    if not held:
        return aggregate
    return exp.Filter(this=aggregate, expression=exp.Where(this=exp.and_(*held)))


def _aggregate(node: Node, at: Surroundings) -> exp.Expr:
    where = node_sql(node.where, at) if node.where else None
    conditions = (at.in_window, where)
    if node.op == "count":
        counted: exp.Expr = node_sql(node.args[0], at) if node.args else exp.Star()
        return _filtered(exp.Count(this=counted), *conditions)
    value = node_sql(node.args[0], at)
    if node.op == "any":
        return _any(node.args[0], value, at, conditions)
    if node.op == "sum":
        total = exp.Coalesce(this=_filtered(exp.Sum(this=value), *conditions), expressions=[exp.Literal.number(0)])
        return as_decimal(total, node.type.digits, node.type.places)
    kind = exp.Min if node.op == "min" else exp.Max
    return _filtered(kind(this=value), *conditions)


def _any(argument: Node, value: exp.Expr, at: Surroundings, conditions: tuple[exp.Expr | None, ...]) -> exp.Expr:
    """True in a row: true; else null in a row: null; else false, also over no rows."""
    is_true = _filtered(exp.LogicalOr(this=value), *conditions)
    if never_null(argument, at):
        return exp.Coalesce(this=is_true, expressions=[exp.false()])
    unknown = exp.Is(this=exp.paren(value.copy()), expression=exp.Null())
    unknowns = _filtered(exp.Count(this=exp.Star()), *conditions, unknown)
    return exp.case().when(is_true, exp.true()).when(unknowns > 0, exp.Null()).else_(exp.false())


def never_null(node: Node, at: Surroundings) -> bool:
    """Whether an expression over a row has a value whatever the row."""
    if node.op in ("is null", "is true", "is false", "true", "false", "number", "text", "as_of", "parameter"):
        return True
    if node.op == "column":
        return not at.nullable(node.name)
    if node.op == "coalesce":
        return any(never_null(a, at) for a in node.args)
    if node.op in COMPARISONS or node.op in ("and", "or", "not", "+", "-", "*", "neg", "abs"):
        return all(never_null(a, at) for a in node.args)
    return False


def over_no_rows(node: Node, at: Surroundings) -> exp.Expr:
    """The SQL of an aggregating expression where there are no rows: sums and counts 0, `any` false, others null."""
    if node.op in ("sum", "count"):
        return exp.Literal.number(0)
    if node.op == "any":
        return exp.false()
    if node.op in ("min", "max"):
        return exp.Null()
    empty = {"sum": "number", "count": "number", "any": "false", "min": "null", "max": "null"}

    def without_rows(part: Node) -> Node:
        if part.op in empty:
            return Node(empty[part.op], (), part.type, part.unit, name="0")
        return Node(part.op, tuple(map(without_rows, part.args)), part.type, part.unit, part.name)

    simple: exp.Expr = simplify(node_sql(without_rows(node), at))
    return simple
