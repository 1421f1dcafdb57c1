"""What came in: one report per delivery, and one more for each time its quarantined rows were taken up."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from firmground.engine.records.store.lake import Lake
from firmground.errors import FirmgroundError

_SCHEMA = pa.schema(
    [
        ("delivery", pa.string()),
        ("file", pa.string()),
        ("table", pa.string()),
        ("source", pa.string()),
        ("received_at", pa.timestamp("us", tz="UTC")),
        ("rows", pa.int64()),
        ("accepted", pa.int64()),
        ("quarantined", pa.int64()),
        ("in_quarantine_now", pa.int64()),
    ]
)


class UnknownDelivery(FirmgroundError):
    """A delivery's report is missing, so its quarantined rows cannot be taken up again."""

    id = "FG-L031"


def deliveries(data: str | Path) -> pa.Table:
    """The deliveries of a lake, oldest first.

    Columns: delivery, file, table, source, received_at, rows, accepted and quarantined when it came in, and rows still
    in quarantine now. Raises UnknownDelivery.
    """
    lake = Lake.open(Path(data))
    rows = []
    for entry in lake.manifest().deliveries:
        stored = first_report(lake, entry.id)
        row = {name: stored.get(name) for name in _SCHEMA.names}
        row["received_at"] = pa.scalar(stored["received_at"]).cast(pa.timestamp("us", tz="UTC")).as_py()
        row["in_quarantine_now"] = entry.quarantine.rows if entry.quarantine else 0
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


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
