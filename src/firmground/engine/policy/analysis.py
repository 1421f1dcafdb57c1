"""From a parsed tree to typed nodes: the allow-list, names, types, digits and units of an expression."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from firmground.engine.policy import mistakes as wrong
from firmground.engine.policy.expressions import AGGREGATES, COMPARISONS, Expression, Node
from firmground.engine.policy.mistakes import PolicyMistake
from firmground.engine.policy.named_values import FUNCTIONS, NamedValues, constant
from firmground.engine.policy.parsing import parse
from firmground.engine.policy.scopes import Scope
from firmground.engine.policy.units import YEAR, Unit
from firmground.engine.policy.values import (
    BOOLEAN,
    COUNT,
    ERROR,
    MOST_DIGITS,
    NOTHING,
    QUOTIENT,
    ValueKind,
    ValueType,
    added,
    multiplied,
    summed,
    wider,
)
from firmground.errors import Place

__all__ = ["FUNCTIONS", "analyse"]

_Side = tuple[exp.Expr, Node]  # where a value stands, and what it is
_COMPARE: dict[type[exp.Expr], str] = {node: op for op, node in COMPARISONS.items()}
_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
_WIDEN: dict[type[exp.Expr], str] = {exp.Coalesce: "coalesce", exp.Least: "least", exp.Greatest: "greatest"}
_AGGREGATES: dict[type[exp.Expr], str] = {
    exp.Sum: "sum",
    exp.Count: "count",
    exp.Min: "min",
    exp.Max: "max",
    exp.Any: "any",
}


def analyse(
    text: str, place: Place, scope: Scope, *, needs: ValueKind | None = None
) -> tuple[Expression | None, tuple[PolicyMistake, ...]]:
    """Read an expression within a scope.

    needs: what kind its value must be, if only one will do. Returns the expression, or None and every mistake in it.
    """
    tree = parse(text, place)
    if isinstance(tree, PolicyMistake):
        return None, (tree,)
    reader = _Reader(text, place, scope)
    node = reader.read(tree)
    if scope.rows and not reader.mistakes and not any(n.op in AGGREGATES for n in node.walk()):
        reader.note(
            wrong.MisplacedAggregate,
            tree,
            f"The rows of `{scope.rows}` are not aggregated",
            "sum, count, min, max or any",
        )
    if needs and not node.type.is_a(needs):
        reader.note(wrong.WrongType, tree, f"The value is {node.type.kind.words}", needs.words)
    if reader.mistakes:
        return None, tuple(reader.mistakes)
    return Expression(text, place, node), ()


class _Reader(NamedValues):
    def read(self, tree: exp.Expr) -> Node:
        kind = type(tree)
        fixed = constant(tree)
        if fixed is not None:
            return fixed
        if kind is exp.Paren:
            return self.read(tree.this)
        if isinstance(tree, exp.Column):
            return self.column(tree)
        if isinstance(tree, exp.Literal):
            return self.literal(tree)
        if kind in _COMPARE:
            return self._comparison(_COMPARE[kind], tree, self._side(tree.this), self._side(tree.expression))
        if kind in _ARITHMETIC:
            return self._arithmetic(_ARITHMETIC[kind], tree)
        if kind in _WIDEN:
            return self._widened(_WIDEN[kind], tree, [tree.this, *tree.expressions])
        if kind in _AGGREGATES:
            return self._aggregate(tree, None)
        reader: Callable[[exp.Expr], Node] | None = getattr(self, f"_read_{kind.__name__.lower()}", None)
        if reader is None:
            return self.refused(tree)
        return reader(tree)

    # logic

    def _boolean(self, tree: exp.Expr) -> Node:
        node = self.read(tree)
        if not node.type.is_a(ValueKind.BOOLEAN):
            return self.note(wrong.WrongType, tree, f"This is {node.type.kind.words}", ValueKind.BOOLEAN.words)
        return node

    def _read_and(self, tree: exp.Expr) -> Node:
        return Node("and", (self._boolean(tree.this), self._boolean(tree.expression)), BOOLEAN)

    def _read_or(self, tree: exp.Expr) -> Node:
        return Node("or", (self._boolean(tree.this), self._boolean(tree.expression)), BOOLEAN)

    def _read_not(self, tree: exp.Expr) -> Node:
        return Node("not", (self._boolean(tree.this),), BOOLEAN)

    def _read_is(self, tree: exp.Expr) -> Node:
        right = tree.expression
        if isinstance(right, exp.Null):
            return Node("is null", (self.read(tree.this),), BOOLEAN)
        if isinstance(right, exp.Boolean):
            return Node("is true" if right.this else "is false", (self._boolean(tree.this),), BOOLEAN)
        return self.refused(tree)

    def _read_between(self, tree: exp.Expr) -> Node:
        if tree.args.get("symmetric"):
            return self.refused(tree)
        value, low, high = self._side(tree.this), self._side(tree.args["low"]), self._side(tree.args["high"])
        lower = self._comparison(">=", tree, value, low)
        return Node("and", (lower, self._comparison("<=", tree, value, high)), BOOLEAN)

    def _read_in(self, tree: exp.Expr) -> Node:
        if not tree.expressions:
            return self.refused(tree)
        value = self._side(tree.this)
        return _any_of([self._comparison("=", tree, value, self._side(each)) for each in tree.expressions])

    def _side(self, tree: exp.Expr) -> _Side:
        return tree, self.read(tree)

    def _comparison(self, op: str, tree: exp.Expr, left: _Side, right: _Side) -> Node:
        (at_left, first), (at_right, second) = left, right
        both = wider(first.type, second.type)
        if both is None:
            found = f"{first.type.kind.words} is compared with {second.type.kind.words}"
            return self.note(wrong.WrongType, tree, found.capitalize(), "two values of one type")
        if op not in ("=", "<>") and both.kind in (ValueKind.TEXT, ValueKind.BOOLEAN):
            found = f"`{op}` stands between values that are {both.kind.value}"
            return self.note(wrong.WrongType, tree, found, "= or <>, or numbers or dates")
        self._same_unit(tree, first, second, "compared with")
        self.known_code(at_right, first, second)
        self.known_code(at_left, second, first)
        return Node(op, (first, second), BOOLEAN)

    def _same_unit(self, tree: exp.Expr, left: Node, right: Node, verb: str) -> None:
        if left.unit is not None and right.unit is not None and left.unit != right.unit:
            found = f"A value in `{left.unit}` is {verb} one in `{right.unit}`"
            self.note(wrong.UnitDoesNotFit, tree, found, "two values with the same unit")

    # numbers

    def _number(self, tree: exp.Expr) -> Node:
        node = self.read(tree)
        if not node.type.is_number:
            return self.note(wrong.WrongType, tree, f"This is {node.type.kind.words}", ValueKind.NUMBER.words)
        return node

    def _arithmetic(self, op: str, tree: exp.Expr) -> Node:
        left, right = self._number(tree.this), self._number(tree.expression)
        if op in "+-":
            self._same_unit(tree, left, right, "added to" if op == "+" else "taken from")
            type_ = added(left.type, right.type) or ERROR
            unit = left.unit if left.unit is not None else right.unit
        elif op == "*":
            type_ = multiplied(left.type, right.type)
            unit = left.unit * right.unit if left.unit is not None and right.unit is not None else None
        else:
            type_ = QUOTIENT
            unit = left.unit / right.unit if left.unit is not None and right.unit is not None else None
        return self._fitting(Node(op, (left, right), type_, unit), tree)

    def _fitting(self, node: Node, tree: exp.Expr) -> Node:
        if not node.type.is_quotient and node.type.digits > MOST_DIGITS:
            found = f"This value may need {node.type.digits} digits"
            return self.note(wrong.TooManyDigits, tree, found, f"at most {MOST_DIGITS}")
        return node

    def _read_neg(self, tree: exp.Expr) -> Node:
        node = self._number(tree.this)
        return Node("neg", (node,), node.type, node.unit)

    def _read_abs(self, tree: exp.Expr) -> Node:
        node = self._number(tree.this)
        return Node("abs", (node,), node.type, node.unit)

    def _read_anonymous(self, tree: exp.Expr) -> Node:
        if str(tree.this).lower() != "completed_years" or len(tree.expressions) != 1:
            return self.refused(tree)
        node = self.read(tree.expressions[0])
        if not node.type.is_a(ValueKind.DATE):
            return self.note(wrong.WrongType, tree, f"This is {node.type.kind.words}", ValueKind.DATE.words)
        return Node("completed_years", (node,), ValueType(ValueKind.NUMBER, 4, 0, is_whole=True), YEAR)

    def _widened(self, op: str, tree: exp.Expr, parts: list[exp.Expr]) -> Node:
        nodes = tuple(self.read(part) for part in parts)
        if op != "coalesce" and any(n.type.kind in (ValueKind.BOOLEAN, ValueKind.TEXT) for n in nodes):
            return self.note(wrong.WrongType, tree, f"`{op}` is over values without an order", "numbers or dates")
        return self._fitting(Node(op, nodes, *self._common(tree, nodes)), tree)

    def _common(self, tree: exp.Expr, nodes: tuple[Node, ...]) -> tuple[ValueType, Unit | None]:
        type_: ValueType = NOTHING
        unit: Unit | None = None
        first = nodes[0]
        for node in nodes:
            both = wider(type_, node.type)
            if both is None:
                found = f"{type_.kind.words.capitalize()} and {node.type.kind.words} stand side by side"
                self.note(wrong.WrongType, tree, found, "values of one type")
                return ERROR, None
            type_ = both
            self._same_unit(tree, first if first.unit is not None else node, node, "put beside")
            unit = unit if unit is not None else node.unit
        return type_, unit

    def _read_case(self, tree: exp.Expr) -> Node:
        if tree.this is not None:
            return self.refused(tree)
        conditions = [self._boolean(branch.this) for branch in tree.args["ifs"]]
        values = [self.read(branch.args["true"]) for branch in tree.args["ifs"]]
        default = tree.args.get("default")
        values.append(self.read(default) if default is not None else Node("null", (), NOTHING))
        type_, unit = self._common(tree, tuple(values))
        pairs = [part for pair in zip(conditions, values, strict=False) for part in pair]
        return Node("case", (*pairs, values[-1]), type_, unit)

    # aggregates

    def _read_filter(self, tree: exp.Expr) -> Node:
        if type(tree.this) not in _AGGREGATES:
            return self.refused(tree)
        return self._aggregate(tree.this, tree.expression.this)

    def _aggregate(self, tree: exp.Expr, where: exp.Expr | None) -> Node:
        op = _AGGREGATES[type(tree)]
        if self.scope.rows is None or self.inside:
            around = f"inside `{self.inside}`" if self.inside else "where there are no rows"
            expected = "an aggregate only in a fact with `from:`, and none inside another"
            return self.note(wrong.MisplacedAggregate, tree, f"`{op}` stands {around}", expected)
        self.inside = op
        try:
            condition = self._boolean(where) if where is not None else None
            self.unit_of_value = self._unit_under(condition)
            return self._aggregated(op, tree, condition)
        finally:
            self.inside = None
            self.unit_of_value = None

    def _aggregated(self, op: str, tree: exp.Expr, where: Node | None) -> Node:
        argument = tree.this.this if op == "any" and isinstance(tree.this, exp.Paren) else tree.this
        if isinstance(argument, exp.Star):
            argument = None
        if op == "count" and argument is None and not tree.expressions:
            return Node("count", (), COUNT, None, where=where)
        if argument is None or tree.expressions or tree.args.get("count") or tree.args.get("expression"):
            return self.refused(tree)
        node = self.read(argument)
        if op == "count":
            return Node("count", (node,), COUNT, None, where=where)
        needed = {"sum": ValueKind.NUMBER, "any": ValueKind.BOOLEAN}.get(op)
        if needed and not node.type.is_a(needed):
            return self.note(wrong.WrongType, tree, f"`{op}` is over {node.type.kind.words}", needed.words)
        if op == "sum" and node.type.is_quotient:
            expected = "sums of the two parts, then the division"
            return self.note(wrong.AggregateOfDivision, tree, "`sum` is over a division", expected)
        type_ = {"sum": summed(node.type), "any": BOOLEAN}.get(op, node.type)
        return self._fitting(Node(op, (node,), type_, node.unit, where=where), tree)

    def _unit_under(self, where: Node | None) -> Unit | None:
        """The unit of `value` where a filter leaves kinds of only one unit."""
        if where is None or not self.scope.unit_of_kind:
            return None
        kinds = _kinds_left(where)
        units = {self.scope.unit_of_kind.get(kind) for kind in kinds or ()}
        return units.pop() if len(units) == 1 else None


def _any_of(options: list[Node]) -> Node:
    """Whether one of several holds; halved, so that a long list does not nest deeply."""
    if len(options) == 1:
        return options[0]
    half = (len(options) + 1) // 2
    return Node("or", (_any_of(options[:half]), _any_of(options[half:])), BOOLEAN)


def _kinds_left(node: Node) -> frozenset[str] | None:
    """Kinds that a condition leaves; None if it does not say."""
    if node.op == "=" and node.args[0].name == "kind" and node.args[1].op == "text":
        return frozenset((node.args[1].name,))
    if node.op not in ("and", "or"):
        return None
    left, right = (_kinds_left(arg) for arg in node.args)
    if node.op == "or":
        return left | right if left is not None and right is not None else None
    if left is None or right is None:
        return left if right is None else right
    return left & right
