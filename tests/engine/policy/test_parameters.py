"""Which value of a parameter holds for a household at a date, and that one always does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import firmground
from engine.policy.packs import changed, mistakes
from engine.records.lakes import LakeUnderTest
from firmground.engine.policy import load_pack
from firmground.engine.policy.parameters import UnknownParameter, with_settings
from firmground.engine.scan.compile.in_force import NoValueInForce

VALUE = "{value: 6000, from: 2021-01-01, source: practice}"
GENERAL = f"{VALUE}\n    - {{value: 6500, from: 2023-01-01, source: a}}"
VALUES = f"""{GENERAL}
    - {{value: 5000, from: 2021-01-01, group: lifted_out, source: a}}
    - {{value: 7000, from: 2021-01-01, area: county, source: a}}
    - {{value: 6900, from: 2022-02-01, area: county, source: a}}
    - {{value: 7500, from: 2021-01-01, area: county, group: lifted_out, source: a}}
    - {{value: 7100, from: 2021-01-01, to: 2022-03-31, area: village, source: a}}"""
AREAS = "code,name,parent\nnation,Nation,\ncounty,County,nation\nvillage,Village,county\nelsewhere,Elsewhere,nation\n"
HOUSEHOLDS = """household_id,area_code,population_group
in_village,village,
in_village_general,village,general
in_village_lifted_out,village,lifted_out
in_county,county,
in_county_lifted_out,county,lifted_out
elsewhere,elsewhere,
elsewhere_lifted_out,elsewhere,lifted_out
"""


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LakeUnderTest, Path]]:
    """Households of every kind, all with an income of 1, and a pack with lines for areas and groups."""
    folder = tmp_path_factory.mktemp("lines")
    pack = changed(folder, policy={"areas: china\n": ""}, parameters={VALUE: VALUES})
    lake = LakeUnderTest(folder)
    names = [line.split(",")[0] for line in HOUSEHOLDS.splitlines()[1:]]
    lake.deliver("areas", AREAS, pack=str(pack))
    lake.deliver("households", HOUSEHOLDS)
    lake.deliver("persons", "person_id,household_id\n" + "".join(f"p_{name},{name}\n" for name in names))
    days = ("2020-12-15", "2021-12-15", "2022-10-15")
    rows = "".join(f"{name},wage,1,{day}\n" for name in names for day in days)
    lake.deliver("income", f"household_id,kind,amount,occurred_on\n{rows}")
    yield lake, pack


def line_of_each(lines: tuple[LakeUnderTest, Path], as_of: date) -> dict[str, str]:
    """The monitoring line that the warning of each household shows."""
    lake, pack = lines
    warnings = firmground.scan(lake.path, pack, as_of).warnings.to_pylist()
    shown = {w["household_id"]: json.loads(w["reasons"]) for w in warnings if w["rule"] == "income_below_line"}
    return {household: reasons["param.monitoring_line"] for household, reasons in shown.items()}


@pytest.mark.parametrize(
    ("as_of", "changes"),
    [
        (date(2022, 1, 31), {"in_county": "7000"}),
        (date(2022, 3, 31), {}),
        (
            date(2022, 4, 1),
            {"in_village": "6900", "in_village_general": "6900", "in_village_lifted_out": "7500"},
        ),
        (
            date(2023, 1, 1),
            {"in_village": "6900", "in_village_general": "6900", "in_village_lifted_out": "7500", "elsewhere": "6500"},
        ),
    ],
)
def test_the_nearest_area_counts_then_the_group_then_the_latest_beginning(
    lines: tuple[LakeUnderTest, Path], as_of: date, changes: dict[str, str]
) -> None:
    assert line_of_each(lines, as_of) == {
        "in_village": "7100",  # nearer than the county, whatever the group
        "in_village_general": "7100",
        "in_village_lifted_out": "7100",
        "in_county": "6900",  # a household without a group takes the value without one
        "in_county_lifted_out": "7500",
        "elsewhere": "6000",
        "elsewhere_lifted_out": "5000",
        **changes,
    }


def test_before_the_first_value_a_scan_is_refused_and_on_its_first_day_it_is_not(
    lines: tuple[LakeUnderTest, Path],
) -> None:
    lake, pack = lines
    with pytest.raises(NoValueInForce, match="no value on 2020-12-31") as raised:
        firmground.scan(lake.path, pack, date(2020, 12, 31))

    assert raised.value.place is not None
    assert (Path(raised.value.place.file).name, raised.value.place.line) == ("parameters.yaml", 1)
    assert line_of_each(lines, date(2021, 1, 1))["elsewhere"] == "6000"


@pytest.mark.parametrize(
    ("values", "gap"),
    [
        ("{value: 1, from: 2021-01-01, source: a}", None),
        ("{value: 1, from: 2021-01-01, to: 2021-12-31, source: a}", "no value after 2021-12-31"),
        (
            "{value: 1, from: 2021-01-01, to: 2021-12-31, source: a}, {value: 2, from: 2022-01-01, source: a}",
            None,
        ),
        (
            "{value: 1, from: 2021-01-01, to: 2021-12-30, source: a}, {value: 2, from: 2022-01-01, source: a}",
            "no value from 2021-12-31 to 2022-01-01",
        ),
        (
            "{value: 2, from: 2022-01-01, source: a}, {value: 1, from: 2021-01-01, to: 2021-12-31, source: a}",
            None,
        ),
        (
            "{value: 1, from: 2021-01-01, source: a}, {value: 2, from: 2022-01-01, to: 2022-06-30, source: a}",
            None,
        ),
        (
            "{value: 1, from: 2021-01-01, to: 2021-06-30, source: a}, {value: 2, from: 2021-03-01, to: 2021-04-30, "
            "source: a}, {value: 3, from: 2021-07-01, source: a}",
            None,
        ),
        (
            "{value: 1, from: 2021-01-01, source: a}, {value: 2, from: 2020-12-31, group: general, source: a}",
            "no value before 2021-01-01",
        ),
        ("{value: 1, from: 2021-01-01, to: 2021-01-01, source: a}", "no value after 2021-01-01"),
        (
            "{value: 1, from: 2021-01-01, source: a}, {value: 2, from: 2021-01-01, to: 2021-06-30, group: general, "
            "source: a}",
            None,
        ),
    ],
)
def test_from_the_first_day_on_there_is_a_value_for_everybody(tmp_path: Path, values: str, gap: str | None) -> None:
    pack = changed(tmp_path, parameters={f"  values:\n    - {VALUE}": f"  values: [{values}]"})

    found = mistakes(pack)

    assert [gap in line for line in found] == ([True] if gap else [])


def test_a_value_is_kept_exactly_as_written(tmp_path: Path) -> None:
    more = '{value: "0.100000000001", from: 2021-01-01, source: a}'
    pack = load_pack(changed(tmp_path, parameters={VALUE: more}))

    (row,) = pack.parameters["monitoring_line"].rows

    assert row.value == Decimal("0.100000000001")


def test_a_value_tried_holds_for_every_date_area_and_group(lines: tuple[LakeUnderTest, Path]) -> None:
    _, folder = lines
    pack = load_pack(folder)

    tried = with_settings(pack, {"monitoring_line": Decimal("8000.0")})

    (row,) = tried.parameters["monitoring_line"].rows
    assert (row.value, row.area, row.group, row.to_on) == (8000, None, None, None)
    assert row.from_on <= date(1900, 1, 1)
    assert tried.parameters["youngest"] == pack.parameters["youngest"]
    assert len(pack.parameters["monitoring_line"].rows) > 1


def test_the_version_tells_which_values_were_tried(lines: tuple[LakeUnderTest, Path]) -> None:
    pack = load_pack(lines[1])

    def version(**values: str) -> str:
        return with_settings(pack, {name: Decimal(value) for name, value in values.items()}).version

    assert version(monitoring_line="8000").startswith("1+set.")
    assert len(version(monitoring_line="8000")) == len("1+set.") + 8
    assert version(monitoring_line="8000") == version(monitoring_line="8000.00")
    assert version(monitoring_line="8000") != version(monitoring_line="8001")
    assert version(monitoring_line="8", youngest="6") == version(youngest="6", monitoring_line="8")


def test_a_value_for_a_parameter_that_does_not_exist_is_refused(lines: tuple[LakeUnderTest, Path]) -> None:
    with pytest.raises(UnknownParameter, match="Did you mean `monitoring_line`") as raised:
        with_settings(load_pack(lines[1]), {"monitoringline": Decimal(1)})

    assert raised.value.exit_code == 2
