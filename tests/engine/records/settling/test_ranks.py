"""Two sources for one thing: the higher-ranked speaks, for a month of income or a spell of work."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.records.lakes import HOUSEHOLDS, PERSONS, LakeUnderTest, income
from firmground.engine.records import compact, undo

_HIGH, _LOW, _UNLISTED = "visits", "labour", "unlisted"


@pytest.fixture
def lake(new_lake: LakeUnderTest, ranked: Path) -> LakeUnderTest:
    new_lake.deliver("households", HOUSEHOLDS, pack=str(ranked))
    new_lake.deliver("persons", PERSONS)
    return new_lake


def _give(lake: LakeUnderTest, source: str, *rows: dict[str, object], day: int = 1) -> None:
    report = lake.deliver("income", list(rows), source=source, received_at=date(2022, 6, day))
    assert report.quarantined == 0


def _amounts(lake: LakeUnderTest, **when: object) -> list[str]:
    return [str(row["amount"]) for row in lake.counting("income", **when)]


def test_only_the_highest_ranked_source_counts_in_a_month(lake: LakeUnderTest) -> None:
    _give(lake, _UNLISTED, income(1), income(2, occurred_on="2022-02-28"))
    _give(lake, _LOW, income(3), income(4, occurred_on="2022-03-31"))
    assert _amounts(lake) == ["2.00", "3.00", "4.00"]

    _give(lake, _HIGH, income(5, occurred_on="2022-03-15"))
    assert _amounts(lake) == ["2.00", "5.00"]


@pytest.mark.parametrize("other", [{"kind": "transfer"}, {"household_id": "H2"}, {"person_id": "p1"}])
def test_another_household_person_or_kind_is_another_thing(lake: LakeUnderTest, other: dict[str, object]) -> None:
    _give(lake, _LOW, income(1, person_id=""))
    _give(lake, _HIGH, income(5, **{"person_id": "", **other}))

    assert _amounts(lake) == ["1.00", "5.00"]


def test_the_span_that_a_row_covers_is_claimed_and_no_month_more(lake: LakeUnderTest) -> None:
    months = ("2022-01-31", "2022-02-01", "2022-03-15", "2022-04-30", "2022-05-01")
    _give(lake, _LOW, *(income(number, occurred_on=day) for number, day in enumerate(months, 1)))

    _give(lake, _HIGH, income(9, occurred_on="2022-03-20", covers_from="2022-02-27", covers_to="2022-04-01"))

    assert _amounts(lake) == ["1.00", "5.00", "9.00"]


def test_a_row_that_is_set_aside_itself_claims_nothing(lake: LakeUnderTest) -> None:
    _give(lake, _UNLISTED, income(1, occurred_on="2022-04-10"))
    _give(lake, _LOW, income(2, occurred_on="2022-03-10", covers_from="2022-03-01", covers_to="2022-04-30"))
    assert _amounts(lake) == ["2.00"]

    _give(lake, _HIGH, income(3, occurred_on="2022-03-31"))
    assert _amounts(lake) == ["1.00", "3.00"]


def test_sources_of_equal_rank_all_count(lake: LakeUnderTest) -> None:
    _give(lake, "banks", income(1))
    _give(lake, _UNLISTED, income(2))

    assert _amounts(lake) == ["1.00", "2.00"]


def test_a_correction_to_another_month_frees_the_month(lake: LakeUnderTest) -> None:
    _give(lake, _LOW, income(1))
    _give(lake, _HIGH, income(5, record_id="r"), day=2)
    _give(lake, _HIGH, income(5, record_id="r", occurred_on="2022-04-01"), day=3)

    assert _amounts(lake) == ["1.00", "5.00"]
    assert _amounts(lake, known_at=lake.all_rows("income")[1]["received_at"]) == ["5.00"]


def test_a_withdrawal_or_an_undo_of_the_higher_lets_the_lower_speak(lake: LakeUnderTest) -> None:
    _give(lake, _LOW, income(1))
    _give(lake, _HIGH, income(5, record_id="r"))
    _give(lake, _HIGH, income(5, record_id="r", deleted="yes"))
    assert _amounts(lake) == ["1.00"]

    undo(lake.path, "D000005")
    assert _amounts(lake) == ["5.00"]
    undo(lake.path, "D000004")
    assert _amounts(lake) == ["1.00"]


def test_of_overlapping_spells_the_higher_ranked_speaks(lake: LakeUnderTest) -> None:
    def job(job_id: str, begin: str, end: str) -> dict[str, object]:
        return {"household_id": "H1", "person_id": "p1", "job_id": job_id, "started_on": begin, "ended_on": end}

    low = [
        job("before", "2022-01-01", "2022-02-01"),
        job("overlaps", "2022-01-01", "2022-02-02"),
        job("within", "2022-02-10", "2022-02-11"),
        job("after", "2022-03-01", ""),
    ]
    lake.deliver("jobs", low, source=_LOW)
    lake.deliver("jobs", [job("seen", "2022-02-01", "2022-03-01")], source=_HIGH)

    assert [row["job_id"] for row in lake.counting("jobs")] == ["before", "after", "seen"]


def test_ranks_that_change_are_acted_upon_at_the_next_delivery_or_compaction(
    lake: LakeUnderTest, ranked: Path, tmp_path: Path
) -> None:
    _give(lake, _LOW, income(1))
    _give(lake, _HIGH, income(5))
    tables = ranked / "tables.yaml"
    before = tables.read_text("utf-8")
    try:
        tables.write_text(before.replace("visits: 1, labour: 2", "visits: 2, labour: 1"), "utf-8")
        compact(lake.path)
        assert _amounts(lake) == ["1.00"]

        tables.write_text(before[: before.index("sources:")], "utf-8")
        lake.deliver("spending", [{**income(7), "kind": "medical"}])
        assert _amounts(lake) == ["1.00", "5.00"]
    finally:
        tables.write_text(before, "utf-8")
