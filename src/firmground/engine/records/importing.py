"""Import: one file of one table becomes a delivery of the lake, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from firmground.engine.policy import load_pack
from firmground.engine.policy.model import Pack
from firmground.engine.records import manifest as manifests
from firmground.engine.records.accepting import accept
from firmground.engine.records.cells import judge, make_cells, match_persons
from firmground.engine.records.delivery import Delivery
from firmground.engine.records.lake import Lake, LakeSettings, OtherPack
from firmground.engine.records.manifest import DeliveryEntry, Manifest
from firmground.engine.records.mapping import check_columns, parse_mapping, read_mapping, without_mapping
from firmground.engine.records.mistakes import SourceRefused
from firmground.engine.records.quarantine import put_in_quarantine, take_from_quarantine
from firmground.engine.records.reading import Staged, digest, stage
from firmground.engine.records.registry import registry_of
from firmground.engine.records.report import ImportReport
from firmground.engine.records.summing_up import counted, mistakes_of, rounded_of
from firmground.engine.records.workspace import Workspace, sweep, workspace
from firmground.engine.tables import Table
from firmground.engine.tables import table as table_named
from firmground.errors import FirmgroundError

Progress = Callable[[str, int, int | None], None]
_STEPS = ("reading the file", "checking rows", "writing accepted rows", "settling corrections", "publishing")
WAIT_SECONDS = 30.0


class UnknownDelivery(FirmgroundError):
    """A delivery's report is missing, so its quarantined rows cannot be taken up again."""

    id = "FG-L031"


def import_file(
    path: str | Path,
    *,
    table: str,
    data: str | Path,
    mapping: str | Path | None = None,
    source: str | None = None,
    received_at: datetime | date | None = None,
    pack: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> ImportReport:
    """Bring a CSV or Parquet file into a lake, which is made if it does not exist.

    table: of contracts. mapping: file that says which heading is which column; without it, headings are our names.
    source and received_at fill rows without their own (default `unnamed`, now; a date is its start in the lake's zone).
    pack: for a new lake (default `cn`). dry_run: the same report, nothing written.
    Returns the report. Raises FileUnreadable, FileEmpty, WrongEncoding, HeadingUnfit, ColumnMissing, MappingUnsound,
    LakeBusy, OtherPack, DiskTrouble; the lake is then as it was.
    """
    path, folder = Path(path), Path(data)
    definition = table_named(table)
    named, loaded = _pack_of(folder, pack)
    if (source or "").lower() == "firmground":
        found = "The source `firmground` is the application itself"
        raise SourceRefused(found=found, expected="the department's name")
    digest(path)  # an unreadable file is refused before a lake is made for it
    if dry_run and not (folder / "lake.yaml").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        settings = LakeSettings(named, loaded.time_zone, loaded.currency, loaded.area_tree)
        lake = Lake(folder, settings)
        return _import(path, definition, lake, loaded, mapping, source, received_at, progress, dry_run=True)
    lake = Lake.create(folder, named, loaded)
    with lake.writing(wait_seconds):
        return _import(path, definition, lake, loaded, mapping, source, received_at, progress, dry_run=dry_run)


def _pack_of(folder: Path, pack: str | None) -> tuple[str, Pack]:
    """The lake's pack and its name; for a new lake the one asked for, or `cn`."""
    if not (folder / "lake.yaml").exists():
        return pack or "cn", load_pack(pack or "cn")
    kept = Lake.open(folder).settings.pack
    if pack is not None and pack != kept:
        found = f"The lake {folder} keeps the pack `{kept}`, and `{pack}` was named"
        raise OtherPack(found=found, expected=f"`{kept}`, or no pack", hint="Other packs may still scan this lake.")
    return kept, load_pack(kept)


def _moment(given: datetime | date | None, settings: LakeSettings) -> datetime:
    zone = ZoneInfo(settings.time_zone)
    if given is None:
        return datetime.now(UTC)
    if not isinstance(given, datetime):
        given = datetime.combine(given, time(), zone)
    return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)


def _import(
    path: Path,
    table: Table,
    lake: Lake,
    pack: Pack,
    mapping: str | Path | None,
    source: str | None,
    received_at: datetime | date | None,
    progress: Progress | None,
    *,
    dry_run: bool,
) -> ImportReport:
    say = progress or (lambda what, done, total: None)
    say(_STEPS[0], 0, len(_STEPS))
    manifest = lake.manifest()
    if not dry_run:
        sweep(lake, manifest)
    parent = lake.path if lake.path.exists() else lake.path.parent
    with workspace(parent, lake.settings.time_zone) as work:
        staged = stage(work.connection, path)
        work.connection.execute("alter table raw add column row_no bigint")
        work.connection.execute("alter table raw add column part integer")
        chosen = read_mapping(Path(mapping)) if mapping else without_mapping(staged.headings, table)
        delivery = Delivery(
            number=len(manifest.deliveries) + 1,
            table=table,
            file=path.name,
            sha256=staged.sha256,
            source=source or "unnamed",
            received_at=_moment(received_at, lake.settings),
            mapping=chosen,
            headings=staged.headings,
        )
        earlier = next((d for d in manifest.deliveries if d.sha256 == staged.sha256 and d.table == table.name), None)
        if earlier is not None:
            return _repeated(delivery, staged, earlier)
        unused = check_columns(chosen, staged.headings, table)
        report, changed = _deliver(work, delivery, lake, manifest, pack, say, dry_run=dry_run)
        notes = (staged.note, *report.notes) if staged.note else report.notes
        report = replace(report, unused=tuple(unused), notes=notes, is_dry_run=dry_run)
        if not dry_run:
            _publish(lake, delivery, report, changed, say)
        return report


