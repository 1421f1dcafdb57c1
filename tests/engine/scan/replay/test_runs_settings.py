"""Values tried for parameters: exact, in place of every dated value, and marked as tried."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

import firmground
from engine.records.lakes import LakeUnderTest
from engine.scan.lakes import AS_OF, PACK, ROWS, small_pack
from firmground.engine.policy.model import Pack
from firmground.engine.policy.parameters import UnknownParameter
from firmground.engine.scan.tried import ValueUnfit
from interfaces.cli.conftest import call

SHARE_OF_INCOME = {
    "school_age_to:": """share:
  title: {en: Share, zh: 比例}
  unit: share
  values: [{value: 0.4, from: 2021-01-01, source: practice}]
school_age_to:""",
    "members: {": """allowed: {title: {en: Allowed, zh: 限额}, unit: CNY/year, value: param.share * net_income_12m}
members: {""",
    "struck:": """has_allowance:
  title: {en: Allowance, zh: 限额}
  risk: income
  severity: low
  when: allowed <> 0
  reasons: [allowed, param.share]
  source: practice
struck:""",
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LakeUnderTest:
    """One household with an income of 10,000."""
    lake = LakeUnderTest(tmp_path_factory.mktemp("tried"))
    for table in ("areas", "households", "persons"):
        lake.deliver(table, ROWS[table], pack=str(PACK))
    lake.deliver("income", "household_id,kind,amount,occurred_on\nH1,wage,10000,2022-03-01\n")
    return lake


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return firmground.load_pack(small_pack(tmp_path_factory.mktemp("share"), SHARE_OF_INCOME))


@pytest.mark.parametrize(
    ("tried", "allowed"),
    [
        ("0.4", "4000"),
        ("0.40", "4000"),
        ("0.333333333333", "3333.33333333"),
        ("-0.55", "-5500"),
        ("123456.7", "1234567000"),
        ("4E-1", "4000"),
        ("1E+3", "10000000"),
    ],
)
def test_a_tried_value_is_computed_with_exactly_whatever_its_digits(
    lake: LakeUnderTest, pack: Pack, tried: str, allowed: str
) -> None:
    scan = firmground.scan(lake.path, pack, AS_OF, settings={"share": Decimal(tried)})

    warning = next(w for w in scan.warnings.to_pylist() if w["rule"] == "has_allowance")
    assert json.loads(warning["reasons"])["allowed"] == allowed
    explained = {fact.name: fact.text for fact in scan.explain("H1").facts}
    assert explained["allowed"] == allowed
    again = firmground.scan(lake.path, repeat=scan.run.id)
    assert again.warnings.equals(scan.warnings)


@pytest.mark.parametrize("tried", ["1E+30", "1E-30"])
def test_a_value_with_too_many_digits_is_refused(lake: LakeUnderTest, pack: Pack, tried: str) -> None:
    with pytest.raises(ValueUnfit, match="cannot compute with share=1E") as caught:
        firmground.scan(lake.path, pack, AS_OF, settings={"share": Decimal(tried)})
    assert caught.value.exit_code == 2


def test_a_tried_value_replaces_those_of_every_area_and_group(lake: LakeUnderTest) -> None:
    settings = {"monitoring_line": Decimal(4999), "heavy_medical": Decimal(1)}
    explanation = firmground.explain(lake.path, "H1", PACK, AS_OF, settings=settings)

    limits = {
        value.name: (value.text, value.source)
        for verdict in explanation.verdicts
        for value in verdict.reasons
        if value.name in ("param.monitoring_line", "param.heavy_medical")
    }
    set_here = {"en": "set for this run", "zh": "本次试算设定"}
    assert limits == {
        "param.monitoring_line": ("4999", set_here),
        "param.heavy_medical": ("1", set_here),
    }


def test_a_parameter_that_does_not_exist_is_refused_with_the_nearest(lake: LakeUnderTest) -> None:
    with pytest.raises(UnknownParameter, match="Did you mean `monitoring_line`") as caught:
        firmground.scan(lake.path, PACK, AS_OF, settings={"monitoring_lime": Decimal(1)})
    assert caught.value.exit_code == 2


def test_the_version_tells_tried_values_apart_and_nothing_else(lake: LakeUnderTest) -> None:
    def version(value: str) -> str:
        return firmground.scan(lake.path, PACK, AS_OF, settings={"monitoring_line": Decimal(value)}).run.pack_version

    assert version("7000") == version("7000.00")
    assert version("7000") != version("7001")


@pytest.mark.parametrize(
    "text", ["param.monitoring_line", "param.monitoring_line=", "param.monitoring_line=many", "=7"]
)
def test_what_is_no_setting_is_refused(lake: LakeUnderTest, text: str) -> None:
    for verb in (("scan",), ("explain", "H1")):
        answer = call(*verb, "--data", lake.path, "--pack", PACK, "--as-of", AS_OF, "--set", text, "--json")
        assert answer.code == 2, answer.out


def test_several_values_are_tried_at_once(lake: LakeUnderTest) -> None:
    asked = ("--data", lake.path, "--pack", PACK, "--as-of", AS_OF, "--json")
    tried = ("--set", "param.monitoring_line=4000", "--set", "school_age_to=6")

    run = call("scan", *asked, *tried).json["run"]

    assert run["settings"] == {"monitoring_line": "4000", "school_age_to": "6"}
    assert run["is_counting"] is False
