"""Keys and corrections: among rows of one key the one received last counts, whole, until a later one comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.records.lakes import OTHER_VILLAGE, VILLAGE, LakeUnderTest, income

_ROWS: dict[str, dict[str, object]] = {
    "areas": {"code": "a1", "name": "One"},
    "households": {"household_id": "H1", "area_code": VILLAGE, "hamlet": ""},
    "persons": {"person_id": "p1", "household_id": "H1", "member_from": "2020-01-01", "name": ""},
    "income": income(5),
    "spending": {"household_id": "H1", "kind": "medical", "amount": "5", "occurred_on": "2022-03-01"},
    "jobs": {"household_id": "H1", "person_id": "p1", "job_id": "j1", "started_on": "2022-01-01"},
    "conditions": {
        "household_id": "H1", "person_id": "p1", "kind": "disability", "valid_from": "2022-01-01", "grade": "1",
    },
    "shocks": {
        "household_id": "H1", "area_code": "", "kind": "disaster", "occurred_on": "2022-01-01", "loss": "5",
    },
    "attributes": {"household_id": "H1", "person_id": "", "kind": "weight", "valid_from": "", "value": "5"},
    "outcomes": {
        "household_id": "H1", "risk": "income", "rule": "r", "clue_on": "2022-01-01", "outcome": "confirmed",
    },
}  # fmt: skip
# table, cells that change in a row that still has the key, cells each of which gives it another key
_KEYS: list[tuple[str, dict[str, str], dict[str, str]]] = [
    ("areas", {"name": "Two", "source": "b"}, {"code": "a2"}),
    ("households", {"area_code": OTHER_VILLAGE, "hamlet": "Mill", "source": "b"}, {"household_id": "H2"}),
    ("persons", {"name": "B", "source": "b"}, {"household_id": "H2", "person_id": "p2", "member_from": "2020-01-02"}),
    ("jobs", {"household_id": "H2", "person_id": "p2", "started_on": "2022-01-02"}, {"job_id": "j2", "source": "b"}),
    (
        "conditions",
        {"grade": "2"},
        {"household_id": "H2", "person_id": "", "kind": "dropout", "valid_from": "2022-01-02", "source": "b"},
    ),
    (
        "shocks",
        {"loss": "6"},
        {"household_id": "H2", "kind": "accident", "occurred_on": "2022-01-02", "source": "b"},
    ),
    ("outcomes", {"outcome": "dismissed"}, {"risk": "illness", "rule": "", "clue_on": "2022-01-02", "source": "b"}),
]
_DAY = datetime(2022, 6, 1, tzinfo=UTC)


def _at(day: int) -> datetime:
    return _DAY + timedelta(days=day)


def _row(table: str, **changes: str) -> dict[str, object]:
    return {**_ROWS[table], "source": "a", **changes}


def _new(lake: LakeUnderTest, table: str, rows: list[dict[str, object]], **options: Any) -> list[int]:
    """Deliver rows; the row_ids of all rows of the table that count then."""
    report = lake.deliver(table, rows, **options)
    assert report.quarantined == 0
    return [row["row_id"] for row in lake.counting(table)]


@pytest.mark.parametrize(("table", "same", "others"), _KEYS, ids=[case[0] for case in _KEYS])
def test_without_a_record_id_the_columns_of_the_contract_are_the_key(
    lake: LakeUnderTest, table: str, same: dict[str, str], others: dict[str, str]
) -> None:
    other = [_row(table, **{name: cell}) for name, cell in others.items()]
    lake.deliver(table, [_row(table), *other])
    first = {row["row_id"] for row in lake.all_rows(table)[-len(other) - 1 :]}

    lake.deliver(table, [_row(table, **same)])

    corrected = {row["row_id"] for row in lake.all_rows(table)} & first
    gone = corrected - {row["row_id"] for row in lake.counting(table)}
    assert gone == {min(first)}


@pytest.mark.parametrize("table", ["income", "spending"])
def test_income_and_spending_without_a_record_id_all_count(lake: LakeUnderTest, table: str) -> None:
    counting = _new(lake, table, [_row(table), _row(table)])
    counting = _new(lake, table, [_row(table), _row(table), _row(table)])

    assert len(counting) == 5


@pytest.mark.parametrize("table", [name for name in _ROWS if name != "attributes"])
def test_with_a_record_id_source_and_record_id_are_the_key(lake: LakeUnderTest, table: str) -> None:
    before = set(_new(lake, table, [_row(table, record_id="x")]))
    first = max(before)

    another_source = _new(lake, table, [{**_row(table, record_id="x"), "source": "b"}])
    corrected = _new(lake, table, [_row(table, record_id="x", deleted="false")])

    one_thing = table in ("areas", "households")  # of several keys of one id the row received last counts
    assert (first in another_source) is not one_thing
    assert first not in corrected
    assert len(set(corrected) - before) == (1 if one_thing else 2)


def test_a_record_id_and_none_are_two_rows(lake: LakeUnderTest) -> None:
    counting = _new(lake, "jobs", [_row("jobs", record_id=""), _row("jobs", record_id="j1")])

    assert len(counting) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a|", "b"), ("a", "|b")),
        (("a", "b|"), ("a|b", "")),
        (("1:a", "b"), ("1", "a1:b")),
        (("a", "~"), ("a", "")),
    ],
)
def test_two_keys_are_never_taken_for_one(lake: LakeUnderTest, one: tuple[str, str], other: tuple[str, str]) -> None:
    rows = [_row("jobs", source=source, record_id=id_) for source, id_ in (one, other)]

    assert len(_new(lake, "jobs", rows)) == 2


def test_a_person_named_by_a_sign_is_not_the_whole_household(lake: LakeUnderTest) -> None:
    rows = [_row("conditions", person_id=person) for person in ("", "~", "null", "0:")]

    assert len(_new(lake, "conditions", rows)) == 4


def test_the_latest_received_counts_whatever_comes_first(lake: LakeUnderTest) -> None:
    for amount, day in ((2, 2), (1, 1), (3, 3), (0, 0)):
        lake.deliver("income", [income(amount, record_id="x")], received_at=_at(day))

    assert [row["amount"] for row in lake.counting("income")] == [3]
    for day in range(4):
        assert [row["amount"] for row in lake.counting("income", _at(day))] == [day]
    assert lake.counting("income", _at(0) - timedelta(microseconds=1)) == []


def test_of_rows_received_together_the_later_delivery_and_then_the_later_row_counts(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1, record_id="x"), income(2, record_id="x")], received_at=_at(0))
    assert [row["amount"] for row in lake.counting("income", _at(0))] == [2]

    lake.deliver("income", [income(1, record_id="x"), income(3, record_id="y")], received_at=_at(0))

    assert [row["amount"] for row in lake.counting("income", _at(0))] == [1, 3]


def test_a_correction_counts_whole_nulls_included(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(5, record_id="x", cost=2, person_id="p1")])

    lake.deliver("income", [income(6, record_id="x")])

    (row,) = lake.counting("income")
    assert (row["amount"], row["cost"], row["person_id"], row["member_no"]) == (Decimal(6), None, None, None)


@pytest.mark.parametrize(
    ("table", "more"),
    [("income", {"record_id": "x"}), ("jobs", {}), ("persons", {}), ("households", {}), ("areas", {})],
)
def test_a_withdrawal_silences_its_key_until_a_later_row(lake: LakeUnderTest, table: str, more: dict[str, str]) -> None:
    before = len(_new(lake, table, [_row(table, **more)], received_at=_at(0)))

    withdrawn = _new(lake, table, [_row(table, deleted="true", **more)], received_at=_at(1))
    assert len(withdrawn) == before - 1
    earlier = _new(lake, table, [_row(table, deleted="false", **more)], received_at=_at(0))
    assert earlier == withdrawn
    later = _new(lake, table, [_row(table, deleted="no", **more)], received_at=_at(2))

    assert len(later) == before
    assert [len(lake.counting(table, _at(day))) for day in range(3)] == [before, before - 1, before]


def test_a_withdrawal_may_come_before_what_it_withdraws(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(5, record_id="x", deleted="true")], received_at=_at(1))

    lake.deliver("income", [income(5, record_id="x")], received_at=_at(0))

    assert lake.counting("income") == []
    assert len(lake.counting("income", _at(0))) == 1


def test_a_row_of_a_household_can_come_back_when_a_later_key_is_withdrawn(lake: LakeUnderTest) -> None:
    rows = [("x", VILLAGE, ""), ("y", OTHER_VILLAGE, ""), ("y", OTHER_VILLAGE, "true")]
    for day, (record_id, area, deleted) in enumerate(rows):
        row = _row("households", record_id=record_id, area_code=area, deleted=deleted)
        lake.deliver("households", [row], received_at=_at(day))

    areas = [
        [r["area_code"] for r in lake.counting("households", _at(day)) if r["household_id"] == "H1"]
        for day in (0, 1, 2)
    ]
    assert areas == [[VILLAGE], [OTHER_VILLAGE], [VILLAGE]]


def test_a_row_corrected_to_another_household_leaves_the_first(lake: LakeUnderTest) -> None:
    for day, household in enumerate(("H8", "H9", "H8")):
        row = _row("households", record_id="x", household_id=household, hamlet=f"{day}")
        lake.deliver("households", [row], received_at=_at(day))

    found = [{row["household_id"] for row in lake.counting("households", _at(day))} - {"H1", "H2"} for day in range(3)]
    assert found == [{"H8"}, {"H9"}, {"H8"}]


def test_an_area_that_was_withdrawn_is_not_known(lake: LakeUnderTest) -> None:
    lake.deliver("areas", [{**_ROWS["areas"], "code": code} for code in ("a1", "a2")])
    lake.deliver("areas", [{**_ROWS["areas"], "deleted": "true"}])

    report = lake.deliver("households", [_row("households", area_code=code) for code in ("a1", "a2")])

    assert [(m.id, m.first_row, m.rows) for m in report.mistakes] == [("FG-R012", 2, 1)]


def test_areas_of_the_lake_take_the_place_of_the_shipped_tree(lake: LakeUnderTest) -> None:
    assert lake.deliver("households", [_row("households")]).quarantined == 0
    lake.deliver("areas", [_ROWS["areas"]])

    assert lake.deliver("households", [_row("households", hamlet="x")]).quarantined == 1


def test_a_person_in_two_households_at_once_is_kept_in_both(lake: LakeUnderTest) -> None:
    counting = _new(lake, "persons", [_row("persons", person_id="p7", household_id=h) for h in ("H1", "H2")])

    rows = [row for row in lake.counting("persons") if row["person_id"] == "p7"]
    assert len(counting) == 4
    assert len({row["member_no"] for row in rows}) == 2
