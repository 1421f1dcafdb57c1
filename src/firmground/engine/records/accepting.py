"""Good rows on their way into the lake: numbered, written, and settled against what is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from firmground.engine.records.delivery import Delivery
from firmground.engine.records.judging.checks import literal
from firmground.engine.records.resettling import settle_fresh
from firmground.engine.records.row_numbers import ROWS_PER_DELIVERY
from firmground.engine.records.settling.keys import key_sql
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.manifest import DeliveryEntry, Manifest
from firmground.engine.records.store.registry import Registry, rows_of
from firmground.engine.records.store.workspace import Workspace
from firmground.engine.tables import COMMON, TABLES, Table


def accept(
    work: Workspace,
    delivery: Delivery,
    lake: Lake,
    manifest: Manifest,
    registry: Registry,
    ranks: dict[str, int],
    entry: DeliveryEntry,
    say: Callable[[str, int, int | None], None],
) -> dict[str, Any]:
    """Write the good rows of `typed`. Returns what changes in the manifest: tables, members, settled.

    ranks: of sources. entry: of the delivery, as it will be in the manifest.
    """
    table = delivery.table
    version = manifest.version + 1
    _number_households(work, table, registry)
    pairs = _number_pairs(work, table, registry)
    _make_fresh(work, delivery, pairs=pairs)
    suffix = f"{delivery.id}.parquet" if delivery.first_report is None else f"{delivery.id}-{version:010d}.parquet"
    # in any order: no reader relies on one, and to sort the rows costs as much as to write them
    rows = work.write("select * from fresh", f"records/{table.name}/{suffix}", lake.path, timed=True)
    changes: dict[str, Any] = {"tables": {**manifest.tables}}
    changes["tables"][table.name] = (*manifest.tables.get(table.name, ()), rows)
    if pairs and work.one("select count(*) from new_pairs")[0]:
        fresh_pairs = work.write("select * from new_pairs order by member_no", f"members/{suffix}", lake.path)
        changes["members"] = (*manifest.members, fresh_pairs)
    say("settling corrections", 3, 5)
    changes["settled"] = settle_fresh(work, delivery, lake, manifest, ranks, entry)
    changes["ranks"] = ranks
    if table.name == "persons":
        changes["overlapping_memberships"] = _overlaps(work, lake, manifest)
    return changes


def _number_households(work: Workspace, table: Table, registry: Registry) -> None:
    """Give each new household the next number; others already have theirs."""
    if table.name != "households":
        return
    work.connection.execute(
        f"create table numbered as with known as ({registry.numbers}), fresh as ("
        "select t.household_id, min(t.row_no) as first_row from typed as t anti join known as k "
        "on k.household_id = t.household_id where not t.is_bad group by t.household_id) "
        "select household_id, household_no from known union all select household_id, cast("
        "(select coalesce(max(household_no), 0) from known) + row_number() over (order by first_row) as integer) "
        "from fresh"
    )


def _number_pairs(work: Workspace, table: Table, registry: Registry) -> bool:
    """Give each new pair of household and person the next number. False if the table names nobody."""
    if table.name in ("areas", "households") or table.column("person_id") is None:
        return False
    work.connection.execute(
        f"create table new_pairs as with known as ({registry.pairs}), fresh as ("
        "select t.household_no, t.person_id, min(t.row_no) as first_row from typed as t "
        "where not t.is_bad and t.person_id is not null and t.household_no is not null group by all) "
        "select f.household_no, f.person_id, cast((select coalesce(max(member_no), 0) from known) "
        "+ row_number() over (order by f.first_row, f.person_id) as integer) as member_no from fresh as f "
        "anti join known as k on k.household_no = f.household_no and k.person_id = f.person_id"
    )
    work.connection.execute(
        f"create table pairs as select household_no, person_id, member_no from ({registry.pairs}) "
        "union all select * from new_pairs"
    )
    return True


def _make_fresh(work: Workspace, delivery: Delivery, *, pairs: bool) -> None:
    """Make the view `fresh`: the accepted rows as the lake holds them."""
    table = delivery.table
    filled = {
        "source": f"coalesce(t.source, {literal(delivery.source)})",
        "received_at": f"coalesce(t.received_at, cast({literal(delivery.received_at.isoformat())} as timestamptz))",
    }
    columns = []
    for column in (*table.columns, *COMMON):
        value = filled.get(column.name, f't."{column.name}"')
        columns.append(f'{value} as "{column.name}"')
    number = "n.household_no" if table.name == "households" else "t.household_no"
    member = "p.member_no" if pairs else "cast(null as integer)"
    joins = ""
    if table.name == "households":
        joins += " join numbered as n on n.household_id = t.household_id"
    if pairs:
        joins += " left join pairs as p on p.household_no = t.household_no and p.person_id = t.person_id"
    work.connection.execute(
        f"create view fresh as select {', '.join(columns)}, "
        f"cast({delivery.number * ROWS_PER_DELIVERY} + t.row_no as bigint) as row_id, {number} as household_no, "
        f"{member} as member_no from typed as t{joins} where not t.is_bad"
    )


def _overlaps(work: Workspace, lake: Lake, manifest: Manifest) -> bool:
    """Whether some pair ever had rows of membership under more than one key: what counts differs by known-at."""
    rows = [f"({sql})" for sql in (rows_of(lake, manifest.tables.get("persons", ())),) if sql]
    key = key_sql(TABLES["persons"], "r")
    each = " union all ".join(f"select r.member_no, {key} as key from {source} as r" for source in ["fresh", *rows])
    found = work.one(f"select 1 from ({each}) as e group by e.member_no having count(distinct e.key) > 1 limit 1")
    return bool(found)
