"""What would have to change, in words: each leaf with the value it has, the value it would need, and the gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

from firmground.engine.policy.expressions import Node
from firmground.engine.policy.values import ValueKind
from firmground.engine.scan.compile.reasons_sql import text_of_decimal
from firmground.engine.scan.explanation.conditions import Change
from firmground.engine.scan.explanation.explained import Part
from firmground.engine.scan.explanation.vocabulary import Vocabulary

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_CONSTANT = ("parameter", "number", "text")


@dataclass(frozen=True)
class Need:
    """What a comparison would need: `what` (now `value`) in the relation `op` to `limit`, the value of `to`.

    value, limit: as text, None if unknown.
    """

    what: Node
    to: Node
    op: str
    value: str | None
    limit: str | None

    @property
    def gap(self) -> str | None:
        """How far the value is from the limit; None unless both are known numbers."""
        try:
            return text_of_decimal(abs(Decimal(str(self.limit)) - Decimal(str(self.value))))
        except InvalidOperation:
            return None


def need_of(change: Change, part: Part) -> Need | None:
    """What a leaf that compares would need; None for a leaf of another kind."""
    if part.atom.sides is None:
        return None
    left, right = part.atom.sides
    op = part.atom.node.op if change.wanted else _OPPOSITE[part.atom.node.op]
    if left.op in _CONSTANT and right.op not in _CONSTANT:
        return _in_whole_steps(Need(right, left, _MIRRORED[op], part.right, part.left))
    return _in_whole_steps(Need(left, right, op, part.left, part.right))


def _in_whole_steps(need: Need) -> Need:
    """More than 0 jobs is 1 job or more; money and quotients have no such next value."""
    if not need.what.type.is_whole or need.op not in ("<", ">") or need.value is None or need.limit is None:
        return need
    limit = Decimal(need.limit)
    if need.op == ">":
        next_whole = limit.to_integral_value(ROUND_FLOOR) + 1
        return Need(need.what, need.to, ">=", need.value, text_of_decimal(next_whole))
    next_whole = limit.to_integral_value(ROUND_CEILING) - 1
    return Need(need.what, need.to, "<=", need.value, text_of_decimal(next_whole))


def change_lines(change: Change, parts: Mapping[int, Part], words: Vocabulary, indent: str) -> list[str]:
    """The change as indented lines."""
    if change.atom is not None:
        return [f"{indent}{change_words(change, parts[change.atom.number], words)}"]
    lines = [indent + words.say(change.op)]
    for part in change.parts:
        lines += change_lines(part, parts, words, indent + "  ")
    return lines


def change_words(change: Change, part: Part, words: Vocabulary) -> str:
    """One leaf: `Household net income rose to 6000 CNY/year, by 0.06 CNY/year`."""
    need = need_of(change, part)
    if need is not None:
        return _need_words(need, words)
    node = part.atom.node
    if node.op == "is null":
        return words.say("not_known" if change.wanted else "known", what=words.name_of(node.args[0]))
    if node.op in ("is true", "is false"):
        is_true = change.wanted is (node.op == "is true")
        return words.say("value", what=words.name_of(node.args[0]), value=words.say("true" if is_true else "false"))
    return words.say("value", what=words.name_of(node), value=words.say("true" if change.wanted else "false"))


def _need_words(need: Need, words: Vocabulary) -> str:
    what = words.name_of(need.what)
    if need.value is None or need.limit is None:
        unknown = [words.name_of(n) for n, text in ((need.what, need.value), (need.to, need.limit)) if text is None]
        limit = words.name_of(need.to) if need.limit is None else _shown(need, need.limit, words)
        key = "known_and" if unknown == [what] else "known_and_of"
        relation = words.say(f"is_{need.op}", limit=limit)
        return words.say(key, unknown=words.say("names").join(unknown), what=what, relation=relation)
    limit, gap = _shown(need, need.limit, words), need.gap
    if need.op in ("=", "<>") or gap is None:
        return words.say("become" if need.op == "=" else "become_another", what=what, limit=limit)
    key = {">": "above", ">=": "up_to", "<": "below", "<=": "down_to"}[need.op]
    if gap == "0":
        key = f"just_{key}"
    return words.say(key, what=what, limit=limit, gap=_shown(need, gap, words))


def _shown(need: Need, text: str, words: Vocabulary) -> str:
    """A limit or a gap with its unit, or a code in words."""
    if need.what.type.kind is ValueKind.TEXT:
        return words.code(need.what.name, text)
    unit = need.what.unit or need.to.unit
    names = (need.what.name, f"param.{need.to.name}")
    is_age = need.what.op == "completed_years" or any(words.is_age(name) for name in names if name)
    return words.quantity(text, str(unit) if unit else None, is_age=is_age)
