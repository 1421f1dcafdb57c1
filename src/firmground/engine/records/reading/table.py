"""What a reader of one form of file leaves behind, besides `raw`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadTable:
    """Headings in order, what a spreadsheet calls the row at place 0, and what was found out."""

    headings: list[str]
    first_row: int = 2
    notes: tuple[str, ...] = ()
