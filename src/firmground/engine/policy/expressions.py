"""Expressions of a pack after they were read: every name resolved, types and units known.

What comes out is a tree of `Node`s that can do nothing but compute. Nothing of the author's text reaches a backend: the
compiler writes SQL anew from the nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from firmground.engine.policy.units import Unit
from firmground.engine.policy.values import ValueType
from firmground.errors import Place


@dataclass(frozen=True)
class Node:
    """One operation. op: see docs/reference; name: of the column, fact or parameter, or the literal's text.

    where: the filter of an aggregate.
    """

    op: str
    args: tuple[Node, ...]
    type: ValueType
    unit: Unit | None = None
    name: str = ""
    where: Node | None = None

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for child in (*self.args, *((self.where,) if self.where else ())):
            yield from child.walk()

    @property
    def compares_quotients(self) -> bool:
        """Whether this is a comparison with a division on a side, itself or through a fact."""
        return self.op in COMPARISONS and any(arg.type.is_quotient for arg in self.args)


COMPARISONS = {"=": exp.EQ, "<>": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
AGGREGATES = ("sum", "count", "min", "max", "any")


@dataclass(frozen=True)
class Expression:
    """A sound expression: its text as written, where, and the nodes it means."""

    text: str
    place: Place
    node: Node

    @property
    def type(self) -> ValueType:
        """Type of its value."""
        return self.node.type

    @property
    def unit(self) -> Unit | None:
        """Unit of its value, None if it fits any."""
        return self.node.unit

    def names(self, op: str) -> tuple[str, ...]:
        """Names of the facts (op `fact`), parameters (`parameter`) or columns (`column`) in it, in order, once each."""
        return tuple(dict.fromkeys(n.name for n in self.node.walk() if n.op == op))
