"""What a full extract withdraws, counted before it does: earlier rows of its source and span that it leaves out."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from firmground.engine.records.delivery import Delivery
from firmground.engine.records.judging.checks import literal
from firmground.engine.records.report import Withdrawal
from firmground.engine.records.settling.events import day_sql, in_span_sql
from firmground.engine.records.settling.keys import key_sql
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.manifest import DataFile, Everything, Manifest
from firmground.engine.records.store.registry import counting_sql
from firmground.engine.records.store.workspace import Workspace
from firmground.errors import FirmgroundError

HELD = "held"  # folder of the lake
LARGEST_DROP = 20  # per cent of the earlier rows that an extract may leave out unasked


class LargeDrop(FirmgroundError):
    """A full extract leaves out more than a fifth of what its source said before. Nothing was imported."""

    id = "FG-L072"


def check_drop(withdrawal: Withdrawal) -> None:
    """Raises LargeDrop where more is left out than may be unasked."""
    if withdrawal.left_out * 100 > withdrawal.earlier * LARGEST_DROP:
        raise LargeDrop(
            found=f"The file leaves out {withdrawal.left_out:,} of {withdrawal.earlier:,} earlier rows of"
            f" {withdrawal.source} in its span",
            expected=f"at most {LARGEST_DROP} % of them",
            hint="Is it whole? `--dry-run` shows what it would do; `--yes` withdraws them all the same.",
        )


def everything_of(work: Workspace, delivery: Delivery, lake: Lake) -> Everything | None:
    """What the rows of `typed` speak of if they are a full extract; its keys in quarantine are not written yet."""
    if delivery.delivers is None:
        return None
    table = delivery.table
    days = (table.moment,) if table.moment else (table.span or ())
    ends = ", ".join(f't."{day}"' for day in days)
    found: tuple[object, ...] = (None, None)
    if ends:
        found = work.one(f"select min(least({ends})), max(greatest({ends})) from typed as t where not t.is_bad")
    first, last = (day if isinstance(day, date) else None for day in found)
    received_on = delivery.received_at.astimezone(ZoneInfo(lake.settings.time_zone)).date()
    first, last = delivery.delivers.between(first, last, received_on)
    return Everything(delivery.source, first, last, delivery.received_at)


def keep_held(work: Workspace, delivery: Delivery, lake: Lake, version: int) -> DataFile | None:
    """Write the keys of a full extract's rows in quarantine, which do not withdraw what they would replace."""
    keys = f"select distinct key from (select {key_sql(delivery.table, 't')} as key from {_typed(delivery, bad=True)})"
    if not work.one(f"select count(*) from ({keys}) where key is not null")[0]:
        return None
    return work.write(
        f"select key from ({keys}) where key is not null order by key",
        f"{HELD}/{delivery.id}-{version:010d}.parquet",
        lake.path,
    )


def withdrawal_of(
    work: Workspace, delivery: Delivery, lake: Lake, manifest: Manifest, everything: Everything
) -> Withdrawal:
    """What the rows of `typed` would withdraw as a full extract, counted from what counts now."""
    table = delivery.table
    if not manifest.tables.get(table.name):
        return Withdrawal(everything.source, everything.first, everything.last, 0, 0)
    first, last = map(day_sql, (everything.first, everything.last))
    at = f"cast({literal(everything.received_at.isoformat())} as timestamptz)"
    contents = ", ".join(f'"{column.name}"' for column in table.columns)
    same = f"cast(row({contents}) as varchar)"
    work.connection.execute(
        f"create or replace temp table earlier as select {key_sql(table, 'r')} as key, {same} as contents "
        f"from ({counting_sql(lake, manifest, table.name)}) as r where r.source = {literal(everything.source)} "
        f"and r.received_at <= {at} and {in_span_sql(table, 'r', first, last)}"
    )
    given = f"select {key_sql(table, 't')} as key, {same} as contents, t.is_bad from {_typed(delivery, bad=None)}"
    found = work.one(
        f"with given as ({given}), e as (select contents, count(*) as n from earlier where key is null group by all), "
        "g as (select contents, count(*) as n from given where key is null and not is_bad group by all) "
        "select (select count(*) from earlier), "
        "(select count(*) from earlier where key is not null and key not in "
        "(select key from given where key is not null)), "
        "(select sum(greatest(e.n - coalesce(g.n, 0), 0)) from e left join g on g.contents = e.contents)"
    )
    counts = [int(str(count or 0)) for count in found]
    return Withdrawal(everything.source, everything.first, everything.last, counts[0], counts[1] + counts[2])


def extract_of(
    work: Workspace, delivery: Delivery, lake: Lake, manifest: Manifest
) -> tuple[Everything | None, Withdrawal | None]:
    """What a delivery speaks of as a full extract, and what that withdraws; None for any other.

    Of one that is taken up again only the first is told, as when it came in. An extract of which no row is good
    withdraws nothing.
    """
    entry = next((entry for entry in manifest.deliveries if entry.number == delivery.number), None)
    if entry is not None:
        return entry.everything, None
    everything = everything_of(work, delivery, lake)
    if everything is None or not work.one("select 1 from typed where not is_bad limit 1"):
        return None, None
    return everything, withdrawal_of(work, delivery, lake, manifest, everything)


def _typed(delivery: Delivery, *, bad: bool | None) -> str:
    """The rows of `typed` with their source, as `t`. bad: only these or only the others; None: all."""
    where = "" if bad is None else " where is_bad" if bad else " where not is_bad"
    source = f"coalesce(source, {literal(delivery.source)}) as source"
    return f"(select * replace ({source}) from typed{where}) as t"
