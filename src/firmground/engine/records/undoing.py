"""Undo: a delivery's rows do not count from now on, and what they replaced or withdrew counts again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from firmground.engine.areas import circles
from firmground.engine.records.positive_lists import check_is_last
from firmground.engine.records.resettling import SETTLED, settle_undone
from firmground.engine.records.store import manifest as manifests
from firmground.engine.records.store.damage import whole_files
from firmground.engine.records.store.disk import disk_trouble
from firmground.engine.records.store.lake import WAIT_SECONDS, Lake
from firmground.engine.records.store.manifest import DeliveryEntry, Manifest
from firmground.engine.records.store.registry import counting_sql, readable
from firmground.engine.records.store.workspace import Workspace, sweep, workspace
from firmground.errors import FirmgroundError, nearest


class NoSuchDelivery(FirmgroundError):
    """The lake has no delivery of that id."""

    id = "FG-L070"
    exit_code = 2


class UndoRefused(FirmgroundError):
    """Without the delivery an area would stand above itself or replace itself."""

    id = "FG-L071"


@dataclass(frozen=True)
class UndoReport:
    """What an undo changed, in rows of the table.

    withdrawn: rows of the delivery that counted until now. counting_again: rows of other deliveries that count instead.
    closed: rows in quarantine that are not taken up any more. undone_at: when the delivery was undone; was_undone:
    whether that was before, so that nothing changed now.
    """

    delivery: str
    table: str
    undone_at: datetime
    withdrawn: int
    counting_again: int
    closed: int
    was_undone: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The report for a program."""
        return {**asdict(self), "undone_at": self.undone_at.isoformat()}


def undo(data: str | Path, delivery: str, *, wait_seconds: float = WAIT_SECONDS) -> UndoReport:
    """Withdraw a delivery as of now. Nothing is erased: at an earlier known-at it counts as it did.

    delivery: its id, such as D000003. The same file may come in again afterwards, as a new delivery. A delivery that
    is undone already stays so. Raises NotALake, NewerLake, NoSuchDelivery, UndoRefused, LaterList, LakeBusy,
    LakeDamaged, DiskTrouble; the lake is then as it was.
    """
    lake = Lake.open(Path(data))
    with disk_trouble(), lake.writing(wait_seconds):
        manifest = lake.manifest()
        sweep(lake, manifest)
        entry = _entry(manifest, delivery)
        if entry.undone_at is not None:
            return UndoReport(entry.id, entry.table, entry.undone_at, 0, 0, 0, was_undone=True)
        check_is_last(manifest, entry)
        now = datetime.now(UTC)
        undone = replace(entry, undone_at=now, quarantine=None)
        after = manifest.next(now, deliveries=tuple(undone if d is entry else d for d in manifest.deliveries))
        files = readable(lake, manifest)
        with (
            workspace(lake.path, lake.settings.time_zone, files, [lake.path / SETTLED]) as work,
            whole_files(lake.path, manifest.files()),
        ):
            after = replace(after, settled=settle_undone(work, lake, after, undone))
            if entry.table == "areas":
                try:
                    _check_areas(work, lake, after, entry.id)
                except UndoRefused:
                    sweep(lake, manifest)  # the settled list that was just written
                    raise
            report = _report(work, lake, manifest, after, undone, entry.quarantine.rows if entry.quarantine else 0)
            manifests.publish(lake.path, after)
        return report


def _entry(manifest: Manifest, delivery: str) -> DeliveryEntry:
    ids = [entry.id for entry in manifest.deliveries]
    if delivery in ids:
        return manifest.deliveries[ids.index(delivery)]
    close = nearest(delivery, ids)
    raise NoSuchDelivery(
        found=f"There is no delivery `{delivery}`",
        expected="an id such as D000003; `firmground deliveries` lists them",
        hint=f"Did you mean `{close}`?" if close else "",
    )


def _report(
    work: Workspace, lake: Lake, before: Manifest, after: Manifest, entry: DeliveryEntry, closed: int
) -> UndoReport:
    gone, back = 0, 0
    if after.tables.get(entry.table):
        was, now = (f"select row_id from ({counting_sql(lake, state, entry.table)})" for state in (before, after))
        gone = _count(work, f"({was}) except ({now})")
        back = _count(work, f"({now}) except ({was})")
    return UndoReport(entry.id, entry.table, after.created_at, gone, back, closed)


def _count(work: Workspace, rows: str) -> int:
    return int(str(work.one(f"select count(*) from ({rows})")[0]))


def _check_areas(work: Workspace, lake: Lake, after: Manifest, delivery: str) -> None:
    """Raises UndoRefused where the areas that count afterwards go round in a circle."""
    if not after.has_rows("areas"):
        return
    rows = work.connection.execute(
        f"select code, coalesce(replaced_by, parent) from ({counting_sql(lake, after, 'areas')})"
    ).fetchall()
    above = dict(rows)
    circle = next(iter(circles(above, above)), None)
    if circle is not None:
        raise UndoRefused(
            found=f"Without {delivery} the areas {_listed(circle)} would stand above themselves",
            expected="areas that go round in no circle",
            hint="Undo a later delivery of areas first, or correct one of these areas.",
        )


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(list(codes)[:10])
