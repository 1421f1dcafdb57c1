"""Mappings: which heading of a department's file is which of our columns, and how the file is written.

A mapping is one kind of file of a source file: of a pack's sources/*.yaml, or of the file given with an import.

null: ["NA"]                                   # cell texts that mean nothing, besides the empty cell
columns: {household_id: [id_hh, hh], kind: {value: wage}, amount: Amount}
values: {sex: {"0": m, "1": f}}
rows: [{kind: {value: a}, value: Heading A}]   # several records from one row of the file
round: [value]                                 # numbers with more places than the lake keeps are rounded, not refused
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from firmground.engine.policy.delivers import FullSpan, parse_delivers
from firmground.engine.policy.mistakes import PolicyMistake
from firmground.engine.policy.model import Words
from firmground.engine.policy.reading import at, place_of
from firmground.engine.policy.source import LARGEST
from firmground.engine.policy.source import Mapping as Tree
from firmground.engine.policy.source_files import SourceFile, columns_of, missing_columns, read_source_file
from firmground.engine.policy.source_structure import CellDefinition, Derives, KindOfFile
from firmground.engine.records.reading.form import Form
from firmground.engine.tables import COMMON, Table, Type
from firmground.errors import FirmgroundError, Place, nearest


class MappingUnsound(FirmgroundError):
    """A mapping file is no YAML, has an unknown key, or names an unknown column or heading."""

    id = "FG-L020"


class ColumnMissing(FirmgroundError):
    """A required column of the table is not in the file."""

    id = "FG-L021"


@dataclass(frozen=True)
class Cell:
    """Where a column's value comes from: a heading of the file, or a constant.

    others: headings that stand for `heading` in files without it; the first of all that a file has counts.
    """

    heading: str | None = None
    constant: str | None = None
    place: Place | None = None
    others: tuple[str, ...] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that the value may stand under, the one that counts first."""
        return () if self.heading is None else (self.heading, *self.others)


@dataclass(frozen=True)
class Mapping:
    """A mapping as read. rows: for each record made from one row of the file, the cells it adds to `columns`.

    rounded: columns of numbers whose further places are rounded half away from zero. coded: the columns of `values`.
    file: the name of the source file; name: of this kind of file in it; text: the whole source file. delivers: the span
    of which a file holds everything, None for changes. digits: column -> digits up to which leading zeros are filled.
    dates: `day first`, `month first`, or empty.
    """

    nulls: tuple[str, ...]
    columns: dict[str, Cell]
    values: dict[str, dict[str, str]]
    rows: tuple[dict[str, Cell], ...]
    text: str
    rounded: dict[str, Place] = field(default_factory=dict)
    coded: dict[str, Place] = field(default_factory=dict)
    file: str = ""
    name: str = ""
    title: Words = field(default_factory=dict)
    table: str | None = None
    source: str | None = None
    answers: Words = field(default_factory=dict)
    cadence_days: int | None = None
    delivers: FullSpan | None = None
    form: Form = field(default_factory=Form)
    dates: str = ""
    digits: dict[str, int] = field(default_factory=dict)
    derives: Derives | None = None

    def records(self) -> list[dict[str, Cell]]:
        """The cells of each record that one row of the file becomes."""
        return [{**self.columns, **row} for row in self.rows] if self.rows else [self.columns]

    def fitted(self, headings: list[str]) -> Mapping:
        """The mapping for a file with these headings: of several headings of a column, the first in the file alone."""

        def fit(cells: dict[str, Cell]) -> dict[str, Cell]:
            return {column: _fitted(cell, headings) for column, cell in cells.items()}

        return replace(self, columns=fit(self.columns), rows=tuple(fit(row) for row in self.rows))

    def dated(self, received_on: date) -> Mapping:
        """A positive list with the kind that is derived, and the day it was received where it says no day itself."""
        if self.derives is None:
            return self
        day, kind = Cell(constant=received_on.isoformat()), Cell(constant=self.derives.kind)
        return replace(self, columns={"valid_from": day, **self.columns, "kind": kind})

    def missing(self, headings: list[str]) -> list[str]:
        """The headings that a file lacks for this mapping; several for one column as `A or B`."""
        cells = {cell.headings: None for record in self.records() for cell in record.values() if cell.headings}
        return [" or ".join(names) for names in cells if not set(names) & set(headings)]


def _fitted(cell: Cell, headings: list[str]) -> Cell:
    if not cell.others:
        return cell
    present = [heading for heading in cell.headings if heading in headings]
    return replace(cell, heading=present[0], others=()) if present else cell


