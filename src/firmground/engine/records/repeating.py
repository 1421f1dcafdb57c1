"""Rows that say what their source said before: without an id of the row they count once more, which few mean."""

from __future__ import annotations

from firmground.engine.records.delivery import Delivery
from firmground.engine.records.judging.checks import literal
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.manifest import Manifest
from firmground.engine.records.store.registry import counting_sql
from firmground.engine.records.store.workspace import Workspace


def said_before(work: Workspace, delivery: Delivery, lake: Lake, manifest: Manifest) -> tuple[str, ...]:
    """A note where good rows of `typed` are equal to rows that count already; none where there are none.

    Only of tables whose rows all count (no key, no record_id). A full extract withdraws the earlier ones itself.
    """
    table = delivery.table
    if table.key or delivery.delivers or not manifest.tables.get(table.name):
        return ()
    same = " and ".join(f't."{column.name}" is not distinct from r."{column.name}"' for column in table.columns)
    source = f"coalesce(t.source, {literal(delivery.source)})"
    rows = int(
        str(
            work.one(
                f"select count(*) from typed as t semi join ({counting_sql(lake, manifest, table.name)}) as r "
                f"on r.source = {source} and r.record_id is null and {same} "
                "where not t.is_bad and t.record_id is null"
            )[0]
        )
    )
    if not rows:
        return ()
    return (
        f"{rows:,} rows are equal to rows that the same source delivered before, and count beside them. If they are "
        "the same ones sent again, undo this delivery.",
    )
