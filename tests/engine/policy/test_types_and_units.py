"""What expressions are: their type and unit, by examples that are sound and their neighbours that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.policy.packs import changed, ids
from firmground.engine.policy import load_pack

ANCHOR = "members: {title"
TITLE = "title: {en: A, zh: 甲}"


def with_fact(folder: Path, entry: str) -> Path:
    """The sound pack with the fact `f` before the others, and units and kinds for attributes."""
    attributes = "attributes: {kinds: {land: {TITLE, unit: mu}, weight: {TITLE, unit: share}, note: {TITLE}}}"
    return changed(
        folder,
        facts={ANCHOR: f"f: {{{TITLE}, {entry}}}\n{ANCHOR}"},
        policy={"sources: {": "units: {mu: {en: mu, zh: 亩}}\nsources: {"},
        tables={"shocks:": f"{attributes.replace('TITLE', TITLE)}\nshocks:"},
    )


@pytest.mark.parametrize(
    ("entry", "kind", "unit"),
    [
        ("value: members > 0", "true or false", None),
        ("value: area_code", "text", None),
        ("value: as_of", "date", None),
        ("value: population_group = 'general'", "true or false", None),
        ("unit: person, value: members", "number", "person"),
        ("unit: person, value: members + 1", "number", "person"),
        ("unit: person, value: -members", "number", "person"),
        ("unit: CNY/person/year, value: net_income_12m / members", "number", "CNY/person/year"),
        ("unit: CNY/year, value: net_income_pc_12m * members", "number", "CNY/year"),
        ("unit: CNY·person/year, value: net_income_12m * members", "number", "CNY·person/year"),
        ("unit: share, value: net_income_12m / net_income_12m", "number", "share"),
        ("unit: 1/person, value: members / (members * members)", "number", "1/person"),
        ("unit: year, value: completed_years(registered_on)", "number", "year"),
        ("unit: person, value: case when members > 1 then members else 0 end", "number", "person"),
        ("unit: person, value: 'coalesce(null, members, 0)'", "number", "person"),
        ("value: 'greatest(as_of, registered_on)'", "date", None),
        ("from: income, window: 12 full months, unit: CNY, value: sum(amount)", "number", "CNY"),
        ("from: income, window: 12 full months, unit: CNY/year, value: sum(amount)", "number", "CNY"),
        ("from: income, window: 1 full year, unit: CNY/year, value: sum(amount)", "number", "CNY"),
        ("from: income, window: 1 full month, unit: CNY/month, value: sum(amount)", "number", "CNY"),
        ("from: jobs, window: open, unit: CNY/month, value: max(monthly_wage)", "number", "CNY/month"),
        ("from: persons, unit: household, value: count()", "number", None),
        ("from: persons, unit: year, value: max(age)", "number", "year"),
        ("from: income, window: ever, value: max(occurred_on)", "date", None),
        ("from: attributes, window: open, unit: mu, value: sum(value) filter (where kind = 'land')", "number", "mu"),
        (
            "from: attributes, window: open, unit: mu, value: max(value) filter (where kind = 'land' and value > 0)",
            "number",
            "mu",
        ),
        ("from: attributes, window: open, unit: person, value: sum(value)", "number", None),
    ],
)
def test_a_value_has_a_type_and_a_unit(tmp_path: Path, entry: str, kind: str, unit: str | None) -> None:
    value = load_pack(with_fact(tmp_path, entry)).facts["f"].value

    assert value.type.kind.value == kind
    assert (str(value.unit) if value.unit is not None else None) == unit


@pytest.mark.parametrize(
    ("entry", "id_"),
    [
        ("value: members > 'a'", "FG-P054"),
        ("value: members > as_of", "FG-P054"),
        ("value: as_of > area_code", "FG-P054"),
        ("value: true > false", "FG-P054"),
        ("value: not members", "FG-P054"),
        ("unit: person, value: -area_code", "FG-P054"),
        ("unit: person, value: case when members > 1 then members else 'a' end", "FG-P054"),
        ("unit: person, value: case when members then members end", "FG-P054"),
        ("value: 'greatest(true, false)'", "FG-P054"),
        ("unit: year, value: completed_years(members)", "FG-P054"),
        ("unit: person, value: members + net_income_12m", "FG-P055"),
        ("value: members > net_income_12m", "FG-P055"),
        ("unit: person, value: 'least(members, net_income_12m)'", "FG-P055"),
        ("unit: CNY, value: net_income_12m / members", "FG-P055"),
        ("unit: CNY/month, value: net_income_12m", "FG-P055"),
        ("from: income, window: 11 full months, unit: CNY/year, value: sum(amount)", "FG-P055"),
        ("from: income, window: 12 months to date, unit: CNY/year, value: sum(amount)", "FG-P055"),
        ("from: income, window: 2 full years, unit: CNY/year, value: sum(amount)", "FG-P055"),
        ("from: attributes, window: open, unit: person, value: sum(value) filter (where kind = 'land')", "FG-P055"),
        ("unit: person/acre, value: members", "FG-P062"),
        ("unit: '', value: members", "FG-P062"),
        ("value: members", "FG-P063"),
        ("unit: person, value: members > 0", "FG-P063"),
        ("unit: row, value: area_code", "FG-P063"),
        ("from: persons, value: any(age)", "FG-P054"),
        ("from: persons, unit: row, value: sum(sex)", "FG-P054"),
        ("from: income, window: ever, unit: CNY, value: sum(amount) + max(sum(cost))", "FG-P058"),
        ("from: income, window: ever, unit: CNY, value: sum(amount) filter (where any(cost > 0))", "FG-P058"),
        ("from: income, window: ever, unit: CNY, value: amount", "FG-P058"),
        ("from: income, window: ever, unit: share, value: sum(amount / cost)", "FG-P061"),
    ],
)
def test_a_value_whose_parts_do_not_fit_is_a_mistake(tmp_path: Path, entry: str, id_: str) -> None:
    (found,) = ids(with_fact(tmp_path, entry))

    assert found.startswith("facts.yaml:1:")
    assert found.endswith(id_)


@pytest.mark.parametrize(
    ("number", "found"), [("9" * 16, []), ("9" * 16 + ".999", []), ("9" * 16 + ".9999", ["FG-P060"])]
)
def test_a_product_fits_up_to_38_digits_and_no_further(tmp_path: Path, number: str, found: list[str]) -> None:
    fact = f"{TITLE}, from: income, window: ever, unit: CNY·CNY/person/year, value: max(amount * param.monitoring_line)"
    pack = changed(tmp_path, parameters={"value: 6000": f"value: {number}"}, facts={ANCHOR: f"f: {{{fact}}}\n{ANCHOR}"})

    assert [line.split()[1] for line in ids(pack)] == found


@pytest.mark.parametrize(("number", "found"), [("9" * 16, []), ("9" * 16 + ".9", ["FG-P060"])])
def test_a_sum_of_products_has_room_for_all_its_rows(tmp_path: Path, number: str, found: list[str]) -> None:
    fact = f"{TITLE}, from: income, window: ever, unit: CNY·CNY/person/year, value: sum(amount * param.monitoring_line)"
    pack = changed(tmp_path, parameters={"value: 6000": f"value: {number}"}, facts={ANCHOR: f"f: {{{fact}}}\n{ANCHOR}"})

    assert [line.split()[1] for line in ids(pack)] == found


def test_what_is_computed_from_a_mistake_is_not_a_mistake_too(tmp_path: Path) -> None:
    pack = changed(
        tmp_path,
        parameters={"value: 6000": "value: six"},
        facts={ANCHOR: f"f: {{{TITLE}, unit: row, value: param.monitoring_line}}\n{ANCHOR}"},
    )

    assert ids(pack) == ["parameters.yaml:5:15 FG-P013"]


def test_a_parameter_is_as_wide_as_the_widest_of_its_values(tmp_path: Path) -> None:
    row = "{value: 6000, from: 2021-01-01, source: practice}"
    more = "{value: 0.125, from: 2022-01-01, source: a}\n    - {value: 1e5, from: 2023-01-01, source: a}"
    pack = load_pack(changed(tmp_path, parameters={row: f"{row}\n    - {more}"}))

    limit = pack.rules["income_below_line"].when.node.args[1].type

    assert (limit.digits, limit.places) == (9, 3)
