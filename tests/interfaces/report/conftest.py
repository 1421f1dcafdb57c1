"""A small pack, a small tree of areas and lists of warnings, for reports made without a lake."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from firmground.engine.areas import AreaTree
from firmground.engine.policy.expressions import Expression, Node
from firmground.engine.policy.model import Fact, Level, Pack, Parameter, ParameterRow, Rule, Words
from firmground.engine.policy.values import BOOLEAN
from firmground.engine.scan.results.output import WARNINGS
from firmground.engine.scan.results.summary import find_level, summarise
from firmground.errors import Place
from firmground.interfaces.report import Content, Subject, gather

NOWHERE = Place("made.yaml")
NO_EXPRESSION = Expression("true", NOWHERE, Node("null", (), BOOLEAN))  # a report shows titles, never expressions

LINES = (
    ParameterRow(Decimal("5000.00"), date(2021, 1, 1), None, None, None, {"": "practice: an earlier year"}, NOWHERE),
    ParameterRow(Decimal("6000.00"), date(2022, 1, 1), None, None, None, {"": "practice"}, NOWHERE),
    ParameterRow(Decimal("6500.50"), date(2022, 1, 1), None, "12", None, {"": "notice 3"}, NOWHERE),
    ParameterRow(Decimal("7000"), date(2022, 1, 1), None, None, "lifted_out", {"": "notice 4"}, NOWHERE),
    ParameterRow(Decimal("9000"), date(2022, 6, 2), None, None, None, {"": "notice of a later day"}, NOWHERE),
)

Make = Callable[..., Content]


def words(en: str, zh: str) -> Words:
    """A title in both languages."""
    return {"en": en, "zh": zh}


def fact(name: str, en: str, zh: str, unit: str | None) -> Fact:
    """A fact that is only shown."""
    return Fact(name, words(en, zh), unit, "household", None, (), NO_EXPRESSION, None, None, NOWHERE)


def rule(id: str, risk: str, severity: str, en: str, zh: str, *reasons: str) -> Rule:
    """A rule that is only shown."""
    return Rule(id, words(en, zh), risk, severity, "household", NO_EXPRESSION, reasons, {"": "practice"}, (), NOWHERE)


@pytest.fixture
def pack() -> Pack:
    """Two rules, two severities, two levels below a county."""
    facts = [
        fact("pc", "Net income per person", "人均纯收入", "CNY/person/year"),
        fact("jobless", "No job", "无业", None),
    ]
    rules = [
        rule("below_line", "income", "high", "Income below the line", "收入低于监测线", "pc", "param.line"),
        rule("out_of_work", "employment", "low", "Nobody works", "无人务工", "jobless", "population_group"),
    ]
    return Pack(
        id="small",
        version="1.0",
        title=words("A small pack", "小政策包"),
        languages=("en", "zh"),
        currency="CNY",
        time_zone="Asia/Shanghai",
        levels=tuple(
            Level(name, words(name.title(), zh), number)
            for number, (name, zh) in enumerate([("county", "县"), ("township", "乡镇"), ("village", "村")], 1)
        ),
        area_tree=None,
        population_groups={"lifted_out": words("Lifted out of poverty", "脱贫户")},
        risks={"income": words("Income", "收入"), "employment": words("Employment", "就业")},
        severities={"high": words("High", "高"), "low": words("Low", "低")},
        kinds={},
        source_ranks={},
        parameters={"line": Parameter("line", words("Monitoring line", "监测线"), "CNY/person/year", LINES, NOWHERE)},
        facts={each.name: each for each in facts},
        rules={each.id: each for each in rules},
        digest="",
        folder=Path(),
    )


@pytest.fixture
def areas() -> AreaTree:
    """A county with two townships of two villages each."""
    codes = ["1", "11", "12", "111", "112", "121", "122"]
    names = ["Hill County", "East Town", "West Town", "Spring", "Stone", "Bridge", "Mill"]
    return AreaTree.from_table(
        pa.table({"code": codes, "name": names, "parent": [code[:-1] or None for code in codes]})
    )


def warnings_table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Warnings with the usual values where a row does not say otherwise; reasons as a mapping."""
    usual = {
        "household_id": "H1",
        "area_code": "111",
        "rule": "below_line",
        "risk": "income",
        "severity": "high",
        "as_of": date(2022, 6, 1),
        "pack": "small",
        "pack_version": "1.0",
        "reasons": {"pc": "5999.94", "param.line": "6000"},
        "person_ids": None,
        "first_raised_on": date(2022, 6, 1),
    }
    full = [{**usual, **row} for row in rows]
    for row in full:
        row["reasons"] = json.dumps(row["reasons"], ensure_ascii=False, separators=(",", ":"))
    table = pa.table({name: pa.array([row[name] for row in full], type) for name, (type, _) in WARNINGS.items()})
    if any("change" in row for row in full):
        table = table.append_column("change", pa.array([row.get("change") for row in full], pa.string()))
    return table


@pytest.fixture
def warnings_of() -> Callable[[Sequence[dict[str, Any]]], pa.Table]:
    """`warnings_table`, for tests that need the table itself."""
    return warnings_table


@pytest.fixture
def make(pack: Pack, areas: AreaTree) -> Make:
    """make(rows, language=..., synthetic=..., living=..., known_at=...): the content of a report of these warnings."""

    def content(
        rows: Sequence[dict[str, Any]] | pa.Table,
        *,
        language: str = "en",
        synthetic: bool = False,
        living: Sequence[str] = ("111", "112", "121", "122"),
        tree: AreaTree = areas,
        level: str = "township",
        **said: Any,
    ) -> Content:
        table = rows if isinstance(rows, pa.Table) else warnings_table(rows)
        counts = Counter(living)
        households = pa.table({"area_code": list(counts), "households": list(counts.values())})
        chosen = find_level(pack, level)
        summary = summarise(table, households, areas=tree, level=chosen, pack=pack)
        subject = Subject(pack, pack.version, date(2022, 6, 1), "small-20220601-1", synthetic, **said)
        return gather(table, summary, subject=subject, areas=tree, level=chosen, language=language)

    return content
