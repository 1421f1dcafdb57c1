"""What came in: one report per delivery, and one more for each time its quarantined rows were taken up."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from firmground.engine.policy import load_pack
from firmground.engine.policy.model import Pack
from firmground.engine.policy.source_structure import KindOfFile
from firmground.engine.policy.structure import EVERY_LANGUAGE
from firmground.engine.records.store.lake import Lake
from firmground.errors import FirmgroundError

_SCHEMA = pa.schema(
    [
        ("delivery", pa.string()),
        ("file", pa.string()),
        ("table", pa.string()),
        ("source", pa.string()),
        ("source_title", pa.string()),
        ("answers", pa.string()),
        ("file_kind", pa.string()),
        ("received_at", pa.timestamp("us", tz="UTC")),
        ("rows", pa.int64()),
        ("accepted", pa.int64()),
        ("quarantined", pa.int64()),
        ("in_quarantine_now", pa.int64()),
        ("undone_at", pa.timestamp("us", tz="UTC")),
    ]
)
_DUE = pa.schema(
    [
        ("source", pa.string()),
        ("source_title", pa.string()),
        ("file_kind", pa.string()),
        ("file_title", pa.string()),
        ("answers", pa.string()),
        ("cadence_days", pa.int64()),
        ("last_received_on", pa.date32()),
        ("days_since", pa.int64()),
        ("is_late", pa.bool_()),
    ]
)


class UnknownDelivery(FirmgroundError):
    """A delivery's report is missing, so its quarantined rows cannot be taken up again."""

    id = "FG-L031"


def deliveries(data: str | Path) -> pa.Table:
    """The deliveries of a lake, oldest first.

    Columns: delivery, file, table, source, its title and who answers for it by the pack (null: the pack does not say),
    file_kind (empty: our own names), received_at, rows, accepted and quarantined when it came in, rows still in
    quarantine now, and undone_at (null: it stands). Raises UnknownDelivery.
    """
    lake = Lake.open(Path(data))
    pack = load_pack(lake.settings.pack)
    rows = []
    for entry in lake.manifest().deliveries:
        stored = first_report(lake, entry.id)
        row = {name: stored.get(name) for name in _SCHEMA.names}
        source = stored["source"]
        row["source_title"] = pack.words(pack.sources[source]) if source in pack.sources else None
        row["answers"] = _answers(pack, source)
        row["received_at"] = _received(stored)
        row["in_quarantine_now"] = entry.quarantine.rows if entry.quarantine else 0
        row["undone_at"] = entry.undone_at
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def due(data: str | Path, as_of: date | None = None) -> pa.Table:
    """What departments are to deliver, and what is late: one row per kind of file of the pack that has a cadence.

    as_of: the day asked about, in the lake's time zone; default: today. Columns: source and file_kind with their titles
    in the pack's first language, answers, cadence_days, last_received_on (null: never, up to that day), days_since, and
    is_late: more days than the cadence have passed, or nothing ever came. Undone deliveries do not count. A delivery
    that was read without the source file counts for every kind of its source with its table.
    """
    lake = Lake.open(Path(data))
    pack, zone = load_pack(lake.settings.pack), ZoneInfo(lake.settings.time_zone)
    day = as_of or datetime.now(zone).date()
    came = []
    for entry in lake.manifest().deliveries:
        stored = first_report(lake, entry.id)
        received_on = _received(stored).astimezone(zone).date()
        if entry.undone_at is None and received_on <= day:
            came.append((stored["source"], entry.table, stored.get("file_kind", ""), received_on))
    rows = []
    for source, file in pack.source_files.items():
        for name, (kind, _) in file.kinds().items():
            if kind.cadence_days is None:
                continue
            own = [on for by, table, read_as, on in came if by == source and _is_of(read_as, table, name, kind)]
            last = max(own, default=None)
            since = (day - last).days if last is not None else None
            rows.append(
                {
                    "source": source,
                    "source_title": pack.words(pack.sources[source]),
                    "file_kind": name,
                    "file_title": pack.words(kind.title) if kind.title else name,
                    "answers": _answers(pack, source),
                    "cadence_days": kind.cadence_days,
                    "last_received_on": last,
                    "days_since": since,
                    "is_late": since is None or since > kind.cadence_days,
                }
            )
    return pa.Table.from_pylist(rows, schema=_DUE)


def _is_of(read_as: str, table: str, name: str, kind: KindOfFile) -> bool:
    return read_as == name or (not read_as and table == kind.table)


def _answers(pack: Pack, source: str) -> str | None:
    """Who answers questions about a source's files, in the pack's first language."""
    file = pack.source_files.get(source)
    answers = file.structure.answers if file is not None else None
    return (answers.get(EVERY_LANGUAGE) or pack.words(answers)) if answers else None


def _received(stored: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(stored["received_at"]).astimezone(UTC)


def first_report(lake: Lake, delivery: str) -> dict[str, Any]:
    """What was stored when a delivery came in. Raises UnknownDelivery."""
    return read_report(lake.path / "deliveries" / f"{delivery}.json", delivery)


def last_report(lake: Lake, delivery: str) -> dict[str, Any]:
    """What was stored when a delivery came in or its quarantined rows were last taken up. Raises UnknownDelivery."""
    later = sorted((lake.path / "deliveries").glob(f"{delivery}-*.json"))
    return read_report(later[-1], delivery) if later else first_report(lake, delivery)


def read_report(path: Path, delivery: str) -> dict[str, Any]:
    """The report in a file. Raises UnknownDelivery where it is none that an import wrote."""
    try:
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        texts = [stored[name] for name in ("file", "source", "received_at", "mapping")]
        if not isinstance(stored["headings"], list) or not all(
            isinstance(t, str) for t in [*texts, *stored["headings"]]
        ):
            raise TypeError("text")
        if datetime.fromisoformat(stored["received_at"]).tzinfo is None:
            raise ValueError("a time without a zone")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnknownDelivery(
            found=f"The report of the delivery {delivery} cannot be read ({path.name})",
            hint="Restore it from a backup; the rows are untouched.",
        ) from error
    return stored
