"""Windows of time that facts are summed over.

Both ends are dates, the first excluded: a 3-month window to 31 May starts after 28 February, never on it. Full
months are calendar months before the month of the as-of date (domain.md, "Time words").
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta

from firmground.engine.policy.mistakes import PolicyMistake, UnknownWindow, WindowColumn
from firmground.engine.policy.model import Window, WindowKind
from firmground.engine.tables import Table, Type
from firmground.errors import Place, nearest

_COUNTED = {
    "full months": WindowKind.FULL_MONTHS,
    "full month": WindowKind.FULL_MONTHS,
    "months to date": WindowKind.MONTHS_TO_DATE,
    "month to date": WindowKind.MONTHS_TO_DATE,
    "full years": WindowKind.FULL_YEARS,
    "full year": WindowKind.FULL_YEARS,
}
_PLAIN = {"year to date": WindowKind.YEAR_TO_DATE, "open": WindowKind.OPEN, "ever": WindowKind.EVER}
_EXAMPLES = ("12 full months", "3 months to date", "year to date", "1 full years", "open", "ever")
_LONGEST = 1200  # months; a century covers every record


def parse_window(
    text: str, offset: str | None, on: str | None, table: Table, place: Place, places: Mapping[str, Place] | None = None
) -> tuple[Window | None, tuple[PolicyMistake, ...]]:
    """Read one window of a fact over `table`.

    text: such as `12 full months`; offset: such as `12 months`, or None; on: date column, None for the table's moment.
    places: where `window`, `offset` and `on` stand, if not at `place`. Returns the window, or None with what is wrong.
    """
    mistakes: list[PolicyMistake] = []
    places = places or {}
    kind, count = _kind_and_count(text)
    if kind is None:
        close = nearest(text, _EXAMPLES)
        hint = f"Did you mean `{close}`?" if close else ""
        mistakes.append(
            UnknownWindow(
                found=f"There is no window `{text}`",
                expected=", ".join(_EXAMPLES),
                hint=hint,
                place=places.get("window", place),
            )
        )
        return None, tuple(mistakes)
    months = 0
    if offset is not None:
        match = re.fullmatch(r"(\d{1,4}) months?", offset.strip())
        if match is None or kind is not WindowKind.FULL_MONTHS:
            mistakes.append(
                UnknownWindow(
                    found=f"The offset `{offset}` does not fit the window `{text}`",
                    expected="an offset such as `12 months` beside `N full months`",
                    place=places.get("offset", place),
                )
            )
        else:
            months = int(match[1])
    column, wrong = _column(kind, text, on, table, places.get("on" if on else "window", place))
    mistakes += wrong
    if mistakes:
        return None, tuple(mistakes)
    return Window(kind, count, months, column, place), ()


def _kind_and_count(text: str) -> tuple[WindowKind | None, int]:
    text = " ".join(text.split())
    if text in _PLAIN:
        return _PLAIN[text], 0
    match = re.fullmatch(r"(\d{1,4}) (.+)", text)
    if match and match[2] in _COUNTED and 0 < int(match[1]) <= _LONGEST:
        return _COUNTED[match[2]], int(match[1])
    return None, 0


def _column(
    kind: WindowKind, text: str, on: str | None, table: Table, place: Place
) -> tuple[str | None, list[PolicyMistake]]:
    """The date column that the window looks at, and what is wrong with the choice."""
    dates = [column.name for column in table.columns if column.type is Type.DATE]
    if kind in (WindowKind.OPEN, WindowKind.EVER):
        if on is not None:
            found = f"The window `{text}` takes no `on`"
            return None, [WindowColumn(found=found, expected="no `on` here", place=place)]
        if kind is WindowKind.OPEN and table.span is None:
            found = f"Rows of `{table.name}` happen on a day and are never open"
            expected = "a window such as `3 months to date`"
            return None, [UnknownWindow(found=found, expected=expected, place=place)]
        return None, []
    if on is None and "occurred_on" in dates:
        return "occurred_on", []
    if on is None:
        found = f"The window `{text}` over `{table.name}` does not say which date it looks at"
        expected = "`on:` with one of " + ", ".join(dates)
        return None, [WindowColumn(found=found, expected=expected, place=place)]
    if on not in dates:
        close = nearest(on, dates)
        found = f"`{on}` is not a date column of `{table.name}`"
        hint = f"Did you mean `{close}`?" if close else ""
        return None, [WindowColumn(found=found, expected=", ".join(dates), hint=hint, place=place)]
    return on, []


def months_before(day: date, months: int) -> date:
    """The same day `months` months earlier, clamped to the last day of that month.

    >>> months_before(date(2022, 5, 31), 3)
    datetime.date(2022, 2, 28)
    """
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def bounds(window: Window, as_of: date) -> tuple[date | None, date]:
    """(after, until): rows dated later than `after` and not later than `until` are in the window.

    `after` is None for `open` and `ever`, which have no beginning. Source: contracts, Packs, "Windows".

    >>> bounds(Window(WindowKind.FULL_MONTHS, 12), date(2022, 6, 1))
    (datetime.date(2021, 5, 31), datetime.date(2022, 5, 31))
    """
    first_of_month = as_of.replace(day=1)
    if window.kind is WindowKind.FULL_MONTHS:
        end = months_before(first_of_month, window.offset_months)
        start = months_before(first_of_month, window.offset_months + window.count)
        return _day_before(start), _day_before(end)
    if window.kind is WindowKind.MONTHS_TO_DATE:
        return months_before(as_of, window.count), as_of
    if window.kind is WindowKind.YEAR_TO_DATE:
        return _day_before(date(as_of.year, 1, 1)), as_of
    if window.kind is WindowKind.FULL_YEARS:
        start_year = max(as_of.year - window.count, 1)
        return _day_before(date(start_year, 1, 1)), _day_before(date(as_of.year, 1, 1))
    return None, as_of


def _day_before(day: date) -> date:
    return day if day == date.min else day - timedelta(days=1)
