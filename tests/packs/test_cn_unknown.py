"""Where a value that a rule of cn needs is unknown, the rule stays silent and the household is counted as unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from firmground.engine.policy import load_pack
from firmground.engine.scan.judged import Judged, RuleCount
from firmground.engine.scan.memory import scan_tables
from firmground.engine.tables import TABLES, arrow_type

AS_OF = date(2022, 6, 1)
MAY = date(2022, 5, 2)
ADULT = {"person_id": "p1", "birth_date": date(1982, 1, 1), "labour_capacity": "full"}
WAGE = {"kind": "wage", "amount": Decimal(20000), "occurred_on": date(2022, 2, 10)}
ENDED = {"person_id": "p1", "job_id": "j", "started_on": date(2020, 1, 1), "ended_on": MAY}
DROPOUT = {"kind": "dropout", "person_id": "c1", "valid_from": MAY}


def judged(**rows: list[dict[str, Any]]) -> Judged:
    """One household with the rows of the tables named."""
    given = {"households": [{"area_code": "520502001002"}], "persons": [ADULT], "income": [WAGE], **rows}
    tables = {}
    for name, each in given.items():
        schema = pa.schema([(c.name, arrow_type(c.type)) for c in TABLES[name].columns])
        tables[name] = pa.Table.from_pylist([{"household_id": "H1", **row} for row in each], schema=schema)
    return scan_tables(tables, load_pack("cn"), AS_OF)


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("income_below_line", {"income": []}),
        ("income_fell_sharply", {"income": [{**WAGE, "occurred_on": date(2021, 2, 10)}]}),
        ("income_fell_sharply", {"income": [{**WAGE, "amount": Decimal(8000)}]}),
        (
            "catastrophic_spending",
            {"income": [], "spending": [{"kind": "medical", "amount": Decimal(1), "occurred_on": MAY}]},
        ),
        ("loan_overdue", {"income": [], "shocks": [{"kind": "loan_overdue", "occurred_on": MAY}]}),
        ("returnee_without_work", {"jobs": [{**ENDED, "channel": "market"}]}),
        ("post_or_workshop_ended", {"jobs": [{**ENDED, "place": "county"}]}),
        ("new_disability", {"conditions": [{"kind": "disability", "person_id": "p1", "valid_from": MAY}]}),
        ("dropout", {"persons": [ADULT, {"person_id": "c1"}], "conditions": [DROPOUT]}),
        (
            "guarantees_open",
            {
                "persons": [ADULT, {"person_id": "c1"}],
                "conditions": [DROPOUT, {"kind": "uninsured", "valid_from": MAY}],
            },
        ),
        ("disaster_loss", {"shocks": [{"kind": "disaster", "occurred_on": MAY}]}),
        ("no_labour_no_transfer", {"persons": [{"person_id": "p1"}]}),
    ],
)
def test_an_unknown_value_that_a_rule_needs_is_counted(rule: str, rows: dict[str, list[dict[str, Any]]]):
    found = judged(**rows)

    assert rule not in found.warnings.column("rule").to_pylist()
    assert found.counts.rules[rule] == RuleCount(fired=0, silent=0, unknown=1)


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        # Nothing was spent, nobody is out of school, enough others are open: the unknown value decides nothing.
        ("catastrophic_spending", {"income": []}),
        ("loan_overdue", {"income": []}),
        ("dropout", {"persons": [ADULT, {"person_id": "c1"}]}),
        ("guarantees_open", {"persons": [ADULT, {"person_id": "c1"}], "conditions": [DROPOUT]}),
        (
            "no_labour_no_transfer",
            {
                "persons": [{"person_id": "p1"}],
                "income": [WAGE, {"kind": "transfer", "amount": Decimal(1), "occurred_on": MAY}],
            },
        ),
        ("business_failure", {"income": [WAGE]}),
    ],
)
def test_an_unknown_value_that_decides_nothing_leaves_a_rule_silent(rule: str, rows: dict[str, list[dict[str, Any]]]):
    assert judged(**rows).counts.rules[rule] == RuleCount(fired=0, silent=1, unknown=0)


def test_a_household_without_members_is_counted_and_judged_by_no_rule():
    counts = judged(persons=[]).counts

    assert (counts.registered, counts.households, counts.without_members) == (1, 0, 1)
    assert set(counts.rules.values()) == {RuleCount(fired=0, silent=0, unknown=0)}
