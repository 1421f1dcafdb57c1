"""Rows on their way from the staging table into the lake: judged, reported, written, and made visible at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from firmground.engine.policy.model import Pack
from firmground.engine.records.accepting import accept
from firmground.engine.records.delivery import Delivery
from firmground.engine.records.judging.cells import judge, make_cells, match_persons
from firmground.engine.records.judging.conversions import convert_cells
from firmground.engine.records.judging.placing import judge_places
from firmground.engine.records.judging.quarantine import put_in_quarantine
from firmground.engine.records.positive_lists import dated, derive
from firmground.engine.records.repeating import said_before
from firmground.engine.records.report import Conversion, ImportReport
from firmground.engine.records.store import manifest as manifests
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.manifest import DeliveryEntry, Manifest
from firmground.engine.records.store.registry import Registry, registry_of, rows_of
from firmground.engine.records.store.workspace import Workspace
from firmground.engine.records.summing_up import counted, mistakes_of, rounded_of, unlisted_of
from firmground.engine.records.withdrawing import check_drop, extract_of, keep_held

Progress = Callable[[str, int, int | None], None]
STEPS = ("reading the file", "checking rows", "writing accepted rows", "settling corrections", "publishing")


@dataclass(frozen=True)
class Into:
    """Where rows go: a state of a lake, with its pack."""

    lake: Lake
    manifest: Manifest
    pack: Pack


def deliver(
    work: Workspace, delivery: Delivery, into: Into, say: Progress, *, dry_run: bool
) -> tuple[ImportReport, Manifest]:
    """Judge the rows of `raw`, write the good and the bad ones. Returns the report and the manifest to publish.

    The manifest is the one that was given where nothing is to be published: for a dry run, or when rows that were taken
    up again are all bad still. Raises LargeDrop, and what positive lists raise.
    """
    say(STEPS[1], 1, len(STEPS))
    lake, manifest, pack = into.lake, into.manifest, into.pack
    registry = registry_of(lake, manifest, pack)
    delivery = dated(delivery, lake)
    conversions = _judge(work, delivery, into, registry)
    everything, withdrawal = extract_of(work, delivery, lake, manifest)
    if withdrawal and not (delivery.may_drop or dry_run):
        check_drop(withdrawal)
    report = _report(work, delivery, into, conversions)
    derived = derive(work, delivery, lake, manifest, registry, pack, is_preview=dry_run)
    report = replace(
        report,
        delivery=None if dry_run else delivery.id,
        withdrawal=withdrawal,
        derivation=derived.said if derived else None,
    )
    taken_up_in_vain = delivery.first_report is not None and not report.accepted
    if dry_run or taken_up_in_vain:
        return report, manifest
    say(STEPS[2], 2, len(STEPS))
    version = manifest.version + 1
    kept = put_in_quarantine(work, delivery, lake, version) if report.quarantined else None
    if everything is not None:
        everything = replace(everything, held=keep_held(work, delivery, lake, version))
    entry = DeliveryEntry(
        delivery.id,
        delivery.number,
        delivery.table.name,
        delivery.sha256,
        kept,
        everything=everything,
        listed=derived.listed if derived else None,
    )
    changes: dict[str, Any] = {}
    if derived.rows if derived else report.accepted:
        changes = accept(work, delivery, lake, manifest, registry, dict(pack.source_ranks), entry, say)
    others = tuple(d for d in manifest.deliveries if d.id != delivery.id)
    deliveries = tuple(sorted((*others, entry), key=lambda d: d.number))
    if kept is not None:
        report = replace(report, quarantine_file=(lake.path / kept.path).with_suffix(".csv"))
    return report, manifest.next(datetime.now(UTC), deliveries=deliveries, **changes)


def _judge(work: Workspace, delivery: Delivery, into: Into, registry: Registry) -> tuple[Conversion, ...]:
    """Make `typed` and `bad` of `raw`. Returns what was converted."""
    table, mapping = delivery.table, delivery.mapping
    columns = make_cells(work, mapping, delivery.headings, table)
    codes = registry.areas if into.pack.area_tree == "china" else None
    currency = into.lake.settings.currency
    conversions, plain = convert_cells(work, delivery, columns, currency=currency, area_codes=codes)
    match_persons(work, registry, table, mapping, columns)
    converted = {conversion.column for conversion in conversions}
    judge(work, registry, table, mapping, into.pack, columns, converted=converted, plain=plain)
    if table.name == "areas":
        judge_places(work, delivery, rows_of(into.lake, into.manifest.tables.get("areas", ())))
    return conversions


def _report(work: Workspace, delivery: Delivery, into: Into, conversions: tuple[Conversion, ...]) -> ImportReport:
    """What became of the rows of `typed`."""
    rows, quarantined, waiting = counted(work)
    return delivery.report(
        rows,
        accepted=rows - quarantined,
        quarantined=quarantined,
        waiting=waiting,
        mistakes=mistakes_of(work, delivery),
        conversions=conversions,
        source_file=Path(delivery.mapping.file).name,
        file_kind=delivery.mapping.name,
        notes=(
            *rounded_of(work, delivery),
            *said_before(work, delivery, into.lake, into.manifest),
            *unlisted_of(work, delivery, into.pack),
        ),
        stored={
            "headings": delivery.headings,
            "first_row": delivery.first_row,
            "mapping": delivery.mapping.text,
            "kind": delivery.mapping.name,
            "sha256": delivery.sha256,
        },
    )


def publish(lake: Lake, delivery: Delivery, report: ImportReport, manifest: Manifest, say: Progress) -> None:
    """Make a delivery visible: its report, and then the state of the lake that has it."""
    say(STEPS[4], 4, len(STEPS))
    folder = lake.path / "deliveries"
    folder.mkdir(exist_ok=True)
    stored = {**report.as_dict(), **report.stored}
    name = f"{delivery.id}.json" if delivery.first_report is None else f"{delivery.id}-{manifest.version:010d}.json"
    manifests.write_flushed(folder / name, json.dumps(stored, ensure_ascii=False, indent=1).encode())
    manifests.flush_folder(folder)
    lake.write_settings()
    manifests.publish(lake.path, manifest)
