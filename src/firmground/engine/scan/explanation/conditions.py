"""A rule's condition as a tree that can be explained: which parts hold, and what would have to change.

The leaves (`Atom`) are judged by the same SQL as the scan; only `and`, `or` and `not` are put together here, in
three-valued logic as in SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from firmground.engine.policy.expressions import COMPARISONS, Node
from firmground.engine.policy.model import Fact
from firmground.engine.policy.values import ValueKind

Truth = bool | None  # None: unknown


@dataclass(frozen=True)
class Atom:
    """A part of a condition that is not made of and, or, not. `number` tells it from others of its rule."""

    number: int
    node: Node

    @property
    def sides(self) -> tuple[Node, Node] | None:
        """Left and right of a comparison, None for another condition."""
        return (self.node.args[0], self.node.args[1]) if self.node.op in COMPARISONS else None


@dataclass(frozen=True)
class Condition:
    """and, or, not over further conditions; or an atom."""

    op: str  # "and", "or", "not", "atom"
    parts: tuple[Condition, ...] = ()
    atom: Atom | None = None

    def atoms(self) -> tuple[Atom, ...]:
        """Every atom, in the order of the rule's text."""
        own = (self.atom,) if self.atom else ()
        return own + tuple(a for part in self.parts for a in part.atoms())

    def truth(self, of: Mapping[int, Truth]) -> Truth:
        """Whether it holds, given whether each atom (by number) does."""
        if self.atom:
            return of[self.atom.number]
        truths = [part.truth(of) for part in self.parts]
        if self.op == "not":
            return None if truths[0] is None else not truths[0]
        decisive = self.op == "or"
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive


@dataclass(frozen=True)
class Change:
    """What would have to change. op: "all" or "one" of `parts`; or "atom": the atom would have to hold, or not."""

    op: str
    parts: tuple[Change, ...] = ()
    atom: Atom | None = None
    wanted: bool = True


def condition_of(node: Node, facts: Mapping[str, Fact]) -> Condition:
    """The tree of a rule's condition; chains of and (or) become one part each.

    A fact that only puts other facts together stands for what it says, so that the change reaches those.
    """
    return _build(node, facts, [])


def _build(node: Node, facts: Mapping[str, Fact], seen: list[Atom]) -> Condition:
    if node.op in ("and", "or"):
        parts: list[Condition] = []
        for arg in node.args:
            part = _build(arg, facts, seen)
            parts += part.parts if part.op == node.op else (part,)
        return Condition(node.op, tuple(parts))
    if node.op == "not":
        return Condition("not", (_build(node.args[0], facts, seen),))
    if node.op == "fact" and _puts_together(facts[node.name]):
        return _build(facts[node.name].value.node, facts, seen)
    atom = Atom(len(seen), node)
    seen.append(atom)
    return Condition("atom", atom=atom)


def _puts_together(fact: Fact) -> bool:
    return fact.from_table is None and fact.unknown_when is None and fact.value.type.kind is ValueKind.BOOLEAN


def change_to(condition: Condition, wanted: bool, of: Mapping[int, Truth]) -> Change | None:
    """What would have to change for a condition to hold (wanted) or to fail; None if it does so already."""
    if condition.truth(of) is wanted:
        return None
    if condition.atom:
        return Change("atom", atom=condition.atom, wanted=wanted)
    if condition.op == "not":
        return change_to(condition.parts[0], not wanted, of)
    needed = [change_to(part, wanted, of) for part in condition.parts]
    parts = tuple(change for change in needed if change is not None)
    if len(parts) == 1:
        return parts[0]
    return Change("all" if (condition.op == "and") is wanted else "one", parts)