def read_mappings(path: Path) -> dict[str, Mapping]:
    """Name -> mapping of each kind of file that a file explains. Raises MappingUnsound at its place."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)  # one more tells that there are more
    except OSError as error:
        raise MappingUnsound(found=f"The mapping {path} cannot be read ({error.strerror})") from error
    return parse_mappings(content, str(path))


def parse_mappings(content: bytes, file: str) -> dict[str, Mapping]:
    """Name -> mapping of each kind of file that a text explains. Raises MappingUnsound at its place."""
    source, mistakes = read_source_file(content, file)
    if mistakes or source is None:
        raise _unsound(mistakes[0])
    return mappings_of(source)


def read_mapping(path: Path) -> Mapping:
    """The one mapping in a file. Raises MappingUnsound at its place, also for several kinds of files."""
    return _one(read_mappings(path))


def parse_mapping(content: bytes, file: str, name: str = "") -> Mapping:
    """The mapping of that name in a text, or its only one. Raises MappingUnsound at its place."""
    found = parse_mappings(content, file)
    return found[name] if name in found else _one(found)


def _one(found: dict[str, Mapping]) -> Mapping:
    first = next(iter(found.values()))
    if len(found) > 1:
        raise MappingUnsound(
            found=f"The mapping explains several kinds of files: {', '.join(found)}",
            expected="one kind of file",
            place=Place(first.file),
        )
    return first


def _unsound(mistake: PolicyMistake) -> MappingUnsound:
    return MappingUnsound(found=mistake.found, expected=mistake.expected, hint=mistake.hint, place=mistake.place)


def mappings_of(source: SourceFile) -> dict[str, Mapping]:
    """Name -> mapping of each kind of file of a source file."""
    return {name: _mapping(source, name, kind, path) for name, (kind, path) in source.kinds().items()}


def _mapping(source: SourceFile, name: str, kind: KindOfFile, path: tuple[str | int, ...]) -> Mapping:
    coded = at(source.tree, (*path, "values"))
    rounded = {column: place_of(source.tree, *path, "round", number) for number, column in enumerate(kind.round)}
    return Mapping(
        nulls=tuple(kind.null),
        columns=_cells(source, kind.columns, (*path, "columns")),
        values=kind.values,
        rows=tuple(_cells(source, cells, (*path, "rows", number)) for number, cells in enumerate(kind.rows)),
        text=source.text,
        rounded=rounded,
        coded=dict(coded.keys) if kind.values and isinstance(coded, Tree) else {},
        file=source.file,
        name=name,
        title=kind.title or {},
        table=kind.table,
        source=source.structure.source,
        answers=source.structure.answers or {},
        cadence_days=kind.cadence_days,
        delivers=parse_delivers(kind.delivers),
        form=Form(
            encoding=kind.encoding,
            delimiter=kind.delimiter,
            sheet=kind.sheet,
            heading_rows=kind.heading_rows,
            skip_rows=kind.skip_rows,
        ),
        dates=kind.dates or "",
        digits=kind.digits,
        derives=kind.derives,
    )


def _cells(source: SourceFile, cells: dict[str, CellDefinition], path: tuple[str | int, ...]) -> dict[str, Cell]:
    made = {}
    for column, cell in cells.items():
        first, others = (cell.headings[0], cell.headings[1:]) if cell.headings else (None, ())
        made[column] = Cell(first, cell.constant, place_of(source.tree, *path, column), others)
    return made


def without_mapping(headings: Iterable[str], table: Table) -> Mapping:
    """Headings that are the names of our columns stand for them; an ID number only where no person is named."""
    headings = list(headings)
    known = {c.name for c in (*table.columns, *COMMON)}
    if table.names_a_person and "person_id" not in headings:
        known.add("id_number")
    return Mapping((), {h: Cell(heading=h) for h in headings if h in known}, {}, (), "")


def check_columns(mapping: Mapping, headings: list[str], table: Table) -> list[str]:
    """Hold a mapping against a file and a table. Returns the headings that nothing uses.

    In tables that name a person, `id_number` may stand for the person. Raises MappingUnsound for an unknown column or
    heading, ColumnMissing for a required column that nothing fills.
    """
    known = columns_of(table)
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
                    found=f"The file has no heading `{'` or `'.join(cell.headings)}`",
                    expected=", ".join(headings),
                    hint=f"Did you mean `{close}`?" if close else "",
                    place=cell.place,
                )
            if cell.heading is not None:
                used.add(cell.heading)
        _require(cells, headings, table, is_list=mapping.derives is not None)
    return [heading for heading in headings if heading not in used]


def _no_column(column: str, table: Table, known: list[str], place: Place | None) -> MappingUnsound:
    close = nearest(column, known)
    return MappingUnsound(
        found=f"`{table.name}` has no column `{column}`",
        expected=", ".join(known),
        hint=f"Did you mean `{close}`?" if close else "",
        place=place,
    )


def _require(cells: dict[str, Cell], headings: list[str], table: Table, *, is_list: bool) -> None:
    for column in missing_columns(set(cells), table, is_list=is_list):
        close = nearest(column, headings)
        raise ColumnMissing(
            found=f"The table `{table.name}` needs the column `{column}`, which the file does not have",
            expected="the headings " + ", ".join(c.name for c in table.columns if c.required),
            hint=f"Is it `{close}`? Then say so in a mapping." if close else "Name its heading in a mapping.",
        )