def _repeated(delivery: Delivery, staged: Staged, earlier: DeliveryEntry) -> ImportReport:
    """The same file once more: nothing changes."""
    rows = staged.rows * len(delivery.mapping.records())
    note = f"This file came in before as {earlier.id}. To try another mapping: firmground import --retry --mapping"
    return ImportReport(
        file=delivery.file,
        table=delivery.table.name,
        source=delivery.source,
        received_at=delivery.received_at,
        delivery=None,
        rows=rows,
        accepted=0,
        quarantined=0,
        repeated=rows,
        waiting=0,
        notes=(note,),
    )


def _deliver(
    work: Workspace, delivery: Delivery, lake: Lake, manifest: Manifest, pack: Pack, say: Progress, *, dry_run: bool
) -> tuple[ImportReport, Manifest]:
    """Judge the rows of `raw`, write the good and the bad ones. Returns the report and the manifest to publish."""
    say(_STEPS[1], 1, len(_STEPS))
    registry = registry_of(lake, manifest, pack)
    columns = make_cells(work, delivery.mapping, delivery.headings, delivery.table)
    match_persons(work, registry, delivery.table, columns)
    judge(work, registry, delivery.table, pack, columns, delivery.mapping.rounded)
    rows, quarantined, waiting = counted(work)
    report = ImportReport(
        file=delivery.file,
        table=delivery.table.name,
        source=delivery.source,
        received_at=delivery.received_at,
        delivery=None if dry_run else delivery.id,
        rows=rows,
        accepted=rows - quarantined,
        quarantined=quarantined,
        repeated=0,
        waiting=waiting,
        mistakes=mistakes_of(work, delivery),
        notes=rounded_of(work, delivery),
        stored={"headings": delivery.headings, "mapping": delivery.mapping.text, "sha256": delivery.sha256},
    )
    taken_up_in_vain = delivery.first_report is not None and rows == quarantined
    if dry_run or taken_up_in_vain:
        return report, manifest
    say(_STEPS[2], 2, len(_STEPS))
    version = manifest.version + 1
    kept = put_in_quarantine(work, delivery, lake, version) if quarantined else None
    changes = accept(work, delivery, lake, manifest, registry, say) if rows > quarantined else {}
    entry = DeliveryEntry(delivery.id, delivery.number, delivery.table.name, delivery.sha256, kept)
    others = tuple(d for d in manifest.deliveries if d.id != delivery.id)
    deliveries = tuple(sorted((*others, entry), key=lambda d: d.number))
    if kept is not None:
        report = replace(report, quarantine_file=(lake.path / kept.path).with_suffix(".csv"))
    return report, manifest.next(datetime.now(UTC), deliveries=deliveries, **changes)


def _publish(lake: Lake, delivery: Delivery, report: ImportReport, manifest: Manifest, say: Progress) -> None:
    say(_STEPS[4], 4, len(_STEPS))
    folder = lake.path / "deliveries"
    folder.mkdir(exist_ok=True)
    stored = {**report.as_dict(), **report.stored}
    name = f"{delivery.id}.json" if delivery.first_report is None else f"{delivery.id}-{manifest.version:010d}.json"
    text = json.dumps(stored, ensure_ascii=False, indent=1)
    (folder / name).write_text(text, encoding="utf-8")
    manifests.publish(lake.path, manifest)


def retry(
    data: str | Path,
    *,
    mapping: str | Path | None = None,
    progress: Progress | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> list[ImportReport]:
    """Take up every quarantined row again, each as part of its own delivery: it keeps that delivery's received_at.

    mapping: another mapping for all of them, with as many records per row. Returns one report per delivery that had
    rows in quarantine; its `rows` are those taken up. Raises what import_file raises.
    """
    lake = Lake.open(Path(data))
    pack = load_pack(lake.settings.pack)
    say = progress or (lambda what, done, total: None)
    reports = []
    with lake.writing(wait_seconds):
        sweep(lake, lake.manifest())
        for entry in lake.manifest().deliveries:
            if entry.quarantine is not None:
                reports.append(_retry(lake, pack, entry, mapping, say))
    return reports


def _retry(lake: Lake, pack: Pack, entry: DeliveryEntry, mapping: str | Path | None, say: Progress) -> ImportReport:
    manifest = lake.manifest()
    reports = sorted((lake.path / "deliveries").glob(f"{entry.id}*.json"))
    try:
        stored = json.loads(reports[-1].read_text(encoding="utf-8"))
        headings, text, source = stored["headings"], stored["mapping"], stored["source"]
        received_at = datetime.fromisoformat(stored["received_at"])
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise UnknownDelivery(found=f"The report of the delivery {entry.id} cannot be read") from error
    table = table_named(entry.table)
    with workspace(lake.path, lake.settings.time_zone) as work:
        take_from_quarantine(work, lake, entry, headings)
        if mapping:
            chosen = read_mapping(Path(mapping))
        elif text:
            chosen = parse_mapping(text.encode(), f"mapping of {entry.id}")
        else:
            chosen = without_mapping(headings, table)
        check_columns(chosen, headings, table)
        first = ImportReport(stored["file"], entry.table, source, received_at, entry.id, 0, 0, 0, 0, 0)
        delivery = Delivery(
            entry.number, table, stored["file"], entry.sha256, source, received_at, chosen, headings, first
        )
        report, changed = _deliver(work, delivery, lake, manifest, pack, say, dry_run=False)
        if changed is not manifest:
            _publish(lake, delivery, report, changed, say)
        return report
