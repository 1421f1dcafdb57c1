"""One file on its way into the lake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from firmground.engine.records.report import ImportReport
from firmground.engine.records.sources.mapping import Mapping
from firmground.engine.tables import Table


@dataclass(frozen=True)
class Delivery:
    """One file on its way into the lake."""

    number: int
    table: Table
    file: str
    sha256: str
    source: str
    received_at: datetime
    mapping: Mapping
    headings: list[str]
    first_row: int = 2  # what a spreadsheet calls the first row below the heading
    first_report: ImportReport | None = None  # of the first attempt, when rows are taken up again

    @property
    def id(self) -> str:
        """D000003."""
        return f"D{self.number:06d}"
