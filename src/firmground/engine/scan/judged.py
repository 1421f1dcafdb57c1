"""What a backend gives back: the warnings, and how many households were judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from firmground.engine.policy.model import Pack


@dataclass(frozen=True)
class RuleCount:
    """Households for which a rule fired, stayed silent, or could not say because a value it needs is unknown."""

    fired: int
    silent: int
    unknown: int


@dataclass(frozen=True)
class Counts:
    """Households of a scan: registered = households (those judged) + without_members + not_yet_registered."""

    registered: int
    households: int
    without_members: int
    not_yet_registered: int
    rules: dict[str, RuleCount]

    def as_dict(self) -> dict[str, Any]:
        """The counts for a program."""
        return {
            "registered": self.registered,
            "households": self.households,
            "without_members": self.without_members,
            "not_yet_registered": self.not_yet_registered,
            "rules": {name: vars(count) for name, count in self.rules.items()},
        }


@dataclass(frozen=True)
class Judged:
    """Warnings with the columns of compile.statement.WARNING_COLUMNS, in no order, and the counts."""

    warnings: pa.Table
    counts: Counts


def counts_of(pack: Pack, of_rules: Mapping[str, int], totals: Mapping[str, int]) -> Counts:
    """The counts from the one row of `Statement.counts` and the one row of `Statement.totals`."""
    judged = totals["with_members"]
    rules = {}
    for rule in pack.rules:
        fired, unknown = of_rules[f"fired__{rule}"], of_rules[f"unknown__{rule}"]
        rules[rule] = RuleCount(fired, judged - fired - unknown, unknown)
    return Counts(
        totals["registered"],
        judged,
        totals["registered"] - totals["not_yet"] - judged,
        totals["not_yet"],
        rules,
    )
