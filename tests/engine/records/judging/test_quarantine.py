"""Quarantine: rows wait as they came, harmless in a spreadsheet, and come in as part of their own delivery."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest

from engine.records.lakes import VILLAGE, LakeUnderTest, income, quarantined
from firmground.engine.records import deliveries
from firmground.engine.records.deliveries import UnknownDelivery
from firmground.engine.records.sources.mapping import MappingUnsound

_JUNE = datetime(2022, 6, 1, tzinfo=UTC)
_H8 = [{"household_id": "H8", "area_code": VILLAGE}]


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1 or so", "-1 or so", "@SUM(A1)", "＝1+1", "\u200b=1+1", "\t1 or so", "'=1+1", " =cmd|' /C calc'!A0"],
)
def test_no_cell_of_the_file_for_people_is_computed_by_a_spreadsheet(lake: LakeUnderTest, cell: str) -> None:
    report = lake.deliver("income", [income(cell, remark=cell), income("x", remark=cell)])

    rows = quarantined(report)
    shown = [row[name] for row in rows for name in ("amount", "_found", "remark")]
    assert shown == ["'" + cell] * 3 + ["x", "x", "'" + cell]


def test_a_heading_is_not_computed_either(lake: LakeUnderTest) -> None:
    report = lake.deliver("income", [{**income("x"), "=1+1": ""}])

    assert "'=1+1" in quarantined(report)[0]


def test_a_negative_number_stays_a_number(lake: LakeUnderTest) -> None:
    assert quarantined(lake.deliver("income", [income("-5.5")]))[0]["amount"] == "-5.5"


def test_a_mark_inside_a_cell_does_not_move_what_is_said_of_it(lake: LakeUnderTest) -> None:
    report = lake.deliver("income", [income("1\x1f2")])

    (row,) = quarantined(report)
    assert (row["_column"], row["_found"], row["_expected"]) == ("amount", "1 2", "an amount such as 1200.50")
    assert row["amount"] == "1\x1f2"


def test_a_corrected_quarantine_file_can_be_delivered_and_wait_again(lake: LakeUnderTest) -> None:
    first = lake.deliver("income", [income("x"), income("y")])
    assert first.quarantine_file is not None
    corrected = first.quarantine_file.read_text(encoding="utf-8").replace('"x"', '"7"', 1)

    second = lake.deliver("income", corrected)

    (row,) = quarantined(second)
    assert (second.accepted, row["_row"], row["__row"], row["__found"]) == (1, "3", "3", "y")


def test_the_file_says_of_each_mistake_which_heading_it_stands_under(lake: LakeUnderTest) -> None:
    mapping = lake.file(
        "columns: {household_id: 户编号, occurred_on: 日期}\n"
        "rows: [{kind: {value: wage}, amount: 工资}, {kind: {value: lottery}, amount: '=补贴'}]\n"
    )

    report = lake.deliver("income", "户编号,日期,工资,=补贴\nH1,2022-03-01,x,y\n", mapping=mapping)

    shown = [(row["_column"], row["_found"]) for row in quarantined(report)]
    assert shown == [("工资", "x"), ("'=补贴 | kind", "y | lottery")]


def test_the_file_has_the_original_columns_in_their_order(lake: LakeUnderTest) -> None:
    report = lake.deliver("income", "b,household_id,a,kind,amount,occurred_on\n1,H1,2,wage,x,2022-03-01\n")

    assert report.quarantine_file is not None
    with report.quarantine_file.open(encoding="utf-8", newline="") as file:
        heading, row = csv.reader(file)
    own = ["_row", "_column", "_found", "_expected", "_error"]
    assert heading == ["b", "household_id", "a", "kind", "amount", "occurred_on", *own]
    assert row == [
        "1",
        "H1",
        "2",
        "wage",
        "x",
        "2022-03-01",
        "2",
        "amount",
        "x",
        "an amount such as 1200.50",
        "FG-R003",
    ]


def test_a_row_whose_household_comes_later_is_taken_up_with_the_time_of_its_delivery(lake: LakeUnderTest) -> None:
    rows = [income(1), income(2, household_id="H8"), income("x", household_id="H8")]
    first = lake.deliver("income", rows, received_at=_JUNE, source="a")
    assert (first.accepted, first.quarantined, first.waiting) == (1, 2, 1)
    lake.deliver("households", _H8)

    (report,) = lake.retry()

    assert (report.rows, report.accepted, report.quarantined, report.waiting) == (2, 1, 1, 0)
    assert report.delivery == first.delivery
    taken = lake.counting("income", _JUNE)[-1]
    assert (taken["amount"], taken["received_at"], taken["source"]) == (2, _JUNE, "a")
    assert taken["row_id"] == lake.all_rows("income")[0]["row_id"] + 1
    assert [(row["_row"], row["amount"]) for row in quarantined(report)] == [("4", "x")]


def test_a_retry_that_helps_nobody_changes_nothing(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income("x")])
    before = lake.snapshot()

    (report,) = lake.retry()

    assert (report.rows, report.accepted, report.quarantined) == (1, 0, 1)
    assert lake.snapshot() == before


def test_with_nothing_in_quarantine_there_is_nothing_to_retry(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income("5")])

    assert lake.retry() == []


def test_a_row_taken_up_is_older_than_a_correction_that_came_meanwhile(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1, household_id="H8", record_id="x")], received_at=_JUNE)
    lake.deliver("households", _H8)
    lake.deliver("income", [income(2, household_id="H8", record_id="x")], received_at=datetime(2022, 6, 2, tzinfo=UTC))

    lake.retry()

    assert [row["amount"] for row in lake.counting("income")] == [2]
    assert [row["amount"] for row in lake.counting("income", _JUNE)] == [1]


def test_another_mapping_takes_up_what_the_first_one_misread(lake: LakeUnderTest) -> None:
    text = "household_id,kind,amount,occurred_on\nH1,工资,5,2022-03-01\nH1,x,6,2022-03-01\nH1,y,7,2022-03-01\n"
    lake.deliver("income", text)
    columns = "columns: {household_id: household_id, kind: kind, amount: amount, occurred_on: occurred_on}\n"

    lake.retry(mapping=lake.file(columns + "values: {kind: {工资: wage}}\n"))
    assert [row["amount"] for row in lake.all_rows("income")] == [5]
    lake.retry(mapping=lake.file(columns + "values: {kind: {x: wage, y: none}}\n"))
    assert [row["amount"] for row in lake.all_rows("income")] == [5, 6]
    (report,) = lake.retry()  # reads as the last mapping did

    assert [(m.id, m.example) for m in report.mistakes] == [("FG-R010", "none")]


def test_a_mapping_with_another_number_of_records_loses_no_row(lake: LakeUnderTest) -> None:
    rows = "rows: [{amount: a, kind: {value: wage}}, {amount: b, kind: {value: transfer}}]\n"
    columns = "columns: {household_id: h, occurred_on: o}\n"
    lake.deliver("income", "h,o,a,b\nH8,2022-03-01,1,2\n", mapping=lake.file(columns + rows))
    single = lake.file("columns: {household_id: h, occurred_on: o, amount: a, kind: {value: wage}}\n")
    before = lake.snapshot()

    with pytest.raises(MappingUnsound, match="makes 1 records of a row; D000003 came in as 2"):
        lake.retry(mapping=single)
    assert lake.snapshot() == before

    lake.deliver("households", _H8)
    lake.retry()
    assert [(row["kind"], row["amount"]) for row in lake.all_rows("income")] == [("wage", 1), ("transfer", 2)]


def test_a_mapping_that_fits_one_delivery_only_changes_none(lake: LakeUnderTest) -> None:
    lake.deliver("income", "household_id,kind,amount,occurred_on,k\nH1,x,5,2022-03-01,wage\n")
    lake.deliver("income", [income("x")])
    before = lake.snapshot()
    mapping = lake.file("columns: {household_id: household_id, kind: k, amount: amount, occurred_on: occurred_on}\n")

    with pytest.raises(MappingUnsound, match="The file has no heading `k`"):
        lake.retry(mapping=mapping)
    assert lake.snapshot() == before


def test_the_list_of_deliveries_says_what_is_still_in_quarantine(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1), income(2, household_id="H8"), income("x")], received_at=_JUNE, source="a")
    lake.deliver("households", _H8)
    lake.retry()

    row = deliveries(lake.path).to_pylist()[2]

    assert row == {
        "delivery": "D000003",
        "file": "file1.csv",
        "table": "income",
        "source": "a",
        "source_title": None,
        "answers": None,
        "file_kind": "",
        "received_at": _JUNE,
        "rows": 3,
        "accepted": 1,
        "quarantined": 2,
        "in_quarantine_now": 1,
        "undone_at": None,
    }


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", None])
def test_a_damaged_report_is_named(lake: LakeUnderTest, damage: bytes | None) -> None:
    lake.deliver("income", [income("x")])
    path = lake.path / "deliveries" / "D000003.json"
    path.unlink() if damage is None else path.write_bytes(damage)

    for ask in (lake.retry, lambda: deliveries(lake.path)):
        with pytest.raises(UnknownDelivery, match="The report of the delivery D000003 cannot be read"):
            ask()
