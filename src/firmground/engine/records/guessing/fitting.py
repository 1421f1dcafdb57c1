"""Which table a file is of, and which heading is which of its columns, with the reason for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firmground.engine.policy.source_files import columns_of, missing_columns
from firmground.engine.records.guessing.known import Known
from firmground.engine.records.guessing.profiles import Profile
from firmground.engine.records.guessing.words import plain, words
from firmground.engine.records.sources.mapping import Cell
from firmground.engine.tables import TABLES, Column, Table, Type

_SURE = 1.6  # weight from which a column is proposed; below it a person decides
_KNOWN, _WORD, _SHAPE = 4.0, 3.0, 3.0
_MODEL, _REQUIRED, _MOST_WORDS = 8.0, 4.0, 3
_OWN = ("source", "received_at", "deleted")  # only under their own names
_MOSTLY = 0.8


@dataclass(frozen=True)
class Placed:
    """A heading, by its number, that is a column. weight: how much speaks for it; why: in words."""

    column: str
    heading: int
    weight: float
    why: str

    @property
    def is_sure(self) -> bool:
        """Whether it is proposed, and not only mentioned."""
        return self.weight >= _SURE


@dataclass(frozen=True)
class Fit:
    """How a file fits a table. model: the known mapping that it has all headings of; missing: required columns."""

    table: Table
    placed: tuple[Placed, ...]
    model: Known | None
    missing: tuple[str, ...]
    score: float


def best_fit(name: str, headings: list[str], seen: list[Profile], known: list[Known], only: Table | None) -> Fit:
    """The table that a file fits best. name: of the file; only: the table if a person said it."""
    tables = [only] if only is not None else list(TABLES.values())
    return max((_fit(table, name, headings, seen, known) for table in tables), key=lambda fit: fit.score)


def _fit(table: Table, name: str, headings: list[str], seen: list[Profile], known: list[Known]) -> Fit:
    own = [each for each in known if each.table == table.name]
    fitting = [each for each in own if each.fits(headings)]
    model = max(fitting, key=lambda each: len(_headings(each)), default=None)
    columns = [
        table.column(name) or Column(name, personal=True)
        for name in columns_of(table)
        if model is None or any(cell.headings for cell in _cells(model, name))
    ]
    reasons = [model] if model else known
    found = [
        each
        for column in columns
        for number, heading in enumerate(headings)
        if model is None or any(heading in cell.headings for cell in _cells(model, column.name))
        if (each := _placed(column, table, number, heading, seen[number], reasons)) is not None
    ]
    placed = _each_once(sorted(found, key=lambda each: -each.weight))
    sure = {each.column for each in placed if each.is_sure} | ({*model.mapping.records()[0]} if model else set())
    missing = tuple(missing_columns(sure, table, is_list=bool(model and model.mapping.derives)))
    needed = [column for column in missing if column != "kind"]
    score = sum(each.weight for each in placed if each.is_sure) - _REQUIRED * len(needed)
    score += min(_MOST_WORDS, _words_of(table, [name, *headings]))
    if model:  # one that uses few of the headings may fit by chance
        score += _MODEL * len(_headings(model)) / len(headings) + len(_headings(model))
    return Fit(table, (*placed, *_by_shape(needed, table, placed, seen)), model, missing, score)


def _cells(known: Known, column: str) -> list[Cell]:
    return [record[column] for record in known.mapping.records() if column in record]


def _headings(known: Known) -> set[tuple[str, ...]]:
    return {cell.headings for record in known.mapping.records() for cell in record.values() if cell.headings}


def _words_of(table: Table, texts: list[str]) -> int:
    """How many of the words of a table stand in the name and the headings of a file."""
    whole = " ".join(plain(text) for text in texts)
    return sum(plain(word) in whole for word in words().tables[table.name]["words"])


def _each_once(found: list[Placed]) -> list[Placed]:
    """Of several reasons the first for each column and each heading."""
    placed: list[Placed] = []
    for each in found:
        if all(each.column != other.column and each.heading != other.heading for other in placed):
            placed.append(each)
    return placed


def _placed(
    column: Column, table: Table, number: int, heading: str, profile: Profile, known: list[Known]
) -> Placed | None:
    """What speaks most for a heading being a column, if anything does."""
    reasons = list(_reasons(column, table, heading, profile, known))
    if not reasons:
        return None
    weight, why = max(reasons)
    share, shape = _shape(column, profile)
    if profile.filled and share < 0.5:
        return Placed(column.name, number, weight * 0.3, f"{why}, but only {share:.0%} are {shape or 'texts'}")
    if column.name == "id_number":
        why = f"{why}; {profile.id_numbers:.0%} pass the check of ID numbers"
    elif profile.filled and shape:
        why = f"{why}; {share:.0%} are {shape}"
    return Placed(column.name, number, weight, why)


def _reasons(
    column: Column, table: Table, heading: str, profile: Profile, known: list[Known]
) -> Iterator[tuple[float, str]]:
    own = plain(heading)
    if own == plain(column.name):
        yield _KNOWN, "our own name"
    if column.name in _OWN:
        return
    for each in known:
        if any(heading in cell.headings for cell in _cells(each, column.name)):
            if each.table == table.name:
                yield _KNOWN, f"as in {each.origin}"
            elif column.name in ("household_id", "id_number"):
                yield _WORD, f"as in {each.origin}"
    for word in words().of(table.name, column.name):
        if own == word:
            yield _WORD, f"the word `{word}`"
        elif word in own:
            yield 1 + len(word) / len(own), f"the word `{word}`"
    yield from _known_cells(column, profile)


def _known_cells(column: Column, profile: Profile) -> Iterator[tuple[float, str]]:
    if column.name == "id_number" and profile.numbers >= _MOSTLY:
        yield _SHAPE, f"{profile.numbers:.0%} have the form of ID numbers"
    known = {"household_id": profile.households, "person_id": profile.persons, "area_code": profile.areas}
    share = known.get(column.name, 0.0)
    if share >= _MOSTLY:
        yield _SHAPE - 0.5, f"{share:.0%} are known to the lake"


def _shape(column: Column, profile: Profile) -> tuple[float, str]:
    """The share of cells that have the form of a column's type, and what that form is called; empty for texts."""
    if column.type is Type.DATE:
        return max(profile.dates, profile.serials), "dates"
    if column.type in (Type.MONEY, Type.NUMBER):
        return profile.amounts, "amounts"
    if column.name == "id_number":
        return profile.numbers, "ID numbers"
    return 1.0 - (profile.dates if column.name not in ("text", "record_id") else 0.0), ""


def _by_shape(needed: list[str], table: Table, placed: list[Placed], seen: list[Profile]) -> Iterator[Placed]:
    """Required columns of days and amounts that only one heading can be; a person decides."""
    taken = {each.heading for each in placed}
    for name in needed:
        column = table.column(name)
        if column is None or column.type not in (Type.DATE, Type.MONEY) or any(each.column == name for each in placed):
            continue
        shares = {
            number: _shape(column, profile)[0]
            for number, profile in enumerate(seen)
            if number not in taken and profile.filled
        }
        alike = [number for number, share in shares.items() if share >= _MOSTLY]
        if len(alike) == 1:
            taken.add(alike[0])
            yield Placed(name, alike[0], 1.0, f"the only other column of {_shape(column, seen[alike[0]])[1]}")
