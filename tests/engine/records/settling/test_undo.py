"""A delivery is withdrawn as a whole: what it replaced counts again, nothing is erased."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.records.lakes import HOUSEHOLDS, LakeUnderTest, contents, income
from firmground.engine.records import Lake, UndoReport, undo
from firmground.engine.records.undoing import NoSuchDelivery, UndoRefused


def _undo(lake: LakeUnderTest, number: int) -> UndoReport:
    return undo(lake.path, f"D{number:06d}")


def _amounts(lake: LakeUnderTest, **when: object) -> list[str]:
    return [str(row["amount"]) for row in lake.counting("income", **when)]


def test_its_rows_do_not_count_from_then_on_and_did_before(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(5), income(6)])

    report = _undo(lake, 3)

    assert (report.withdrawn, report.counting_again, report.closed, report.was_undone) == (2, 0, 0, False)
    assert _amounts(lake) == []
    assert _amounts(lake, known_at=report.undone_at) == []
    assert _amounts(lake, known_at=report.undone_at - timedelta(microseconds=1)) == ["5.00", "6.00"]


def test_a_row_that_it_corrected_counts_again_but_not_between(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(5, record_id="r")], received_at=date(2022, 6, 1))
    corrected = lake.deliver("income", [income(6, record_id="r")], received_at=date(2022, 6, 2))

    report = _undo(lake, 4)

    assert (report.withdrawn, report.counting_again) == (1, 1)
    assert _amounts(lake) == ["5.00"]
    assert _amounts(lake, known_at=corrected.received_at) == ["6.00"]


def test_a_row_that_it_withdrew_counts_again(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(5, record_id="r")])
    lake.deliver("income", [income(5, record_id="r", deleted="yes")])

    assert _undo(lake, 4).counting_again == 1
    assert _amounts(lake) == ["5.00"]


def test_its_rows_in_quarantine_are_closed(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(5, household_id="H9"), income(6)])

    assert _undo(lake, 3).closed == 1
    lake.deliver("households", HOUSEHOLDS.replace("H2", "H9"))
    assert lake.retry() == []
    assert _amounts(lake) == []


def test_the_same_file_may_come_in_again_and_counts_once(lake: LakeUnderTest) -> None:
    path = lake.file([income(5)])
    first = lake.deliver("income", path.read_text())
    _undo(lake, 3)

    again = lake.deliver("income", path.read_text())

    assert (first.accepted, again.accepted, again.repeated) == (1, 1, 0)
    assert again.delivery == "D000004"
    assert lake.deliver("income", path.read_text()).repeated == 1
    assert _amounts(lake) == ["5.00"]


def test_what_is_undone_already_stays_so_and_nothing_is_written(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(5)])
    first = _undo(lake, 3)
    before = contents(lake.path)

    again = _undo(lake, 3)

    assert (again.was_undone, again.undone_at) == (True, first.undone_at)
    assert contents(lake.path) == before


def test_a_delivery_that_is_not_there_is_named_with_the_nearest(lake: LakeUnderTest) -> None:
    with pytest.raises(NoSuchDelivery) as raised:
        undo(lake.path, "D00001")

    assert raised.value.hint == "Did you mean `D000001`?"
    assert Lake.open(lake.path).manifest().version == 2


def test_records_of_a_household_that_nobody_registered_any_more_wait(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(5)])
    number = lake.counting("households")[0]["household_no"]
    _undo(lake, 1)

    assert lake.deliver("income", [income(7)]).waiting == 1

    lake.deliver("households", HOUSEHOLDS + "H3,620102001001\n")
    assert [report.accepted for report in lake.retry()] == [1]
    assert lake.counting("households")[0]["household_no"] == number, "a number belongs to one household for ever"
    assert {row["household_no"] for row in lake.counting("income")} == {number}


def test_areas_that_would_stand_above_themselves_refuse_the_undo(new_lake: LakeUnderTest) -> None:
    new_lake.deliver("areas", "code,name,parent\nA,a,\nB,b,A\n")
    new_lake.deliver("areas", "code,name,parent\nB,b,\n")
    new_lake.deliver("areas", "code,name,parent\nA,a,B\n")
    before = contents(new_lake.path)

    with pytest.raises(UndoRefused) as raised:
        _undo(new_lake, 2)

    assert "A" in raised.value.found and "B" in raised.value.found
    assert contents(new_lake.path) == before
    _undo(new_lake, 3)
    assert _undo(new_lake, 2).withdrawn == 1


def test_without_areas_of_its_own_the_lake_reads_the_shipped_ones_again(new_lake: LakeUnderTest) -> None:
    new_lake.deliver("areas", "code,name\nX1,x\n")
    assert new_lake.deliver("households", HOUSEHOLDS).quarantined == 2
    _undo(new_lake, 1)

    assert new_lake.deliver("households", HOUSEHOLDS + "\n").quarantined == 0
