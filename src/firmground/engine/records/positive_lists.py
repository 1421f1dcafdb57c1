"""Positive lists: a complete list of who has something becomes the condition of the members whom it leaves out.

The lists of one source, kind and area follow each other: each begins and ends what the one before it left open, so none
may come before the last, and only the last may be undone. Derived rows are told by their record_id.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from firmground.engine.areas import AreaTree
from firmground.engine.policy.model import Pack
from firmground.engine.policy.source_structure import Derives
from firmground.engine.records.delivery import Delivery
from firmground.engine.records.judging.checks import literal
from firmground.engine.records.report import Derivation
from firmground.engine.records.row_numbers import ROWS_PER_DELIVERY, delivery_sql
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.manifest import DeliveryEntry, Manifest, PositiveList
from firmground.engine.records.store.registry import Registry, counting_sql, rows_of
from firmground.engine.records.store.workspace import Workspace
from firmground.engine.records.withdrawing import LARGEST_DROP
from firmground.engine.tables import COMMON, TABLES
from firmground.errors import FirmgroundError

_CONDITIONS = TABLES["conditions"]


class OlderList(FirmgroundError):
    """A list is older than the last one of its source, kind and area. Nothing was imported."""

    id = "FG-L055"


class ListUnfit(FirmgroundError):
    """A list names no member, speaks of several days or an unknown area, or is said to be no list or another one."""

    id = "FG-L056"


class ManyMissing(FirmgroundError):
    """A list leaves out more than a fifth of the members who did not miss before. Nothing was imported."""

    id = "FG-L057"


class LaterList(FirmgroundError):
    """A list is to be undone although a later one of its source, kind and area stands. Nothing was changed."""

    id = "FG-L058"


class Derived(NamedTuple):
    """What a list became. rows: those in `typed` now. said: for the report; listed: for the manifest."""

    rows: int
    said: Derivation
    listed: PositiveList


@dataclass(frozen=True)
class _List:
    """A list on its way in. is_first: it comes in now, and is not taken up again. may_derive: no later one stands."""

    derives: Derives
    listed: PositiveList
    is_first: bool
    may_derive: bool

    @property
    def mark(self) -> str:
        """What the record_id of each row derived from lists of this kind and area begins with."""
        return f"missing:{self.derives.kind}:{self.derives.area or ''}:"


def dated(delivery: Delivery, lake: Lake) -> Delivery:
    """A list whose rows say the kind that is derived, and the day on which it was received where they say none.

    Raises ListUnfit for a list that belongs to another table.
    """
    if delivery.mapping.derives is not None and delivery.table is not _CONDITIONS:
        raise ListUnfit(found=f"A list becomes no rows of `{delivery.table.name}`", expected="`--as conditions`")
    received_on = delivery.received_at.astimezone(ZoneInfo(lake.settings.time_zone)).date()
    return replace(delivery, mapping=delivery.mapping.dated(received_on))


def derive(
    work: Workspace,
    delivery: Delivery,
    lake: Lake,
    manifest: Manifest,
    registry: Registry,
    pack: Pack,
    *,
    is_preview: bool,
) -> Derived | None:
    """Turn the good rows of `typed`, who is in the list, into conditions that begin or end. None: it is no list.

    A list that is taken up again only ends conditions, and only if no later list stands. is_preview: a list may leave
    out however many. Raises ListUnfit, OlderList, ManyMissing.
    """
    given = _list_of(work, delivery, manifest)
    if given is None:
        return None
    _make_members(work, given, lake, manifest, registry, pack)
    _make_open(work, given, lake, manifest)
    _make_changes(work, given)
    said = _said(work, given)
    if not (delivery.may_drop or is_preview):
        _check_missing(said)
    return Derived(_make_rows(work, given, delivery, lake, manifest, registry), said, given.listed)


def check_is_last(manifest: Manifest, entry: DeliveryEntry) -> None:
    """Raises LaterList where a delivery is a list and a later one of its source, kind and area stands."""
    later = _standing(manifest, entry.listed, after=entry.number) if entry.listed else None
    if later is not None:
        raise LaterList(
            found=f"After the list {entry.id} came the list {later.id}, which begins where it ended",
            expected=f"{later.id} to be undone first",
            hint="Its file may be imported again afterwards.",
        )


def _standing(manifest: Manifest, listed: PositiveList, *, after: int = 0) -> DeliveryEntry | None:
    """The last list like this that was not undone, of those after a delivery."""
    for entry in reversed(manifest.deliveries):
        if entry.listed and entry.undone_at is None and entry.number > after and entry.listed.same_as(listed):
            return entry
    return None


def _list_of(work: Workspace, delivery: Delivery, manifest: Manifest) -> _List | None:
    """The list that a delivery is, held against what it was before and against the lists before it."""
    derives = delivery.mapping.derives
    before = next((entry for entry in manifest.deliveries if entry.number == delivery.number), None)
    if before is not None and (before.listed is None) != (derives is None):
        raise ListUnfit(
            found=f"The mapping of {delivery.id} says {'nothing of' if derives is None else 'that it is'} a list",
            expected="what it said when the file came in",
        )
    if derives is None:
        return None
    if delivery.delivers is not None:
        raise ListUnfit(found="A list of who has something is everything already", expected="no `delivers`")
    work.connection.execute("create temp table listed as select distinct person_id from typed where not is_bad")
    days = work.connection.execute("select distinct valid_from from typed where not is_bad order by 1").fetchall()
    if before is not None and before.listed is not None:
        later = _standing(manifest, before.listed, after=delivery.number)
        same = derives.kind == before.listed.kind and derives.area == before.listed.area
        if not same or any(day != before.listed.day for (day,) in days):
            found = f"The mapping makes another list of {delivery.id}"
            expected = f"the list of {before.listed.day} of which `{before.listed.kind}` is derived"
            raise ListUnfit(found=found, expected=expected)
        return _List(derives, before.listed, is_first=False, may_derive=later is None)
    if len(days) != 1:
        raise _of_no_day(delivery, [day for (day,) in days])
    listed = PositiveList(delivery.source, derives.kind, derives.area, days[0][0], delivery.received_at)
    last = _standing(manifest, listed)
    if last is not None and last.listed is not None:
        _check_later(listed, last.id, last.listed)
    return _List(derives, listed, is_first=True, may_derive=True)


def _of_no_day(delivery: Delivery, days: list[date]) -> ListUnfit:
    if not days:
        return ListUnfit(
            found=f"The list {delivery.file} names nobody who is a member of a household on its day",
            expected="members that the lake knows",
            hint="Import households and persons first, with their ID numbers if the list gives these.",
        )
    found = f"The list {delivery.file} speaks of {len(days):,} days, from {days[0]} to {days[-1]}"
    return ListUnfit(found=found, expected="one list for one day")


def _check_later(listed: PositiveList, last_id: str, last: PositiveList) -> None:
    if listed.day >= last.day and listed.received_at >= last.received_at:
        return
    spoken = f"is of {listed.day}" if listed.day < last.day else f"was received on {listed.received_at:%Y-%m-%d}"
    raise OlderList(
        found=f"The list {spoken}, and {last_id} of {last.day}, received on {last.received_at:%Y-%m-%d}, came before",
        expected="lists in the order of their days",
        hint=f"`firmground import --undo {last_id}` first; both may come in afterwards, the older one first.",
    )


def _make_members(
    work: Workspace, given: _List, lake: Lake, manifest: Manifest, registry: Registry, pack: Pack
) -> None:
    """Make `placed`, the households in the area of the list, and `members`, whom the list should hold on its day."""
    day = f"date '{given.listed.day}'"
    households = counting_sql(lake, manifest, "households")
    area = given.derives.area
    where = "true"
    if area is not None:
        _register_below(work, area, lake, manifest, pack, households)
        where = "h.area_code in (select area_code from below)"
    work.connection.execute(
        f"create temp table placed as select h.household_id from ({households}) as h "
        f"where (h.registered_on is null or h.registered_on <= {day}) and {where}"
    )
    ages = ""
    if given.derives.ages is not None:
        years = _years("p.birth_date", given.listed.day)
        ages = f" and {years} between {given.derives.ages.from_} and {given.derives.ages.to}"
    work.connection.execute(
        f"create temp table members as select distinct p.household_id, p.person_id from ({registry.people}) as p "
        "semi join placed as h on h.household_id = p.household_id "
        f"where (p.member_from is null or p.member_from <= {day}) "
        f"and (p.member_to is null or p.member_to > {day}){ages}"
    )


def _register_below(work: Workspace, area: str, lake: Lake, manifest: Manifest, pack: Pack, households: str) -> None:
    """Make `below`: the codes of households that lie below an area or are it. Raises ListUnfit."""
    if manifest.has_rows("areas"):
        tree = AreaTree.from_table(work.connection.sql(counting_sql(lake, manifest, "areas")).to_arrow_table())
    else:
        tree = AreaTree.shipped(pack.area_tree) if pack.area_tree else AreaTree.from_table(_no_areas(work))
    if area not in tree:
        raise ListUnfit(
            found=f"The list is of the area {area}, which is not known", expected="a code of the lake's areas"
        )
    used = work.connection.sql(f"select distinct area_code from ({households})").to_arrow_table()
    ancestors = tree.ancestors_table(used.column(0).combine_chunks())
    work.connection.register("ancestors", ancestors)
    work.connection.execute(
        "create temp table below as select area_code from ancestors "
        f"where ancestor_code = {literal(tree.successor(area))}"
    )
    work.connection.unregister("ancestors")


def _years(born: str, day: date) -> str:
    """Completed years on a day: born on 29 February, one has one's birthday on 28 February of other years."""
    is_leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
    today = 229 if (day.month, day.day) == (2, 28) and not is_leap else day.month * 100 + day.day
    not_yet = f"case when month({born}) * 100 + day({born}) > {today} then 1 else 0 end"
    return f"({day.year} - year({born}) - {not_yet})"


