"""Lakes at random: a registry in deliveries, with corrections and withdrawals, early, late and out of order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from engine.records.lakes import LakeUnderTest
from engine.scan import random_records
from engine.scan.random_packs import AREAS, LEAVES, OLD_AREA, SUCCESSOR
from engine.scan.reference_expressions import Row, is_open

TIMES = [datetime(2024, 6, day, hour, tzinfo=UTC) for day, hour in ((1, 0), (1, 15), (1, 16), (2, 12), (9, 0))]
KNOWN_AT = [None, *TIMES, date(2024, 6, 1)]
SOURCES = ("s1", "s2")
KEYS = {
    "households": ("household_id",),
    "persons": ("household_id", "person_id", "member_from"),
    "jobs": ("source", "job_id"),
    "conditions": ("source", "household_id", "person_id", "kind", "valid_from"),
    "shocks": ("source", "household_id", "area_code", "kind", "occurred_on"),
    "attributes": ("source", "household_id", "person_id", "kind", "valid_from"),
}


@dataclass(frozen=True)
class Delivered:
    """One file: its table, its rows in order (each with source and record_id), and when it was received."""

    table: str
    rows: list[Row]
    received_at: datetime


@st.composite
def lakes(draw: Any, as_of: date) -> list[Delivered]:
    """Deliveries of a small registry: the rows, and then some of them again, changed or withdrawn."""
    tables = draw(random_records.registries(as_of))
    for household in tables["households"]:
        household["area_code"] = draw(st.sampled_from([*LEAVES, OLD_AREA]))
    for person in list(tables["persons"]):
        if draw(st.integers(0, 4)) == 0:
            tables["persons"].append({**person, "member_from": draw(random_records.days(as_of)), "member_to": None})
    first: list[Delivered] = []
    for name, rows in tables.items():
        if rows:
            first.append(Delivered(name, [_named(draw, name, n, row) for n, row in enumerate(rows)], _time(draw)))
    changed = [Delivered(d.table, _changed(draw, d, as_of), _time(draw)) for d in first if draw(st.booleans())]
    return first + [d for d in changed if d.rows]


def _time(draw: Any) -> datetime:
    received: datetime = draw(st.sampled_from(TIMES))
    return received


def _named(draw: Any, table: str, number: int, row: Row) -> Row:
    record = f"{table}/{number}" if draw(st.booleans()) else None
    return {**row, "source": draw(st.sampled_from(SOURCES)), "record_id": record, "deleted": None}


def _changed(draw: Any, delivered: Delivered, as_of: date) -> list[Row]:
    """Some rows again under their keys: as they were, withdrawn, or with another value."""
    rows = []
    for row in delivered.rows:
        has_key = row["record_id"] is not None or delivered.table in KEYS
        choice = draw(st.sampled_from(["left", "left", "again", "changed", *(["withdrawn"] if has_key else [])]))
        if choice == "left":
            continue
        other = dict(row)
        if choice == "withdrawn":
            other["deleted"] = True
        if choice == "changed":
            column, value = _another(draw, delivered.table, as_of)
            other[column] = value
            if delivered.table == "spending":
                other["reimbursed"] = None
        rows.append(other)
    return rows


def _another(draw: Any, table: str, as_of: date) -> tuple[str, Any]:
    money = st.decimals(0, 99999, places=2)
    column, values = {
        "households": ("population_group", st.sampled_from([None, "g1", "g2"])),
        "persons": ("labour_capacity", st.sampled_from([None, "full", "none"])),
        "income": ("occurred_on", random_records.days(as_of)),
        "spending": ("amount", money),
        "jobs": ("monthly_wage", money),
        "conditions": ("valid_to", st.none()),
        "shocks": ("loss", money),
        "attributes": ("value", money),
    }[table]
    return column, draw(values)


def imported(deliveries: list[Delivered], pack: Path, folder: Path) -> LakeUnderTest:
    """The lake after every file came in, none of whose rows is wrong."""
    lake = LakeUnderTest(folder)
    rows = [{"code": code, "name": code, "parent": parent, "replaced_by": None} for code, parent in AREAS.items()]
    rows.append({"code": OLD_AREA, "name": OLD_AREA, "parent": "n1", "replaced_by": SUCCESSOR})
    lake.deliver("areas", rows, pack=str(pack), received_at=TIMES[0])
    for delivered in deliveries:
        report = lake.deliver(delivered.table, delivered.rows, received_at=delivered.received_at)
        assert not report.quarantined, report.as_dict()
    return lake


def counting(deliveries: list[Delivered], known_at: datetime | None, as_of: date) -> Mapping[str, list[Row]]:
    """The rows that count, from the contract: per key the one received last, unless it withdraws the key."""
    latest: dict[tuple[str, object], tuple[tuple[datetime, int, int], Row]] = {}
    for number, delivered in enumerate(deliveries):
        if known_at is not None and delivered.received_at > known_at:
            continue
        for place, row in enumerate(delivered.rows):
            key = (delivered.table, _key(delivered.table, row, (number, place)))
            order = (delivered.received_at, number, place)
            if key not in latest or order > latest[key][0]:
                latest[key] = (order, row)
    tables: dict[str, list[tuple[tuple[datetime, int, int], Row]]] = {name: [] for name in random_records.TABLE_NAMES}
    for (table, _), (order, row) in latest.items():
        if not row["deleted"]:
            tables[table].append((order, row))
    tables["households"] = _last_of_each(tables["households"])
    tables["persons"] = _one_membership_each(tables["persons"], as_of)
    plain = {name: [row for _, row in rows] for name, rows in tables.items()}
    for row in plain["households"]:
        row["area_code"] = SUCCESSOR if row["area_code"] == OLD_AREA else row["area_code"]
    return plain


def first_day(tables: Mapping[str, list[Row]]) -> date | None:
    """The first day that a record speaks of."""
    begins = {"jobs": "started_on", "conditions": "valid_from", "attributes": "valid_from"}
    rows = [(begins.get(name, "occurred_on"), row) for name in random_records.RECORD_TABLES for row in tables[name]]
    return min((row[column] for column, row in rows if row[column] is not None), default=None)


def _key(table: str, row: Row, alone: tuple[int, int]) -> object:
    if row["record_id"] is not None:
        return ("record", row["source"], row["record_id"])
    return tuple(row[c] for c in KEYS[table]) if table in KEYS else alone


Ordered = list[tuple[tuple[datetime, int, int], Row]]


def _last_of_each(rows: Ordered) -> Ordered:
    """Of several rows of one household under several keys, the one received last; copied, since it may be moved."""
    last: dict[str, tuple[tuple[datetime, int, int], Row]] = {}
    for order, row in sorted(rows, key=lambda pair: pair[0]):
        last[row["household_id"]] = (order, dict(row))
    return list(last.values())


def _one_membership_each(rows: Ordered, as_of: date) -> Ordered:
    """Of two open memberships of one person in one household, the one that began last, then that received last."""
    chosen: dict[tuple[str, str], tuple[tuple[bool, date, int, int], Row]] = {}
    closed: Ordered = []
    for order, row in rows:
        if not is_open("persons", row, as_of):
            closed.append((order, row))
            continue
        began = row["member_from"]
        rank = (began is not None, began or date.min, order[1], order[2])
        pair = (row["household_id"], row["person_id"])
        if pair not in chosen or rank > chosen[pair][0]:
            chosen[pair] = (rank, row)
    return closed + [((TIMES[0], 0, 0), row) for _, row in chosen.values()]
