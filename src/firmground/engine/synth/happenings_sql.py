"""SQL of what befalls households: shocks that strike whole villages in one day, conditions, and visits after them.

`e` holds the events of villages, made once; `shock` and `condition` hold the rows of a block, which other tables read.
"""

from __future__ import annotations

from datetime import date

from firmground.engine.synth.draws_sql import Drawn, between, one_of, span_begin
from firmground.engine.synth.parameters import Parameters

_EVENTS = ("disaster", "crop_failure", "livestock_disease", "price_fall")
_ALONE = ("accident", "death", "loan_overdue", "livestock_disease")
_SOURCES = {
    "disaster": "emergency_management",
    "accident": "emergency_management",
    "death": "public_security",
    "loan_overdue": "banks",
}


def events_sql(given: Parameters, *, as_of: date, months: int) -> str:
    """Make `e`: which village was struck when by what, and whether it is told as one row for the village."""
    begin = span_begin(as_of, months)
    key = "number * 64 + year % 64"
    return (
        "create table e as select * from (select number, code, year, "
        f"{one_of(_EVENTS, f'u({key}, 141)')} as kind, u({key}, 142) < {given.event_of_area} as is_area, "
        f"make_date(cast(year as integer), 5 + cast(floor(u({key}, 143) * 5) as integer), "
        f"1 + cast(floor(u({key}, 144) * 28) as integer)) as occurred_on "
        f"from villages, calendar where u({key}, 140) < {given.village_event}) "
        f"where occurred_on between date '{begin.isoformat()}' and date '{as_of.isoformat()}'"
    )


def happenings_queries(given: Parameters, *, as_of: date, months: int, is_first: bool) -> list[str]:
    """Statements that make `shock` and `condition` of a block; rows of whole villages come with the first one."""
    begin = span_begin(as_of, months).isoformat()
    return [_shock(given, begin, is_first), _condition(given, begin)]


def _shock(given: Parameters, begin: str, is_first: bool) -> str:
    sources = "".join(f" when '{kind}' then '{source}'" for kind, source in _SOURCES.items())
    days = "number * 365 + 1 + u(n * 64 + number, 123) * 364"
    parts = [
        "select h.n, h.id, cast(null as varchar) as area_code, e.kind, e.occurred_on, "
        "u(h.n * 64 + year % 64, 126) as size from h join e on e.number = h.village and not e.is_area "
        f"where u(h.n * 64 + year % 64, 125) < {given.event_reach}",
        f"select n, id, null, {one_of(_ALONE, 'u(n * 64 + number, 121)')}, back({days}), u(n * 64 + number, 122) "
        f"from h, years where u(n * 64 + number, 120) < {given.shock}",
    ]
    if is_first:
        parts.append("select 0, null, code, kind, occurred_on, null from e where is_area")
    return (
        "create or replace temp table shock as select n, id, area_code, kind, case when kind in ('disaster', "
        f"'accident') and id is not null then money({between(given.loss, 'pow(size, 3)')}) end as loss, occurred_on, "
        f"case kind{sources} else 'agriculture' end as source from ({' union all '.join(parts)}) "
        f"where occurred_on >= date '{begin}'"
        # one row per key: two shocks of a kind on one day would be one
        " qualify row_number() over (partition by id, area_code, kind, occurred_on order by size) = 1"
    )


def shocks() -> Drawn:
    """The rows of `shock`."""
    sql = "select n, id as household_id, area_code, kind, loss, occurred_on, source from shock"
    columns = ("household_id", "area_code", "kind", "loss", "occurred_on", "source")
    return Drawn(sql, columns, ("occurred_on", "kind", "area_code"))


