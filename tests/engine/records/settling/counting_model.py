"""What contracts.md says counts, in plain Python: corrections, withdrawals, full extracts, undo, ranks of sources.

It knows nothing of how Firmground does it: at each known-at it looks at all rows once more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

RANKS = {"visits": 1, "labour": 2}  # of the pack that tests use; all other sources come after these
LOWEST = 3
SPANS = {"conditions": ("valid_from", "valid_to"), "jobs": ("started_on", "ended_on")}
Cells = dict[str, str]
Key = tuple[object, ...]


class Row(NamedTuple):
    """A row that came in. number: of its delivery; place: in the file."""

    table: str
    number: int
    place: int
    source: str
    received_at: datetime
    cells: Cells
    is_sound: bool = True

    @property
    def row_id(self) -> int:
        """As the lake numbers it."""
        return self.number * 2**32 + self.place

    @property
    def order(self) -> tuple[datetime, int]:
        """Latest received_at, then later delivery, then later row."""
        return self.received_at, self.row_id

    @property
    def key(self) -> Key:
        """Rows of one key are versions of one thing; a row of income without a record_id is its own."""
        cells = self.cells
        if cells.get("record_id"):
            return "record", self.source, cells["record_id"]
        if self.table == "households":
            return "household", cells["household_id"]
        if self.table == "jobs":
            return "job", self.source, cells["job_id"]
        if self.table == "conditions":
            return (
                "condition",
                self.source,
                *(cells.get(name, "") for name in ("household_id", "person_id", "kind", "valid_from")),
            )
        return "row", self.row_id

    def day(self, name: str) -> date | None:
        """A day of the row; None where it has none."""
        text = self.cells.get(name, "")
        return date.fromisoformat(text) if text else None

    def speaks_of(self, first: date | None, last: date | None) -> bool:
        """Whether the row is about some day from first to last; ends of spells are not in them."""
        if self.table == "households":
            return True
        begin_name, end_name = SPANS.get(self.table, ("occurred_on", ""))
        begin = self.day(begin_name) or date.min
        if not end_name:
            return (first is None or begin >= first) and (last is None or begin <= last)
        end = self.day(end_name) or date.max
        begins_in_time = last is None or begin <= last
        return begins_in_time and (first is None or end > first or (begin == end and end >= first))


class Extract(NamedTuple):
    """A delivery that holds everything of its source in a span."""

    table: str
    number: int
    source: str
    first: date | None
    last: date | None
    received_at: datetime
    keys: frozenset[Key]  # of its rows, in quarantine or not


@dataclass
class CountingModel:
    """All rows ever, and what happened to them."""

    rows: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    undone: dict[int, datetime] = field(default_factory=dict)
    extracts: list[Extract] = field(default_factory=list)

    def known_households(self) -> set[str]:
        """Households of which some delivery tells that was not undone."""
        told = (row for row in self.rows if row.table == "households" and row.number not in self.undone)
        return {row.cells["household_id"] for row in told}

    def take(self, rows: list[Row]) -> tuple[int, int]:
        """Rows come in, or are taken up again: how many were accepted and quarantined."""
        known = self.known_households()
        good = [
            row for row in rows if row.is_sound and (row.table == "households" or row.cells["household_id"] in known)
        ]
        self.rows += good
        self.waiting += [row for row in rows if row not in good]
        return len(good), len(rows) - len(good)

    def retry(self) -> None:
        """Everything in quarantine is tried again, delivery by delivery."""
        waiting, self.waiting = self.waiting, []
        for number in sorted({row.number for row in waiting}):
            self.take([row for row in waiting if row.number == number])

    def undo(self, number: int, at: datetime) -> None:
        """A delivery is withdrawn as of a time; its rows in quarantine are closed."""
        self.undone.setdefault(number, at)
        self.waiting = [row for row in self.waiting if row.number != number]

    def counting(self, table: str, known_at: datetime | None) -> list[int]:
        """The row_ids that count of what was known by a time; None: of all."""
        known = [row for row in self.rows if row.table == table and self._is_known(row, known_at)]
        last: dict[Key, Row] = {}
        for row in sorted(known, key=lambda row: row.order):
            last[row.key] = row
        alive = [row for row in last.values() if row.cells.get("deleted") != "true"]
        alive = [row for row in alive if not any(self._leaves_out(e, row) for e in self._extracts(table, known_at))]
        if table == "households":
            alive.sort(key=lambda row: row.order)
            alive = list({row.cells["household_id"]: row for row in alive}.values())
        if table in ("income", "jobs"):
            alive = _highest_ranked(alive)
        return sorted(row.row_id for row in alive)

    def _is_known(self, row: Row, at: datetime | None) -> bool:
        return (at is None or row.received_at <= at) and not self._is_undone(row.number, at)

    def _is_undone(self, number: int, at: datetime | None) -> bool:
        return number in self.undone and (at is None or self.undone[number] <= at)

    def _extracts(self, table: str, at: datetime | None) -> list[Extract]:
        return [
            extract
            for extract in self.extracts
            if extract.table == table
            and (at is None or extract.received_at <= at)
            and not self._is_undone(extract.number, at)
        ]

    def _leaves_out(self, extract: Extract, row: Row) -> bool:
        earlier = (row.received_at, row.number) < (extract.received_at, extract.number)
        if row.number == extract.number or row.source != extract.source or not earlier:
            return False
        return row.speaks_of(extract.first, extract.last) and row.key not in extract.keys


def _highest_ranked(rows: list[Row]) -> list[Row]:
    """Rows that no row of a higher-ranked source speaks for, from the highest rank down."""
    kept: list[Row] = []
    for rank in sorted({_rank(row) for row in rows}):
        own = [row for row in rows if _rank(row) == rank]
        kept += [row for row in own if not any(_rank(other) < rank and _claims(other, row) for other in kept)]
    return kept


def _rank(row: Row) -> int:
    return RANKS.get(row.source, LOWEST)


def _claims(other: Row, row: Row) -> bool:
    """Whether a row speaks for what another stands at."""
    if row.table == "jobs":
        if other.cells["person_id"] != row.cells["person_id"]:
            return False
        ends = [each.day("ended_on") or date.max for each in (other, row)]
        begins = [each.day("started_on") or date.min for each in (other, row)]
        return begins[0] < ends[1] and begins[1] < ends[0]
    same = all(other.cells.get(name, "") == row.cells.get(name, "") for name in ("household_id", "person_id", "kind"))
    months = [_month(other.day(name)) for name in ("occurred_on", "covers_from", "covers_to")]
    claimed = [month for month in months if month is not None]
    stands = _month(row.day("occurred_on"))
    return same and stands is not None and min(claimed) <= stands <= max(claimed)


def _month(day: date | None) -> tuple[int, int] | None:
    return None if day is None else (day.year, day.month)
