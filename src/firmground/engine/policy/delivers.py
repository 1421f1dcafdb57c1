"""What a file holds: changes since the last one, or everything of a span, which withdraws what it leaves out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

CHANGES = "changes"
EXPECTED = "`changes`, or `everything from A to B`: A a date, `always` or `first`; B a date, `received` or `last`"
_EVERYTHING = re.compile(r"everything from (?P<first>\S+) to (?P<last>\S+)")


class Bound(StrEnum):
    """An end of a span that is not a date."""

    ALWAYS = "always"  # since always
    FIRST = "first"  # the first day in the file
    LAST = "last"  # the last day in the file
    RECEIVED = "received"  # the day on which the file was received


@dataclass(frozen=True)
class FullSpan:
    """The span of which a file holds everything; both ends are in it."""

    first: date | Bound
    last: date | Bound

    def between(
        self, first_in_file: date | None, last_in_file: date | None, received_on: date
    ) -> tuple[date | None, date | None]:
        """The days from and to which the file speaks; None: without a bound."""
        ends = {
            Bound.ALWAYS: None,
            Bound.FIRST: first_in_file,
            Bound.LAST: last_in_file,
            Bound.RECEIVED: received_on,
        }
        first, last = (ends[end] if isinstance(end, Bound) else end for end in (self.first, self.last))
        return first, last


def parse_delivers(text: str) -> FullSpan | None:
    """The span of which a file holds everything; None for `changes`.

    >>> parse_delivers("changes")
    >>> parse_delivers("everything from 2022-01-01 to received")
    FullSpan(first=datetime.date(2022, 1, 1), last=<Bound.RECEIVED: 'received'>)

    Raises ValueError, whose text says what was expected.
    """
    if text == CHANGES:
        return None
    found = _EVERYTHING.fullmatch(text)
    if found is None:
        raise ValueError(EXPECTED)
    first = _end(found["first"], Bound.ALWAYS, Bound.FIRST)
    last = _end(found["last"], Bound.RECEIVED, Bound.LAST)
    if isinstance(first, date) and isinstance(last, date) and last < first:
        raise ValueError("a span that ends on or after its first day")
    return FullSpan(first, last)


def _end(text: str, *words: Bound) -> date | Bound:
    if text in words:
        return Bound(text)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(EXPECTED)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(EXPECTED) from error
