"""What is drawn follows the documented parameters: each figure is held against the parameter itself, never typed again.

A share of n is allowed 4.5 standard errors, which one seed in 100,000 would miss.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.synth.registries import Drawn, digests, draw
from firmground.engine.synth import Parameters, write_registry

GIVEN = Parameters()
YEAR = "occurred_on >= getvariable('as_of') - 365"
GONE = "select household_id from people where place = 1 and member_to is not null"
STAYS = f"household_id not in ({GONE})"
BOUND = "channel not in ('public_welfare_post', 'workshop')"
LATEST = "job_id like '%-j2' and end_reason is distinct from 'moved_away'"
EARNING = "household_id in (select household_id from income)"
AT_WORK = "household_id in (select household_id from jobs)"

Share = Callable[[Parameters], float]


def _named(name: str) -> Share:
    return lambda given: float(getattr(given, name))


def _open(name: str) -> Share:
    return lambda given: float(getattr(given, name)) * (1 - given.condition_ended)


def _person_has(kind: str) -> str:
    return f"person_id in (select person_id from conditions where kind = '{kind}' and valid_to is null)"


def _household_has(kind: str) -> str:
    return f"household_id in (select household_id from conditions where kind = '{kind}' and valid_to is null)"


# what -> its share by the parameters, the rows that have it, among which rows
SHARES: dict[str, tuple[Share, str, str]] = {
    "lifted out": (_named("lifted_out"), "population_group = 'lifted_out'", "households"),
    "late registration": (
        _named("late_registration"),
        "registered_on > getvariable('as_of') - 60",
        "households",
    ),
    "heads that are men": (_named("head_male"), "sex = 'm'", "people where relationship = 'head'"),
    "couples": (_named("couple"), "relationship = 'spouse'", "people where place = 2"),
    "all members left": (_named("no_members"), "member_to is not null", "people where place = 1"),
    "moved in": (_named("moved_in"), "member_from is not null", f"people where place > 2 and {STAYS}"),
    "moved out": (
        _named("moved_out"),
        "member_to is not null",
        f"people where place > 2 and age >= 3 and member_from is null and {STAYS}",
    ),
    "no capacity": (_named("no_capacity"), "labour_capacity = 'none'", "people where age between 16 and 71"),
    "no capacity when old": (_named("no_capacity_old"), "labour_capacity = 'none'", "people where age >= 72"),
    "partial capacity": (
        _named("partial_capacity"),
        "labour_capacity = 'partial'",
        "people where age between 16 and 59",
    ),
    "jobs that ended": (_named("job_ended"), "ended_on is not null", f"jobs where {LATEST}"),
    "in the county": (_named("in_county"), "place = 'county'", "jobs"),
    "in the province": (_named("in_province"), "place = 'province'", "jobs"),
    "abroad": (_named("abroad"), "place = 'abroad'", "jobs where place in ('abroad', 'other_province')"),
    "posts": (_named("posts"), "channel = 'public_welfare_post'", "jobs"),
    "workshops": (_named("workshops"), "channel = 'workshop'", "jobs"),
    "self-employed": (_named("self_employed"), "channel = 'self_employed'", f"jobs where {BOUND}"),
    "no income known": (_named("no_income_known"), f"not {EARNING}", "households"),
    "business": (
        _named("has_business"),
        "household_id in (select household_id from income where kind = 'business')",
        f"households where {EARNING} "
        "and household_id not in (select household_id from jobs where channel = 'self_employed')",
    ),
    "some medical spending": (
        lambda given: given.medical * (1 - given.medical_heavy),
        f"household_id in (select household_id from spending where kind = 'medical' and amount < 20000 and {YEAR})",
        "households",
    ),
    "heavy medical spending": (
        _named("medical_heavy"),
        f"household_id in (select household_id from spending where kind = 'medical' and amount >= 20000 and {YEAR})",
        "households",
    ),
    "education": (
        _named("education"),
        f"person_id in (select person_id from spending where kind = 'education' and {YEAR})",
        "people where age between 6 and 21",
    ),
    "other spending": (
        _named("other_spending"),
        f"household_id in (select household_id from spending where kind = 'other' and {YEAR})",
        "households",
    ),
    "serious illness": (_open("serious_illness"), _person_has("serious_illness"), "people"),
    "chronic illness": (_open("chronic_illness"), _person_has("chronic_illness"), "people where age > 35"),
    "disability": (_open("disability"), _person_has("disability"), "people"),
    "dropout": (_open("dropout"), _person_has("dropout"), "people where age between 7 and 15"),
    "uninsured": (_open("uninsured"), _person_has("uninsured"), "people"),
    "unsafe housing": (_open("unsafe_housing"), _household_has("unsafe_housing"), "households"),
    "unsafe water": (_open("unsafe_water"), _household_has("unsafe_water"), "households"),
    "allowance without work": (
        _open("minimum_living"),
        _household_has("minimum_living_allowance"),
        f"households where not {AT_WORK}",
    ),
    "allowance beside work": (
        _open("minimum_living_wage"),
        _household_has("minimum_living_allowance"),
        f"households where {AT_WORK}",
    ),
    "ended conditions": (
        _named("condition_ended"),
        "valid_to is not null",
        "conditions where valid_from > getvariable('as_of') - 700",
    ),
    "accidents": (
        lambda given: given.shock / 4,
        f"household_id in (select household_id from shocks where kind = 'accident' and {YEAR})",
        "households",
    ),
    "confirmed clues": (_named("confirmed"), "outcome = 'confirmed'", "outcomes"),
    "late decisions": (lambda given: given.late_decision, "decided_on - clue_on > 15", "outcomes"),
    **{
        f"in work, {low} to {high}": (
            _named(name),
            "person_id in (select person_id from jobs)",
            f"people where age between {low} and {high} and labour_capacity <> 'none' and member_to is null",
        )
        for name, low, high in (("in_work_young", 17, 21), ("in_work", 22, 59), ("in_work_old", 60, 69))
    },
    **{
        f"households of {size}": (
            lambda given, size=size: given.sizes[size - 1],  # type: ignore[misc]
            f"household_id in (select household_id from people group by 1 having count(*) = {size})",
            "households",
        )
        for size in range(1, len(GIVEN.sizes) + 1)
    },
}


@pytest.mark.parametrize("what", SHARES)
def test_a_share_is_the_documented_one(county: Drawn, what: str) -> None:
    share, condition, rows = SHARES[what]
    expected = share(GIVEN)

    found, number = county.rows(f"select avg(case when {condition} then 1.0 else 0 end), count(*) from {rows}")[0]

    assert number > 100
    assert found == pytest.approx(expected, abs=4.5 * math.sqrt(expected * (1 - expected) / number))


def test_all_sizes_of_households_together_are_all_households() -> None:
    assert sum(GIVEN.sizes) == pytest.approx(1)


@pytest.mark.parametrize(("place", "of"), [("<= 2", "small_head_age"), ("> 2", "head_age")])
def test_heads_are_as_old_as_documented(county: Drawn, place: str, of: str) -> None:
    low, high = getattr(GIVEN, of)

    youngest, oldest, mean = county.rows(
        "select min(age), max(age), avg(age) from people where relationship = 'head' and household_id in "
        f"(select household_id from people group by 1 having count(*) {place})"
    )[0]

    assert (youngest, oldest) == (low, high)
    assert mean == pytest.approx((low + high) / 2, rel=0.02)


def test_children_are_as_much_younger_as_documented_and_nobody_is_older_than_a_life(county: Drawn) -> None:
    nearer, farther = GIVEN.child_gap
    ages = "select child.age, head.age - child.age as gap from people as child join people as head using (household_id)"
    nearest, at_home = county.rows(
        f"select min(gap), max(age) from ({ages} where head.place = 1 and child.relationship = 'child')"
    )[0]
    farthest = county.one(
        f"select max(gap) from ({ages} where head.place = 1 and child.relationship = 'child' "
        f"and head.age - {farther} <= {GIVEN.child_to - 14})"
    )

    assert (nearest, farthest, at_home) == (nearer, farther, GIVEN.child_to)
    assert 0 <= county.one("select min(age) from people") <= county.one("select max(age) from people") <= 95


def test_no_age_stands_out(county: Drawn) -> None:
    shares = dict(
        county.rows("select age // 5, count(*) / sum(count(*)) over () from people where age < 70 group by 1")
    )

    assert len(shares) == 14
    assert max(shares.values()) < 0.12
    assert min(shares.values()) > 0.03


def test_spouses_are_a_woman_and_a_man(county: Drawn) -> None:
    couples = county.rows(
        "select distinct head.sex, spouse.sex from people as head join people as spouse using (household_id) "
        "where head.relationship = 'head' and spouse.relationship = 'spouse'"
    )

    assert sorted(couples) == [("f", "m"), ("m", "f")]


def test_wages_are_close_to_seventy_percent_of_income_of_those_lifted_out_and_of_all(county: Drawn) -> None:
    shares = county.rows(
        "select coalesce(population_group, 'all'), sum(case when kind = 'wage' then amount else 0 end) "
        "/ sum(amount - coalesce(cost, 0)) from income join households using (household_id) "
        "where occurred_on >= getvariable('as_of') - interval 12 months group by rollup (population_group)"
    )

    assert {group for group, _ in shares} == {"lifted_out", "general", "all"}
    for group, share in shares:
        assert share == pytest.approx(0.70, abs=0.025), group


def test_people_lifted_out_have_an_income_between_the_published_ones_of_2021_and_2022(county: Drawn) -> None:
    published_2022, growth = 14_342, 1.143  # State Council press conference 2023-02-14

    income = county.one(
        "select sum(amount - coalesce(cost, 0)) / (select count(*) from people join households using (household_id) "
        "where population_group = 'lifted_out' and member_to is null) from income join households using (household_id) "
        "where population_group = 'lifted_out' and occurred_on >= getvariable('as_of') - interval 12 months"
    )

    assert published_2022 / growth < income < published_2022


def test_wages_are_the_documented_ones(county: Drawn) -> None:
    middle = dict(
        county.rows(
            "select place, median(monthly_wage) from jobs join households using (household_id) "
            "where population_group = 'lifted_out' and channel = 'market' group by 1"
        )
    )
    posts = county.rows("select distinct monthly_wage from jobs where channel = 'public_welfare_post'")

    assert middle["county"] == pytest.approx(GIVEN.wage_month, rel=0.04)
    assert middle["other_province"] == pytest.approx(GIVEN.wage_month * GIVEN.outside_wage, rel=0.04)
    assert [float(wage) for [wage] in posts] == [GIVEN.post_wage_month]


def test_income_has_seasons(county: Drawn) -> None:
    business = dict(
        county.rows("select month(occurred_on), avg(amount) from income where kind = 'business' group by 1")
    )
    wages = dict(
        county.rows(
            "select month(i.occurred_on), avg(i.amount / monthly_wage) from income as i join jobs using (person_id) "
            "where kind = 'wage' and place = 'other_province' "
            "and i.occurred_on between started_on + 90 and '2021-06-01' "
            "and (ended_on is null or ended_on > i.occurred_on) and i.amount < 1.5 * monthly_wage group by 1"
        )
    )

    assert float(business[9] / business[3]) == pytest.approx((1 + GIVEN.season) / (1 - GIVEN.season), rel=0.06)
    assert max(business, key=lambda month: business[month]) in (8, 9, 10)
    assert float(wages[2]) == pytest.approx(GIVEN.february_wage, rel=0.02)
    assert float(wages[1]) == pytest.approx(1, rel=0.02)


def test_incomes_fall_as_far_as_documented(tmp_path: Path) -> None:
    fallen = dataclasses.replace(GIVEN, income_fell=1.0)
    by_month = (  # of whoever had one wage all the time, known by month
        "select sum(amount) filter (where occurred_on >= '2021-06-01') / sum(amount) filter (where occurred_on between "
        "'2020-06-01' and '2021-06-01') from income where person_id in (select person_id from income where "
        "kind = 'wage' and person_id in (select person_id from jobs group by 1 having count(*) = 1) "
        "group by 1 having count(*) = 25)"
    )

    drawn = draw(tmp_path / "files", households=2000, seed=3, parameters=fallen)

    assert float(drawn.one(by_month)) == pytest.approx(GIVEN.income_fell_to, rel=0.02)


def test_shocks_of_villages_strike_many_households_on_one_day_and_others_come_alone(county: Drawn) -> None:
    together = (
        "select avg(case when neighbours > 1 then 1.0 else 0 end) from (select count(*) over "
        "(partition by kind, occurred_on, h.area_code) as neighbours, kind from shocks join households as h "
        "using (household_id)) where kind in {}"
    )

    clustered = county.one(together.format("('disaster', 'crop_failure', 'price_fall')"))
    alone = county.one(together.format("('accident', 'death', 'loan_overdue')"))

    assert clustered > 0.6
    assert alone < 0.05
    assert county.one("select count(*) from shocks where area_code is not null and household_id is null") > 0


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is drawn with the parameters as they are."""
    return _drawn_with(tmp_path_factory.mktemp("plain"), GIVEN)


def _drawn_with(folder: Path, parameters: Parameters) -> dict[str, str]:
    write_registry(folder, households=1500, seed=5, area="520526121", parameters=parameters)
    return digests(folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Parameters)])
def test_every_parameter_shapes_what_is_drawn(tmp_path: Path, plain: dict[str, str], name: str) -> None:
    value = getattr(GIVEN, name)
    others: list[object] = []
    if isinstance(value, tuple):
        others = [(value[0] * 0.5, *value[1:])]
    elif value < 1:
        others = [min(1.0, value * 2 + 0.1)]
    else:
        others = [value * 1.5, value * 0.5]  # a limit that nobody lies between and one may have somebody below another

    changed = (_drawn_with(tmp_path / str(n), dataclasses.replace(GIVEN, **{name: o})) for n, o in enumerate(others))

    assert any(drawn != plain for drawn in changed)
