"""What a policy pack says, after it was read and checked: facts, rules, parameters, kinds, groups and levels.

All objects are immutable and know the place in the file they come from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from firmground.errors import Place

if TYPE_CHECKING:
    from firmground.engine.policy.expressions import Expression
    from firmground.engine.policy.source_files import SourceFile

Words = dict[str, str]  # language code -> text; of a source that is one text, the code is empty


class WindowKind(StrEnum):
    """The windows of contracts: which rows of a table a fact sees at a date."""

    FULL_MONTHS = "full months"
    MONTHS_TO_DATE = "months to date"
    YEAR_TO_DATE = "year to date"
    FULL_YEARS = "full years"
    OPEN = "open"
    EVER = "ever"


@dataclass(frozen=True)
class Window:
    """One window. `count` months or years, moved `offset_months` earlier, over the date column `on`.

    `on` is None for `open` and `ever`, which read the table's span or moment.
    """

    kind: WindowKind
    count: int = 0
    offset_months: int = 0
    on: str | None = None
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True)
class ParameterRow:
    """One dated value. In force from `from_on` until the next row of the same area and group, or through `to_on`."""

    value: Decimal
    from_on: date
    to_on: date | None
    area: str | None
    group: str | None
    source: Words
    place: Place


@dataclass(frozen=True)
class Parameter:
    """A number that a decree can change. `unit` as in units.py."""

    name: str
    title: Words
    unit: str
    rows: tuple[ParameterRow, ...]
    place: Place


@dataclass(frozen=True)
class Kind:
    """One kind of a record table."""

    name: str
    title: Words
    unit: str | None = None  # unit of `attributes.value`
    may_name_area: bool = False  # shocks only


@dataclass(frozen=True)
class Fact:
    """A named value of a household, or of a person (`of == "person"`).

    from_table: record table or "persons" that the value is computed from; None: from other facts.
    """

    name: str
    title: Words
    unit: str | None
    of: str
    from_table: str | None
    windows: tuple[Window, ...]
    value: Expression
    unknown_when: Expression | None
    source: Words | None
    place: Place


@dataclass(frozen=True)
class Rule:
    """What raises a warning. `reasons` names facts, household columns and `param.NAME`s shown with it, in order."""

    id: str
    title: Words
    risk: str
    severity: str
    of: str
    when: Expression
    reasons: tuple[str, ...]
    source: Words
    formerly: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Level:
    """A level of areas, from the widest (number 1) to the finest."""

    name: str
    title: Words
    number: int


@dataclass(frozen=True)
class Pack:
    """A sound policy pack. `facts` are in the order in which they can be computed; `rules` in the order of the file.

    `digest` is the SHA-256 of its files (64 hex digits), whatever folder they lie in. Source files are no part of it:
    they do not change what a scan answers.
    """

    id: str
    version: str
    title: Words
    languages: tuple[str, ...]
    currency: str
    time_zone: str
    levels: tuple[Level, ...]
    area_tree: str | None  # name of the shipped tree ("china"), or None: areas come with the data
    population_groups: dict[str, Words]
    risks: dict[str, Words]
    severities: dict[str, Words]
    kinds: dict[str, dict[str, Kind]]  # table -> kind -> Kind
    source_ranks: dict[str, int]
    parameters: dict[str, Parameter]
    facts: dict[str, Fact]
    rules: dict[str, Rule]
    digest: str
    folder: Path
    sources: dict[str, Words] = field(default_factory=dict)  # departments that deliver -> title
    source_files: dict[str, SourceFile] = field(repr=False, compare=False, default_factory=dict)  # by source
    files: dict[str, bytes] = field(repr=False, compare=False, default_factory=dict)  # relative name -> content

    def words(self, words: Words, language: str | None = None) -> str:
        """`words` in the language asked for, else in the pack's first."""
        return words.get(language or self.languages[0]) or words[self.languages[0]]
