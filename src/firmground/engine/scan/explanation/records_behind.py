"""The records behind a household's facts: rows that entered, rows set aside and why, and the age of data per source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from firmground.engine.records.settling.events import CAUSES
from firmground.engine.scan.backends.duckdb import Connection
from firmground.engine.scan.compile.statement import Statement
from firmground.engine.scan.explanation.records_sql import ABOUT, later_sql, own_columns, records_sql, settled_sql
from firmground.engine.scan.question import Question
from firmground.engine.scan.relations import Relations, settled_condition
from firmground.engine.tables import TABLES

# Why a row does not count. Of several reasons the first is told.
SET_ASIDE = (
    *reversed(CAUSES),
    "not_yet_known",
    "not_a_member",
    "after_as_of",
    "filtered",
    "outside_windows",
)


@dataclass(frozen=True)
class Record:
    """One row of a table. `row_id` finds it in the lake; `values` are its other columns, nulls left out.

    facts: the facts that it enters; set_aside: one of SET_ASIDE for a row that enters none. Of a row that is not yet
    known at the known-at time no values are told. received_at: in the lake's time zone.
    """

    table: str
    row_id: int
    source: str
    record_id: str | None
    received_at: datetime
    values: Mapping[str, Any]
    facts: tuple[str, ...] = ()
    set_aside: str | None = None

    @property
    def last_on(self) -> date:
        """The last day that the row speaks of; for the order in which rows are told."""
        table = TABLES[self.table]
        columns = (table.moment,) if table.moment else (table.span or ())
        return max((self.values[c] for c in columns if c in self.values), default=date.min)


@dataclass(frozen=True)
class SourceAge:
    """What one source has said of the household in one table: rows, the last day they speak of, and how long ago."""

    table: str
    source: str
    rows: int
    last_on: date | None
    days: int | None
    last_received_at: datetime


@dataclass
class RecordsBehind:
    """Rows that entered a fact, rows set aside, and the age of the data; the latest rows first."""

    entered: list[Record] = field(default_factory=list)
    set_aside: list[Record] = field(default_factory=list)
    sources: list[SourceAge] = field(default_factory=list)

    def of_fact(self, name: str, person_id: str | None = None) -> list[Record]:
        """The rows that a fact of the household, or of a person, was computed from."""
        rows = [record for record in self.entered if name in record.facts]
        return rows if person_id is None else [r for r in rows if r.values.get("person_id") == person_id]


def tables_of(statement: Statement) -> list[str]:
    """The tables that facts of the pack are computed from."""
    return sorted({fact.from_table for fact in statement.pack.facts.values() if fact.from_table})


def add_later_rows(relations: Relations, question: Question) -> None:
    """Make readable what a known-at time leaves out: every file of each table, as TABLE__every."""
    if question.known_at is None:
        return
    for table, files in question.manifest.tables.items():
        relations.files[f"{table}__every"] = [question.lake.path / file.path for file in files]


def records_behind(
    statement: Statement, relations: Relations, connection: Connection, question: Question
) -> dict[str, RecordsBehind]:
    """For each household of the relations (which must be restricted to those asked): the rows behind its facts.

    relations: with what `add_later_rows` adds.
    """
    behind: dict[str, RecordsBehind] = {}
    zone = ZoneInfo(question.lake.settings.time_zone)

    def rows_of(sql: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = connection.table(sql).to_pylist()
        return [{**row, "received_at": row["received_at"].astimezone(zone)} for row in rows]

    def of(row: Mapping[str, Any]) -> RecordsBehind:
        return behind.setdefault(row["household_id"], RecordsBehind())

    for table in tables_of(statement):
        rows = rows_of(records_sql(statement, table))
        for row in rows:
            record = _record(table, row, _why(row))
            (of(row).set_aside if record.set_aside else of(row).entered).append(record)
        if table != "persons":
            for household, own in _by_household(rows).items():
                behind[household].sources += _ages(table, own, statement.as_of)
        if f"{table}__settled" in relations.files:
            settled = rows_of(settled_sql(table, settled_condition(question.known_at)))
            for row in (row for row in settled if not row["deleted"]):
                of(row).set_aside.append(_record(table, row, row["why"]))
        if question.known_at is not None and f"{table}__every" in relations.files:
            for row in rows_of(later_sql(table, question.known_at)):
                of(row).set_aside.append(_record(table, row, "not_yet_known"))
    for found in behind.values():
        for records in (found.entered, found.set_aside):
            records.sort(key=lambda record: (-record.last_on.toordinal(), record.row_id))
    return behind


def _why(row: Mapping[str, Any]) -> str | None:
    """Why a counting row enters no fact; None if it enters one."""
    if not row["is_member"]:
        return "not_a_member"
    if any(value for name, value in row.items() if name.startswith("in__")):
        return None
    if row["is_later"]:
        return "after_as_of"
    return "filtered" if row["is_in_time"] else "outside_windows"


def _record(table: str, row: Mapping[str, Any], set_aside: str | None) -> Record:
    facts = tuple(name.removeprefix("in__") for name, value in row.items() if name.startswith("in__") and value)
    values: dict[str, Any] = {}
    if set_aside == "not_yet_known":
        values = {"kind": row["kind"]} if "kind" in row else {}
    else:
        values = {name: row[name] for name in own_columns(table) if row[name] is not None}
    facts = () if set_aside else facts
    about = {name: row[name] for name in ABOUT if name != "household_id"}
    return Record(table, **about, values=values, facts=facts, set_aside=set_aside)


def _by_household(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["household_id"], []).append(row)
    return grouped


def _ages(table: str, rows: list[dict[str, Any]], as_of: date) -> list[SourceAge]:
    """Per source: the last day its rows speak of, up to the date."""
    definition = TABLES[table]
    columns = (definition.moment,) if definition.moment else tuple(definition.span or ())
    ages = []
    for source in sorted({row["source"] for row in rows}):
        own = [row for row in rows if row["source"] == source]
        days = [row[c] for row in own for c in columns if c and row.get(c) is not None and row[c] <= as_of]
        last = max(days, default=None)
        ages.append(
            SourceAge(
                table,
                source,
                len(own),
                last,
                (as_of - last).days if last else None,
                max(row["received_at"] for row in own),
            )
        )
    return ages
