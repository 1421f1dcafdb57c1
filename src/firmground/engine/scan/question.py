"""What a scan or an explanation is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from firmground.engine.policy.model import Pack
from firmground.engine.records import Lake, Manifest
from firmground.engine.scan.compile.statement import Statement, compile_statement
from firmground.engine.scan.relations import Relations, area_tree, depth_in, lake_relations


@dataclass(frozen=True)
class Question:
    """A pack with its settings, at a date, of the data known at a time (None: all) in a state of the lake."""

    lake: Lake
    manifest: Manifest
    pack: Pack
    as_of: date
    known_at: datetime | None
    settings: Mapping[str, Decimal]

    def statement(self) -> Statement:
        """The statement that answers it."""
        tree = area_tree(self.lake, self.manifest, self.known_at)
        return compile_statement(self.pack, self.as_of, depth_in(tree), tree.successor)

    def relations(self, households: list[str] | None = None) -> Relations:
        """The relations that the statement reads; of these households only, if given."""
        return lake_relations(self.lake, self.manifest, as_of=self.as_of, known_at=self.known_at, households=households)


def known_until(lake: Lake, known_at: date | datetime | None) -> datetime | None:
    """The moment up to which rows count, UTC: a date is the end of that day, a time without zone is the lake's."""
    if known_at is None:
        return None
    zone = ZoneInfo(lake.settings.time_zone)
    day = known_at.date() if isinstance(known_at, datetime) else known_at
    if not _EARLIEST < day < _LATEST:  # a day later or another zone would leave the calendar
        return datetime.combine(min(max(day, _EARLIEST), _LATEST), time(), UTC)
    if isinstance(known_at, datetime):
        return (known_at if known_at.tzinfo else known_at.replace(tzinfo=zone)).astimezone(UTC)
    next_day = datetime.combine(known_at + timedelta(days=1), time(), zone)
    return next_day.astimezone(UTC) - timedelta(microseconds=1)


_EARLIEST, _LATEST = date(1, 1, 3), date(9999, 12, 28)
