"""The records behind a household's facts: rows that entered, rows set aside and why, and the age of data per source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from firmground.engine.scan.backends.duckdb import Connection
from firmground.engine.scan.explain_sql import records_sql, set_aside_sql
from firmground.engine.scan.question import Question
from firmground.engine.scan.relations import Relations, settled_condition
from firmground.engine.scan.statement import Statement
from firmground.engine.tables import TABLES

_ABOUT = ("household_id", "source", "record_id", "received_at", "row_id", "is_counted")


@dataclass(frozen=True)
class Record:
    """One row of a record table. `row_id` finds it in the lake; `values` are its other columns, nulls left out."""

    table: str
    row_id: int
    source: str
    record_id: str | None
    received_at: datetime
    values: Mapping[str, Any]
    facts: tuple[str, ...] = ()
    set_aside: str | None = None  # why it does not count: not_a_member, withdrawn, superseded


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
    """Rows that entered a fact, rows set aside, and the age of the data."""

    entered: list[Record] = field(default_factory=list)
    set_aside: list[Record] = field(default_factory=list)
    sources: list[SourceAge] = field(default_factory=list)

    def of_fact(self, name: str) -> list[Record]:
        """The rows that a fact was computed from."""
        return [record for record in self.entered if name in record.facts]


def records_behind(
    statement: Statement, relations: Relations, connection: Connection, question: Question
) -> dict[str, RecordsBehind]:
    """For each household of the relations (which must be restricted to those asked): the rows behind its facts."""
    behind: dict[str, RecordsBehind] = {}
    tables = {str(f.from_table) for f in statement.pack.facts.values()} - {"None", "persons"}
    for table in sorted(tables):
        rows = connection.table(records_sql(statement, table)).to_pylist()
        for row in rows:
            _sort_in(behind.setdefault(row["household_id"], RecordsBehind()), table, row)
        for household, own in _by_household(rows).items():
            behind[household].sources += _ages(table, own, question.as_of)
        if f"{table}__settled" in relations.files:
            sql = set_aside_sql(table, settled_condition(question.known_at))
            for row in connection.table(sql).to_pylist():
                why = "withdrawn" if row["deleted"] else "superseded"
                behind.setdefault(row["household_id"], RecordsBehind()).set_aside.append(_record(table, row, why))
    return behind


def _sort_in(behind: RecordsBehind, table: str, row: Mapping[str, Any]) -> None:
    if not row["is_counted"]:
        behind.set_aside.append(_record(table, row, "not_a_member"))
        return
    record = _record(table, row, None)
    if record.facts:
        behind.entered.append(record)


def _record(table: str, row: Mapping[str, Any], set_aside: str | None) -> Record:
    facts = tuple(name.removeprefix("in__") for name, value in row.items() if name.startswith("in__") and value)
    values = {
        name: value
        for name, value in row.items()
        if name not in _ABOUT and not name.startswith("in__") and value is not None
    }
    return Record(table, row["row_id"], row["source"], row["record_id"], row["received_at"], values, facts, set_aside)


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
