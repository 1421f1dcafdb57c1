"""The reasons of a warning as JSON text, written by SQL: the same bytes on every backend.

Keys in the pack's order, no spaces, every value a JSON string without exponent or trailing zeros, unknown null
(contracts, Numbers).
"""

from __future__ import annotations

import json
from decimal import Decimal

from sqlglot import exp

from firmground.engine.policy.values import ValueKind, ValueType

_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def text_of_decimal(value: Decimal) -> str:
    """A number as reasons show it.

    >>> text_of_decimal(Decimal("6000.10"))
    '6000.1'
    """
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def text(sql: exp.Expr, type_: ValueType) -> exp.Expr:
    """The text of a value, not yet quoted; null stays null. Divisions come in rounded to 6 places, as DECIMAL."""
    if type_.kind is ValueKind.TEXT:
        return escaped(sql)
    words: exp.Expr = exp.cast(sql, "varchar")
    if type_.kind is ValueKind.NUMBER and (type_.is_quotient or type_.places):
        words = exp.func("rtrim", words, exp.Literal.string("0"), dialect="duckdb")
        words = exp.func("rtrim", words, exp.Literal.string("."), dialect="duckdb")
    return words


def escaped(sql: exp.Expr) -> exp.Expr:
    """Text made safe within JSON's quotation marks."""
    for plain, escape in _ESCAPES:
        sql = exp.func("replace", sql, exp.Literal.string(plain), exp.Literal.string(escape), dialect="duckdb")
    return sql


def quoted(words: exp.Expr) -> exp.Expr:
    """A JSON string, or the word null."""
    mark = exp.Literal.string('"')
    return exp.Coalesce(this=joined([mark, words, mark.copy()]), expressions=[exp.Literal.string("null")])


def joined(parts: list[exp.Expr]) -> exp.Expr:
    """Parts one after the other; null if one is."""
    whole = parts[0]
    for part in parts[1:]:
        whole = exp.DPipe(this=whole, expression=part, safe=True)
    return whole


def json_object(values: dict[str, exp.Expr | str]) -> exp.Expr:
    """A JSON object; a value is SQL that gives quoted text, or a constant text."""
    parts: list[exp.Expr] = []
    constant = "{"
    for position, (name, value) in enumerate(values.items()):
        constant += f"{',' if position else ''}{json.dumps(name)}:"
        if isinstance(value, str):
            constant += json.dumps(value, ensure_ascii=False)
        else:
            parts += [exp.Literal.string(constant), value]
            constant = ""
    parts.append(exp.Literal.string(constant + "}"))
    return joined(parts)
