"""Mapping files: which heading of a department's file is which of our columns.

null: ["NA"]                                   # cell texts that mean nothing, besides the empty cell
columns: {household_id: id_hh, kind: {value: wage}, amount: Amount}
values: {sex: {"0": m, "1": f}}
rows: [{kind: {value: a}, value: Heading A}]   # several records from one row of the file
round: [value]                                 # numbers with more places than the lake keeps are rounded, not refused
dates: day first                               # or `month first`: how 05/06/2022 is read, which is refused without it
digits: {area_code: 12}                        # codes that lost their leading zeros are filled up to so many digits
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmground.engine.policy.mistakes import PolicyMistake
from firmground.engine.policy.source import Mapping as Tree
from firmground.engine.policy.source import Scalar, Sequence, read_yaml
from firmground.engine.tables import COMMON, Table, Type
from firmground.errors import FirmgroundError, Place, nearest

_KEYS = ("null", "columns", "values", "rows", "round", "dates", "digits")
_MOST_DIGITS = 100
_DATES = ("day first", "month first")


class MappingUnsound(FirmgroundError):
    """A mapping file is no YAML, has an unknown key, or names an unknown column or heading."""

    id = "FG-L020"


class ColumnMissing(FirmgroundError):
    """A required column of the table is not in the file."""

    id = "FG-L021"


@dataclass(frozen=True)
class Cell:
    """Where a column's value comes from: a heading of the file, or a constant."""

    heading: str | None = None
    constant: str | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Mapping:
    """A mapping as read. rows: for each record made from one row of the file, the cells it adds to `columns`.

    rounded: columns of numbers whose further places are rounded half away from zero. coded: the columns of `values`.
    dates: how dates that end in the year are read. digits: by column, to how many a code is filled up with zeros.
    """

    nulls: tuple[str, ...]
    columns: dict[str, Cell]
    values: dict[str, dict[str, str]]
    rows: tuple[dict[str, Cell], ...]
    text: str
    rounded: dict[str, Place] = field(default_factory=dict)
    coded: dict[str, Place] = field(default_factory=dict)
    dates: str = ""
    digits: dict[str, int] = field(default_factory=dict)

    def records(self) -> list[dict[str, Cell]]:
        """The cells of each record that one row of the file becomes."""
        return [{**self.columns, **row} for row in self.rows] if self.rows else [self.columns]


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file. Raises MappingUnsound at its place."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MappingUnsound(found=f"The mapping {path} cannot be read ({error.strerror})") from error
    return parse_mapping(content, str(path))


def parse_mapping(content: bytes, file: str) -> Mapping:
    """The mapping in a text. Raises MappingUnsound at its place."""
    tree, mistakes = read_yaml(content, file)
    if mistakes:
        raise _unsound(mistakes[0])
    if not isinstance(tree, Tree):
        raise MappingUnsound(found="The mapping is no YAML mapping", expected=", ".join(_KEYS), place=Place(file, 1, 1))
    for key, place in tree.keys.items():
        if key not in _KEYS:
            close = nearest(key, _KEYS)
            hint = f"Did you mean `{close}`?" if close else ""
            raise MappingUnsound(
                found=f"The key `{key}` is not known here", expected=", ".join(_KEYS), hint=hint, place=place
            )
    values = tree.items.get("values")
    return Mapping(
        nulls=tuple(_text(item) for item in _list(tree, "null", "a list of texts")),
        columns=_cells(tree.items.get("columns")),
        values={
            column: {key: _text(value) for key, value in _mapping(codes).items.items()}
            for column, codes in (_mapping(values).items.items() if values else ())
        },
        rows=tuple(_cells(row) for row in _list(tree, "rows", "a list of records")),
        text=content.decode("utf-8-sig"),
        rounded={_text(item): item.place for item in _list(tree, "round", "a list of columns")},
        coded=dict(_mapping(values).keys) if values else {},
        dates=_dates(tree.items.get("dates")),
        digits=_digits(tree.items.get("digits")),
    )


def _dates(tree: object) -> str:
    text = _text(tree) if tree is not None else ""
    if text not in ("", *_DATES):
        raise MappingUnsound(
            found=f"`dates` is `{text}`", expected=" or ".join(_DATES), place=getattr(tree, "place", None)
        )
    return text


def _digits(tree: object) -> dict[str, int]:
    digits: dict[str, int] = {}
    for column, value in _mapping(tree).items.items() if tree is not None else ():
        text = _text(value)
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_DIGITS):
            found = f"`{column}` is filled up to `{text}` digits"
            raise MappingUnsound(found=found, expected=f"1 to {_MOST_DIGITS}", place=getattr(value, "place", None))
        digits[column] = int(text)
    return digits


