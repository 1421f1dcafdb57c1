"""How a number is drawn: a hash of who it is for, what it is for, and the seed; nothing is drawn in a sequence.

`u(n, k)` is a number from 0 up to 1, the same for the same household (or person, village, row) `n`, purpose `k` and
seed. So a household does not depend on the households before it, nor on blocks or threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MACROS = (
    "create or replace macro u(n, k) as (hash(n * 1024 + k, getvariable('seed')) % 1000000007) / 1000000007.0",
    # a normal number by the sum of four uniform ones: bounded, so that nobody earns a fortune
    "create or replace macro z(n, k) as (u(n, k) + u(n, k + 256) + u(n, k + 512) + u(n, k + 768) - 2) * 1.7320508",
    "create or replace macro back(days) as cast(getvariable('as_of') - cast(days as integer) as date)",
    "create or replace macro money(x) as cast(greatest(x, 0.01) as decimal(18, 2))",
)


def span_begin(as_of: date, months: int) -> date:
    """The first day of records: the first of the month so many months before the month of the as-of date."""
    return _month_before(as_of, months)


def _month_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def calendar_sql(as_of: date, months: int) -> tuple[str, ...]:
    """Make `months` (number 0 for the last full month, first: its first day), `years` (number, of days before the
    as-of date) and `calendar` (year), as far as the span reaches."""
    firsts = [_month_before(as_of, number + 1) for number in range(months)]
    listed = ", ".join(f"({number}, date '{first.isoformat()}')" for number, first in enumerate(firsts))
    begin = span_begin(as_of, months)
    years = (as_of - begin) // timedelta(days=365) + 1
    return (
        f"create table months as select number, first from (values {listed}) as m (number, first)",
        f"create table years as select unnest(generate_series(0, {years - 1})) as number",
        f"create table calendar as select unnest(generate_series({begin.year}, {as_of.year})) as year",
    )


def between(limits: tuple[float, float], drawn: str) -> str:
    """SQL of a number from the first limit up to the second."""
    low, high = limits
    return f"({low} + {high - low} * {drawn})"


def one_of(names: Sequence[str], drawn: str) -> str:
    """SQL that chooses one of these texts, each as often."""
    listed = ", ".join(f"'{name}'" for name in names)
    return f"[{listed}][1 + cast(floor({drawn} * {len(names)}) as integer)]"


@dataclass(frozen=True)
class Drawn:
    """The rows of a table: SQL that gives its columns and `n` (0 for what no household has), and the order of rows."""

    sql: str
    columns: tuple[str, ...]
    order: tuple[str, ...]

    def ordered(self) -> str:
        """The rows in their order, household by household."""
        return f"select {', '.join(self.columns)} from ({self.sql}) order by {self.keys()}"

    def keys(self) -> str:
        """What the rows are ordered by."""
        return ", ".join(("n", *self.order))
