"""What came in: one row per delivery."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from firmground.engine.records.lake import Lake

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


def deliveries(data: str | Path) -> pa.Table:
    """The deliveries of a lake, oldest first.

    Columns: delivery, file, table, source, received_at, rows, accepted and quarantined when it came in, and rows still
    in quarantine now.
    """
    lake = Lake.open(Path(data))
    rows = []
    for entry in lake.manifest().deliveries:
        stored = json.loads((lake.path / "deliveries" / f"{entry.id}.json").read_text(encoding="utf-8"))
        row = {name: stored.get(name) for name in _SCHEMA.names}
        row["received_at"] = pa.scalar(stored["received_at"]).cast(pa.timestamp("us", tz="UTC")).as_py()
        row["in_quarantine_now"] = entry.quarantine.rows if entry.quarantine else 0
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=_SCHEMA)