def _list(tree: Tree, key: str, expected: str) -> list[Any]:
    """The items under a key; none where it is absent."""
    value = tree.items.get(key)
    if value is None:
        return []
    if not isinstance(value, Sequence):
        raise MappingUnsound(found=f"`{key}` is no list", expected=expected, place=value.place)
    return list(value.items)


def _unsound(mistake: PolicyMistake) -> MappingUnsound:
    return MappingUnsound(found=mistake.found, expected=mistake.expected, hint=mistake.hint, place=mistake.place)


def _mapping(tree: object) -> Tree:
    if isinstance(tree, Tree):
        return tree
    place = getattr(tree, "place", None)
    raise MappingUnsound(found="A mapping is missing here", expected="`name: value`", place=place)


def _text(tree: object) -> str:
    if isinstance(tree, Scalar):
        return tree.text
    raise MappingUnsound(found="A text is missing here", expected="a text", place=getattr(tree, "place", None))


def _cells(tree: object) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for column, value in _mapping(tree).items.items() if tree is not None else ():
        if isinstance(value, Scalar):
            cells[column] = Cell(heading=value.text, place=value.place)
            continue
        constant = _mapping(value)
        if tuple(constant.items) != ("value",):
            found = f"`{column}` is neither a heading nor a constant"
            raise MappingUnsound(found=found, expected="a heading, or {value: ...}", place=constant.place)
        cells[column] = Cell(constant=_text(constant.items["value"]), place=constant.place)
    return cells


def without_mapping(headings: list[str], table: Table) -> Mapping:
    """Headings that are the names of our columns stand for them; an ID number only where no person is named."""
    known = {c.name for c in (*table.columns, *COMMON)}
    if table.names_a_person and "person_id" not in headings:
        known.add("id_number")
    return Mapping((), {h: Cell(heading=h) for h in headings if h in known}, {}, (), "")


def check_columns(mapping: Mapping, headings: list[str], table: Table) -> list[str]:
    """Hold a mapping against a file and a table. Returns the headings that nothing uses.

    In tables that name a person, `id_number` may stand for the person. Raises MappingUnsound for an unknown column or
    heading, ColumnMissing for a required column that nothing fills.
    """
    known = [*(c.name for c in (*table.columns, *COMMON)), *(["id_number"] if table.names_a_person else [])]
    numbers = [column.name for column in table.columns if column.type is Type.NUMBER]
    for column, place in mapping.rounded.items():
        if column not in numbers:
            found = f"`{column}` is not a column of numbers of `{table.name}`"
            raise MappingUnsound(found=found, expected=", ".join(numbers) or "no `round`", place=place)
    for column, place in mapping.coded.items():
        if column not in known:
            raise _no_column(column, table, known, place)
    used: set[str] = set()
    for cells in mapping.records():
        for column, cell in cells.items():
            if column not in known:
                raise _no_column(column, table, known, cell.place)
            if cell.heading is not None and cell.heading not in headings:
                close = nearest(cell.heading, headings)
                raise MappingUnsound(
                    found=f"The file has no heading `{cell.heading}`",
                    expected=", ".join(headings),
                    hint=f"Did you mean `{close}`?" if close else "",
                    place=cell.place,
                )
            if cell.heading is not None:
                used.add(cell.heading)
        _require(cells, headings, table)
    return [heading for heading in headings if heading not in used]


def _no_column(column: str, table: Table, known: list[str], place: Place | None) -> MappingUnsound:
    close = nearest(column, known)
    return MappingUnsound(
        found=f"`{table.name}` has no column `{column}`",
        expected=", ".join(known),
        hint=f"Did you mean `{close}`?" if close else "",
        place=place,
    )


def _require(cells: dict[str, Cell], headings: list[str], table: Table) -> None:
    person_by_number = "id_number" in cells and table.names_a_person
    for column in table.columns:
        if not column.required or column.name in cells:
            continue
        if person_by_number and column.name in ("household_id", "person_id"):
            continue
        close = nearest(column.name, headings)
        raise ColumnMissing(
            found=f"The table `{table.name}` needs the column `{column.name}`, which the file does not have",
            expected="the headings " + ", ".join(c.name for c in table.columns if c.required),
            hint=f"Is it `{close}`? Then say so in a mapping." if close else "Name its heading in a mapping.",
        )
