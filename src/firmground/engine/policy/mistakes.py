"""Mistakes that a policy pack can hold. Each names file, line and column, what was found and what was expected."""

from __future__ import annotations

from firmground.errors import FirmgroundError


class PolicyMistake(FirmgroundError):
    """A mistake in a policy pack. The pack is refused; all its mistakes are reported at once."""

    exit_code = 3


class NotAnExpression(PolicyMistake):
    """The text is not an expression: a bracket is missing, a word is in the wrong place, or it is too long."""

    id = "FG-P050"


class NotAllowed(PolicyMistake):
    """The expression does more than compute. Only the operators and functions of the reference are allowed."""

    id = "FG-P051"


class BareNumber(PolicyMistake):
    """A number stands in an expression. What a decree may change is a parameter; only 0 and 1 may be written."""

    id = "FG-P052"


class UnknownName(PolicyMistake):
    """A column, fact or parameter is named that this expression cannot see."""

    id = "FG-P053"


class WrongType(PolicyMistake):
    """A value has another type than its place needs, such as text where a number is expected."""

    id = "FG-P054"


class UnitDoesNotFit(PolicyMistake):
    """Two values with different units are compared or added, or a fact's unit is not that of its value."""

    id = "FG-P055"


class UnknownWindow(PolicyMistake):
    """A window does not exist, or does not exist for this table."""

    id = "FG-P056"


class WindowColumn(PolicyMistake):
    """A window has no date column to look at, or names one that is not a date of the table."""

    id = "FG-P057"


class MisplacedAggregate(PolicyMistake):
    """An aggregate stands where there are no rows to aggregate, inside another, or is missing where rows must be."""

    id = "FG-P058"


class UnknownCode(PolicyMistake):
    """A text is compared with a column whose values are a closed list, and is not on it."""

    id = "FG-P059"


class TooManyDigits(PolicyMistake):
    """A product or sum may need more than 38 digits, which no backend can compute exactly."""

    id = "FG-P060"


class AggregateOfDivision(PolicyMistake):
    """A sum over a division, which is carried with 15 digits and cannot be summed exactly: sum first, then divide."""

    id = "FG-P061"


class UnknownUnit(PolicyMistake):
    """A unit has a word that is neither the currency nor a unit of the pack."""

    id = "FG-P062"


class UnitMissing(PolicyMistake):
    """A fact that is a number has no unit, or a fact that is no number has one."""

    id = "FG-P063"


class UnknownFunction(PolicyMistake):
    """A function is named that is not on the allow-list."""

    id = "FG-P064"
