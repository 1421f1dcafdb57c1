"""check_data finds what the rows of a lake say that cannot be so, or that two sources say at once."""

from __future__ import annotations

from datetime import date

import pytest

from engine.records.lakes import OTHER_VILLAGE, VILLAGE, LakeUnderTest, income
from firmground.engine.records import DataCheck, check_data, compact, import_file, undo

AS_OF = date(2022, 6, 1)


def _found(check: DataCheck) -> dict[tuple[str, str], int]:
    assert check.problems is not None
    return {(count.problem, count.table): count.rows for count in check.problems}


def _lines(lake: LakeUnderTest, as_of: date = AS_OF) -> list[dict[str, str | None]]:
    check = check_data(lake.path, as_of=as_of, listed=True)
    assert check.lines is not None
    return [{name: value for name, value in row.items() if value is not None} for row in check.lines.to_pylist()]


@pytest.mark.parametrize(
    ("first", "second", "months"),
    [
        ({}, {}, ["2022-03"]),
        ({"person_id": "p1"}, {"person_id": "p1"}, ["2022-03"]),
        ({}, {"occurred_on": "2022-03-31"}, ["2022-03"]),
        ({}, {"occurred_on": "2022-04-01"}, []),
        ({}, {"kind": "transfer"}, []),
        ({}, {"household_id": "H2"}, []),
        ({}, {"person_id": "p1"}, []),
        ({"covers_from": "2022-01-01", "covers_to": "2022-03-31"}, {"occurred_on": "2022-01-31"}, ["2022-01"]),
        ({"covers_from": "2022-01-01", "covers_to": "2022-03-31"}, {"occurred_on": "2021-12-31"}, []),
        ({"occurred_on": "2022-01-01"}, {"covers_from": "2022-01-10", "covers_to": "2022-02-01"}, ["2022-01"]),
    ],
)
def test_income_of_one_month_and_kind_from_two_sources_is_listed(
    lake: LakeUnderTest, first: dict[str, str], second: dict[str, str], months: list[str]
) -> None:
    for amount, source, more in ((1, "water", first), (2, "civil_affairs", second)):
        lake.deliver("income", [income(amount, **more), income(5, **more)], source=source)

    lines = _lines(lake)

    ids = {name: first[name] for name in ("person_id",) if name in first}
    assert lines == [
        {"problem": "income_from_two_sources", "table": "income", "household_id": "H1", **ids,
         "source": "civil_affairs", "other_source": "water", "detail": f"wage {month}"}
        for month in months
    ]  # fmt: skip


def test_income_that_does_not_count_any_more_is_no_problem(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1)], source="water")
    report = lake.deliver("income", [income(2)], source="housing")
    assert _found(check_data(lake.path)) == {("income_from_two_sources", "income"): 1}

    undo(lake.path, str(report.delivery))

    assert _found(check_data(lake.path)) == {}


def test_three_sources_are_three_pairs(lake: LakeUnderTest) -> None:
    for amount, source in enumerate(("water", "housing", "education")):
        lake.deliver("income", [income(amount)], source=source)

    pairs = [(line["source"], line["other_source"]) for line in _lines(lake)]

    assert pairs == [("education", "housing"), ("education", "water"), ("housing", "water")]


def _spell(job: str, start: str, end: str = "", **more: str) -> dict[str, str]:
    return {"household_id": "H1", "person_id": "p1", "job_id": job, "started_on": start, "ended_on": end, **more}


@pytest.mark.parametrize(
    ("ours", "theirs", "details"),
    [
        (("2022-01-01", "2022-03-01"), ("2022-02-28", ""), ["b began on 2022-02-28", "ended on 2022-03-01"]),
        (("2022-01-01", "2022-03-01"), ("2022-03-01", ""), []),
        (("2022-01-01", ""), ("2022-03-01", "2022-04-01"), ["b began on 2022-03-01", "is open"]),
        (("2022-03-01", ""), ("2022-01-01", "2022-03-02"), ["a began on 2022-03-01", "ended on 2022-03-02"]),
        (("2022-01-01", ""), ("2022-01-01", ""), ["b began on 2022-01-01", "is open"]),
        (("2022-01-01", ""), ("2022-02-01", "2022-02-01"), []),
    ],
)
def test_spells_of_work_from_two_sources_that_overlap_are_listed(
    lake: LakeUnderTest, ours: tuple[str, str], theirs: tuple[str, str], details: list[str]
) -> None:
    lake.deliver("jobs", [_spell("a", *ours)], source="agriculture")
    lake.deliver("jobs", [_spell("b", *theirs)], source="housing")

    told = [f"job {details[0]}, one from the other source {details[1]}"] if details else []
    assert [line["detail"] for line in _lines(lake)] == told


def test_spells_of_one_source_and_of_other_people_are_no_problem(lake: LakeUnderTest) -> None:
    lake.deliver("jobs", [_spell("a", "2022-01-01"), _spell("b", "2022-01-01")], source="housing")
    lake.deliver("jobs", [_spell("c", "2022-01-01", household_id="H2", person_id="p2")], source="water")

    assert _lines(lake) == []


