"""When a row was received and from whom: its own word wins, else that of the delivery."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from engine.records.lakes import HOUSEHOLDS, LakeUnderTest, contents, income, quarantined
from firmground.engine.records.importing import ReceivedAtUnfit
from firmground.engine.records.judging.mistakes import SourceRefused

_GIVEN = datetime(2022, 6, 1, 8, 30, tzinfo=UTC)


def _received(lake: LakeUnderTest) -> list[datetime]:
    return [row["received_at"] for row in lake.all_rows("income")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (_GIVEN, _GIVEN),
        (date(2022, 6, 1), datetime(2022, 5, 31, 16, tzinfo=UTC)),
        (datetime(2022, 6, 1, 0, 0), datetime(2022, 5, 31, 16, tzinfo=UTC)),  # noqa: DTZ001  # the lake's zone is meant
        (datetime(2022, 6, 1, 8, 30, tzinfo=timezone(-timedelta(hours=5))), datetime(2022, 6, 1, 13, 30, tzinfo=UTC)),
    ],
)
def test_the_delivery_fills_rows_without_a_time(
    lake: LakeUnderTest, given: date | datetime, expected: datetime
) -> None:
    report = lake.deliver("income", [income(1)], received_at=given)

    assert _received(lake) == [expected]
    assert report.received_at == expected


def test_without_a_time_it_is_now(lake: LakeUnderTest) -> None:
    before = datetime.now(UTC)

    lake.deliver("income", [income(1)])

    assert before <= _received(lake)[0] <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("2022-06-09", datetime(2022, 6, 8, 16, tzinfo=UTC)),
        ("2022-06-09T00:00", datetime(2022, 6, 8, 16, tzinfo=UTC)),
        ("2022-06-09 00:00:00.000001", datetime(2022, 6, 8, 16, 0, 0, 1, tzinfo=UTC)),
        ("2022-06-09T01:00:00Z", datetime(2022, 6, 9, 1, tzinfo=UTC)),
        ("2022-06-09T01:00:00+08:00", datetime(2022, 6, 8, 17, tzinfo=UTC)),
        ("2022-06-09T01:00:00-0530", datetime(2022, 6, 9, 6, 30, tzinfo=UTC)),
        ("2199-01-01", datetime(2198, 12, 31, 16, tzinfo=UTC)),
        ("1800-01-02", None),
        ("", _GIVEN),
    ],
)
def test_a_rows_own_time_wins_be_it_earlier_or_later(lake: LakeUnderTest, own: str, expected: datetime | None) -> None:
    lake.deliver("income", [income(1, received_at=own)], received_at=_GIVEN)

    (received,) = _received(lake)
    assert received == expected if expected else received < datetime(1801, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "own",
    [
        "infinity", "-infinity", "epoch", "now", "2022-06-31", "290000-01-01", "2022-06-09 (BC)", "1799-12-31",
        "2201-01-01", "2022-06-09T25:00", "2022-06-09T01:00:00+99:00", "2022-06-09 08:00 Asia/Shanghai",
        " 2022-06-09 x", "202206", "22-6-9", "4471", "08:00",
    ],
)  # fmt: skip
def test_what_is_no_time_waits(lake: LakeUnderTest, own: str) -> None:
    report = lake.deliver("income", [income(1, received_at=own)], received_at=_GIVEN)

    (row,) = quarantined(report)
    assert (row["_error"], row["_column"], row["_found"].removeprefix("'")) == ("FG-R006", "received_at", own)


_CHINA = timezone(timedelta(hours=8))
_AGO = timezone(-timedelta(hours=5))


@pytest.mark.parametrize(
    "given",
    [
        date(1, 1, 1), date(1799, 12, 31), date(2201, 1, 1), date(9999, 12, 31),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=_AGO), datetime(1, 1, 1, tzinfo=_CHINA),
        datetime(1800, 1, 1, tzinfo=_CHINA) - timedelta(days=1), datetime(2200, 12, 31, 0, 0, 1, tzinfo=_CHINA),
    ],
)  # fmt: skip
def test_a_file_is_received_at_a_time_that_a_cell_may_hold(new_lake: LakeUnderTest, given: date | datetime) -> None:
    with pytest.raises(ReceivedAtUnfit) as raised:
        new_lake.deliver("households", HOUSEHOLDS, received_at=given)

    assert given.isoformat() in raised.value.found
    assert raised.value.expected == "a time from 1800-01-01 to the start of 2200-12-31"
    assert raised.value.exit_code == 2
    assert not new_lake.path.exists()


@pytest.mark.parametrize("given", [date(1800, 1, 1), date(2200, 12, 31), datetime(2200, 12, 31, tzinfo=_CHINA)])
def test_the_first_and_the_last_time_are_taken_from_the_delivery_as_from_a_cell(
    lake: LakeUnderTest, given: date | datetime
) -> None:
    lake.deliver("income", [income(1, received_at=given.isoformat()), income(2, received_at="")], received_at=given)

    first, second = _received(lake)
    assert first == second


def test_the_source_of_the_delivery_fills_rows_without_one(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1, source="civil affairs"), income(2, source="")], source="insurance")
    lake.deliver("income", [income(3)])

    assert [row["source"] for row in lake.all_rows("income")] == ["civil affairs", "insurance", "unnamed"]


def test_the_source_filled_in_is_part_of_the_key(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1, record_id="x")], source="a")
    lake.deliver("income", [income(2, record_id="x", source="a")], source="b")
    lake.deliver("income", [income(3, record_id="x")], source="b")

    assert [row["amount"] for row in lake.counting("income")] == [2, 3]


@pytest.mark.parametrize("source", ["firmground", "Firmground", " firmground", "a\nb", "a\x00", "a" * 201, "a\u200b"])
def test_a_delivery_may_not_speak_for_the_application_nor_under_an_unreadable_name(
    lake: LakeUnderTest, source: str
) -> None:
    before = lake.snapshot()

    with pytest.raises(SourceRefused):
        lake.deliver("income", [income(1)], source=source)
    assert lake.snapshot() == before


@pytest.mark.parametrize("source", ["../../etc/passwd", "'; drop table raw; --", "医保局", "a" * 200, "a b", "=1+1"])
def test_any_readable_name_is_only_a_name(lake: LakeUnderTest, source: str, tmp_path: Path) -> None:
    outside = {name for name in contents(tmp_path) if not name.startswith("lake/")}

    lake.deliver("income", [income(1)], source=source)

    assert [row["source"] for row in lake.all_rows("income")] == [source]
    assert {name for name in contents(tmp_path) if not name.startswith("lake/")} == outside | {"file1.csv"}


def test_a_mapping_may_not_speak_for_the_application_either(lake: LakeUnderTest) -> None:
    names = ("household_id", "kind", "amount", "occurred_on")
    columns = ", ".join(f"{name}: {name}" for name in names)
    mapping = lake.file(f"columns: {{{columns}, source: {{value: firmground}}}}\n")

    report = lake.deliver("income", [income(1)], mapping=mapping)

    assert [(m.id, m.rows) for m in report.mistakes] == [("FG-R021", 1)]
