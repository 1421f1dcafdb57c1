"""Values of parameters in force at a date, as SQL: a literal, or a column of the households where they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from sqlglot import exp

from firmground.engine.policy.model import Pack, Parameter, ParameterRow
from firmground.engine.policy.scopes import parameter_type
from firmground.engine.policy.values import ValueType
from firmground.engine.scan.compile.node_sql import as_decimal, decimal_literal
from firmground.errors import FirmgroundError

AreaDepth = Callable[[str], int]
Successor = Callable[[str], str]


class NoValueInForce(FirmgroundError):
    """A parameter that a rule needs has no value at the as-of date."""

    id = "FG-S001"


def itself(code: str) -> str:
    """The code that stands for an area where none was replaced."""
    return code


def rows_in_force(parameter: Parameter, as_of: date, successor: Successor = itself) -> list[ParameterRow]:
    """The rows in force at a date, at most one per area and group: the latest `from` counts.

    A row of an area that was replaced holds for the successor, which it is told for; a row that names the successor
    itself from the same day on goes before it.
    """
    latest: dict[tuple[str | None, str | None], ParameterRow] = {}
    in_force = [r for r in parameter.rows if r.from_on <= as_of and (r.to_on is None or as_of <= r.to_on)]
    told = [(row, successor(row.area) if row.area else None) for row in in_force]
    for row, area in sorted(told, key=lambda pair: (pair[0].from_on, pair[0].area == pair[1])):
        latest[area, row.group] = row if row.area == area else replace(row, area=area)
    return list(latest.values())


@dataclass
class InForce:
    """The parameters of a pack at a date.

    area_depth: how far below the top an area lies; of two areas above a household the deeper is the nearer.
    successor: the code that stands for an area today.
    Raises NoValueInForce when a parameter is asked for that has no general value at the date.
    """

    pack: Pack
    as_of: date
    area_depth: AreaDepth
    successor: Successor = itself
    areas: list[str] = field(default_factory=list)  # areas with values of their own, in the order of their joins

    def rows(self, name: str) -> list[ParameterRow]:
        """Rows in force in the order in which they are tried: nearest area, then with group, then the general one."""
        parameter = self.pack.parameters[name]
        rows = rows_in_force(parameter, self.as_of, self.successor)
        if not any(row.area is None and row.group is None for row in rows):
            first = min((row.from_on for row in parameter.rows), default=None)
            raise NoValueInForce(
                found=f"The parameter `{name}` has no value on {self.as_of}",
                expected=f"a date not before {first}" if first else "a value",
                place=parameter.place,
            )
        return sorted(rows, key=self._nearness)

    def _nearness(self, row: ParameterRow) -> tuple[bool, int, str, bool]:
        depth = self.area_depth(row.area) if row.area else 0
        return (row.area is None, -depth, row.area or "", row.group is None)

    def differs(self, name: str) -> bool:
        """Whether the value differs between households."""
        return len(self.rows(name)) > 1

    def type(self, name: str) -> ValueType:
        """The exact type of its values."""
        return parameter_type(self.pack.parameters[name])

    def literal(self, name: str) -> exp.Expr:
        """The one value, for a parameter that does not differ."""
        return decimal_literal(self.rows(name)[0].value, f"param.{name}")

    def case(self, name: str) -> exp.Expr:
        """The value for a household `h` by its areas and group; needs the joins of `area_alias`."""
        case = exp.case()
        type_ = self.type(name)
        rows = self.rows(name)
        for row in rows[:-1]:
            conditions: list[exp.Expr] = []
            if row.area:
                conditions.append(exp.column("area_code", self.area_alias(row.area)).is_(exp.Null()).not_())
            if row.group:
                conditions.append(exp.column("population_group", "h").eq(exp.Literal.string(row.group)))
            case = case.when(exp.and_(*conditions), decimal_literal(row.value, f"param.{name}"))
        last = case.else_(decimal_literal(rows[-1].value, f"param.{name}"))
        return as_decimal(last, type_.digits, type_.places)

    def area_alias(self, area: str) -> str:
        """The alias of the join that tells whether a household lies below an area."""
        if area not in self.areas:
            self.areas.append(area)
        return f"in_{self.areas.index(area) + 1}"
