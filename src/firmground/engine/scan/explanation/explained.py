"""What is known of one household at a date: facts, a verdict per rule, and the records behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from firmground.engine.policy.model import Pack, Rule, Words
from firmground.engine.scan.explanation.conditions import Atom, Change, Truth
from firmground.engine.scan.explanation.records_behind import RecordsBehind


@dataclass(frozen=True)
class Value:
    """A named value: `text` as reasons show it, None if unknown. `source` of a parameter's row in force."""

    name: str
    title: Words
    text: str | None
    unit: str | None = None
    source: Words | None = None


@dataclass(frozen=True)
class Part:
    """An atom of a rule's condition for one household (or person): whether it holds, and both sides of a comparison."""

    atom: Atom
    truth: Truth
    left: str | None
    right: str | None


@dataclass(frozen=True)
class Verdict:
    """A rule for one household, or for one member of it (`person_id`).

    fires: true, false, or None if a value it needs is unknown. change: what would have to change for it to stop firing,
    or to fire; None for a rule of persons as a whole.
    """

    rule: Rule
    fires: Truth
    reasons: tuple[Value, ...]
    parts: tuple[Part, ...] = ()
    change: Change | None = None
    person_id: str | None = None
    persons: tuple[Verdict, ...] = ()


@dataclass(frozen=True)
class Explained:
    """Everything that is known of one household at a date.

    area_names: of the area and what lies above it, widest first; empty if its code is not known. state: `judged`,
    `without_members` or `not_yet_registered`; only a judged household has facts and verdicts. facts: in the pack's
    order; facts_of_persons: person_id -> facts. records: the rows behind each fact, rows set aside and why, and the
    days since the last data per source. known_at: in the lake's time zone.
    """

    household_id: str
    area_code: str
    area_names: tuple[str, ...]
    state: str
    pack: Pack
    as_of: date
    known_at: datetime | None
    facts: tuple[Value, ...] = ()
    facts_of_persons: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()
    records: RecordsBehind | None = None
