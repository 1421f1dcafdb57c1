"""A file that holds everything of a span withdraws what it leaves out, after a preview."""

from __future__ import annotations

from datetime import date

import pytest

from engine.records.lakes import LakeUnderTest, contents, income
from firmground.engine.records import ImportReport, undo
from firmground.engine.records.importing import DeliversUnfit
from firmground.engine.records.withdrawing import LargeDrop

_MARCH = "everything from 2022-03-01 to 2022-03-31"


def _whole(lake: LakeUnderTest, rows: list[dict[str, object]], **more: object) -> ImportReport:
    options = {"delivers": _MARCH, "yes": True, "source": "aid", **more}
    return lake.deliver("income", rows, **options)


def _days(lake: LakeUnderTest, **when: object) -> list[tuple[str, str]]:
    return [(str(row["occurred_on"]), str(row["amount"])) for row in lake.counting("income", **when)]


def test_rows_of_its_source_in_its_span_that_it_leaves_out_are_withdrawn(lake: LakeUnderTest) -> None:
    days = ("2022-02-28", "2022-03-01", "2022-03-31", "2022-04-01")
    lake.deliver("income", [income(1, occurred_on=day) for day in days], source="aid")
    lake.deliver("income", [income(2, occurred_on="2022-03-15")], source="another")

    report = _whole(lake, [income(1, occurred_on="2022-03-31")])

    assert report.withdrawal is not None
    assert (report.withdrawal.earlier, report.withdrawal.left_out) == (2, 1)
    assert sorted(_days(lake)) == [
        ("2022-02-28", "1.00"),
        ("2022-03-15", "2.00"),
        ("2022-03-31", "1.00"),
        ("2022-04-01", "1.00"),
    ]


def test_before_it_was_received_they_count(lake: LakeUnderTest) -> None:
    first = lake.deliver("income", [income(1), income(2)], source="aid", received_at=date(2022, 4, 1))
    _whole(lake, [income(3)], received_at=date(2022, 5, 1))

    assert [amount for _, amount in _days(lake, known_at=first.received_at)] == ["1.00", "2.00"]
    assert [amount for _, amount in _days(lake)] == ["3.00"]


def test_a_delivery_received_before_it_but_brought_later_is_withdrawn_too(lake: LakeUnderTest) -> None:
    _whole(lake, [income(3)], received_at=date(2022, 5, 1))
    lake.deliver("income", [income(1)], source="aid", received_at=date(2022, 4, 30))
    lake.deliver("income", [income(2)], source="aid", received_at=date(2022, 5, 2))

    assert [amount for _, amount in _days(lake)] == ["3.00", "2.00"]


def test_more_than_a_fifth_is_refused_unless_asked_for(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(n, record_id=f"r{n}") for n in range(1, 11)], source="aid")
    before = contents(lake.path)
    seven = [income(n, record_id=f"r{n}") for n in range(1, 8)]

    with pytest.raises(LargeDrop) as raised:
        _whole(lake, seven, yes=False)

    assert raised.value.found == "The file leaves out 3 of 10 earlier rows of aid in its span"
    assert contents(lake.path) == before
    eight = [*seven, income(8, record_id="r8")]
    assert _whole(lake, eight, yes=False).withdrawal is not None, "a fifth is not too much"


def test_a_dry_run_shows_what_it_would_withdraw(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1), income(2), income(2)], source="aid")
    before = contents(lake.path)

    report = _whole(lake, [income(2)], dry_run=True, yes=False)

    assert report.withdrawal is not None
    assert (report.withdrawal.earlier, report.withdrawal.left_out) == (3, 2), "of two equal rows the file holds one"
    assert contents(lake.path) == before


def test_a_row_in_quarantine_withdraws_nothing_that_it_would_replace(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1, record_id="a"), income(2, record_id="b")], source="aid")

    report = _whole(lake, [income(3, record_id="c"), income("12O0", record_id="a")])

    assert report.withdrawal is not None
    assert report.withdrawal.left_out == 1
    assert sorted(amount for _, amount in _days(lake)) == ["1.00", "3.00"]


def test_a_file_without_a_good_row_withdraws_nothing(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1)], source="aid")

    assert _whole(lake, [income("12O0")]).withdrawal is None
    assert [amount for _, amount in _days(lake)] == ["1.00"]


def test_undone_it_withdraws_nothing_any_more(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1)], source="aid")
    _whole(lake, [income(2)])

    assert undo(lake.path, "D000004").counting_again == 1
    assert [amount for _, amount in _days(lake)] == ["1.00"]


def test_a_spell_is_in_the_span_if_any_day_of_it_is(lake: LakeUnderTest) -> None:
    def condition(record_id: str, begin: str, end: str) -> dict[str, object]:
        cells = {"household_id": "H1", "kind": "disability", "record_id": record_id}
        return {**cells, "valid_from": begin, "valid_to": end}

    spells = [
        condition("ended before", "2022-01-01", "2022-03-01"),
        condition("ends in it", "2022-01-01", "2022-03-02"),
        condition("goes on", "2022-01-01", ""),
        condition("begins on its last day", "2022-03-31", ""),
        condition("begins later", "2022-04-01", ""),
    ]
    lake.deliver("conditions", spells, source="aid")
    lake.deliver("conditions", [condition("new", "2022-03-10", "")], source="aid", delivers=_MARCH, yes=True)

    assert [row["record_id"] for row in lake.counting("conditions")] == ["ended before", "begins later", "new"]


@pytest.mark.parametrize(
    ("delivers", "withdrawn"),
    [
        ("changes", []),
        ("everything from first to last", ["2022-03-10", "2022-03-20"]),
        ("everything from always to last", ["2022-02-01", "2022-03-10", "2022-03-20"]),
        ("everything from first to received", ["2022-03-10", "2022-03-20", "2022-05-01"]),
    ],
)
def test_the_ends_of_the_span_may_be_said_in_words(lake: LakeUnderTest, delivers: str, withdrawn: list[str]) -> None:
    days = ("2022-02-01", "2022-03-10", "2022-03-20", "2022-05-01", "2022-05-02")
    lake.deliver("income", [income(1, occurred_on=day) for day in days], source="aid", received_at=date(2022, 5, 1))
    file = [income(9, occurred_on="2022-03-10"), income(9, occurred_on="2022-03-20")]

    _whole(lake, file, delivers=delivers, received_at=date(2022, 5, 1))

    assert [day for day in days if (day, "1.00") not in _days(lake)] == withdrawn


@pytest.mark.parametrize(
    "delivers", ["everything", "everything from 2022-03-31 to 2022-03-01", "everything from last to first", "all"]
)
def test_what_cannot_be_read_is_refused_with_what_was_expected(lake: LakeUnderTest, delivers: str) -> None:
    with pytest.raises(DeliversUnfit) as raised:
        _whole(lake, [income(1)], delivers=delivers)

    assert delivers in raised.value.found
    assert raised.value.expected
