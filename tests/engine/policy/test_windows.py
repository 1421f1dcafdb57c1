"""Windows of time: the days that each kind holds, tried from both sides of both ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmground.engine.policy.model import Window, WindowKind
from firmground.engine.policy.windows import bounds, months_before, parse_window
from firmground.engine.tables import TABLES
from firmground.errors import Place

FULL, TO_DATE, YEARS = WindowKind.FULL_MONTHS, WindowKind.MONTHS_TO_DATE, WindowKind.FULL_YEARS
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


def window(text: str, offset: str | None = None, table: str = "income", on: str | None = None) -> Window:
    found, mistakes = parse_window(text, offset, on, TABLES[table], Place("facts.yaml", 1, 1))
    assert not mistakes
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "offset", "as_of", "first", "last"),
    [
        ("12 full months", None, "2022-06-01", "2021-06-01", "2022-05-31"),
        ("12 full months", None, "2022-06-30", "2021-06-01", "2022-05-31"),
        ("12 full months", None, "2022-05-31", "2021-05-01", "2022-04-30"),
        ("12 full months", "12 months", "2022-06-01", "2020-06-01", "2021-05-31"),
        ("12 full months", "1 month", "2022-06-01", "2021-05-01", "2022-04-30"),
        ("12 full months", "0 months", "2022-06-01", "2021-06-01", "2022-05-31"),
        ("1 full month", None, "2024-03-31", "2024-02-01", "2024-02-29"),
        ("1 full months", None, "2023-03-01", "2023-02-01", "2023-02-28"),
        ("3 months to date", None, "2022-05-31", "2022-03-01", "2022-05-31"),
        ("3 months to date", None, "2022-05-30", "2022-03-01", "2022-05-30"),
        ("3 months to date", None, "2022-05-28", "2022-03-01", "2022-05-28"),
        ("3 months to date", None, "2022-05-27", "2022-02-28", "2022-05-27"),
        ("3 months to date", None, "2024-05-31", "2024-03-01", "2024-05-31"),
        ("3 months to date", None, "2024-05-28", "2024-02-29", "2024-05-28"),
        ("1 month to date", None, "2022-03-31", "2022-03-01", "2022-03-31"),
        ("12 months to date", None, "2024-02-29", "2023-03-01", "2024-02-29"),
        ("12 months to date", None, "2025-02-28", "2024-02-29", "2025-02-28"),
        ("48 months to date", None, "2024-02-29", "2020-03-01", "2024-02-29"),
        ("year to date", None, "2022-01-01", "2022-01-01", "2022-01-01"),
        ("year to date", None, "2022-12-31", "2022-01-01", "2022-12-31"),
        ("1 full year", None, "2022-01-01", "2021-01-01", "2021-12-31"),
        ("2 full years", None, "2022-12-31", "2020-01-01", "2021-12-31"),
    ],
)
def test_a_window_holds_its_first_and_last_day_and_none_beyond(
    text: str, offset: str | None, as_of: str, first: str, last: str
) -> None:
    after, until = bounds(window(text, offset), date.fromisoformat(as_of))

    assert after is not None
    assert (after + timedelta(days=1)).isoformat() == first
    assert until.isoformat() == last


@pytest.mark.parametrize(("text", "table"), [("open", "jobs"), ("ever", "jobs"), ("ever", "income")])
def test_open_and_ever_have_no_beginning_and_end_at_the_as_of_date(text: str, table: str) -> None:
    assert bounds(window(text, table=table), date(2022, 6, 1)) == (None, date(2022, 6, 1))


@given(DAYS, st.integers(1, 1200), st.integers(0, 1200))
def test_full_months_follow_each_other_without_gap_or_overlap(as_of: date, count: int, offset: int) -> None:
    after, until = bounds(Window(FULL, count, offset), as_of)
    before = bounds(Window(FULL, count, offset + count), as_of)

    assert before[1] == after
    assert after is not None
    assert (after + timedelta(days=1)).day == 1
    assert (until + timedelta(days=1)).day == 1


@given(DAYS, st.integers(1, 1200))
def test_the_day_some_months_earlier_is_the_same_day_or_the_last_of_a_shorter_month(as_of: date, months: int) -> None:
    earlier = months_before(as_of, months)

    assert (as_of.year - earlier.year) * 12 + as_of.month - earlier.month == months
    assert earlier.day == as_of.day or (earlier.day < as_of.day and (earlier + timedelta(days=1)).day == 1)


@given(DAYS, st.integers(1, 100))
def test_as_many_full_years_are_as_many_times_twelve_full_months_in_january(day: date, count: int) -> None:
    january = day.replace(month=1)

    assert bounds(Window(YEARS, count), january) == bounds(Window(FULL, 12 * count), january)


@pytest.mark.parametrize(
    ("as_of", "longest"),
    [
        (date(1, 1, 1), Window(FULL, 1200)),
        (date(1, 6, 1), Window(TO_DATE, 1200)),
        (date(1, 6, 1), Window(WindowKind.YEAR_TO_DATE)),
        (date(1, 1, 1), Window(YEARS, 1)),
    ],
)
def test_a_window_that_begins_before_the_calendar_begins_with_it(as_of: date, longest: Window) -> None:
    after, until = bounds(longest, as_of)

    assert after == date.min
    assert until <= as_of


@pytest.mark.parametrize("text", ["1200 full months", " 12   full  months "])
def test_a_window_may_be_a_century_long_and_spaced_freely(text: str) -> None:
    assert window(text).kind is FULL


@pytest.mark.parametrize("text", ["1201 full months", "0 full years", "-1 full months", "1.5 full months", "12 months"])
def test_other_windows_do_not_exist(text: str) -> None:
    found, (mistake,) = parse_window(text, None, None, TABLES["income"], Place("facts.yaml", 7, 11))

    assert found is None
    assert (mistake.id, str(mistake.place)) == ("FG-P056", "facts.yaml:7:11")


def test_a_window_looks_at_the_day_of_the_row_unless_another_date_is_named() -> None:
    assert window("year to date").on == "occurred_on"
    assert window("year to date", table="jobs", on="ended_on").on == "ended_on"
    assert window("open", table="jobs").on is None
