"""SQL that makes a block of households (`h`), their persons (`p`) and spells of work (`s`), which the tables read."""

from __future__ import annotations

from datetime import date

from firmground.engine.synth.draws_sql import between, span_begin
from firmground.engine.synth.parameters import Parameters

_SIXTEEN = 5845  # days of 16 years: nobody begins to work before


def people_queries(given: Parameters, *, prefix: str, first: int, last: int, as_of: date, months: int) -> list[str]:
    """Statements that make `h`, `p` and `s` of the households from `first` to `last`."""
    return [
        _households(given, prefix, first, last),
        _persons(given),
        _spells(given, span_begin(as_of, months)),
    ]


def _households(given: Parameters, prefix: str, first: int, last: int) -> str:
    whens, reached = "", 0.0
    for size, share in enumerate(given.sizes[:-1], start=1):
        reached += share
        whens += f"when u(n, 2) < {reached:.9f} then {size} "
    small, large = (between((low, high + 1), "u(n, 10)") for low, high in (given.small_head_age, given.head_age))
    return (
        "create or replace temp table h as select *, "
        f"cast(floor(case when size <= 2 then {small} else {large} end) as integer) as head_age, "
        f"exp(z(n, 3) * {given.spread}) * case when is_lifted_out then 1 else {given.general_level} end as level, "
        f"case when u(n, 4) < {given.income_fell} then {given.income_fell_to} else 1 end as recent, "
        f"u(n, 5) >= {given.no_income_known} as earns, u(n, 19) < {given.no_members} as is_gone "
        f"from (select n, '{prefix}' || format('{{:07d}}', n) as id, "
        f"1 + cast(floor(pow(u(n, 1), {given.village_skew}) * getvariable('villages')) as bigint) as village, "
        f"case {whens}else {len(given.sizes)} end as size, u(n, 30) < {given.lifted_out} as is_lifted_out "
        f"from (select unnest(generate_series({first}, {last})) as n))"
    )


def _persons(given: Parameters) -> str:
    """The head, then spouse, parents, children and grandchildren; each left or joined at most once."""
    parent = f"head_age <= 60 and u(n, 12) < {given.with_parent}"
    return (
        "create or replace temp table p as with each as (select h.*, unnest(generate_series(1, h.size)) as k from h), "
        "placed as (select *, n * 8 + k as pn, case when k = 1 then 'head' "
        f"when k = 2 and u(n, 9) < {given.couple} then 'spouse' "
        "when k = 2 then case when head_age < 50 then 'parent' else 'child' end "
        f"when k = 3 and {parent} or k = 4 and {parent} and u(n, 13) < 0.4 then 'parent' "
        "when k >= 5 and head_age >= 52 then 'other' else 'child' end as role from each), "
        f"aged as (select *, cast(floor({_age(given)}) as integer) as age from placed), "
        "dated as (select *, ceil(age * 365.25) + 1 + floor(u(pn, 14) * 362) as age_days, case "
        f"when k = 1 or role = 'spouse' then case when (u(n, 15) < {given.head_male}) = (k = 1) then 'm' else 'f' end "
        "when u(pn, 15) < 0.5 then 'f' else 'm' end as sex, case when age < 16 then 'none' "
        f"when age >= 72 then case when u(pn, 16) < {given.no_capacity_old} then 'none' else 'partial' end "
        f"when u(pn, 16) < {given.no_capacity} then 'none' when age >= 60 "
        f"or u(pn, 16) < {given.no_capacity + given.partial_capacity} then 'partial' else 'full' end as capacity, "
        f"k > 2 and not is_gone and u(pn, 17) < {given.moved_in} as has_joined from aged) "
        "select n, id, k, pn, id || '-' || k as person_id, age, age_days, back(age_days) as birth_date, sex, role, "
        "capacity, level, recent, earns, case when has_joined then back(least(1 + u(pn, 18) * 700, age_days)) end as "
        "member_from, case when is_gone then back(30) when k > 2 and not has_joined and age >= 3 "
        f"and u(pn, 20) < {given.moved_out} then back(1 + u(pn, 21) * 700) end as member_to, "
        "capacity <> 'none' and u(pn, 22) < case "
        f"when age between 17 and 21 then {given.in_work_young} when age between 22 and 59 then {given.in_work} "
        f"when age between 60 and 69 then {given.in_work_old} else 0 end as works from dated"
    )


def _age(given: Parameters) -> str:
    nearer, farther = given.child_gap
    child_from = f"greatest(0, least(head_age - {farther}, {given.child_to - 14}))"
    child_to = f"greatest(0, least(head_age - {nearer}, {given.child_to}))"
    return (
        "case role when 'head' then head_age when 'spouse' then greatest(22, head_age - 4 + 8 * u(pn, 11)) "
        "when 'parent' then least(95, head_age + 21 + 10 * u(pn, 11)) "
        f"when 'child' then {child_from} + ({child_to} - {child_from} + 0.999) * u(pn, 11) "
        "else greatest(0, head_age - 62) + 16 * u(pn, 11) end"
    )


def _spells(given: Parameters, begin: date) -> str:
    """The latest spell of each worker, and for some the one before; those that ended before the span are left out."""
    shortest, longest = given.spell_days
    county = f"place = 'county' and u(w, 83) < {given.posts}"
    workshop = f"place = 'county' and u(w, 83) < {given.posts + given.workshops}"
    outside = f"case when place = 'county' then 1 else {given.outside_wage} end"
    return (
        "create or replace temp table s as with latest as (select *, "
        f"case when u(pn, 81) < {given.job_ended} then 1 + floor(u(pn, 82) * 181) end as ended from p where works), "
        f"begun as (select *, least(coalesce(ended, 0) + {shortest} + floor(u(pn, 80) * {longest - shortest}), "
        f"age_days - {_SIXTEEN}) as started from latest), "
        "before as (select *, started + 1 + floor(u(pn, 87) * 59) as ended_before from begun "
        f"where u(pn, 86) < {given.earlier_spell}), "
        "spells as (select * exclude (started, ended), 2 as spell, started, ended from begun union all "
        "select * exclude (started, ended, ended_before), 1, "
        f"least(ended_before + 90 + floor(u(pn, 88) * 700), age_days - {_SIXTEEN}), ended_before from before "
        f"where ended_before + 30 < age_days - {_SIXTEEN}), "
        "dated as (select *, pn * 2 + spell - 1 as w, back(started) as started_on, "
        "case when member_to <= coalesce(back(ended), member_to) then member_to else back(ended) end as ended_on, "
        "case when member_to <= coalesce(back(ended), member_to) then 'moved_away' when spell = 1 then 'changed_work' "
        "when ended is not null then 'contract_ended' end as end_reason from spells), "
        f"placed as (select *, case when u(w, 83) < {given.in_county} then 'county' "
        f"when u(w, 83) < {given.in_county + given.in_province} then 'province' "
        f"when u(w, 84) < {given.abroad} then 'abroad' else 'other_province' end as place from dated "
        f"where (ended_on is null or ended_on >= date '{begin.isoformat()}' and ended_on > started_on)), "
        f"kept as (select *, case when {county} then 'public_welfare_post' when {workshop} then 'workshop' "
        f"when u(w, 85) < {given.self_employed} then 'self_employed' else 'market' end as channel from placed) "
        "select *, money(case when channel = 'public_welfare_post' "
        f"then {given.post_wage_month} else {given.wage_month} * level * {outside} * (0.8 + 0.4 * u(w, 89)) end) "
        "as monthly_wage from kept"
    )
