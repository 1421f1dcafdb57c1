"""What the report says, before it becomes a page: counts by area and rule, and the list of warnings.

Rows are carried compactly: a warning names its area and its *shape* (rule, severity and the reasons' titles and units)
by number, so that 50,000 warnings stay a small page.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from firmground.engine.areas import AreaTree
from firmground.engine.policy.model import Level, Pack
from firmground.engine.scan.explanation.vocabulary import Vocabulary
from firmground.engine.scan.results.output import CHANGE
from firmground.engine.scan.results.summary import NOT_PLACED, counted, path_to, per_1000
from firmground.interfaces.report.origin import Delivered, Limit, deliveries_in_words, limits_of
from firmground.interfaces.report.words import words

LISTED = 50_000  # warnings that the page carries; more would make it slow to open on a plain office computer
AREAS_SHOWN = 30  # bars of the chart
AREA_ROWS = 500  # rows of the table


@dataclass(frozen=True)
class Subject:
    """What was scanned: the pack, the day, the run if it was stored, and whether the people are invented.

    known_at: the moment up to which rows counted, in the lake's time zone; None: all. tried: values of `--set`.
    """

    pack: Pack
    pack_version: str
    as_of: date | None
    run: str | None
    synthetic: bool
    without_members: int = 0
    not_yet_registered: int = 0
    known_at: datetime | None = None
    tried: Mapping[str, Decimal] = field(default_factory=dict)
    delivered: tuple[Delivered, ...] = ()


@dataclass(frozen=True)
class Counted:
    """A row of a table: label, code, and its figures."""

    code: str
    label: str
    households: int
    with_warnings: int
    warnings: int
    per_1000: Any
    risks: tuple[int, ...]
    severities: tuple[int, ...]


@dataclass(frozen=True)
class RuleCount:
    """A rule with the number of its warnings; `severity` is its place in the pack's list."""

    id: str
    title: str
    risk: str
    severity: int
    warnings: int
    source: str


@dataclass(frozen=True)
class Content:
    """All that the page shows. `rows` is the payload of the list, see `_payload`."""

    language: str
    words: dict[str, str]
    subject: Subject
    pack_title: str
    place: str
    level_title: str
    risks: tuple[str, ...]
    severities: tuple[str, ...]
    total: Counted
    areas: tuple[Counted, ...]
    rules: tuple[RuleCount, ...]
    limits: tuple[Limit, ...]
    delivered: tuple[Delivered, ...]
    listed: int
    standing: int
    ended: int
    rows: dict[str, Any] = field(repr=False, default_factory=dict)


def gather(
    warnings: pa.Table, summary: pa.Table, *, subject: Subject, areas: AreaTree, level: Level, language: str
) -> Content:
    """Everything the page shows.

    warnings: the columns of `output.WARNINGS`, and `change` if there. summary: what `summarise` made of them for
    `level`.
    """
    pack, own = subject.pack, words(language)
    standing = counted(warnings)
    area_rows = tuple(_area_rows(summary, pack, own))
    listed = _gravest(warnings, pack)
    return Content(
        language=language,
        words=own,
        subject=subject,
        pack_title=pack.words(pack.title, language),
        place=_common_place([row.code for row in area_rows], areas),
        level_title=_in_a_sentence(pack.words(level.title, language), language),
        risks=tuple(pack.words(title, language) for title in pack.risks.values()),
        severities=tuple(pack.words(title, language) for title in pack.severities.values()),
        total=_total(area_rows),
        areas=tuple(sorted(area_rows, key=lambda row: (-row.warnings, row.code))),
        rules=tuple(_rules(standing, pack, language)),
        limits=tuple(limits_of(pack, subject.as_of, subject.tried, areas, language, own) if subject.as_of else ()),
        delivered=tuple(deliveries_in_words(subject.delivered, Vocabulary(pack, language), own)),
        listed=listed.num_rows,
        standing=standing.num_rows,
        ended=warnings.num_rows - standing.num_rows,
        rows={
            **_payload(listed, pack=pack, areas=areas, level=level, language=language),
            "file": f"warnings-{subject.as_of}.csv" if subject.as_of else "warnings.csv",
        },
    )


def _in_a_sentence(title: str, language: str) -> str:
    return title.lower() if language == "en" else title


