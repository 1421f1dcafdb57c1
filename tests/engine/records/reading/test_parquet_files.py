"""Parquet files: every type of column says its value in words, and what was lost before we saw it waits."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.records.lakes import LakeUnderTest, income, quarantined
from firmground.engine.records import ImportReport, import_file
from firmground.engine.records.reading.refusals import FileEmpty, FileUnreadable, HeadingUnfit

_DAY = datetime.date(2022, 3, 1)


def _deliver(lake: LakeUnderTest, columns: dict[str, Any], table: str = "income", **options: Any) -> ImportReport:
    path = lake.file(b"", f"file{lake.delivered}.parquet")
    pq.write_table(pa.table(columns), path, **options)
    return import_file(path, table=table, data=lake.path)


def _income(amounts: pa.Array, **more: Any) -> dict[str, Any]:
    rows = len(amounts)
    columns = {"household_id": ["H1"] * rows, "kind": ["wage"] * rows, "occurred_on": pa.array([_DAY] * rows)}
    return {**columns, "amount": amounts, **more}


@pytest.mark.parametrize(
    ("amounts", "accepted", "found"),
    [
        (pa.array([Decimal("0.10"), Decimal("999999999999.99")]), ["0.10", "999999999999.99"], []),
        (pa.array([Decimal("1200.5000"), Decimal("1200.5010")]), ["1200.50"], ["1200.501"]),
        (pa.array([Decimal("1200"), Decimal("-100")], pa.decimal128(38, 10)), ["1200.00"], ["-100.00"]),
        (pa.array([5, -5], pa.int64()), ["5.00"], ["-5"]),
        (
            pa.array([0.1, 1200.5, 0.1 + 0.2, 1.9e18, float("nan")]),
            ["0.10", "1200.50"],
            ["0.30000000000000004", "1.9e+18", "nan"],
        ),
        (pa.array([0.1], pa.float32()), ["0.10"], []),
        (pa.array(["7", "12O0", None]), ["7.00"], ["12O0", ""]),
        (pa.array(["7", "x", "7"]).dictionary_encode(), ["7.00", "7.00"], ["x"]),
        (pa.array([2**63], pa.uint64()), [], ["9223372036854775808"]),
        (pa.array([True]), [], ["true"]),
        (pa.array([[1, 2]]), [], ["[1, 2]"]),
        (pa.array([{"yuan": 1}]), [], ["{'yuan': 1}"]),
        (pa.array([b"\xff\x00"]), [], [r"\xFF\x00"]),
    ],
    ids=[
        "decimal",
        "four places",
        "ten places",
        "int",
        "double",
        "float",
        "text",
        "dictionary",
        "unsigned",
        "bool",
        "list",
        "struct",
        "bytes",
    ],
)
def test_amounts_of_every_type_are_exact_or_wait(
    lake: LakeUnderTest, amounts: pa.Array, accepted: list[str], found: list[str]
) -> None:
    report = _deliver(lake, _income(amounts))

    assert (report.accepted, report.quarantined) == (len(accepted), len(found))
    assert [str(row["amount"]) for row in lake.all_rows("income")] == accepted
    if found:
        assert [row["amount"] for row in quarantined(report)] == found


@pytest.mark.parametrize(
    ("day", "is_accepted"),
    [
        (pa.array([_DAY]), True),
        (pa.array([_DAY], pa.date64()), True),
        (pa.array(["2022-03-01"]), True),
        (pa.array(["2022-02-30"]), False),
        (pa.array([datetime.datetime(2022, 3, 1, tzinfo=datetime.UTC)]), False),
        (pa.array([datetime.datetime(2022, 3, 1)], pa.timestamp("ns")), True),  # noqa: DTZ001  # as pandas writes days
        (pa.array([datetime.datetime(2022, 3, 1, 0, 0, 1)]), True),  # noqa: DTZ001
        (pa.array([20220301]), True),
    ],
    ids=["date", "milliseconds", "text", "no day", "time of a zone", "midnight", "after midnight", "number"],
)
def test_a_day_is_a_date_or_waits(lake: LakeUnderTest, day: pa.Array, is_accepted: bool) -> None:
    report = _deliver(lake, {**_income(pa.array([1])), "occurred_on": day})

    assert report.accepted == int(is_accepted)
    assert {m.id for m in report.mistakes} == (set() if is_accepted else {"FG-R002"})


def test_times_with_and_without_a_zone_are_read(lake: LakeUnderTest) -> None:
    at = datetime.datetime(2022, 6, 1, 16, 0, 0, 5, tzinfo=datetime.UTC)
    for times in (pa.array([at], pa.timestamp("us", "UTC")), pa.array([at], pa.timestamp("us", "America/Lima"))):
        _deliver(lake, _income(pa.array([1]), received_at=times, record_id=[str(times.type)]))
    local = datetime.datetime(2022, 6, 2, 0, 0, 0, 5)  # noqa: DTZ001  # without a zone: the lake's, UTC+8
    _deliver(lake, _income(pa.array([1]), received_at=pa.array([local])))

    assert [row["received_at"] for row in lake.all_rows("income")] == [at, at, at]


@pytest.mark.parametrize(
    ("ids", "is_accepted"),
    [
        (pa.array([620102199001011234]), True),
        (pa.array([Decimal("620102199001011234")]), True),
        (pa.array([6.20102199001011e17]), False),
        (pa.array(["6.20102E+17"]), False),
    ],
    ids=["int", "decimal", "double", "text"],
)
def test_an_id_keeps_all_digits_or_waits(lake: LakeUnderTest, ids: pa.Array, is_accepted: bool) -> None:
    columns = {"household_id": ["H1"], "person_id": ids, "job_id": ["j1"], "started_on": pa.array([_DAY])}

    report = _deliver(lake, columns, "jobs")

    assert [m.id for m in report.mistakes] == ([] if is_accepted else ["FG-R014"])
    assert [row["person_id"] for row in lake.all_rows("jobs")] == (["620102199001011234"] if is_accepted else [])


def _whole(lake: LakeUnderTest) -> bytes:
    path = lake.folder / "whole.parquet"
    pq.write_table(pa.table(_income(pa.array(range(5000)))), path, row_group_size=1000)
    return path.read_bytes()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_refused_and_the_lake_stays_as_it_was(lake: LakeUnderTest, share: float) -> None:
    whole, before = _whole(lake), lake.snapshot()

    with pytest.raises(FileUnreadable, match=r"file1.csv is damaged or cut off. Expected: a whole Parquet file"):
        lake.deliver("income", whole[: 4 + int((len(whole) - 5) * share)])
    assert lake.snapshot() == before


def test_a_file_damaged_inside_is_refused_too(lake: LakeUnderTest) -> None:
    whole = _whole(lake)
    torn = whole[:200] + bytes(len(whole) // 2) + whole[200 + len(whole) // 2 :]

    with pytest.raises(FileUnreadable, match="is damaged or cut off"):
        lake.deliver("income", torn)
    assert lake.deliver("income", whole).accepted == 5000


def test_a_file_without_rows_is_refused(lake: LakeUnderTest) -> None:
    with pytest.raises(FileEmpty, match="a heading and no rows"):
        _deliver(lake, _income(pa.array([], pa.int64())))


def test_a_heading_that_stands_twice_is_refused_and_one_in_other_letters_is_not(lake: LakeUnderTest) -> None:
    columns = _income(pa.array([5]))
    arrays = [pa.array(values) for values in columns.values()]
    for name, is_twice in (("amount", True), ("Amount", False)):
        table = pa.Table.from_arrays([pa.array([7]), *arrays], [name, *columns])
        path = lake.file(b"", f"{name}.parquet")
        pq.write_table(table, path)
        if is_twice:
            with pytest.raises(HeadingUnfit, match="The heading `amount` stands twice"):
                import_file(path, table="income", data=lake.path)
        else:
            assert import_file(path, table="income", data=lake.path).unused == ("Amount",)
    assert [row["amount"] for row in lake.all_rows("income")] == [5]


def test_names_of_files_and_folders_are_no_patterns_and_no_columns(lake: LakeUnderTest) -> None:
    folder = lake.folder / "source=mine"
    folder.mkdir()
    for name, amount in (("w1.parquet", 1), ("w[1].parquet", 2)):
        pq.write_table(pa.table(_income(pa.array([amount]))), folder / name)

    import_file(folder / "w[1].parquet", table="income", data=lake.path)

    assert [(row["amount"], row["source"]) for row in lake.all_rows("income")] == [(2, "unnamed")]


@pytest.mark.parametrize("compression", ["snappy", "zstd", "gzip", "brotli", "none"])
def test_every_usual_compression_is_read(lake: LakeUnderTest, compression: str) -> None:
    assert _deliver(lake, _income(pa.array([1])), compression=compression).accepted == 1


def test_rows_wait_and_come_in_later_as_from_csv(lake: LakeUnderTest) -> None:
    columns = _income(pa.array([Decimal("1.50")]))
    assert _deliver(lake, {**columns, "household_id": ["H8"]}).waiting == 1
    lake.deliver("households", [{"household_id": "H8", "area_code": "620102001001"}])

    lake.retry()

    assert [(row["household_id"], row["amount"]) for row in lake.all_rows("income")] == [("H8", Decimal("1.50"))]


def test_the_same_rows_as_csv_are_another_file(lake: LakeUnderTest) -> None:
    _deliver(lake, _income(pa.array([5])))

    report = lake.deliver("income", [income("5")])

    assert (report.accepted, report.repeated) == (1, 0)


def test_a_parquet_file_is_known_by_its_content_not_its_name(lake: LakeUnderTest) -> None:
    path: Path = lake.file(_whole(lake), "income.csv")

    assert import_file(path, table="income", data=lake.path).accepted == 5000
