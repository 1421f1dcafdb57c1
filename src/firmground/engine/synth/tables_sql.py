"""SQL that draws the rows of each record table from the households, persons and spells of a block.

Rows of a moment lie in the span: from the first of the month so many months before the as-of date, up to that date.
"""

from __future__ import annotations

from datetime import date

from firmground.engine.synth.draws_sql import Drawn, between, span_begin
from firmground.engine.synth.happenings_sql import conditions, outcomes, shocks
from firmground.engine.synth.parameters import Parameters


def table_queries(given: Parameters, *, as_of: date, months: int) -> dict[str, Drawn]:
    """For each table its rows, with the columns of contracts."""
    span = f"between date '{span_begin(as_of, months).isoformat()}' and date '{as_of.isoformat()}'"
    return {
        "households": _households(given),
        "persons": _persons(),
        "income": _income(given),
        "spending": _spending(given, span),
        "jobs": _jobs(),
        "conditions": conditions(),
        "shocks": shocks(),
        "outcomes": outcomes(given, span),
    }


def _households(given: Parameters) -> Drawn:
    sql = (
        "select n, h.id as household_id, v.code as area_code, "
        "case when is_lifted_out then 'lifted_out' else 'general' end as population_group, "
        "h.id || '-1' as head_person_id, "
        "v.name || ' ' || (1 + cast(floor(u(n, 31) * 90) as integer)) || '号（合成）' as address, "
        "(1 + cast(floor(u(n, 32) * 9) as integer)) || '组' as hamlet, "
        f"case when u(n, 33) < {given.late_registration} then back(u(n, 34) * 59) "
        "else back(700 + u(n, 34) * 3000) end as registered_on, 'agriculture' as source "
        "from h join villages as v on v.number = h.village"
    )
    columns = ("household_id", "area_code", "population_group", "head_person_id", "address", "hamlet", "registered_on")
    return Drawn(sql, (*columns, "source"), ())


def _persons() -> Drawn:
    """ID numbers begin with 0, as no area does, so nobody has them; sex (17th) and check character (18th) are right."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    digits = " + ".join(f"cast(substr(body, {i}, 1) as integer) * {w}" for i, w in enumerate(weights, start=1))
    number = "((n - 1) * 7 + k - 1)"
    sequence = f"lpad(cast({number} // 5 % 10000000 as varchar), 7, '0')"
    body = (
        f"'0' || left({sequence}, 5) || strftime(birth_date, '%Y%m%d') || right({sequence}, 2) || "
        f"cast({number} % 5 * 2 + case when sex = 'm' then 1 else 0 end as varchar)"
    )
    sql = (
        "select n, k, person_id, id as household_id, '合成' || substr('赵钱孙李周吴郑王冯陈', "
        "1 + cast(floor(u(n, 40) * 10) as integer), 1) || k as name, "
        f"body || substr('10X98765432', ({digits}) % 11 + 1, 1) as id_number, cast(null as varchar) as phone, sex, "
        "birth_date, role as relationship, capacity as labour_capacity, member_from, member_to, "
        f"'public_security' as source from (select *, {body} as body from p)"
    )
    columns = ("person_id", "household_id", "name", "id_number", "phone", "sex", "birth_date", "relationship")
    return Drawn(sql, (*columns, "labour_capacity", "member_from", "member_to", "source"), ("k",))


def _income(given: Parameters) -> Drawn:
    columns = ("household_id", "person_id", "kind", "amount", "cost", "occurred_on", "source")
    parts = (_wages(given), _business(given), _transfers(given), _property(given))
    return Drawn(" union all ".join(parts), columns, ("occurred_on", "kind", "person_id"))


def _wages(given: Parameters) -> str:
    """On the 25th of each month for whoever has a spell open that day; some households' wages are known by quarter."""
    by_quarter = f"case when u(n, 48) < {given.paid_monthly} then number else (number + n % 3) // 3 end"
    return (
        "select n, id as household_id, person_id, 'wage' as kind, cast(sum(amount) as decimal(18, 2)) as amount, "
        "cast(null as decimal(18, 2)) as cost, max(payday) as occurred_on, 'human_resources' as source from ("
        f"select n, id, person_id, number, payday, money(monthly_wage * case when number < 12 then recent else 1 end * "
        f"case when month(payday) = 2 and place <> 'county' then {given.february_wage} else 1 end "
        "* (0.95 + 0.1 * u(pn * 64 + number, 50))) as amount "
        "from s, (select number, first + 24 as payday from months) where earns and channel <> 'self_employed' "
        "and started_on <= payday and (ended_on is null or ended_on > payday) "
        "and (member_from is null or member_from <= payday)) "
        f"group by n, id, person_id, {by_quarter}"
    )


