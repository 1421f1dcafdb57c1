"""Names and literals in an expression: columns, facts, parameters, texts, 0 and 1; and where mistakes in them stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from firmground.engine.policy import mistakes as wrong
from firmground.engine.policy.expressions import Node
from firmground.engine.policy.mistakes import PolicyMistake
from firmground.engine.policy.scopes import Scope
from firmground.engine.policy.units import Unit
from firmground.engine.policy.values import BOOLEAN, DATE, ERROR, NOTHING, TEXT, exact
from firmground.errors import Place, nearest

FUNCTIONS = ("abs", "any", "coalesce", "completed_years", "count", "greatest", "least", "max", "min", "sum")
_OPERATORS = "and, or, not, comparisons, in, between, is null, + - * /, case and "
_SHOWN = 60  # characters of an operation in a message
_ERROR = Node("null", (), ERROR)


@dataclass
class NamedValues:
    """Reads what an expression names, and notes every mistake at its place."""

    text: str
    place: Place
    scope: Scope
    mistakes: list[PolicyMistake] = field(default_factory=list)
    inside: str | None = None  # the aggregate around the node being read
    unit_of_value: Unit | None = None  # of `attributes.value` under a filter on kind

    def note(self, kind: type[PolicyMistake], at: exp.Expr, found: str, expected: str, hint: str = "") -> Node:
        """Note a mistake at the first word of a tree; what comes back fits everywhere, so that it is reported once."""
        place = self.place.moved(_start(at))
        self.mistakes.append(kind(found=found, expected=expected, hint=hint, place=place))
        return _ERROR

    def refused(self, tree: exp.Expr) -> Node:
        """Note that a function or operator is not on the allow-list."""
        if not isinstance(tree, exp.Func) or not (tree.meta.get("end") or isinstance(tree, exp.Anonymous)):
            text = tree.sql(dialect="duckdb")
            found = f"`{text if len(text) <= _SHOWN else text[:_SHOWN] + '...'}` is not allowed here"
            return self.note(wrong.NotAllowed, tree, found, _OPERATORS + ", ".join(FUNCTIONS))
        name = self._written(tree)
        if name in FUNCTIONS:
            found = f"`{name}` is not written this way"
            return self.note(wrong.UnknownFunction, tree, found, f"`{name}` of one value, as the reference shows")
        close = nearest(name, FUNCTIONS)
        hint = f"Did you mean `{close}`?" if close else ""
        found = f"`{name}` is not allowed here"
        return self.note(wrong.UnknownFunction, tree, found, ", ".join(FUNCTIONS), hint)

    def _written(self, tree: exp.Func) -> str:
        """A function's name as the author wrote it, where the parser knows."""
        if "start" in tree.meta:
            return self.text[tree.meta["start"] : tree.meta["end"] + 1].lower()
        return tree.name.lower()

    def column(self, tree: exp.Column) -> Node:
        """The node of a name: `as_of`, a parameter, a column or a fact."""
        if tree.args.get("db") or tree.args.get("catalog") or isinstance(tree.this, exp.Star):
            return self.refused(tree)
        if tree.table == "param":
            return self._parameter(tree)
        if tree.table:
            return self._unknown(tree, f"{tree.table}.{tree.name}")
        if tree.name == "as_of":
            return Node("as_of", (), DATE)
        symbol = self.scope.symbols.get(tree.name)
        if symbol is None:
            return self._unknown(tree, tree.name)
        if self.scope.rows and self.inside is None:
            found = f"`{symbol.name}` stands outside an aggregate"
            return self.note(wrong.MisplacedAggregate, tree, found, "sum, count, min, max or any around it")
        unit = symbol.unit
        if symbol.name == "value" and symbol.of == "row":
            unit = self.unit_of_value
        return Node(symbol.origin, (), symbol.type, unit, symbol.name)

    def _parameter(self, tree: exp.Column) -> Node:
        found = self.scope.parameters.get(tree.name)
        if found is None:
            return self._unknown(tree, f"param.{tree.name}")
        return Node("parameter", (), found[0], found[1], tree.name)

    def _unknown(self, tree: exp.Expr, name: str) -> Node:
        what, hint = self.scope.unseen(name)
        expected = "a column, fact or parameter that this expression sees"
        return self.note(wrong.UnknownName, tree, f"`{name}` is {what}", expected, hint)

    def literal(self, tree: exp.Literal) -> Node:
        """The node of a text, or of the numbers 0 and 1; any other number is a parameter that has no name yet."""
        text = str(tree.this)
        if tree.args.get("is_string"):
            return Node("text", (), TEXT, name=text)
        if text in ("0", "1"):
            return Node("number", (), exact(1, 0), name=text)
        return self.note(wrong.BareNumber, tree, f"The number {text} stands in the expression", "a parameter, 0 or 1")

    def known_code(self, at: exp.Expr, column: Node, literal: Node) -> None:
        """Note a text that is not one of a column's closed list of values."""
        symbol = self.scope.symbols.get(column.name) if column.op == "column" else None
        if symbol is None or literal.op != "text" or literal.name in symbol.codes:
            return
        if symbol.codes or symbol.name == "kind":
            close = nearest(literal.name, symbol.codes)
            self.note(
                wrong.UnknownCode,
                at,
                f"`{literal.name}` is not a value of `{symbol.name}`",
                ", ".join(symbol.codes) or "a kind that tables.yaml lists for this table",
                f"Did you mean `{close}`?" if close else "",
            )


def constant(tree: exp.Expr) -> Node | None:
    """The node of true, false or null."""
    if isinstance(tree, exp.Boolean):
        return Node("true" if tree.this else "false", (), BOOLEAN)
    return Node("null", (), NOTHING) if isinstance(tree, exp.Null) else None


def _start(tree: exp.Expr) -> int:
    """Where the first word of a tree that the parser remembers begins; where there is none, look around it."""
    around: exp.Expr | None = tree
    while around is not None:
        starts = [int(node.meta["start"]) for node in around.walk() if "start" in node.meta]
        if starts:
            return min(starts)
        around = around.parent
    return 0
