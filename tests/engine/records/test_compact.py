"""Many small files become few, and nothing that anybody could ask changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

from engine.records.lakes import HOUSEHOLDS, LakeUnderTest, contents, income
from firmground.engine.records import Lake, compact, undo

_EARLIER = datetime(2022, 6, 2, tzinfo=UTC)


def _lake_with_files(lake: LakeUnderTest) -> None:
    for day in (1, 2, 3):
        rows = [income(day, person_id="p1", record_id="r"), income(10 * day, person_id="p1")]
        lake.deliver("income", rows, received_at=date(2022, 6, day))


def test_every_row_counts_as_before_at_every_time(lake: LakeUnderTest) -> None:
    _lake_with_files(lake)
    before = [lake.all_rows("income"), lake.counting("income"), lake.counting("income", _EARLIER)]

    report = compact(lake.path)

    assert report.files["income"] == (3, 1)
    assert [lake.all_rows("income"), lake.counting("income"), lake.counting("income", _EARLIER)] == before


def test_every_earlier_state_keeps_its_files(lake: LakeUnderTest) -> None:
    _lake_with_files(lake)
    kept = contents(lake.path)

    compact(lake.path)
    lake.deliver("income", [income(1)])  # sweeps what is left over

    now = contents(lake.path)
    assert {name: now.get(name) for name in kept} == kept
    earlier = Lake.open(lake.path).manifest(version=5)
    assert len(earlier.tables["income"]) == 3


def test_where_there_is_nothing_to_write_together_nothing_is_written(lake: LakeUnderTest) -> None:
    _lake_with_files(lake)
    compact(lake.path)
    before = contents(lake.path)

    assert compact(lake.path).files == {}
    assert contents(lake.path) == before


def test_deliveries_are_taken_up_and_undone_afterwards_as_before(lake: LakeUnderTest) -> None:
    _lake_with_files(lake)
    lake.deliver("income", [income(7, household_id="H9")])
    compact(lake.path)

    lake.deliver("households", HOUSEHOLDS.replace("H2", "H9"))
    assert [report.accepted for report in lake.retry()] == [1]
    assert undo(lake.path, "D000005").withdrawn == 2
    assert [str(row["amount"]) for row in lake.counting("income")] == ["10.00", "2.00", "20.00", "7.00"]