def _business(given: Parameters) -> str:
    season = f"(1 + {given.season} * cos((month(first) - 9) / 6.0 * pi()))"
    quarter = f"{given.business_year} / 4 * level"
    return (
        f"select n, id, null, 'business', money({quarter} * case when number < 12 then recent else 1 end * {season} "
        f"* (0.6 + 0.8 * u(n * 64 + number, 51))), "
        f"money({quarter} * {given.business_cost} * (0.5 + u(n * 64 + number, 52))), cast(first + 14 as date), "
        "'agriculture' from h, months where earns and number % 3 = n % 3 "
        f"and (u(n, 53) < {given.has_business} or n in (select n from s where channel = 'self_employed'))"
    )


def _transfers(given: Parameters) -> str:
    return (
        f"select h.n, id, null, 'transfer', money(size * case when w.n is null then {given.support_year} "
        f"else {given.transfer_year} end / 4 * (0.6 + 0.8 * u(h.n, 54)) * (0.9 + 0.2 * u(h.n * 64 + number, 55))), "
        "null, cast(first + 9 as date), 'civil_affairs' from h left join "
        "(select distinct n from s where channel <> 'self_employed') as w on w.n = h.n, months "
        "where earns and number % 3 = 1 and (w.n is null or u(h.n, 56) < 0.9)"
    )


def _property(given: Parameters) -> str:
    return (
        f"select n, id, null, 'property', money({given.property_year} * level * (0.5 + u(n * 64 + number, 57))), null, "
        "cast(first + 19 as date), 'agriculture' from h, months "
        "where earns and number % 12 = n % 12 and u(n, 58) < 0.4"
    )


def _spending(given: Parameters, span: str) -> Drawn:
    heavy = f"u(n * 64 + number, 62) < {given.medical_heavy}"
    chosen = "id || '-' || (1 + cast(floor(u(n * 64 + number, 59) * size) as integer))"
    sql = (
        f"select n, id as household_id, {chosen} as person_id, 'medical' as kind, money(amount) as amount, "
        f"money(amount * {between(given.reimbursed, 'u(n * 64 + number, 60)')}) as reimbursed, "
        "back(number * 365 + 1 + u(n * 64 + number, 61) * 364) as occurred_on, 'medical_insurance' as source "
        f"from (select *, case when {heavy} then 20000 + 60000 * u(n * 64 + number, 63) "
        f"else 200 + 4000 * u(n * 64 + number, 63) end as amount from h, years "
        f"where u(n * 64 + number, 64) < {given.medical} or {heavy}) "
        "union all select n, id, person_id, 'education', money(800 + 4200 * u(pn * 64 + year % 64, 65)), null, "
        "make_date(cast(year as integer), 9, 1 + cast(floor(u(pn * 64 + year % 64, 66) * 25) as integer)), "
        f"'education' from p, calendar where age between 6 and 21 and u(pn, 67) < {given.education} "
        "union all select n, id, null, 'other', money(300 + 1700 * u(n * 64 + number, 68)), null, "
        f"back(number * 365 + 1 + u(n * 64 + number, 69) * 364), 'civil_affairs' from h, years "
        f"where u(n * 64 + number, 70) < {given.other_spending} "
        "union all select n, id, null, 'repair', money(loss * (0.2 + 0.5 * u(n, 71))), null, "
        "cast(occurred_on + 10 + cast(u(n, 72) * 60 as integer) as date), 'housing' from shock "
        "where kind = 'disaster' and id is not null "
        "union all select n, id, null, 'funeral', money(4000 + 9000 * u(n, 73)), null, cast(occurred_on + 3 as date), "
        "'civil_affairs' from shock where kind = 'death'"
    )
    columns = ("household_id", "person_id", "kind", "amount", "reimbursed", "occurred_on", "source")
    order = ("occurred_on", "kind", "person_id", "amount")
    return Drawn(f"select * from ({sql}) where occurred_on {span}", columns, order)


def _jobs() -> Drawn:
    sql = (
        "select n, k, id as household_id, person_id, person_id || '-j' || spell as job_id, started_on, ended_on, "
        "end_reason, place, channel, cast(null as varchar) as employer, "
        "case when channel <> 'self_employed' then monthly_wage end as monthly_wage, "
        "'human_resources' as source from s"
    )
    columns = ("household_id", "person_id", "job_id", "started_on", "ended_on", "end_reason", "place", "channel")
    return Drawn(sql, (*columns, "employer", "monthly_wage", "source"), ("k", "job_id"))
