"""Retry: rows in quarantine are taken up once more, each as part of its own delivery."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from firmground.engine.policy import load_pack
from firmground.engine.policy.model import Pack
from firmground.engine.records.deliveries import last_report
from firmground.engine.records.delivering import Into, Progress, deliver, publish
from firmground.engine.records.delivery import Delivery
from firmground.engine.records.judging.quarantine import take_from_quarantine
from firmground.engine.records.report import ImportReport
from firmground.engine.records.sources.choosing import of_delivery
from firmground.engine.records.sources.mapping import MappingUnsound, check_columns, parse_mapping, without_mapping
from firmground.engine.records.store.damage import whole_files
from firmground.engine.records.store.disk import disk_trouble
from firmground.engine.records.store.lake import WAIT_SECONDS, Lake
from firmground.engine.records.store.manifest import DataFile, DeliveryEntry
from firmground.engine.records.store.registry import readable
from firmground.engine.records.store.workspace import sweep, workspace
from firmground.engine.records.withdrawing import HELD
from firmground.engine.tables import table as table_named


def retry(
    data: str | Path,
    *,
    mapping: str | Path | None = None,
    progress: Progress | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> list[ImportReport]:
    """Take up every quarantined row again, each as part of its own delivery: it keeps that delivery's received_at.

    mapping: another mapping for all of them, with as many records per row. Returns one report per delivery that had
    rows in quarantine; its `rows` are those taken up. Raises what import_file raises, and UnknownDelivery; mistakes in
    the mapping are found before anything is changed.
    """
    lake = Lake.open(Path(data))
    pack = load_pack(lake.settings.pack)
    say = progress or (lambda what, done, total: None)
    with disk_trouble(), lake.writing(wait_seconds):
        manifest = lake.manifest()
        sweep(lake, manifest)
        waiting = [
            (_taken_up(lake, entry, mapping), entry.quarantine) for entry in manifest.deliveries if entry.quarantine
        ]
        return [_retry(lake, pack, delivery, kept, say) for delivery, kept in waiting]


def _taken_up(lake: Lake, entry: DeliveryEntry, mapping: str | Path | None) -> Delivery:
    """A delivery as it came in, with another mapping if one is given."""
    stored = last_report(lake, entry.id)
    headings, table = stored["headings"], table_named(entry.table)
    received_at = datetime.fromisoformat(stored["received_at"])
    as_read = without_mapping(headings, table)
    if stored["mapping"]:
        text, kind = stored["mapping"].encode(), stored.get("kind", "")  # earlier versions have one kind
        as_read = parse_mapping(text, f"mapping of {entry.id}", kind).fitted(headings)
    chosen = of_delivery(Path(mapping), headings, table) if mapping else as_read
    check_columns(chosen, headings, table)
    if len(chosen.records()) != len(as_read.records()):
        raise MappingUnsound(
            found=f"The mapping makes {len(chosen.records())} records of a row; {entry.id} came in as"
            f" {len(as_read.records())} records of a row",
            expected="as many records of a row as when the file came in",
        )
    file, source = stored["file"], stored["source"]
    first = ImportReport(file, entry.table, source, received_at, entry.id, 0, 0, 0, 0, 0)
    return Delivery(
        entry.number,
        table,
        file,
        entry.sha256,
        source,
        received_at,
        chosen,
        headings,
        first_row=stored.get("first_row", 2),  # reports of earlier versions do not say it
        first_report=first,
    )


def _retry(lake: Lake, pack: Pack, delivery: Delivery, kept: DataFile, say: Progress) -> ImportReport:
    manifest = lake.manifest()
    with workspace(lake.path, lake.settings.time_zone, readable(lake, manifest), [lake.path / HELD]) as work:
        with whole_files(lake.path, manifest.files()):
            take_from_quarantine(work, lake, kept, delivery.headings)
            report, changed = deliver(work, delivery, Into(lake, manifest, pack), say, dry_run=False)
        if changed is not manifest:
            publish(lake, delivery, report, changed, say)
        return report
