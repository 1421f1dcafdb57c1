"""Whether a fact's declared unit is that of its value, and the name under which other expressions see the fact."""

from __future__ import annotations

from firmground.engine.policy import mistakes as wrong
from firmground.engine.policy.expressions import Expression
from firmground.engine.policy.mistakes import PolicyMistake
from firmground.engine.policy.model import Window, WindowKind
from firmground.engine.policy.scopes import Names, Symbol
from firmground.engine.policy.units import MONTH, YEAR, Unit
from firmground.engine.policy.values import ERROR, ValueKind
from firmground.errors import Place


def fact_symbol(name: str, of: str, expression: Expression | None, declared_unit: str | None, names: Names) -> Symbol:
    """The name that other expressions see; a fact with a mistake of its own fits everywhere."""
    type_ = expression.type if expression else ERROR
    return Symbol(name, "fact", of, type_, names.unit(declared_unit) if expression else None)


def check_fact_unit(
    expression: Expression,
    declared: str | None,
    windows: tuple[Window, ...],
    place: Place,
    names: Names,
) -> tuple[PolicyMistake, ...]:
    """Whether a fact's declared unit is that of its value.

    A sum over 12 full months or a full year may be declared per year, one over a month per month.
    """
    if expression.type.kind is ValueKind.ERROR:
        return ()
    if expression.type.kind is not ValueKind.NUMBER:
        if declared is None:
            return ()
        found = f"The unit `{declared}` is given for a value that is {expression.type.kind.words}"
        return (wrong.UnitMissing(found=found, expected="no unit", place=place),)
    if declared is None:
        return (wrong.UnitMissing(found="This number has no unit", expected="`unit:`", place=place),)
    unit = names.unit(declared)
    actual = expression.unit
    if unit is None or actual is None or unit == actual:
        return ()
    period = next((p for p in map(_period, windows) if p), None)
    if period and unit == actual / period:
        return ()
    expected = f"`{actual}`" + (f" or `{actual / period}`" if period else "")
    found = f"The value has the unit `{actual}`, not `{declared}`"
    return (wrong.UnitDoesNotFit(found=found, expected=expected, place=place),)


def _period(window: Window) -> Unit | None:
    length = {WindowKind.FULL_MONTHS: window.count, WindowKind.FULL_YEARS: 12 * window.count}.get(window.kind)
    return {12: YEAR, 1: MONTH}.get(length or 0)
