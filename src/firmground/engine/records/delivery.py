"""One file on its way into the lake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from firmground.engine.policy.delivers import FullSpan
from firmground.engine.records.report import ImportReport
from firmground.engine.records.sources.mapping import Mapping
from firmground.engine.tables import Table


@dataclass(frozen=True)
class Delivery:
    """One file on its way into the lake.

    delivers: of a full extract, the span of which it holds everything. may_drop: whether it may withdraw more than a
    fifth of what its source said before. first_report: of the first attempt, when rows are taken up again.
    """

    number: int
    table: Table
    file: str
    sha256: str
    source: str
    received_at: datetime
    mapping: Mapping
    headings: list[str]
    first_row: int = 2  # what a spreadsheet calls the first row below the heading
    delivers: FullSpan | None = None
    may_drop: bool = False
    first_report: ImportReport | None = None

    @property
    def id(self) -> str:
        """D000003."""
        return f"D{self.number:06d}"
