"""What a reader of one form of file leaves behind, besides `raw`."""

from __future__ import annotations

from dataclasses import dataclass, field

from firmground.engine.records.reading.form import Form


@dataclass(frozen=True)
class ReadTable:
    """Headings in order, what a spreadsheet calls the row at place 0, and what was found out.

    notes: in words. found: as a source file says it, where it is not as in a CSV file in UTF-8 with one heading row.
    """

    headings: list[str]
    first_row: int = 2
    notes: tuple[str, ...] = ()
    found: Form = field(default_factory=Form)
