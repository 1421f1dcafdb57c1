"""Expressions of a pack: parsed by sqlglot, held against an allow-list, every name resolved, types and units known.

What comes out is a tree of `Node`s that can do nothing but compute. Nothing of the author's text reaches a backend: the
compiler writes SQL anew from the nodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from firmground.engine.policy.mistakes import NotAllowed, NotAnExpression, PolicyMistake
from firmground.engine.policy.units import Unit
from firmground.engine.policy.values import ValueType
from firmground.errors import Place

LONGEST = 4000  # characters
DEEPEST = 40  # brackets within brackets


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


def references(text: str) -> frozenset[str]:
    """Names in an expression, `param.x` for parameters; empty if it cannot be parsed. For the order of facts.

    >>> sorted(references("a / b < param.line"))
    ['a', 'b', 'param.line']
    """
    tree = parse(text, Place(""))
    if isinstance(tree, PolicyMistake):
        return frozenset()
    return frozenset(f"{c.table}.{c.name}" if c.table else c.name for c in tree.find_all(exp.Column))


def parse(text: str, place: Place) -> exp.Expr | PolicyMistake:
    """The tree of a text in DuckDB's dialect, or the mistake that stops it from being one expression."""
    if len(text) > LONGEST or _depth(text) > DEEPEST:
        found = f"The expression is {len(text)} characters long with {_depth(text)} brackets within brackets"
        return NotAnExpression(
            found=found, expected=f"at most {LONGEST} characters and {DEEPEST} brackets", place=place
        )
    try:
        tokens = sqlglot.tokenize(text, dialect="duckdb")
        for token in tokens:
            if token.comments:
                return NotAllowed(
                    found="A comment stands in the expression", expected="an expression alone", place=place
                )
            if token.token_type is TokenType.SEMICOLON:
                found = "A `;` stands in the expression"
                return NotAllowed(found=found, expected="one expression", place=place.moved(token.start))
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except (SqlglotError, RecursionError) as error:
        where, what = _described(error)
        return NotAnExpression(
            found=f"This is not an expression ({what})",
            expected="an expression such as `a + b < param.limit`",
            place=place if where is None else place.moved(where),
        )
    return tree


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest


def _described(error: Exception) -> tuple[int | None, str]:
    """Where in the text and what a parser's error says, without its colours."""
    details = getattr(error, "errors", None)
    if details:
        column = details[0].get("col")
        highlight = details[0].get("highlight") or ""
        text = str(details[0].get("description", "")).rstrip(".")
        return (column - max(len(highlight), 1) if column else None), text.lower()
    return None, re.sub(r"\x1b\[\d+m|\s+", " ", str(error)).strip()[:80].lower()