def as_script(value: object) -> str:
    """JSON that cannot leave its <script> element, whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _area_rows(summary: pa.Table, pack: Pack, own: Mapping[str, str]) -> Iterable[Counted]:
    for row in summary.to_pylist():
        yield Counted(
            code=row["area_code"],
            label=row["area_name"].replace(NOT_PLACED, own["not_placed"]),
            households=row["households"],
            with_warnings=row["households_with_warnings"],
            warnings=row["warnings"],
            per_1000=row["warnings_per_1000_households"],
            risks=tuple(row[f"risk_{risk}"] for risk in pack.risks),
            severities=tuple(row[f"severity_{severity}"] for severity in pack.severities),
        )


def _total(rows: tuple[Counted, ...]) -> Counted:
    households, warnings = sum(row.households for row in rows), sum(row.warnings for row in rows)
    return Counted(
        code="",
        label="",
        households=households,
        with_warnings=sum(row.with_warnings for row in rows),
        warnings=warnings,
        per_1000=per_1000(warnings, households),
        risks=tuple(map(sum, zip(*(row.risks for row in rows), strict=True))),
        severities=tuple(map(sum, zip(*(row.severities for row in rows), strict=True))),
    )


def _common_place(codes: list[str], areas: AreaTree) -> str:
    """Names, widest first, of the areas that hold all rows; empty if they share none."""
    lines = [path_to(areas, code) for code in codes]
    shared = []
    for parts in zip(*lines, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(areas.name(parts[0]) or parts[0])
    return " ".join(shared)


def _rules(standing: pa.Table, pack: Pack, language: str) -> Iterable[RuleCount]:
    fired = Counter(standing.column("rule").to_pylist())
    order = list(pack.severities)
    for rule in sorted(pack.rules.values(), key=lambda rule: -fired[rule.id]):
        yield RuleCount(
            id=rule.id,
            title=pack.words(rule.title, language),
            risk=pack.words(pack.risks[rule.risk], language),
            severity=order.index(rule.severity),
            warnings=fired.pop(rule.id, 0),
            source=Vocabulary(pack, language).reference(rule.source),
        )
    for unknown, number in fired.items():  # rules of an earlier version of the pack
        yield RuleCount(id=unknown, title=unknown, risk="", severity=len(order) - 1, warnings=number, source="")


def _gravest(warnings: pa.Table, pack: Pack) -> pa.Table:
    """The first LISTED warnings by severity, area, household and rule."""
    order = pa.array(list(pack.severities), pa.string())
    grave = pc.fill_null(pc.index_in(warnings.column("severity"), value_set=order), len(order))
    keys = [("grave", "ascending"), ("area_code", "ascending"), ("household_id", "ascending"), ("rule", "ascending")]
    return warnings.append_column("grave", grave).sort_by(keys).slice(0, LISTED)


class _Numbered:
    """Distinct values in the order in which they were first seen, by number."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}

    def of(self, value: Any) -> int:
        return self.numbers.setdefault(value, len(self.numbers))


def _payload(listed: pa.Table, *, pack: Pack, areas: AreaTree, level: Level, language: str) -> dict[str, Any]:
    """The list for the page's script.

    rows: [household, area, shape, first raised, reason values, persons, change]; areas: [code, name, group]; groups:
    names of the areas of `level`; shapes: rule, titles, risk, severity, and [title, unit of many, unit of one]
    per reason.
    """
    own_areas, groups, shapes = _Numbered(), _Numbered(), _Numbered()
    rows = []
    for row in listed.to_pylist():
        reasons: dict[str, str | None] = json.loads(row["reasons"] or "{}")
        shape = (row["rule"], row["risk"], row["severity"], tuple(reasons))
        raised = row["first_raised_on"]
        cells = [row["household_id"], own_areas.of(row["area_code"]), shapes.of(shape)]
        cells += [raised and raised.isoformat(), list(reasons.values())]
        cells += [json.loads(row["person_ids"]) if row["person_ids"] else None, row.get(CHANGE)]
        rows.append(cells)
    area_list = []
    for code in own_areas.numbers:
        path = path_to(areas, code)
        area_list.append([code, areas.name(code) or code, groups.of(path[: level.number][-1])])
    return {
        "rows": rows,
        "areas": area_list,
        "groups": [areas.name(code) or code for code in groups.numbers],
        "shapes": [_shape(*shape, pack=pack, language=language) for shape in shapes.numbers],
        "changes": CHANGE in listed.column_names,
        "codes": {code: pack.words(title, language) for code, title in pack.population_groups.items()},
        "words": words(language),
        "language": language,
    }


def _shape(rule: str, risk: str, severity: str, names: tuple[str, ...], *, pack: Pack, language: str) -> dict[str, Any]:
    order = list(pack.severities)
    known = pack.rules.get(rule)
    return {
        "rule": rule,
        "title": pack.words(known.title, language) if known else rule,
        "risk": pack.words(pack.risks[risk], language) if risk in pack.risks else risk,
        "grave": order.index(severity) if severity in order else len(order) - 1,
        "severity": pack.words(pack.severities[severity], language) if severity in order else severity,
        "reasons": [_reason(name, pack, language) for name in names],
    }


def _reason(name: str, pack: Pack, language: str) -> list[str]:
    known = pack.parameters.get(name.removeprefix("param.")) if name.startswith("param.") else pack.facts.get(name)
    if known is None:
        return [words(language).get(f"column_{name}", name), "", ""]
    vocabulary = Vocabulary(pack, language)
    is_age = vocabulary.is_age(name)
    many, one = (vocabulary.quantity(n, known.unit, is_age=is_age).removeprefix(n).strip() for n in ("2", "1"))
    return [pack.words(known.title, language), many, one]
