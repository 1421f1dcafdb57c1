"""What would have to change, in words: each leaf with the value it has, the value it would need, and the gap."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from firmground.engine.policy.model import Pack
from firmground.engine.scan.conditions import Change
from firmground.engine.scan.explain_words import name_of, say
from firmground.engine.scan.explained import Part
from firmground.engine.scan.reasons_sql import text_of_decimal

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_VERBS = {">": "rise_over", ">=": "rise_to", "<": "fall_under", "<=": "fall_to", "=": "equal", "<>": "differ"}


def change_lines(change: Change, parts: Mapping[int, Part], pack: Pack, language: str, indent: str) -> list[str]:
    """The change as indented lines."""
    if change.atom is not None:
        return [f"{indent}{change_words(change, parts[change.atom.number], pack, language)}"]
    lines = [indent + say(change.op, language)]
    for part in change.parts:
        lines += change_lines(part, parts, pack, language, indent + "  ")
    return lines


def change_words(change: Change, part: Part, pack: Pack, language: str) -> str:
    """One leaf: `Household net income rose to 6000, by 0.06`."""
    node = part.atom.node
    if node.op in ("is null", "is true", "is false"):
        what = name_of(node.args[0], pack, language)
        if node.op == "is null":
            return say("is_unknown" if change.wanted else "is_known", language, what=what)
        return say("be_true" if change.wanted is (node.op == "is true") else "be_false", language, what=what)
    if part.atom.sides is None:
        return say("be_true" if change.wanted else "be_false", language, what=name_of(node, pack, language))
    left, right = part.atom.sides
    op = node.op if change.wanted else _OPPOSITE[node.op]
    value, limit = part.left, part.right
    if left.op in ("parameter", "number", "text") and right.op not in ("parameter", "number", "text"):
        left, right, op, value, limit = right, left, _MIRRORED[op], limit, value
    what = name_of(left, pack, language)
    if value is None or limit is None:
        unknown = what if value is None else name_of(right, pack, language)
        return say("is_known", language, what=unknown) + f" ({what} {op} {limit or name_of(right, pack, language)})"
    return say(_VERBS[op], language, what=what, limit=limit, gap=gap(value, limit))


def gap(value: str, limit: str) -> str:
    """The distance of two numbers, as text; empty for other values.

    >>> gap("5999.94", "6000")
    '0.06'
    """
    try:
        return text_of_decimal(abs(Decimal(limit) - Decimal(value)))
    except ArithmeticError:
        return ""
