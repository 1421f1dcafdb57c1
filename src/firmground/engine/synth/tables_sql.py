"""SQL that draws the rows of each table for a block of households, from hashes of their number and the seed.

`u(n, k)` is a number from 0 up to 1, the same for the same household (or person) `n`, purpose `k` and seed. So a block
does not depend on the blocks before it, and a registry can be drawn in any number of them.
"""

from __future__ import annotations

from datetime import date, timedelta

from firmground.engine.synth.parameters import Parameters

MACROS = (
    "create or replace macro u(n, k) as (hash(n * 1024 + k, getvariable('seed')) % 1000000007) / 1000000007.0",
    # a normal number by the sum of four uniform ones: bounded, so that nobody earns a fortune
    "create or replace macro z(n, k) as (u(n, k) + u(n, k + 256) + u(n, k + 512) + u(n, k + 768) - 2) * 1.7320508",
    "create or replace macro back(days) as cast(getvariable('as_of') - cast(days as integer) as date)",
    "create or replace macro money(x) as cast(greatest(x, 0.01) as decimal(18, 2))",
)

EARNERS = 3  # members of a household, the first ones, whose wages are known


def households_sql(first: int, last: int) -> str:
    """Make `h`, one row per household of the block, with what the other tables draw from."""
    return (
        "create or replace temp table h as select n, getvariable('prefix') || lpad(cast(n as varchar), 7, '0') as id, "
        "1 + cast(floor(pow(u(n, 1), 1.5) * getvariable('villages')) as bigint) as village, "
        "case when u(n, 2) < 0.10 then 1 when u(n, 2) < 0.27 then 2 when u(n, 2) < 0.50 then 3 "
        "when u(n, 2) < 0.76 then 4 when u(n, 2) < 0.91 then 5 when u(n, 2) < 0.97 then 6 else 7 end as size, "
        "exp(z(n, 3) * getvariable('spread')) as level, "
        "case when u(n, 4) < getvariable('income_fell') then 0.5 else 1 end as recent, "
        "u(n, 5) >= getvariable('no_income_known') as earns "
        f"from (select unnest(generate_series({first}, {last})) as n)"
    )


def persons_sql() -> str:
    """Make `p`, one row per person: the head, then spouse, children, parents."""
    return (
        "create or replace temp table p as with each as (select h.*, unnest(generate_series(1, h.size)) as k from h), "
        "aged as (select *, n * 8 + k as pn, 26 + cast(u(n, 10) * 44 as integer) as head_age from each), "
        "born as (select *, case when k = 1 then head_age when k = 2 then greatest(22, head_age - 3 + "
        "cast(u(pn, 11) * 6 as integer)) when k = 3 and u(n, 12) < 0.3 then head_age + 24 "
        "else greatest(0, head_age - 25 - cast(u(pn, 13) * 12 as integer)) end as age from aged) "
        "select n, id, k, pn, age, size, level, recent, earns, id || '-' || k as person_id, "
        "back(age * 365.25 + u(pn, 14) * 364) as birth_date, case when u(pn, 15) < 0.5 then 'f' else 'm' end as sex, "
        "case when k = 1 then 'head' when k = 2 then 'spouse' when k = 3 and u(n, 12) < 0.3 then 'parent' "
        "else 'child' end as relationship, case when age < 16 then 'none' "
        "when age >= 72 then case when u(pn, 16) < 0.75 then 'none' else 'partial' end "
        "when u(pn, 16) < 0.03 then 'none' "
        "when u(pn, 16) < 0.12 or age >= 60 then 'partial' else 'full' end as capacity, "
        "case when k > 2 and u(pn, 17) < getvariable('moved_in') then back(1 + u(pn, 18) * 700) end as member_from, "
        "case when u(n, 19) < getvariable('no_members') then back(30) "
        "when k > 2 and u(pn, 17) >= getvariable('moved_in') and u(pn, 20) < getvariable('moved_out') "
        "then back(1 + u(pn, 21) * 700) end as member_to, "
        "age between 16 and 64 and u(pn, 22) < getvariable('in_work') as works from born"
    )


def table_queries(as_of: date, months: int) -> dict[str, str]:
    """For each table the query over `h`, `p` and `villages` that gives its rows, with the columns of contracts."""
    return {
        "households": _households(),
        "persons": _persons(),
        "income": _income(as_of, months),
        "spending": _spending(months),
        "jobs": _jobs(),
        "conditions": _conditions(),
        "shocks": _shocks(),
        "outcomes": _outcomes(),
    }


