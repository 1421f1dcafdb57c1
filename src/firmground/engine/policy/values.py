"""Types of values in expressions, with the digits that exact numbers may need.

A number is exact (at most 38 digits, so many of them places) or a quotient, which is carried with at least 15
significant digits. See docs/decisions on numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

MOST_DIGITS = 38
COUNT_DIGITS = 10  # a household has fewer than 10^10 rows
SUM_DIGITS = 20  # digits before the point of a household's sum, at least
ROW_DIGITS = 3  # more digits before the point that a sum may have than what is summed


class ValueKind(StrEnum):
    """What a value is. NOTHING is the literal null; ERROR a value already reported, which fits everywhere."""

    BOOLEAN = "true or false"
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    NOTHING = "null"
    ERROR = "unknown"

    @property
    def words(self) -> str:
        """The kind in a sentence: a number, a text, true or false."""
        return f"a {self.value}" if self in (ValueKind.TEXT, ValueKind.DATE, ValueKind.NUMBER) else self.value


@dataclass(frozen=True)
class ValueType:
    """Type of a value. `digits` and `places` hold for exact numbers; `is_whole` marks counts and ages (BIGINT)."""

    kind: ValueKind
    digits: int = 0
    places: int = 0
    is_quotient: bool = False
    is_whole: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it may be computed with."""
        return self.kind in (ValueKind.NUMBER, ValueKind.NOTHING, ValueKind.ERROR)

    def is_a(self, kind: ValueKind) -> bool:
        """Whether it fits where `kind` is needed."""
        return self.kind in (kind, ValueKind.NOTHING, ValueKind.ERROR)


BOOLEAN = ValueType(ValueKind.BOOLEAN)
TEXT = ValueType(ValueKind.TEXT)
DATE = ValueType(ValueKind.DATE)
NOTHING = ValueType(ValueKind.NOTHING)
ERROR = ValueType(ValueKind.ERROR)
QUOTIENT = ValueType(ValueKind.NUMBER, is_quotient=True)
COUNT = ValueType(ValueKind.NUMBER, COUNT_DIGITS, 0, is_whole=True)


def exact(digits: int, places: int) -> ValueType:
    """An exact number of so many digits in all."""
    return ValueType(ValueKind.NUMBER, digits, places)


def wider(left: ValueType, right: ValueType) -> ValueType | None:
    """The type that holds values of both, or None if there is none."""
    if left.kind is ValueKind.ERROR or right.kind is ValueKind.ERROR:
        return ERROR
    if left.kind is ValueKind.NOTHING:
        return right
    if right.kind is ValueKind.NOTHING:
        return left
    if left.kind is not right.kind:
        return None
    if left.kind is not ValueKind.NUMBER:
        return left
    if left.is_quotient or right.is_quotient:
        return QUOTIENT
    places = max(left.places, right.places)
    whole = max(left.digits - left.places, right.digits - right.places)
    return ValueType(ValueKind.NUMBER, whole + places, places, is_whole=left.is_whole and right.is_whole)


def added(left: ValueType, right: ValueType) -> ValueType | None:
    """Type of a sum or difference of two numbers; `digits` may pass MOST_DIGITS, which the caller refuses."""
    both = wider(left, right)
    if both is None or both.is_quotient or both.kind is not ValueKind.NUMBER:
        return both
    return replace(both, digits=both.digits + 1)


def multiplied(left: ValueType, right: ValueType) -> ValueType:
    """Type of a product of two numbers."""
    if ValueKind.ERROR in (left.kind, right.kind):
        return ERROR
    if left.is_quotient or right.is_quotient:
        return QUOTIENT
    return exact(left.digits + right.digits + 1, left.places + right.places)


def summed(each: ValueType) -> ValueType:
    """Type of a household's sum over rows of exact numbers."""
    if each.kind is not ValueKind.NUMBER:
        return each
    whole = max(SUM_DIGITS, each.digits - each.places + ROW_DIGITS)
    return exact(whole + each.places, each.places)