def test_a_long_spell_is_not_forgotten_behind_a_short_one(lake: LakeUnderTest) -> None:
    lake.deliver("jobs", [_spell("a", "2022-01-01"), _spell("b", "2022-01-02", "2022-01-05")], source="housing")
    lake.deliver("jobs", [_spell("c", "2022-03-01")], source="water")

    (line,) = _lines(lake)

    assert (line["source"], line["other_source"]) == ("water", "housing")
    assert line["detail"] == "job c began on 2022-03-01, one from the other source is open"


@pytest.mark.parametrize(
    ("since", "until", "is_listed"),
    [
        ("", "", True),
        ("2022-06-01", "", True),
        ("2022-06-02", "", False),
        ("", "2022-06-02", True),
        ("", "2022-06-01", False),
    ],
)
def test_a_person_in_two_households_at_the_day_is_listed_once(
    lake: LakeUnderTest, since: str, until: str, is_listed: bool
) -> None:
    text = f"person_id,household_id,member_from,member_to\np2,H1,{since},{until}\n"
    lake.deliver("persons", text, source="public_security")

    lines = _lines(lake)

    first, second = ("H1", "H2")
    sources = {"source": "public_security", "other_source": "unnamed"}
    line = {"problem": "member_of_two_households", "table": "persons", "household_id": first, "person_id": "p2",
            **sources, "detail": f"also in {second}"}  # fmt: skip
    assert lines == ([line] if is_listed else [])


def test_a_person_in_very_many_households_is_one_line(lake: LakeUnderTest) -> None:
    homes = [f"M{number}" for number in range(9)]
    lake.deliver("households", "household_id,area_code\n" + "".join(f"{home},{VILLAGE}\n" for home in homes))
    lake.deliver("persons", "person_id,household_id\n" + "".join(f"px,{home}\n" for home in homes))

    (line,) = _lines(lake)

    assert (line["household_id"], line["detail"]) == ("M0", "also in M1, M2, M3, M4, M5 and 3 more")


def test_records_of_a_person_who_was_never_in_the_household_are_listed(lake: LakeUnderTest) -> None:
    lake.deliver("persons", "person_id,household_id,member_from,member_to\np3,H1,2020-01-01,2021-01-01\n")
    rows = [
        income(1, person_id="p1"),
        income(1, person_id="p2"),
        income(2, person_id="p2"),
        income(1, person_id="p3"),
        income(1),
    ]

    lake.deliver("income", rows, source="water")

    assert _lines(lake) == [
        {"problem": "person_not_in_household", "table": "income", "household_id": "H1", "person_id": "p2",
         "source": "water", "detail": "2 rows"}
    ]  # fmt: skip


def test_records_of_a_person_whose_membership_was_undone_are_listed(lake: LakeUnderTest) -> None:
    report = lake.deliver("persons", "person_id,household_id\np9,H2\n")
    lake.deliver("spending", "household_id,person_id,kind,amount,occurred_on\nH2,p9,medical,5,2022-03-01\n")
    assert _lines(lake) == []

    undo(lake.path, str(report.delivery))

    assert [(line["table"], line["detail"]) for line in _lines(lake)] == [("spending", "1 row")]


def test_areas_that_nobody_knows_any_more_are_listed(lake: LakeUnderTest) -> None:
    lake.deliver("shocks", f"area_code,kind,occurred_on\n{OTHER_VILLAGE},disaster,2022-03-01\n")
    assert _lines(lake) == []

    lake.deliver("areas", f"code,name\n{OTHER_VILLAGE},Somewhere\n")

    assert [(line["table"], line["household_id"], line["detail"]) for line in _lines(lake)] == [
        ("households", "H1", f"area {VILLAGE}"), ("households", "H2", f"area {VILLAGE}")
    ]  # fmt: skip


def test_examples_are_few_and_lines_are_given_only_when_asked(lake: LakeUnderTest) -> None:
    for amount, source in enumerate(("water", "housing")):
        rows = [income(amount, occurred_on=f"2022-0{month}-01") for month in range(1, 7)]
        lake.deliver("income", rows, source=source)

    check = check_data(lake.path)

    assert check.lines is None
    assert check.problems is not None
    (count,) = check.problems
    assert count.rows == 6
    assert [line["detail"] for line in count.examples] == ["wage 2022-01", "wage 2022-02", "wage 2022-03"]


def test_imports_may_go_on_while_a_lake_is_looked_over(lake: LakeUnderTest) -> None:
    path, seen = lake.file([income(1, record_id="r")]), []

    def meanwhile(what: str, done: int, total: int | None) -> None:
        if not seen:
            seen.append(what)
            import_file(path, table="income", data=lake.path)
            compact(lake.path)

    check = check_data(lake.path, progress=meanwhile)

    assert seen
    assert (check.damage, check.left_over, check.version) == ((), (), 2)
