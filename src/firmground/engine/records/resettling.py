"""The settled list of a table after a change: rows came in, a delivery was undone, or the ranks of sources changed."""

from __future__ import annotations

from firmground.engine.records.delivery import Delivery
from firmground.engine.records.row_numbers import ROWS_PER_DELIVERY
from firmground.engine.records.settling.chains import Touched
from firmground.engine.records.settling.events import Events, FullExtract, day_sql, in_span_sql
from firmground.engine.records.settling.keys import ENTITY, key_hash_sql
from firmground.engine.records.settling.ranks import RANKED, is_ranked
from firmground.engine.records.settling.settle import settle
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.manifest import DataFile, DeliveryEntry, Everything, Manifest
from firmground.engine.records.store.registry import rows_of
from firmground.engine.records.store.workspace import Workspace
from firmground.engine.tables import TABLES, Table

SETTLED = "settled"  # folder of the lake
Settled = dict[str, DataFile]  # by table


def settle_fresh(
    work: Workspace, delivery: Delivery, lake: Lake, manifest: Manifest, ranks: dict[str, int], entry: DeliveryEntry
) -> Settled:
    """The settled lists once the rows of `fresh` are there. entry: of the delivery, as it will be in the manifest."""
    table = delivery.table
    others = tuple(d for d in manifest.deliveries if d.id != entry.id)
    after = manifest.next(manifest.created_at, deliveries=(*others, entry), ranks=ranks)
    rows, old = _rows_and_old(lake, manifest, table)
    every = "select * from fresh" + (f" union all by name {rows}" if rows else "")
    touched = Touched("select * from fresh")
    if _counts_alone(table, events_of(after, table, lake), delivery):
        touched = Touched(_rivals(work, table, rows))
    if ranks != manifest.ranks and table.name in RANKED:
        touched, old = Touched(every, alone=True), None
    elif entry.everything and rows:
        touched = Touched(
            f"select * from fresh union all by name {_spoken_of(entry.everything, table, rows, old)}", alone=True
        )
    settled = _settled(work, lake, after, table, touched, every, old, manifest.settled)
    return settle_ranks_anew(work, lake, manifest, after, settled, but=table.name)


def _counts_alone(table: Table, events: Events, delivery: Delivery) -> bool:
    """Whether a row that comes in counts for good unless it withdraws something or another row has its key."""
    if table.name in ENTITY or is_ranked(table, events):
        return False
    return not events.extracts and delivery.number not in events.undone


def _rivals(work: Workspace, table: Table, rows: str | None) -> str:
    """SQL of those rows of `fresh` that withdraw something, or whose key another row has. rows: SQL of earlier rows.

    Few rows of a large file are such, and to settle the others would cost as much as to write them. Two keys with one
    hash do no harm: both are settled.
    """
    key = key_hash_sql(table, "r")
    shared = (
        f"select key from (select {key} as key from fresh as r) where key is not null group by key having count(*) > 1"
    )
    if rows:
        shared += f" union select {key} as key from ({rows}) as r where {key} in (select {key} as key from fresh as r)"
    work.connection.execute(f"create or replace temp table shared_keys as {shared}")
    return f"select r.* from fresh as r where r.deleted or {key} in (select key from shared_keys)"


def settle_ranks_anew(
    work: Workspace, lake: Lake, manifest: Manifest, after: Manifest, settled: Settled, *, but: str = ""
) -> Settled:
    """Where the ranks of sources are not what they were when rows were settled: the lists of ranked tables anew.

    after: the manifest with the ranks of today. but: a table that was settled with them just now.
    """
    if after.ranks == manifest.ranks:
        return settled
    for name in RANKED:
        rows, _ = _rows_and_old(lake, manifest, TABLES[name])
        if rows and name != but:
            settled = _settled(work, lake, after, TABLES[name], Touched(rows, alone=True), rows, None, settled)
    return settled


def settle_undone(work: Workspace, lake: Lake, after: Manifest, entry: DeliveryEntry) -> Settled:
    """The settled lists once a delivery is undone. after: the manifest that says so."""
    table = TABLES[entry.table]
    rows, old = _rows_and_old(lake, after, table)
    if rows is None:
        return after.settled
    touched = Touched(f"select r.* from ({rows}) as r where {_of_delivery(entry)}", alone=True)
    if entry.everything:
        touched = Touched(
            f"{touched.rows} union all by name {_spoken_of(entry.everything, table, rows, None)}", alone=True
        )
    return _settled(work, lake, after, table, touched, rows, old, after.settled)


def events_of(manifest: Manifest, table: Table, lake: Lake) -> Events:
    """What happened to rows of a table in a state of the lake."""
    own = [entry for entry in manifest.deliveries if entry.table == table.name]
    extracts = [
        FullExtract(
            entry.number,
            entry.everything.source,
            entry.everything.first,
            entry.everything.last,
            entry.everything.received_at,
            rows_of(lake, (entry.everything.held,)) if entry.everything.held else None,
        )
        for entry in own
        if entry.everything
    ]
    undone = {entry.number: entry.undone_at for entry in own if entry.undone_at}
    return Events(undone, tuple(extracts), manifest.ranks)


def _rows_and_old(lake: Lake, manifest: Manifest, table: Table) -> tuple[str | None, str | None]:
    earlier = manifest.settled.get(table.name)
    return rows_of(lake, manifest.tables.get(table.name, ())), rows_of(lake, (earlier,)) if earlier else None


def _of_delivery(entry: DeliveryEntry) -> str:
    first = entry.number * ROWS_PER_DELIVERY
    return f"r.row_id >= {first} and r.row_id < {first + ROWS_PER_DELIVERY}"


def _spoken_of(whole: Everything, table: Table, rows: str, old: str | None) -> str:
    """SQL of the rows that a full extract may withdraw. old: leave out those settled for good before it."""
    first, last = map(day_sql, (whole.first, whole.last))
    source = "'" + whole.source.replace("'", "''") + "'"
    sql = f"select r.* from ({rows}) as r where r.source = {source} and {in_span_sql(table, 'r', first, last)}"
    if old:
        at = f"cast('{whole.received_at.isoformat()}' as timestamptz)"
        sql += f" and r.row_id not in (select row_id from ({old}) where until_at is null and from_at <= {at})"
    return sql


def _settled(
    work: Workspace,
    lake: Lake,
    after: Manifest,
    table: Table,
    touched: Touched,
    rows: str,
    old: str | None,
    settled: Settled,
) -> Settled:
    """The settled lists with that of one table as it is after the change."""
    others = {name: file for name, file in settled.items() if name != table.name}
    if not settle(work.connection, table, touched, rows, old, events_of(after, table, lake)):
        return others
    name = f"{SETTLED}/{table.name}-{after.version:010d}.parquet"
    return {**others, table.name: work.write("select * from settled order by all", name, lake.path)}
