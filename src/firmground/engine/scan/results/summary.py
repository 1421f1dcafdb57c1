"""Warnings and households counted by area, at any level of the pack.

Parts add up: what belongs to no area of the level asked (a household registered at its county, when townships are
asked) is counted in a row of its own, named `PARENT (not placed)`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from firmground.engine.areas import AreaTree
from firmground.engine.policy.model import Level, Pack
from firmground.engine.records import whole_files
from firmground.engine.scan.backends.duckdb import connected
from firmground.engine.scan.compile.windows_sql import open_at
from firmground.engine.scan.question import Question
from firmground.engine.scan.relations import area_tree
from firmground.engine.tables import TABLES
from firmground.errors import FirmgroundError, nearest

NOT_PLACED = "(not placed)"
PER_HOUSEHOLDS = 1000


class UnknownLevel(FirmgroundError):
    """A level of areas is named that the policy pack does not have."""

    id = "FG-S067"
    exit_code = 2


def find_level(pack: Pack, level: str | int) -> Level:
    """The level of that name or number (1 is the widest). Raises UnknownLevel with the nearest name."""
    for known in pack.levels:
        if str(level) in (known.name, str(known.number)):
            return known
    names = [known.name for known in pack.levels]
    close = nearest(str(level), names)
    raise UnknownLevel(
        found=f"The pack `{pack.id}` has no level `{level}`",
        expected=", ".join(f"{known.name} ({known.number})" for known in pack.levels),
        hint=f"Did you mean `{close}`?" if close else "",
    )


def counted(warnings: pa.Table) -> pa.Table:
    """The warnings that stand: without those that `--since` lists as ended."""
    if "change" not in warnings.column_names:
        return warnings
    return warnings.filter(pc.fill_null(pc.not_equal(warnings.column("change"), "ended"), True))


@dataclass
class _Area:
    households: int = 0
    with_warnings: int = 0
    warnings: int = 0
    risks: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)


def summary_of(question: Question, warnings: pa.Table, level: Level) -> pa.Table:
    """`summarise` for the households of the lake that the scan of `question` judged: its totals are the scan's."""
    return summarise(warnings, households_by_area(question), areas=areas_of(question), level=level, pack=question.pack)


def areas_of(question: Question) -> AreaTree:
    """The tree of areas that a question is asked over."""
    return area_tree(question.lake, question.manifest, question.known_at)


def households_by_area(question: Question) -> pa.Table:
    """Columns area_code and households: those registered by the as-of date that have a member then."""
    day = f"date '{question.as_of.isoformat()}'"
    is_member = open_at(TABLES["persons"], "p", question.as_of).sql(dialect="duckdb")
    lake = question.lake.path
    with whole_files(lake, question.manifest.scanned()), connected(question.relations()) as connection:
        return connection.table(
            "select h.area_code, count(*) as households from households as h"
            f" where (h.registered_on is null or h.registered_on <= {day})"
            f" and exists (select 1 from persons as p where p.household_no = h.household_no and {is_member})"
            " group by h.area_code"
        )


def summarise(warnings: pa.Table, households: pa.Table, *, areas: AreaTree, level: Level, pack: Pack) -> pa.Table:
    """Count by area of `level`; every area with a household or a warning is a row, in order of its code.

    warnings: columns household_id, area_code, risk, severity, and change where the scan compared with an earlier run.
    households: columns area_code (the household's own) and households, their number: those that were scanned.
    Returns area_code, area_name, households, households_with_warnings, warnings, warnings_per_1000_households (null
    without households, 2 places), risk_NAME for every risk and severity_NAME for every severity, in the pack's order.
    The column sums are the totals, whatever the level.
    """
    places = _Places(areas, level)
    rows: dict[tuple[str, bool], _Area] = defaultdict(_Area)
    for code, number in _pairs(households, "area_code", "households"):
        rows[places.of(code)].households += number
    standing = counted(warnings)
    distinct = standing.group_by(["area_code", "household_id"]).aggregate([])
    for code, number in _counts(distinct, "area_code"):
        rows[places.of(code)].with_warnings += number
    for code, risk, severity, number in _counts(standing, "area_code", "risk", "severity"):
        row = rows[places.of(code)]
        row.warnings += number
        row.risks[risk] += number
        row.severities[severity] += number
    return _table({key: rows[key] for key in sorted(rows)}, areas, pack)


class _Places:
    """Where a household of an area is counted: (code, whether that area is of the level asked)."""

    def __init__(self, areas: AreaTree, level: Level) -> None:
        self._areas = areas
        self._level = level.number
        self._known: dict[str, tuple[str, bool]] = {}

    def of(self, code: str) -> tuple[str, bool]:
        if code not in self._known:
            self._known[code] = self._find(code)
        return self._known[code]

    def _find(self, code: str) -> tuple[str, bool]:
        if code not in self._areas:
            return code, False
        path = path_to(self._areas, code)
        return (path[self._level - 1], True) if len(path) >= self._level else (path[-1], False)


def path_to(areas: AreaTree, code: str) -> tuple[str, ...]:
    """The areas from the widest down to the one of that code, or to its successor."""
    return (*reversed(areas.ancestors(code)), areas.successor(code))


def _pairs(table: pa.Table, *names: str) -> Iterable[tuple[Any, ...]]:
    return zip(*(table.column(name).to_pylist() for name in names), strict=True)


def _counts(table: pa.Table, *names: str) -> Iterable[tuple[Any, ...]]:
    """The distinct values of the columns `names`, each with the number of its rows at the end."""
    groups = table.group_by(list(names)).aggregate([([], "count_all")])
    return zip(*(groups.column(name).to_pylist() for name in (*names, "count_all")), strict=True)


def _table(rows: dict[tuple[str, bool], _Area], areas: AreaTree, pack: Pack) -> pa.Table:
    columns: dict[str, pa.Array] = {
        "area_code": pa.array([code for code, _ in rows], pa.string()),
        "area_name": pa.array([_name(areas, code, placed) for code, placed in rows], pa.string()),
        "households": pa.array([row.households for row in rows.values()], pa.int64()),
        "households_with_warnings": pa.array([row.with_warnings for row in rows.values()], pa.int64()),
        "warnings": pa.array([row.warnings for row in rows.values()], pa.int64()),
        "warnings_per_1000_households": pa.array(
            [per_1000(row.warnings, row.households) for row in rows.values()], pa.decimal128(18, 2)
        ),
    }
    for risk in pack.risks:
        columns[f"risk_{risk}"] = pa.array([row.risks[risk] for row in rows.values()], pa.int64())
    for severity in pack.severities:
        columns[f"severity_{severity}"] = pa.array([row.severities[severity] for row in rows.values()], pa.int64())
    return pa.table(columns)


def _name(areas: AreaTree, code: str, placed: bool) -> str:
    name = areas.name(code) or code
    return name if placed else f"{name} {NOT_PLACED}"


def per_1000(number: int, households: int) -> Decimal | None:
    """`number` per 1,000 households with 2 places, half away from zero; None without households.

    >>> per_1000(1, 3)
    Decimal('333.33')
    """
    if not households:
        return None
    return (Decimal(number * PER_HOUSEHOLDS) / households).quantize(Decimal("0.01"), ROUND_HALF_UP)
