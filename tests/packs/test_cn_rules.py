"""The rules of the cn pack against the table of its source, typed here once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from firmground.engine.policy import load_pack

RULES = {  # id: risk, severity, of
    "income_below_line": ("income", "high", "household"),
    "income_fell_sharply": ("income", "medium", "household"),
    "heavy_medical_spending": ("illness", "high", "household"),
    "catastrophic_spending": ("spending", "high", "household"),
    "job_lost": ("employment", "high", "household"),
    "returnee_without_work": ("employment", "medium", "person"),
    "post_or_workshop_ended": ("employment", "medium", "person"),
    "new_serious_illness": ("illness", "high", "household"),
    "new_disability": ("disability", "medium", "household"),
    "dropout": ("education", "high", "person"),
    "unsafe_housing": ("housing", "high", "household"),
    "unsafe_water": ("water", "medium", "household"),
    "uninsured": ("insurance", "medium", "household"),
    "disaster_loss": ("disaster", "high", "household"),
    "death_and_nobody_works": ("labour", "high", "household"),
    "business_failure": ("business", "medium", "household"),
    "loan_overdue": ("debt", "medium", "household"),
    "no_labour_no_transfer": ("labour", "high", "household"),
    "guarantees_open": ("guarantees", "high", "household"),
    "no_income_known": ("data", "low", "household"),
}
LIMITS = {  # parameter: general value, value of households lifted out of poverty
    "monitoring_line": ("6000", None),
    "near_line_factor": ("1.5", None),
    "spending_line_factor": ("2", None),
    "income_left_share": ("0.70", None),
    "heavy_medical_spending": ("20000", "10000"),
    "catastrophic_spending_share": ("0.40", None),
    "school_age_from": ("6", None),
    "school_age_to": ("15", None),
    "disaster_loss": ("10000", None),
    "main_business_share": ("0.40", None),
    "business_left_share": ("0.5", None),
    "open_guarantees": ("2", None),
}
KINDS = {
    "income": {"wage", "business", "property", "transfer"},
    "spending": {"medical", "education", "housing", "repair", "funeral", "other"},
    "conditions": {
        "serious_illness",
        "chronic_illness",
        "disability",
        "dropout",
        "unsafe_housing",
        "unsafe_water",
        "uninsured",
        "minimum_living_allowance",
    },
    "shocks": {
        "disaster",
        "accident",
        "death",
        "crop_failure",
        "livestock_disease",
        "price_fall",
        "loan_overdue",
    },
}
MAY_NAME_AREA = {"disaster", "crop_failure", "livestock_disease", "price_fall"}


def test_the_rules_are_those_of_the_table_in_its_order():
    rules = load_pack("cn").rules

    assert {rule.id: (rule.risk, rule.severity, rule.of) for rule in rules.values()} == RULES
    assert list(rules) == list(RULES)
    assert [rule.formerly for rule in rules.values()] == [()] * len(RULES)


def test_the_limits_are_those_of_the_table():
    parameters = load_pack("cn").parameters
    values = {
        name: tuple(
            next((row.value for row in parameter.rows if row.group == group), None) for group in (None, "lifted_out")
        )
        for name, parameter in parameters.items()
    }

    assert values == {n: (Decimal(a), Decimal(b) if b else None) for n, (a, b) in LIMITS.items()}
    assert {row.from_on for p in parameters.values() for row in p.rows} == {date(2021, 1, 1)}
    assert {row.area for p in parameters.values() for row in p.rows} == {None}


def test_the_kinds_are_those_that_departments_deliver():
    kinds = load_pack("cn").kinds

    assert {table: set(of_table) for table, of_table in kinds.items() if of_table} == KINDS
    assert {name for name, kind in kinds["shocks"].items() if kind.may_name_area} == MAY_NAME_AREA


def test_no_rank_sets_rows_of_a_source_aside():
    assert load_pack("cn").source_ranks == {}


def test_levels_groups_and_languages():
    pack = load_pack("cn")

    assert [level.name for level in pack.levels] == ["province", "city", "county", "township", "village"]
    assert list(pack.population_groups) == ["lifted_out", "general"]
    assert (pack.languages, pack.currency, pack.time_zone, pack.area_tree) == (
        ("en", "zh"),
        "CNY",
        "Asia/Shanghai",
        "china",
    )


@pytest.mark.parametrize("things", ["facts", "rules", "parameters"])
def test_chinese_titles_are_chinese_and_told_apart(things: str):
    titles = [thing.title["zh"] for thing in getattr(load_pack("cn"), things).values()]

    assert [title for title in titles if not any("一" <= letter <= "鿿" for letter in title)] == []
    assert len(set(titles)) == len(titles)


def test_shares_of_money_are_compared_as_products():
    """A quotient on both sides would be rounded; a quotient against a line is not a share."""
    pack = load_pack("cn")
    comparisons = [node for rule in pack.rules.values() for node in rule.when.node.walk() if node.compares_quotients]
    units = {str(argument.unit) for node in comparisons for argument in node.args}

    assert units == {"CNY/person/year"}
