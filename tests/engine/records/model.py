"""What contracts.md says of a lake, in plain Python: which rows come in, which wait, which count at a time.

It knows nothing of how Firmground does it. A row is judged by the mistake it was made with.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")  # of the pack cn
HEADINGS = {
    "households": ("household_id", "area_code"),
    "jobs": ("household_id", "person_id", "job_id", "started_on"),
    "income": ("household_id", "kind", "amount", "occurred_on"),
}
COMMON = ("record_id", "deleted", "source", "received_at")
Cells = tuple[str, ...]


class Line(NamedTuple):
    """A line of a file: its cells under the table's headings, and whether it was spoiled."""

    cells: Cells
    is_spoiled: bool


class Key(NamedTuple):
    """What makes two rows speak of one thing."""

    kind: str
    parts: tuple[object, ...]


@dataclass(frozen=True)
class Row:
    """An accepted row."""

    row_id: int
    cells: dict[str, str]
    source: str
    received_at: datetime

    @property
    def order(self) -> tuple[datetime, int]:
        """Latest received_at, then later delivery, then later row."""
        return self.received_at, self.row_id

    def key(self, table: str) -> Key:
        """With a record_id source and record_id; without one the table's own key; income without one: itself."""
        if self.cells["record_id"]:
            return Key("record", (self.source, self.cells["record_id"]))
        if table == "households":
            return Key("household", (self.cells["household_id"],))
        if table == "jobs":
            return Key("job", (self.source, self.cells["job_id"]))
        return Key("row", (self.row_id,))


@dataclass
class Waiting:
    """A row in quarantine, with what it needs to come in later."""

    delivery: int
    number: int
    table: str
    line: Line
    source: str
    received_at: datetime


@dataclass
class Model:
    """A lake. Counts of a delivery are (rows, accepted, quarantined, repeated, waiting)."""

    deliveries: int = 0
    files: dict[tuple[str, bytes], int] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in HEADINGS})
    quarantine: list[Waiting] = field(default_factory=list)

    def deliver(
        self, table: str, lines: Sequence[Line], content: bytes, source: str | None, received_at: datetime
    ) -> tuple[int, int, int, int, int]:
        """A file comes in."""
        if (table, content) in self.files:
            return len(lines), 0, 0, len(lines), 0
        self.deliveries += 1
        self.files[table, content] = self.deliveries
        taken = [
            Waiting(self.deliveries, number, table, line, source or "unnamed", received_at)
            for number, line in enumerate(lines, start=1)
        ]
        return self._take(table, taken)

    def retry(self) -> list[tuple[int, int, int, int, int]]:
        """Everything in quarantine is tried again, delivery by delivery."""
        waiting, self.quarantine = self.quarantine, []
        counts = []
        for delivery in sorted({row.delivery for row in waiting}):
            own = [row for row in waiting if row.delivery == delivery]
            counts.append(self._take(own[0].table, own))
        return counts

    def _take(self, table: str, lines: list[Waiting]) -> tuple[int, int, int, int, int]:
        known = {row.cells["household_id"] for row in self.rows["households"]}
        waiting = [line for line in lines if not self._is_sound(table, line, known)]
        hopeful = [line for line in waiting if not self._has_mistake(table, line)]
        self.rows[table] += [self._row(table, line) for line in lines if line not in waiting]
        self.quarantine += waiting
        return len(lines), len(lines) - len(waiting), len(waiting), 0, len(hopeful)

    def _has_mistake(self, table: str, line: Waiting) -> bool:
        cells = _named(table, line.line)
        nothing_to_withdraw = table == "income" and cells["deleted"] == "true" and not cells["record_id"]
        return line.line.is_spoiled or nothing_to_withdraw

    def _is_sound(self, table: str, line: Waiting, known: set[str]) -> bool:
        lives = table == "households" or _named(table, line.line)["household_id"] in known
        return lives and not self._has_mistake(table, line)

    def _row(self, table: str, line: Waiting) -> Row:
        cells = _named(table, line.line)
        own_time = cells["received_at"]
        return Row(
            row_id=line.delivery * 2**32 + line.number,
            cells=cells,
            source=cells["source"] or line.source,
            received_at=moment(own_time) if own_time else line.received_at,
        )

    def counting(self, table: str, known_at: datetime | None) -> list[int]:
        """The row_ids of the rows that count of those received by a time."""
        known = [row for row in self.rows[table] if known_at is None or row.received_at <= known_at]
        last: dict[Key, Row] = {}
        for row in sorted(known, key=lambda row: row.order):
            last[row.key(table)] = row
        alive = [row for row in last.values() if row.cells["deleted"] != "true"]
        if table == "households":
            alive.sort(key=lambda row: row.order)
            alive = list({row.cells["household_id"]: row for row in alive}.values())
        return sorted(row.row_id for row in alive)


def _named(table: str, line: Line) -> dict[str, str]:
    return dict(zip((*HEADINGS[table], *COMMON), line.cells, strict=False))


def moment(text: str) -> datetime:
    """A time, or the start of a day, in the lake's zone."""
    read = datetime.fromisoformat(text) if len(text) > 10 else datetime.combine(date.fromisoformat(text), time())
    return (read if read.tzinfo else read.replace(tzinfo=ZONE)).astimezone(UTC)


def written(table: str, lines: Sequence[Line], *, line_end: str, quoting: int, has_bom: bool) -> bytes:
    """Lines as the bytes of a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line_end, quoting=quoting)
    writer.writerows([(*HEADINGS[table], *COMMON), *(line.cells for line in lines)])
    return (b"\xef\xbb\xbf" if has_bom else b"") + text.getvalue().encode()