def _no_areas(work: Workspace) -> pa.Table:
    return work.connection.sql("select '' as code, '' as name where false").to_arrow_table()


def _make_open(work: Workspace, given: _List, lake: Lake, manifest: Manifest) -> None:
    """Make `open_before`: conditions that lists like this one began and none has ended."""
    rows = "select * from typed where false"
    if manifest.tables.get("conditions"):
        listed = given.listed
        rows = (
            f"select * from ({counting_sql(lake, manifest, 'conditions')}) as r "
            f"where r.source = {literal(listed.source)} "
            f"and r.kind = {literal(listed.kind)} and starts_with(r.record_id, {literal(given.mark)})"
            " and r.valid_to is null"
        )
    work.connection.execute(f"create temp table open_before as {rows}")


def _make_changes(work: Workspace, given: _List) -> None:
    """Make `begun` (household_id, person_id) and `ended`, rows of `open_before`."""
    same = "m.household_id = o.household_id and m.person_id = o.person_id"
    missing = "select m.* from members as m anti join listed as l on l.person_id = m.person_id"
    ended = f"select o.* from open_before as o anti join ({missing}) as m on {same}"
    if not given.is_first:
        missing = "select * from members where false"
        ended = "select o.* from open_before as o semi join listed as l on l.person_id = o.person_id"
        if not given.may_derive:
            ended = "select * from open_before where false"
    work.connection.execute(
        f"create temp table begun as select m.* from ({missing}) as m anti join open_before as o on {same}"
    )
    work.connection.execute(f"create temp table ended as {ended}")


