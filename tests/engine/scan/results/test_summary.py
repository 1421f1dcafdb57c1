"""Counts by area: parts add up at every level, and nothing is lost above it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmground.engine.areas import AreaTree
from firmground.engine.policy.model import Level, Pack
from firmground.engine.scan.results.summary import UnknownLevel, find_level, summarise

LEVELS = ("province", "county", "township", "village")
PACK = Pack(
    id="small",
    version="1",
    title={"en": "Small"},
    languages=("en",),
    currency="CNY",
    time_zone="UTC",
    levels=tuple(Level(name, {"en": name}, number) for number, name in enumerate(LEVELS, 1)),
    area_tree=None,
    population_groups={},
    risks={"income": {"en": "Income"}, "water": {"en": "Water"}},
    severities={"high": {"en": "High"}, "low": {"en": "Low"}},
    kinds={},
    source_ranks={},
    parameters={},
    facts={},
    rules={},
    digest="",
    folder=Path(),
)
# A province of two counties; the second has no townships of its own; one area was merged into another.
CODES = ["1", "11", "12", "111", "112", "1111", "1112", "1121"]
AREAS = AreaTree.from_table(
    pa.table(
        {
            "code": [*CODES, "1129"],
            "name": [f"Area {code}" for code in CODES] + ["Old 1129"],
            "parent": [None, "1", "1", "11", "11", "111", "111", "112", "112"],
            "replaced_by": [None] * 8 + ["1121"],
        }
    )
)


def households(*codes: str) -> pa.Table:
    counts = Counter(codes)
    return pa.table({"area_code": pa.array(counts, pa.string()), "households": pa.array(counts.values(), pa.int64())})


def warnings(*rows: tuple[str, str, str, str], change: list[str] | None = None) -> pa.Table:
    """rows: household, area, risk, severity."""
    names = ("household_id", "area_code", "risk", "severity")
    table = pa.table({name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(names)})
    return table if change is None else table.append_column("change", pa.array(change, pa.string()))


def by(level: str | int, found: pa.Table, living: pa.Table) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = summarise(
        found, living, areas=AREAS, level=find_level(PACK, level), pack=PACK
    ).to_pylist()
    return rows


def test_a_township_is_counted_with_its_villages() -> None:
    found = warnings(("H1", "1111", "income", "high"), ("H1", "1111", "water", "low"), ("H2", "1112", "income", "high"))

    rows = by("township", found, households("1111", "1111", "1112", "1121"))

    assert rows == [
        {
            "area_code": "111",
            "area_name": "Area 111",
            "households": 3,
            "households_with_warnings": 2,
            "warnings": 3,
            "warnings_per_1000_households": Decimal("1000.00"),
            "risk_income": 2,
            "risk_water": 1,
            "severity_high": 2,
            "severity_low": 1,
        },
        {
            "area_code": "112",
            "area_name": "Area 112",
            "households": 1,
            "households_with_warnings": 0,
            "warnings": 0,
            "warnings_per_1000_households": Decimal("0.00"),
            "risk_income": 0,
            "risk_water": 0,
            "severity_high": 0,
            "severity_low": 0,
        },
    ]


def test_what_sits_above_the_level_is_a_row_that_is_not_placed() -> None:
    rows = by("township", warnings(("H1", "12", "income", "high")), households("12", "11", "111"))

    assert [(row["area_code"], row["area_name"], row["households"], row["warnings"]) for row in rows] == [
        ("11", "Area 11 (not placed)", 1, 0),
        ("111", "Area 111", 1, 0),
        ("12", "Area 12 (not placed)", 1, 1),
    ]


def test_an_area_that_was_replaced_is_counted_as_its_successor() -> None:
    rows = by("village", warnings(("H1", "1129", "income", "high")), households("1129", "1121"))

    assert [(row["area_code"], row["households"], row["warnings"]) for row in rows] == [("1121", 2, 1)]


def test_an_area_that_nobody_knows_is_not_lost() -> None:
    rows = by("county", warnings(("H1", "99", "income", "high")), households("11"))

    assert [(row["area_code"], row["area_name"], row["warnings"]) for row in rows] == [
        ("11", "Area 11", 0),
        ("99", "99 (not placed)", 1),
    ]
    assert rows[1]["warnings_per_1000_households"] is None


def test_a_warning_that_has_ended_is_not_counted() -> None:
    found = warnings(("H1", "111", "income", "high"), ("H2", "111", "income", "high"), change=["new", "ended"])

    rows = by("township", found, households("111", "111"))

    assert (rows[0]["warnings"], rows[0]["households_with_warnings"]) == (1, 1)


def test_a_level_is_named_or_numbered() -> None:
    assert find_level(PACK, "county") == find_level(PACK, 2) == find_level(PACK, "2")
    with pytest.raises(UnknownLevel, match="Did you mean `township`") as caught:
        find_level(PACK, "townships")
    assert caught.value.exit_code == 2


places = st.sampled_from([*CODES, "1129", "99"])
people = st.lists(places, max_size=40)


@given(living=people, data=st.data())
def test_the_parts_add_up_to_the_same_totals_at_every_level(living: list[str], data: st.DataObject) -> None:
    ids = {f"H{number}": code for number, code in enumerate(living)}
    chosen = data.draw(st.lists(st.sampled_from(sorted(ids)), max_size=40)) if ids else []
    risks = data.draw(st.lists(st.sampled_from(["income", "water"]), min_size=len(chosen), max_size=len(chosen)))
    severity = data.draw(st.lists(st.sampled_from(["high", "low"]), min_size=len(chosen), max_size=len(chosen)))
    found = warnings(*((h, ids[h], risk, grave) for h, risk, grave in zip(chosen, risks, severity, strict=True)))

    for level in LEVELS:
        rows = by(level, found, households(*living))
        total = {name: sum(row[name] for row in rows) for name in rows[0] if name.startswith(_COUNTED)} if rows else {}
        if living:
            assert total["households"] == len(living)
            assert total["households_with_warnings"] == len(set(chosen))
            assert total["warnings"] == len(chosen)
            assert total["warnings"] == total["risk_income"] + total["risk_water"]
            assert total["warnings"] == total["severity_high"] + total["severity_low"]
            assert total["risk_income"] == risks.count("income")
        assert len({row["area_name"] for row in rows}) == len(rows)


_COUNTED = ("households", "warnings", "risk_", "severity_")