def _households() -> str:
    return (
        "select h.id as household_id, v.code as area_code, case when u(n, 30) < getvariable('lifted_out') "
        "then 'lifted_out' else 'general' end as population_group, h.id || '-1' as head_person_id, "
        "v.name || ' ' || (1 + cast(u(n, 31) * 90 as integer)) || '号（合成）' as address, "
        "(1 + cast(u(n, 32) * 9 as integer)) || '组' as hamlet, "
        "case when u(n, 33) < getvariable('late_registration') then back(u(n, 34) * 90 - 30) "
        "else back(700 + u(n, 34) * 3000) end as registered_on, 'agriculture' as source "
        "from h join villages as v on v.number = h.village order by h.n"
    )


def _persons() -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    digits = " + ".join(f"cast(substr(body, {i}, 1) as integer) * {w}" for i, w in enumerate(weights, start=1))
    return (
        "select person_id, id as household_id, '合成' || substr('赵钱孙李周吴郑王冯陈', 1 + cast(floor(u(n, 40) * 10) "
        f"as integer), 1) || k as name, body || substr('10X98765432', ({digits}) % 11 + 1, 1) as id_number, "
        "cast(null as varchar) as phone, sex, birth_date, relationship, capacity as labour_capacity, member_from, "
        "member_to, 'public_security' as source from (select *, '000000' || strftime(birth_date, '%Y%m%d') || "
        "lpad(cast(pn % 1000 as varchar), 3, '0') as body from p) order by n, k"
    )


def _income(as_of: date, months: int) -> str:
    first = date(as_of.year, as_of.month, 1)
    ends = []
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
        ends.append(first)
    listed = ", ".join(f"({number}, date '{day.isoformat()}')" for number, day in enumerate(ends))
    factor = "(case when m.number < 12 then recent else 1 end)"
    season = "(1 + 0.25 * cos((month(m.day) - 9) / 6.0 * 3.14159265))"
    monthly = "(p.n % 10 < 3)"
    wage = f"getvariable('wage_month') * level * {factor} * (0.9 + 0.2 * u(pn * 64 + m.number, 50))"
    return (
        f"with m as (select * from (values {listed}) as m (number, day)) "
        "select id as household_id, person_id, 'wage' as kind, "
        f"money({wage} * case when {monthly} then 1 else 3 end) as amount, cast(null as decimal(18, 2)) as cost, "
        "cast(m.day + 24 as date) as occurred_on, 'human_resources' as source "
        f"from p, m where works and earns and k <= {EARNERS} and ({monthly} or m.number % 3 = p.n % 3) "
        "union all select id, null, 'business', "
        f"money(getvariable('business_year') / 4 * level * {factor} * {season} * "
        "(0.6 + 0.8 * u(n * 64 + m.number, 51))), "
        "money(getvariable('business_year') / 4 * level * getvariable('business_cost') * "
        "(0.5 + u(n * 64 + m.number, 52))), cast(m.day + 14 as date), 'agriculture' from h, m "
        "where earns and u(n, 53) < 0.75 and m.number % 3 = n % 3 "
        # who has no wage lives on pensions and allowances, person by person
        "union all select id, null, 'transfer', money(size * (case when w.n is null then getvariable('support_year') "
        "else getvariable('transfer_year') end) / 4 * (0.6 + 0.8 * u(h.n, 54)) * "
        "(0.9 + 0.2 * u(h.n * 64 + m.number, 55))), null, cast(m.day + 9 as date), 'civil_affairs' from h "
        f"left join (select distinct n from p where works and k <= {EARNERS}) as w on w.n = h.n, m "
        "where earns and m.number % 3 = 1 and (w.n is null or u(h.n, 56) < 0.9) "
        "union all select id, null, 'property', money(getvariable('property_year') * level * "
        "(0.5 + u(n * 64 + m.number, 57))), null, cast(m.day + 19 as date), 'agriculture' from h, m "
        "where earns and m.number % 12 = n % 12 and u(n, 58) < 0.4"
    )


def _spending(months: int) -> str:
    years = max(months / 12, 1)
    days = int(years * 365)
    return (
        "select id as household_id, id || '-1' as person_id, 'medical' as kind, money(amount) as amount, "
        "money(amount * (0.45 + 0.3 * u(n, 60))) as reimbursed, back(1 + u(n, 61) * 364) as occurred_on, "
        "'medical_insurance' as source from (select *, case when u(n, 62) < getvariable('medical_heavy') "
        "then 20000 + 60000 * u(n, 63) else 200 + 4000 * u(n, 63) end as amount from h "
        "where u(n, 64) < getvariable('medical') or u(n, 62) < getvariable('medical_heavy')) "
        f"union all select id, null, 'education', money(800 + 4200 * u(n, 65)), null, back(1 + u(n, 66) * {days}), "
        "'education' from h where size >= 4 and u(n, 67) < 0.5 "
        f"union all select id, null, 'other', money(300 + 1700 * u(n, 68)), null, back(1 + u(n, 69) * {days}), "
        "'civil_affairs' from h where u(n, 70) < 0.25"
    )


