"""The `given` of a worked example as rows of tables: every column and value held against the tables and the pack."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from firmground.engine.areas import AreaTree
from firmground.engine.policy.model import Pack
from firmground.engine.policy.source import Mapping, Scalar, Sequence, Tree
from firmground.engine.tables import TABLES, Column, Table, Type
from firmground.engine.tables.schema import MONEY, NUMBER
from firmground.errors import FirmgroundError, Place, nearest

Row = dict[str, Any]
OF_HOUSEHOLD = ("population_group", "area_code", "registered_on", "head_person_id")
ROWS_OF = ("areas", "persons", "income", "spending", "jobs", "conditions", "shocks", "attributes", "outcomes")
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_FORMS = {
    Type.DATE: "a date such as 2022-05-31",
    Type.TIME: "a date such as 2022-05-31",
    Type.MONEY: "an amount such as 1200.50, with at most 2 places",
    Type.NUMBER: "a number with at most 12 places",
    Type.BOOLEAN: "true or false",
    Type.TEXT: "a text",
}


class ExampleMistake(FirmgroundError):
    """A mistake in a worked example. No example of the pack is tried before all of them can be read."""


class UnknownInExample(ExampleMistake):
    """A worked example names a table, column, kind, group, area, rule or reason that does not exist."""

    id = "FG-S051"


class BadValueInExample(ExampleMistake):
    """A value of a worked example does not have the form that its column needs."""

    id = "FG-S052"


class MissingInExample(ExampleMistake):
    """A row of a worked example leaves out a column that is required."""

    id = "FG-S053"


def unknown(what: str, name: str, known: list[str], place: Place) -> UnknownInExample:
    """The mistake of naming something that does not exist, with the nearest name that does."""
    close = nearest(name, known)
    return UnknownInExample(
        found=f"There is no {what} `{name}`",
        expected=", ".join(known) if len(known) <= 40 else "",
        hint=f"Did you mean `{close}`?" if close else "",
        place=place,
    )


@dataclass
class GivenRows:
    """Reads the `given` of examples of one pack; `mistakes` collects what is wrong with them."""

    pack: Pack
    tree: AreaTree | None
    mistakes: list[FirmgroundError] = field(default_factory=list)

    def read(self, given: Tree | None) -> tuple[Row, dict[str, list[Row]]]:
        """The household's own columns, and rows per table; a table that is not named is not in the result."""
        household: Row = {}
        tables: dict[str, list[Row]] = {}
        if not isinstance(given, Mapping):
            return household, tables
        for name, value in given.items.items():
            if name in OF_HOUSEHOLD:
                column = TABLES["households"].column(name)
                if column is not None:
                    household[name] = self._value(TABLES["households"], column, value)
            elif name in ROWS_OF:
                tables[name] = self._rows(TABLES[name], value)
            else:
                self.mistakes.append(unknown("column or table", name, [*OF_HOUSEHOLD, *ROWS_OF], given.keys[name]))
        own_areas = {row.get("code") for row in tables.get("areas", ())}
        if isinstance(code := given.items.get("area_code"), Scalar):
            self._known_area(code, own_areas)
        return household, tables

    def _known_area(self, code: Scalar, own: set[Any]) -> None:
        known = code.text in own if own else self.tree is None or code.text in self.tree
        if not known:
            self.mistakes.append(unknown("area", code.text, sorted(map(str, own)), code.place))

    def _rows(self, table: Table, value: Tree) -> list[Row]:
        if not isinstance(value, Sequence):
            found = f"The rows of `{table.name}` are no list"
            self.mistakes.append(BadValueInExample(found=found, expected="a list of rows", place=value.place))
            return []
        return [row for number, item in enumerate(value.items, 1) if (row := self._row(table, item, number))]

    def _row(self, table: Table, item: Tree, number: int) -> Row | None:
        if not isinstance(item, Mapping):
            found = f"A row of `{table.name}` is no mapping"
            self.mistakes.append(BadValueInExample(found=found, expected="columns and values", place=item.place))
            return None
        columns = {c.name: c for c in table.columns if c.name != "household_id"}
        row: Row = {}
        for name, value in item.items.items():
            if name in columns:
                row[name] = self._value(table, columns[name], value)
            else:
                self.mistakes.append(unknown(f"column of {table.name}", name, list(columns), item.keys[name]))
        if table.name == "jobs":
            row.setdefault("job_id", f"job {number}")
        if table.name == "areas":
            row.setdefault("name", row.get("code"))
        for column in columns.values():
            if column.required and row.get(column.name) is None and column.name not in item.items:
                found = f"A row of `{table.name}` has no `{column.name}`"
                self.mistakes.append(MissingInExample(found=found, expected="a value", place=item.place))
        self._check_kind(table, item)
        return row

    def _check_kind(self, table: Table, row: Mapping) -> None:
        kind = row.items.get("kind")
        if not isinstance(kind, Scalar):
            return
        kinds = self.pack.kinds.get(table.name, {})
        if kind.text not in kinds:
            self.mistakes.append(unknown(f"kind of {table.name}", kind.text, list(kinds), kind.place))
        elif table.name == "shocks" and "area_code" in row.items and not kinds[kind.text].may_name_area:
            found = f"A shock of the kind `{kind.text}` names an area"
            expected = "a kind that tables.yaml marks `may_name_area: true`"
            self.mistakes.append(UnknownInExample(found=found, expected=expected, place=row.keys["area_code"]))

    def _value(self, table: Table, column: Column, value: Tree) -> Any:
        """The value in its column's type; None where nothing stands."""
        if not isinstance(value, Scalar):
            self._bad(column, "A list or mapping stands here", value.place)
            return None
        if value.is_null:
            if column.required:
                found = f"`{column.name}` of `{table.name}` is empty"
                self.mistakes.append(MissingInExample(found=found, expected="a value", place=value.place))
            return None
        codes = column.codes
        if column.name == "population_group":
            codes = tuple(self.pack.population_groups)
        if codes and value.text not in codes:
            self.mistakes.append(unknown(column.name, value.text, list(codes), value.place))
            return None
        found = parsed(column.type, value.text)
        if found is None:
            self._bad(column, f"`{value.text}` is no value of `{column.name}`", value.place)
        elif isinstance(found, Decimal) and found < 0 and column.type is Type.MONEY:
            found_text = f"`{column.name}` is negative"
            self.mistakes.append(BadValueInExample(found=found_text, expected="0 or more", place=value.place))
        return found

    def _bad(self, column: Column, found: str, place: Place) -> None:
        self.mistakes.append(BadValueInExample(found=found, expected=_FORMS[column.type], place=place))


def parsed(type_: Type, text: str) -> Any:
    """A text as a value of a type, None if it is none.

    >>> parsed(Type.MONEY, "5999.99"), parsed(Type.MONEY, "5999.999")
    (Decimal('5999.99'), None)
    """
    if type_ in (Type.MONEY, Type.NUMBER):
        return _decimal(text, *(MONEY if type_ is Type.MONEY else NUMBER))
    if type_ is Type.BOOLEAN:
        return _BOOLEANS.get(text.lower())
    if type_ in (Type.DATE, Type.TIME):
        try:
            return date.fromisoformat(text) if len(text) == len("2022-05-31") else None
        except ValueError:
            return None
    return text


def _decimal(text: str, digits: int, places: int) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or number != round(number, places) or abs(number) >= 10 ** (digits - places):
        return None
    return number
