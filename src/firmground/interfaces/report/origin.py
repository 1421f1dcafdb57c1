"""What a report rests on: who delivered how many records until when, and the values that were in force.

With these beside the run's id, a reader who doubts a figure knows whom to ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from firmground.engine.areas import AreaTree
from firmground.engine.policy.model import Pack, Parameter, ParameterRow
from firmground.engine.scan.compile.in_force import rows_in_force
from firmground.engine.scan.explanation.vocabulary import Vocabulary


@dataclass(frozen=True)
class Delivered:
    """Rows of one table that one source delivered, accepted, and the day on which the last of them came."""

    source: str
    table: str
    rows: int
    last_on: date


@dataclass(frozen=True)
class Limit:
    """A value that was in force. holds_for: the area or group it is for, empty where it is for all."""

    title: str
    value: str
    holds_for: str
    source: str


def deliveries_in_words(delivered: Iterable[Delivered], words: Vocabulary, own: Mapping[str, str]) -> list[Delivered]:
    """The same with titles in place of names, ordered by source."""
    named = [
        Delivered(
            own.get(f"source_{row.source}") or words.source(row.source),
            own.get(f"table_{row.table}") or words.table(row.table),
            row.rows,
            row.last_on,
        )
        for row in delivered
    ]
    return sorted(named, key=lambda row: row.source.casefold())


def limits_of(
    pack: Pack, as_of: date, tried: Mapping[str, Decimal], areas: AreaTree, language: str, own: Mapping[str, str]
) -> list[Limit]:
    """Every parameter's values in force at a date, in the order of the pack. tried: values that replaced them."""
    words = Vocabulary(pack, language)
    limits = []
    for parameter in pack.parameters.values():
        title = pack.words(parameter.title, language)
        if parameter.name in tried:
            limits.append(Limit(title, _value(parameter, tried[parameter.name], words), "", own["tried"]))
            continue
        for row in sorted(rows_in_force(parameter, as_of), key=lambda row: (row.area or "", row.group or "")):
            value = _value(parameter, row.value, words)
            limits.append(Limit(title, value, _holds_for(row, pack, areas, language), words.reference(row.source)))
    return limits


def _value(parameter: Parameter, value: Decimal, words: Vocabulary) -> str:
    exact = f"{value:,f}"
    exact = exact.rstrip("0").rstrip(".") if "." in exact else exact
    return words.quantity(exact, parameter.unit, is_age=words.is_age(f"param.{parameter.name}"))


def _holds_for(row: ParameterRow, pack: Pack, areas: AreaTree, language: str) -> str:
    area = (areas.name(row.area) or row.area) if row.area else ""
    group = pack.words(pack.population_groups[row.group], language) if row.group else ""
    return ", ".join(part for part in (area, group) if part)