def _condition(given: Parameters, begin: str) -> str:
    ended = f"< {given.condition_ended}"

    def of_person(kind: str, share: float, k: int, source: str, who: str = "true", since: int = 0) -> str:
        grade = "cast(1 + cast(floor(u(pn, 99) * 4) as integer) as varchar)" if kind == "disability" else "null"
        return (
            f"select n, id, person_id, '{kind}' as kind, {grade} as grade, "
            f"least(1 + floor(u(pn, {k}) * 999), age_days - {since}) as days, u(pn, {k + 1}) {ended} as has_ended, "
            f"u(pn, {k + 3}) as part, '{source}' as source from p where u(pn, {k + 2}) < {share} and {who}"
        )

    def of_household(kind: str, share: str, k: int, source: str) -> str:
        return (
            f"select n, id, null, '{kind}', null, 1 + floor(u(n, {k}) * 999), u(n, {k + 1}) {ended}, u(n, {k + 3}), "
            f"'{source}' from h where u(n, {k + 2}) < {share}"
        )

    seventh_birthday = 2557  # in days: nobody drops out of school before
    living = f"case when n in (select n from s) then {given.minimum_living_wage} else {given.minimum_living} end"
    parts = (
        of_person("serious_illness", given.serious_illness, 151, "medical_insurance"),
        of_person("chronic_illness", given.chronic_illness, 155, "medical_insurance", "age > 35"),
        of_person("disability", given.disability, 159, "disabled_persons_federation"),
        of_person("dropout", given.dropout, 163, "education", "age between 7 and 15", seventh_birthday),
        of_person("uninsured", given.uninsured, 167, "medical_insurance"),
        of_household("unsafe_housing", str(given.unsafe_housing), 171, "housing"),
        of_household("unsafe_water", str(given.unsafe_water), 175, "water"),
        of_household("minimum_living_allowance", living, 179, "civil_affairs"),
    )
    return (
        "create or replace temp table condition as select * from (select n, id, person_id, kind, grade, "
        "back(days) as valid_from, case when has_ended then back(floor(days * part)) end as valid_to, source "
        f"from ({' union all '.join(parts)})) where valid_to is null or valid_to >= date '{begin}'"
    )


def conditions() -> Drawn:
    """The rows of `condition`."""
    sql = "select n, id as household_id, person_id, kind, grade, valid_from, valid_to, source from condition"
    columns = ("household_id", "person_id", "kind", "grade", "valid_from", "valid_to", "source")
    return Drawn(sql, columns, ("valid_from", "kind", "person_id"))


def outcomes(given: Parameters, span: str) -> Drawn:
    """What visits found: each follows something that the records hold, within six weeks, once per rule."""
    causes = {
        ("disaster", "disaster_loss"): "select n, id, occurred_on from shock "
        f"where kind in ('disaster', 'accident') and loss >= {given.visited_loss}",
        ("employment", "job_lost"): "select n, id, ended_on from s where ended_on is not null and spell = 2 "
        "and n not in (select n from s where ended_on is null)",
        ("education", "dropout"): "select n, id, valid_from from condition where kind = 'dropout'",
        ("illness", "new_serious_illness"): "select n, id, valid_from from condition where kind = 'serious_illness'",
        ("income", "income_fell_sharply"): "select n, id, back(300 * u(n, 129)) from h where recent < 1 and earns",
    }
    parts = " union all ".join(
        f"select n, id, '{risk}' as risk, '{rule}' as rule, {k} as k, min(happened_on) as happened_on "
        f"from ({cause}) as c (n, id, happened_on) group by n, id"
        for k, ((risk, rule), cause) in enumerate(causes.items())
    )
    late = f"case when u(n * 8 + k, 133) < {given.late_decision} then 13 else 0 end"
    sql = (
        f"select * from (select n, id as household_id, risk, rule, clue_on, "
        f"cast(clue_on + 3 + cast(floor(u(n * 8 + k, 132) * 13) as integer) + {late} as date) as decided_on, "
        f"case when u(n * 8 + k, 134) < {given.confirmed} then 'confirmed' else 'dismissed' end as outcome, "
        "1 + cast(floor(u(n * 8 + k, 135) * 2) as integer) as visits, 'civil_affairs' as source from ("
        "select *, cast(happened_on + 1 + cast(floor(u(n * 8 + k, 131) * 27) as integer) as date) as clue_on "
        f"from ({parts}) where u(n * 8 + k, 130) < {given.visited})) where clue_on {span} and decided_on {span}"
    )
    columns = ("household_id", "risk", "rule", "clue_on", "decided_on", "outcome", "visits", "source")
    return Drawn(sql, columns, ("clue_on", "rule"))
