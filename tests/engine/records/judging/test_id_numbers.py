"""Where a department knows only the ID number, it stands for the person and the household."""

from __future__ import annotations

import pytest

from engine.records.lakes import ID_NUMBER, VILLAGE, LakeUnderTest, quarantined
from firmground.engine.records.sources.mapping import MappingUnsound

_PAID = {"kind": "wage", "amount": "5", "occurred_on": "2022-03-01"}


def _named(lake: LakeUnderTest) -> list[tuple[str, str | None]]:
    return [(row["household_id"], row["person_id"]) for row in lake.counting("income")]


def test_an_id_number_alone_fills_person_and_household(lake: LakeUnderTest) -> None:
    report = lake.deliver("income", [{"id_number": ID_NUMBER, **_PAID}])

    assert report.accepted == 1
    assert _named(lake) == [("H1", "p1")]
    assert lake.counting("income")[0]["member_no"] == 1


def test_a_member_from_this_day_is_found_and_the_day_before_is_not(lake: LakeUnderTest) -> None:
    days = ["2019-12-31", "2020-01-01"]

    report = lake.deliver("income", [{"id_number": ID_NUMBER, **_PAID, "occurred_on": day} for day in days])

    (row,) = quarantined(report)
    assert (row["occurred_on"], row["_found"]) == ("2019-12-31", "0 members with this ID number")


def test_a_row_of_somebody_who_is_not_registered_yet_waits_and_one_of_two_members_does_not(lake: LakeUnderTest) -> None:
    new, known = "110105194912310038", ID_NUMBER
    lake.deliver("persons", [{"person_id": "p1", "household_id": "H2", "id_number": known}])

    report = lake.deliver("income", [{"id_number": number, **_PAID} for number in (new, known)])
    lake.deliver("persons", [{"person_id": "p7", "household_id": "H1", "id_number": new}])

    assert (report.quarantined, report.waiting) == (2, 1)
    assert [(each.accepted, each.waiting) for each in lake.retry()] == [(1, 0)]


def test_a_number_of_two_members_waits_until_the_row_says_which_household(lake: LakeUnderTest) -> None:
    lake.deliver("persons", [{"person_id": "p1", "household_id": "H2", "id_number": ID_NUMBER}])

    rows = [{"household_id": household, "id_number": ID_NUMBER, **_PAID} for household in ("", "H1", "H2")]
    report = lake.deliver("income", rows)

    assert [row["_found"] for row in quarantined(report)] == ["2 members with this ID number"]
    assert _named(lake) == [("H1", "p1"), ("H2", "p1")]


def test_a_row_with_neither_number_nor_household_is_not_accepted(lake: LakeUnderTest) -> None:
    report = lake.deliver("income", [{"id_number": "", **_PAID}, {"id_number": ID_NUMBER, **_PAID}])

    (row,) = quarantined(report)
    assert (row["_error"], row["_column"]) == ("FG-R001", "household_id")
    assert _named(lake) == [("H1", "p1")]


def test_a_household_without_a_number_is_the_whole_household(lake: LakeUnderTest) -> None:
    lake.deliver("income", [{"household_id": "H2", "id_number": "", **_PAID}])

    assert _named(lake) == [("H2", None)]


def test_the_number_of_somebody_else_does_not_stand_for_the_person_named(lake: LakeUnderTest) -> None:
    mapping = lake.file("columns: {person_id: p, id_number: n, kind: kind, amount: amount, occurred_on: occurred_on}\n")
    rows = [{"p": "p1", "n": ID_NUMBER, **_PAID}, {"p": "p2", "n": ID_NUMBER, **_PAID}]

    report = lake.deliver("income", rows, mapping=mapping)

    assert [row["p"] for row in quarantined(report)] == ["p2"]
    assert _named(lake) == [("H1", "p1")]


@pytest.mark.parametrize(
    ("table", "more"),
    [
        ("spending", {"kind": "medical", "amount": "5", "occurred_on": "2022-03-01"}),
        ("jobs", {"job_id": "j1", "started_on": "2022-03-01"}),
        ("conditions", {"kind": "disability", "valid_from": "2022-03-01"}),
        ("shocks", {"kind": "accident", "occurred_on": "2022-03-01"}),
    ],
)
def test_every_table_that_names_a_person_takes_the_number(
    lake: LakeUnderTest, table: str, more: dict[str, object]
) -> None:
    report = lake.deliver(table, [{"id_number": ID_NUMBER, **more}])

    assert report.accepted == 1
    assert [(row["household_id"], row["person_id"]) for row in lake.counting(table)] == [("H1", "p1")]


def test_without_a_day_only_a_membership_since_always_is_found(lake: LakeUnderTest) -> None:
    report = lake.deliver("attributes", [{"id_number": ID_NUMBER, "kind": "land", "value": "5"}])

    assert [m.id for m in report.mistakes] == ["FG-R010", "FG-R019"]  # cn has no kinds of attributes


@pytest.mark.parametrize("table", ["households", "outcomes"])
def test_tables_that_name_nobody_do_not_know_the_number(lake: LakeUnderTest, table: str) -> None:
    rows = {
        "households": {"household_id": "H8", "area_code": VILLAGE},
        "outcomes": {"household_id": "H1", "risk": "income", "clue_on": "2022-01-01", "outcome": "confirmed"},
    }
    row = {**rows[table], "id_number": ID_NUMBER}
    mapping = lake.file("columns: {" + ", ".join(f"{name}: {name}" for name in row) + "}\n")

    with pytest.raises(MappingUnsound, match=f"`{table}` has no column `id_number`"):
        lake.deliver(table, [row], mapping=mapping)
    assert lake.deliver(table, [row]).unused == ("id_number",)


def test_households_and_persons_whose_ids_run_together_stay_two(lake: LakeUnderTest) -> None:
    lake.deliver("households", f"household_id,area_code\na|b,{VILLAGE}\na,{VILLAGE}\n")
    people = [("a|b", "c"), ("a", "b|c")]
    rows = [{"household_id": h, "person_id": p, "id_number": ID_NUMBER, "member_from": "2021-01-01"} for h, p in people]
    lake.deliver("persons", rows)

    report = lake.deliver("income", [{"id_number": ID_NUMBER, **_PAID}])

    assert [row["_found"] for row in quarantined(report)] == ["3 members with this ID number"]
