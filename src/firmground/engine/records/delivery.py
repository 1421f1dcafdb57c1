"""One file on its way into the lake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

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

    def report(self, rows: int, *, accepted: int, quarantined: int = 0, repeated: int = 0, **more: Any) -> ImportReport:
        """The report of this delivery: what became of its rows, and whatever more is to be said."""
        return ImportReport(
            file=self.file,
            table=self.table.name,
            source=self.source,
            received_at=self.received_at,
            rows=rows,
            accepted=accepted,
            quarantined=quarantined,
            repeated=repeated,
            **{"delivery": None, "waiting": 0, **more},
        )

    @property
    def id(self) -> str:
        """D000003."""
        return f"D{self.number:06d}"