def _jobs() -> str:
    return (
        "select id as household_id, person_id, person_id || '-j1' as job_id, "
        "back(200 + u(pn, 80) * 900) as started_on, case when u(pn, 81) < getvariable('job_ended') "
        "then back(u(pn, 82) * 182) end as ended_on, case when u(pn, 81) < getvariable('job_ended') "
        "then 'contract_ended' end as end_reason, case when u(pn, 83) >= getvariable('outside_county') then 'county' "
        "when u(pn, 84) < 0.3 then 'province' when u(pn, 84) < 0.99 then 'other_province' else 'abroad' end as place, "
        "case when u(pn, 85) < 0.08 then 'public_welfare_post' when u(pn, 85) < 0.11 then 'workshop' "
        "when u(pn, 85) < 0.16 then 'self_employed' else 'market' end as channel, cast(null as varchar) as employer, "
        "money(getvariable('wage_month') * level) as monthly_wage, 'human_resources' as source from p where works"
    )


def _conditions() -> str:
    def of_person(kind: str, share: str, k: int, source: str, more: str = "true", grade: str = "null") -> str:
        return (
            f"select id as household_id, person_id, '{kind}' as kind, {grade} as grade, "
            f"back(1 + u(pn, {k}) * 1000) as valid_from, case when u(pn, {k + 1}) < 0.2 then back(-1 - u(pn, {k}) * 0) "
            f"end as valid_to, '{source}' as source from p where u(pn, {k + 2}) < {share} and {more}"
        )

    def of_household(kind: str, share: str, k: int, source: str) -> str:
        return (
            f"select id, null, '{kind}', null, back(1 + u(n, {k}) * 1000), case when u(n, {k + 1}) < 0.3 "
            f"then back(u(n, {k}) * 0) end, '{source}' from h where u(n, {k + 2}) < {share}"
        )

    parts = (
        of_person("serious_illness", "getvariable('serious_illness')", 90, "medical_insurance"),
        of_person("chronic_illness", "getvariable('chronic_illness')", 93, "medical_insurance", "age > 35"),
        of_person(
            "disability",
            "getvariable('disability')",
            96,
            "disabled_persons_federation",
            grade="cast(1 + cast(floor(u(pn, 99) * 4) as integer) as varchar)",
        ),
        of_person("dropout", "getvariable('dropout')", 100, "education", "age between 6 and 15"),
        of_person("uninsured", "getvariable('uninsured')", 103, "medical_insurance"),
        of_household("unsafe_housing", "getvariable('unsafe_housing')", 106, "housing"),
        of_household("unsafe_water", "getvariable('unsafe_water')", 109, "water"),
        of_household("minimum_living_allowance", "getvariable('minimum_living')", 112, "civil_affairs"),
    )
    return " union all ".join(parts)


def _shocks() -> str:
    kinds = "['disaster', 'accident', 'death', 'crop_failure', 'livestock_disease', 'price_fall', 'loan_overdue']"
    sources = (
        "['emergency_management', 'emergency_management', 'public_security', 'agriculture', 'agriculture', "
        "'agriculture', 'banks']"
    )
    place = "1 + cast(floor(u(n, 121) * 7) as integer)"
    return (
        f"select id as household_id, cast(null as varchar) as area_code, {kinds}[{place}] as kind, "
        f"case when {place} <= 2 then money(1000 + 30000 * pow(u(n, 122), 3)) end as loss, "
        f"back(1 + u(n, 123) * 700) as occurred_on, {sources}[{place}] as source from h "
        "where u(n, 120) < getvariable('shock') "
        "union all select null, v.code, 'crop_failure', null, back(20 + 300 * u(v.number, 124)), 'agriculture' "
        "from villages as v where u(v.number, 125) < 0.01 and getvariable('is_first_block')"
    )


def _outcomes() -> str:
    risks = "['income', 'illness', 'employment', 'disaster', 'education']"
    rules = "['income_below_line', 'heavy_medical_spending', 'job_lost', 'disaster_loss', 'dropout']"
    place = "1 + cast(floor(u(n, 131) * 5) as integer)"
    return (
        f"select id as household_id, {risks}[{place}] as risk, {rules}[{place}] as rule, "
        "back(30 + u(n, 132) * 330) as clue_on, back(20 + u(n, 132) * 330) as decided_on, "
        "case when u(n, 133) < getvariable('confirmed') then 'confirmed' else 'dismissed' end as outcome, "
        "1 + cast(floor(u(n, 134) * 2) as integer) as visits, 'civil_affairs' as source from h "
        "where u(n, 130) < getvariable('outcome')"
    )


def variables(parameters: Parameters) -> dict[str, float]:
    """The variables that the queries read."""
    return {name: value for name, value, _ in parameters.described()}
