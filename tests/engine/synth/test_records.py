"""What a registry holds makes sense: spans, spells and wages, visits, places, names."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.synth.registries import AS_OF, TABLES, Drawn, draw
from firmground.engine.areas import AreaTree
from firmground.engine.policy import load_pack
from firmground.engine.tables import TABLES as DEFINITIONS

MOMENTS = {
    "income": ("occurred_on",),
    "spending": ("occurred_on",),
    "shocks": ("occurred_on",),
    "outcomes": ("clue_on", "decided_on"),
}
SPANS = {
    "jobs": ("started_on", "ended_on"),
    "conditions": ("valid_from", "valid_to"),
    "persons": ("member_from", "member_to"),
}


@pytest.fixture(
    scope="module",
    params=[(25, AS_OF), (1, date(2024, 2, 29)), (13, date(2023, 1, 1)), (63, date(2030, 12, 31))],
    ids=lambda given: f"{given[0]} months to {given[1]}",
)
def span(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Drawn, date, date]:
    """A registry, its first day of records and its as-of date."""
    months, as_of = request.param
    folder = tmp_path_factory.mktemp("span") / "files"
    number = as_of.year * 12 + as_of.month - 1 - months
    begin = date(number // 12, number % 12 + 1, 1)
    return draw(folder, households=3000, seed=4, months=months, as_of=as_of), begin, as_of


def test_no_record_is_after_the_as_of_date_nor_before_the_span(span: tuple[Drawn, date, date]) -> None:
    drawn, begin, as_of = span

    for table, columns in MOMENTS.items():
        for column in columns:
            first, last = drawn.rows(f"select min({column}), max({column}) from {table}")[0]
            assert begin <= first <= last <= as_of, (table, column)
    for table, (start, end) in SPANS.items():
        last = drawn.one(f"select max(greatest({start}, {end})) from {table}")
        first_end = drawn.one(f"select min({end}) from {table}")
        assert last <= as_of, table
        assert first_end is None or table == "persons" or first_end >= begin, table
    assert drawn.one("select max(registered_on) from households") <= as_of
    assert drawn.one("select max(birth_date) from persons") <= as_of


def test_every_month_of_the_span_has_income(span: tuple[Drawn, date, date]) -> None:
    drawn, begin, as_of = span

    months = {
        month for [month] in drawn.rows("select distinct cast(date_trunc('month', occurred_on) as date) from income")
    }

    number = (as_of.year - begin.year) * 12 + as_of.month - begin.month
    assert len(months) == number
    assert min(months) == begin


def test_nothing_ends_before_it_begins(span: tuple[Drawn, date, date]) -> None:
    drawn, _, _ = span

    for table, (start, end) in SPANS.items():
        assert drawn.one(f"select count(*) from {table} where {end} < {start}") == 0
    assert drawn.one("select count(*) from outcomes where decided_on < clue_on") == 0


def test_keys_are_given_once(county: Drawn) -> None:
    keys = {
        "households": "household_id",
        "persons": "person_id",
        "jobs": "job_id",
        "conditions": "household_id, person_id, kind, valid_from",
        "shocks": "household_id, area_code, kind, occurred_on",
        "outcomes": "household_id, rule, clue_on",
    }

    for table, key in keys.items():
        assert county.rows(f"select {key} from {table} group by all having count(*) > 1") == [], table


def test_every_row_is_about_a_household_and_a_member_of_it(county: Drawn) -> None:
    for table in TABLES[1:]:
        strangers = (
            f"select count(*) from {table} where household_id not in (select household_id from households)"
            f" or household_id is null and '{table}' <> 'shocks'"
        )
        assert county.one(strangers) == 0, table
    for table in ("income", "spending", "jobs", "conditions"):
        other = (
            f"select count(*) from {table} as t left join persons as p using (household_id, person_id) "
            "where t.person_id is not null and p.person_id is null"
        )
        assert county.one(other) == 0, table
    heads = "select count(*) from households as h join persons as p on p.person_id = h.head_person_id"
    assert county.one(f"{heads} and p.relationship = 'head'") == county.registry.rows["households"]


def test_a_wage_is_paid_for_a_spell_of_work_that_was_open(county: Drawn) -> None:
    without = county.one(
        "select count(*) from income as i where kind = 'wage' and not exists (select 1 from jobs as j where "
        "j.person_id = i.person_id and channel <> 'self_employed' and j.started_on <= i.occurred_on "
        "and (j.ended_on is null or j.ended_on > i.occurred_on))"
    )
    unpaid = county.one(
        "select count(*) from jobs as j where channel <> 'self_employed' and ended_on is null "
        "and started_on < getvariable('as_of') - 200 and household_id in (select household_id from income) "
        "and person_id in (select person_id from persons where member_from is null) "
        "and person_id not in (select person_id from income where kind = 'wage')"
    )

    assert (without, unpaid) == (0, 0)


def test_twelve_months_of_wages_are_twelve_times_the_wage_of_the_job(county: Drawn) -> None:
    ratio = county.one(
        "with paid as (select person_id, sum(amount) as wages, count(*) as n from income where kind = 'wage' and "
        "occurred_on between '2020-06-01' and '2021-06-01' group by 1) select avg(wages / (12 * monthly_wage)) "
        "from paid join jobs using (person_id) where n = 12 and place = 'county' and started_on < '2020-06-01' "
        "and ended_on is null"
    )

    assert float(ratio) == pytest.approx(1, abs=0.01)


def test_spells_of_one_person_follow_each_other(county: Drawn) -> None:
    overlaps = county.one(
        "select count(*) from jobs as one join jobs as other using (person_id) where one.job_id < other.job_id "
        "and (one.ended_on is null or one.ended_on > other.started_on)"
    )

    assert overlaps == 0
    assert county.one("select count(*) from (select 1 from jobs group by person_id having count(*) = 2)") > 100


def test_nobody_works_before_sixteen_or_without_labour_capacity(county: Drawn) -> None:
    workers = "from jobs join people using (person_id)"

    assert county.one(f"select min(date_sub('year', birth_date, started_on)) {workers}") >= 16
    assert county.rows(f"select distinct labour_capacity {workers} order by 1") == [("full",), ("partial",)]
    assert county.rows("select distinct labour_capacity from people where age < 16") == [("none",)]


def test_posts_and_workshops_are_in_the_county(county: Drawn) -> None:
    places = county.rows(
        "select distinct place from jobs where channel in ('public_welfare_post', 'workshop')",
    )

    assert places == [("county",)]


OUTCOME_CAUSES = {
    "disaster_loss": "shocks as c where kind in ('disaster', 'accident') and loss >= 10000 "
    "and o.clue_on - occurred_on between 1 and 42",
    "job_lost": "jobs as c where o.clue_on - ended_on between 1 and 42",
    "dropout": "conditions as c where kind = 'dropout' and o.clue_on - valid_from between 1 and 42",
    "new_serious_illness": "conditions as c where kind = 'serious_illness' and o.clue_on - valid_from between 1 and 42",
    "income_fell_sharply": "income as c where true",
}


@pytest.mark.parametrize("rule", OUTCOME_CAUSES)
def test_a_visit_follows_what_the_records_say(county: Drawn, rule: str) -> None:
    of_rule = f"select count(*) from outcomes as o where rule = '{rule}'"
    cause = f"exists (select 1 from {OUTCOME_CAUSES[rule]} and c.household_id = o.household_id)"

    assert county.one(of_rule) > 0
    assert county.one(f"{of_rule} and not {cause}") == 0


def test_outcomes_name_rules_of_the_pack_with_their_risk(county: Drawn) -> None:
    rules = {name: rule.risk for name, rule in load_pack("cn").rules.items()}

    drawn = county.rows("select distinct rule, risk from outcomes")

    assert {rule for rule, _ in drawn} == set(OUTCOME_CAUSES)
    assert all(rules[rule] == risk for rule, risk in drawn)
    assert county.rows("select min(visits), max(visits) from outcomes") == [(1, 2)]


def test_columns_are_those_of_the_tables(county: Drawn) -> None:
    for table in TABLES:
        known = {column.name for column in DEFINITIONS[table].columns} | {"source"}
        assert {name for name, *_ in county.rows(f"describe {table}")} <= known


@pytest.mark.parametrize("area", ["52", "5205", "520526", "520526121", "520526121218", "46"])
def test_households_live_in_real_villages_of_the_chosen_area(tmp_path: Path, area: str) -> None:
    tree = AreaTree.shipped("china")

    drawn = draw(tmp_path / "files", households=200, seed=1, area=area)

    codes = [str(code) for [code] in drawn.rows("select distinct area_code from households")]
    codes += [str(code) for [code] in drawn.rows("select distinct area_code from shocks where area_code is not null")]
    assert codes
    assert all(code in tree and tree.level(code) == 5 for code in codes)
    assert all(area == code or area in tree.ancestors(code) for code in codes)
    if area != "520526121218":
        assert len(set(codes)) > 5


def test_people_and_addresses_say_that_they_are_synthetic(county: Drawn) -> None:
    assert county.one("select count(*) from persons where not starts_with(name, '合成')") == 0
    assert county.one("select count(*) from households where not ends_with(address, '（合成）')") == 0


def test_id_numbers_are_nobodys_given_once_and_tell_birth_and_sex(county: Drawn) -> None:
    provinces = {code[:2] for code in AreaTree.shipped("china").known_codes().to_pylist()}
    numbers: list[tuple[Any, ...]] = county.rows(
        "select cast(id_number as varchar), strftime(birth_date, '%Y%m%d'), sex from persons"
    )

    assert len({number for number, _, _ in numbers}) == len(numbers)
    for number, born, sex in numbers:
        assert len(number) == 18
        assert number[:2] not in provinces
        assert number[6:14] == born
        assert int(number[16]) % 2 == (sex == "m")