def _check_missing(said: Derivation) -> None:
    if said.begun * 100 > said.members * LARGEST_DROP:
        raise ManyMissing(
            found=f"The list of {said.day} leaves out {said.begun:,} of {said.members:,} members who did not miss in"
            " the list before",
            expected=f"at most {LARGEST_DROP} % of them",
            hint="Is it whole? `--dry-run` shows what it would do; `--yes` takes it all the same.",
        )


def _make_rows(
    work: Workspace, given: _List, delivery: Delivery, lake: Lake, manifest: Manifest, registry: Registry
) -> int:
    """Make `typed` anew, of the conditions that begin and end, numbered after those that the delivery has."""
    earlier = rows_of(lake, manifest.tables.get("conditions", ()))
    last = 0
    if earlier and not given.is_first:
        own = f"{delivery_sql('r')} = {delivery.number}"
        found = work.one(
            f"select max(r.row_id) - {delivery.number * ROWS_PER_DELIVERY} from ({earlier}) as r where {own}"
        )
        last = int(str(found[0] or 0))
    day = f"date '{given.listed.day}'"
    fresh = {
        "household_id": "b.household_id",
        "person_id": "b.person_id",
        "kind": literal(given.listed.kind),
        "valid_from": day,
        "record_id": f"{literal(given.mark + str(given.listed.day) + ':')} || {_escaped('b.household_id')} || ':' || "
        f"{_escaped('b.person_id')}",
    }
    columns = (*_CONDITIONS.columns, *COMMON)
    begun = ", ".join(f'{fresh.get(c.name, "null")} as "{c.name}"' for c in columns)
    again = {"valid_to": f"greatest(o.valid_from, {day})", "source": "null", "received_at": "null"}
    ended = ", ".join(f'{again.get(c.name, "o." + c.name)} as "{c.name}"' for c in columns)
    work.connection.execute(
        f"create table derived as select h.household_no, {begun} from begun as b "
        f"join ({registry.numbers}) as h on h.household_id = b.household_id "
        f"union all select o.household_no, {ended} from ended as o"
    )
    work.connection.execute(
        f"create or replace table typed as select {last} + row_number() over "
        "(order by household_id, person_id, record_id) as row_no, 0 as at, 0 as part, d.*, "
        "false as is_bad from derived as d"
    )
    return int(str(work.one("select count(*) from typed")[0]))


def _escaped(cell: str) -> str:
    """An id as part of a record_id: no two pairs of ids are the same text."""
    return f"replace(replace({cell}, '%', '%25'), ':', '%3A')"


def _said(work: Workspace, given: _List) -> Derivation:
    members, listed, begun, ended, before = (
        int(str(work.one(f"select count(*) from {rows}")[0]))
        for rows in ("members", "members semi join listed using (person_id)", "begun", "ended", "open_before")
    )
    return Derivation(
        given.listed.kind, given.listed.day, given.listed.area, members, listed, begun, ended, before - ended
    )
