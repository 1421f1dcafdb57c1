"""What the rows that count say that cannot be so, or that two sources say: found by SQL, listed with ids alone.

Nothing here is damage: the rows are as they were delivered. A person looks at them and asks the department.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from firmground.engine.areas import SHIPPED, AreaTree
from firmground.engine.records.settling.ranks import claim_sql
from firmground.engine.records.store.file_names import parquet_sql
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.manifest import Manifest
from firmground.engine.records.store.registry import counting_sql
from firmground.engine.records.store.workspace import Workspace
from firmground.engine.tables import TABLES

COLUMNS = ("problem", "table", "household_id", "person_id", "source", "other_source", "detail")
PROBLEMS = {
    "income_from_two_sources": "income of a month from two sources",
    "work_from_two_sources": "overlapping work from two sources",
    "member_of_two_households": "member of two households at once",
    "person_not_in_household": "records of people never in the household",
    "area_not_known": "area that the lake does not know",
}
_LISTED = 5  # other households of one person that a line names


class _Find(NamedTuple):
    problem: str
    table: str
    sql: str  # household_id, person_id, source, other_source, detail


def find_problems(work: Workspace, lake: Lake, manifest: Manifest, as_of: date) -> None:
    """Make the table `problems` with COLUMNS, of the rows that count now; memberships as of a day."""
    columns = ", ".join(f'"{name}" varchar' for name in COLUMNS)
    work.connection.execute(f"create table problems ({columns})")
    for find in _finds(lake, manifest, as_of):
        work.connection.execute(
            f"insert into problems select '{find.problem}', '{find.table}', household_id, person_id, source, "
            f"other_source, detail from ({find.sql})"
        )


def _finds(lake: Lake, manifest: Manifest, as_of: date) -> list[_Find]:
    rows = {name: counting_sql(lake, manifest, name) for name in TABLES if manifest.has_rows(name)}
    finds = []
    if "income" in rows:
        finds.append(_Find("income_from_two_sources", "income", _income(rows["income"])))
    if "jobs" in rows:
        finds.append(_Find("work_from_two_sources", "jobs", _work(rows["jobs"])))
    if "persons" in rows:
        finds.append(_Find("member_of_two_households", "persons", _two_households(rows["persons"], as_of)))
    members = rows.get("persons", "select cast(null as integer) as member_no where false")
    for name, sql in rows.items():
        if TABLES[name].names_a_person:
            finds.append(_Find("person_not_in_household", name, _not_in_household(sql, members)))
    areas = _areas(lake, rows.get("areas"))
    finds += [_Find("area_not_known", n, _unknown_area(rows[n], areas)) for n in ("households", "shocks") if n in rows]
    return finds


def _income(rows: str) -> str:
    """One row per household, person, kind, month and pair of sources that speak of it; one claims it at least."""
    claims = ", ".join(f"{sql} as {name}" for name, sql in claim_sql(TABLES["income"], "r").items())
    same = "a.household_id = b.household_id and a.kind = b.kind and a.person_id is not distinct from b.person_id"
    return (
        f"with r as (select r.household_id, r.person_id, r.kind, r.source, {claims} from ({rows}) as r), "
        "b as (select household_id, person_id, kind from r group by all having count(distinct source) > 1), "
        "m as (select household_id, person_id, kind, source, month, bool_or(month = stands_from) as stands from "
        "(select a.*, unnest(range(cast(a.claims_from as timestamp), cast(a.claims_to as timestamp) + interval 1 day, "
        f"interval 1 month)) as month from r as a semi join b on {same}) group by all) "
        "select a.household_id, a.person_id, a.source, b.source as other_source, "
        f"a.kind || ' ' || strftime(a.month, '%Y-%m') as detail from m as a join m as b on {same} "
        "and a.month = b.month and a.source < b.source where a.stands or b.stands"
    )


def _work(rows: str) -> str:
    """One row per spell and other source of which an earlier begun spell of the same person has not ended by then.

    How far the spells of a source reach so far is kept beside each, so that a person with very many costs no more than
    a sort: departments write one id for everybody whom they do not know.
    """
    return (
        "with j as (select household_id, person_id, job_id, source, started_on, row_id, "
        f"coalesce(ended_on, cast('infinity' as date)) as ends from ({rows})), "
        "several as (select person_id from j where ends > started_on group by 1 having count(distinct source) > 1), "
        "s as (select j.*, row_number() over (partition by person_id order by started_on, source, row_id) as place "
        "from j semi join several using (person_id) where ends > started_on), "
        "beside as (select s.*, o.source as other_source from s join (select distinct person_id, source from s) as o "
        "on o.person_id = s.person_id and o.source <> s.source), "
        "line as (select person_id, source as told_by, place, ends, null as b from s union all "
        "select person_id, other_source as told_by, place, null as ends, beside as b from beside), "
        "reach as (select b, max(ends) over (partition by person_id, told_by order by place "
        "rows between unbounded preceding and current row) as reaches from line) "
        "select b.household_id, b.person_id, b.source, b.other_source, 'job ' || b.job_id || ' began on ' || "
        "b.started_on || ', one from the other source ' || if(isinf(reaches), 'is open', 'ended on ' || reaches) "
        "as detail from reach where b is not null and reaches > b.started_on"
    )


def _two_households(rows: str, as_of: date) -> str:
    """One row per person, under the membership that began last, then the smaller household_id."""
    day = f"date '{as_of}'"
    is_open = f"coalesce(member_from <= {day}, true) and coalesce(member_to > {day}, true)"
    return (
        "with m as (select person_id, household_id, max(member_from) as since, min(source) as source "
        f"from ({rows}) where {is_open} group by all), "
        "p as (select person_id, list({'id': household_id, 'source': source} order by since desc nulls last, "
        "household_id) as homes from m group by person_id having count(*) > 1) "
        "select homes[1].id as household_id, person_id, homes[1].source as source, homes[2].source as other_source, "
        f"'also in ' || array_to_string(list_transform(homes[2:{1 + _LISTED}], lambda home: home.id), ', ') || "
        f"if(len(homes) > {1 + _LISTED}, ' and ' || (len(homes) - {1 + _LISTED}) || ' more', '') as detail from p"
    )


def _not_in_household(rows: str, members: str) -> str:
    """One row per household, person and source. members: rows of persons, whose pairs have the same numbers."""
    return (
        "select household_id, person_id, source, null as other_source, count(*) || if(count(*) = 1, ' row', ' rows') "
        f"as detail from ({rows}) as r anti join (select member_no from ({members})) as m on m.member_no = r.member_no "
        "where r.member_no is not null group by household_id, person_id, source"
    )


def _areas(lake: Lake, own: str | None) -> str | None:
    """SQL of the codes of the areas that the lake knows."""
    if own is not None:
        return f"select code from ({own})"
    tree = lake.settings.area_tree
    return f"select code from {parquet_sql([AreaTree.path(SHIPPED[tree])])}" if tree else None


def _unknown_area(rows: str, areas: str | None) -> str:
    known = areas or "select cast(null as varchar) as code where false"
    return (
        "select r.household_id, null as person_id, r.source, null as other_source, 'area ' || r.area_code as detail "
        f"from ({rows}) as r anti join ({known}) as k on k.code = r.area_code where r.area_code is not null"
    )
