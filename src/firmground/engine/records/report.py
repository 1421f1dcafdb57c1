"""What an import says: rows accepted, quarantined, repeated, and every kind of mistake with an example."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class MistakeCount:
    """Rows with one mistake in one column. example: what the first of them holds (hidden for personal columns)."""

    id: str
    column: str
    rows: int
    expected: str
    first_row: int
    example: str


@dataclass(frozen=True)
class Withdrawal:
    """What a full extract does to earlier rows of its source.

    first, last: its span, None without a bound. earlier: rows in the span that count until now; left_out: those of them
    that it does not hold, which are withdrawn. A row without a key is held if an equal row is in the file.
    """

    source: str
    first: date | None
    last: date | None
    earlier: int
    left_out: int


@dataclass(frozen=True)
class Derivation:
    """What a positive list says of members who are not in it: conditions of a kind begin and end on its day.

    members: whom it should hold, in its area and of its ages; area: None for all. listed: those of them in it. begun,
    ended: conditions that begin and end; open: those that lists before it began and that go on. Of a list that is taken
    up again: the rows taken up now.
    """

    kind: str
    day: date
    area: str | None
    members: int
    listed: int
    begun: int
    ended: int
    open: int


@dataclass(frozen=True)
class Conversion:
    """Cells of one column that were read otherwise than they are written.

    kind: an id of `judging.conversion_kinds`. example: the first of them as it came, and what it became in the end
    (both hidden for personal columns); a cell that went through several conversions stands under each.
    """

    kind: str
    column: str
    rows: int
    first_row: int
    example: str
    became: str


@dataclass(frozen=True)
class ImportReport:
    """One delivery. rows = accepted + quarantined + repeated; `waiting` of the quarantined wait for their household
    or person: nothing else is wrong with them.

    delivery: its id, None for a dry run or a repeated file. source_file, file_kind: the source file or mapping by which
    it was read, and the kind of file in it; empty for our own names. first_row in mistakes counts as a
    spreadsheet does: the heading is row 1.
    """

    file: str
    table: str
    source: str
    received_at: datetime
    delivery: str | None
    rows: int
    accepted: int
    quarantined: int
    repeated: int
    waiting: int
    mistakes: tuple[MistakeCount, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    withdrawal: Withdrawal | None = None
    source_file: str = ""
    file_kind: str = ""
    derivation: Derivation | None = None
    quarantine_file: Path | None = None
    is_dry_run: bool = False
    stored: dict[str, Any] = field(default_factory=dict, repr=False)  # what a retry needs: headings, mapping, checksum

    def as_dict(self) -> dict[str, Any]:
        """The report for a program."""
        values = asdict(self)
        del values["stored"]
        values["received_at"] = self.received_at.isoformat()
        if self.withdrawal:
            days = {name: getattr(self.withdrawal, name) for name in ("first", "last")}
            values["withdrawal"].update({name: day.isoformat() if day else None for name, day in days.items()})
        if self.derivation:
            values["derivation"]["day"] = self.derivation.day.isoformat()
        values["quarantine_file"] = str(self.quarantine_file) if self.quarantine_file else None
        return values
