"""An explanation says why and why not, from which records, and which rows do not count."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import firmground
from engine.records.lakes import LakeUnderTest
from engine.scan.lakes import AS_OF, PACK, small_lake, small_pack
from firmground.engine.scan.data_known import BeforeAllData
from firmground.engine.scan.explanation.explaining import UnknownHousehold

EXPECTED = Path(__file__).parent / "expected"
Explain = Callable[..., firmground.Explanation]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LakeUnderTest:
    return small_lake(tmp_path_factory.mktemp("explained"))


@pytest.fixture(scope="module")
def explain(lake: LakeUnderTest) -> Explain:
    """explain("H1", known_at=...): the explanation, made once."""
    pack = firmground.load_pack(PACK)
    return cache(
        lambda household, known_at=None: firmground.explain(lake.path, household, pack, AS_OF, known_at=known_at)
    )


def rule(explanation: firmground.Explanation, name: str) -> dict[str, Any]:
    return next(r for r in explanation.as_dict()["rules"] if r["rule"] == name)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_whole_text_reads_as_written_down(explain: Explain, language: str) -> None:
    expected = (EXPECTED / f"explanation.{language}.txt").read_text(encoding="utf-8")

    assert explain("H1").text(language) + "\n" == expected


def test_without_a_language_the_packs_first_is_spoken(explain: Explain) -> None:
    assert explain("H1").text() == explain("H1").text("en")


def test_as_json_it_says_the_same_in_all_languages(explain: Explain) -> None:
    expected = json.loads((EXPECTED / "explanation.json").read_text(encoding="utf-8"))
    said = json.loads(json.dumps(explain("H1").as_dict()))
    for row in said["records"]["entered"] + said["records"]["set_aside"]:
        assert row["row_id"] > 2**32
        del row["row_id"]

    assert said == expected


def test_a_limit_carries_the_source_of_the_row_in_force_though_another_has_the_same_value(explain: Explain) -> None:
    sources = [
        {reason["name"]: reason["source"] for reason in rule(explain(household), "income_below_line")["reasons"]}
        for household in ("H1", "H2")
    ]

    assert [s["param.monitoring_line"] for s in sources] == ["Notice 7 of the county", "practice"]


def test_a_limit_of_a_group_carries_its_own_source(explain: Explain) -> None:
    limits = [
        next(r for r in rule(explain(household), "heavy_medical")["reasons"] if r["name"] == "param.heavy_medical")
        for household in ("H1", "H2")
    ]

    assert [(limit["value"], limit["source"]) for limit in limits] == [("10000", "Notice 8"), ("20000", "practice")]


def test_what_is_unknown_says_what_would_have_to_be_known(explain: Explain) -> None:
    text = explain("H2").text("en")

    assert "[cannot say] Income below the line" in text
    assert "Net income per person were known, and below 6000 CNY/person/year" in text
    assert "人均纯收入为已知，且低于 6000 元/人·年" in explain("H2").text("zh")


def test_each_row_is_set_aside_for_its_own_reason(explain: Explain) -> None:
    aside = explain("H1").as_dict()["records"]["set_aside"]

    assert {(row["set_aside"], row["table"], row["record_id"]) for row in aside} == {
        ("replaced", "income", "i1"),
        ("withdrawn", "income", "i6"),
        ("not_a_member", "income", "i5"),
        ("not_a_member", "persons", None),
        ("after_as_of", "income", "i4"),
        ("outside_windows", "income", "i3"),
        ("filtered", "spending", None),
        ("filtered", "conditions", None),
    }


def test_a_row_that_came_later_than_known_at_is_named_without_what_it_says(explain: Explain) -> None:
    then = explain("H1", known_at=datetime(2022, 6, 5, tzinfo=UTC))
    aside = [row for row in then.as_dict()["records"]["set_aside"] if row["set_aside"] == "not_yet_known"]

    assert {(row["source"], row["received_at"][:10]) for row in aside} == {
        ("civil_affairs", "2022-06-10"),
        ("agriculture", "2022-08-01"),
    }
    assert all(row["values"] == {"kind": row["values"]["kind"]} for row in aside)
    assert "As known at 2022-06-05 08:00+08:00" in then.text("en")
    assert "5123.00" not in then.text("en")
    assert "5123.00" in explain("H1").text("en")


def test_the_records_of_a_sum_add_up_to_it(explain: Explain) -> None:
    said = explain("H1").as_dict()
    net_income = next(fact["value"] for fact in said["facts"] if fact["name"] == "net_income_12m")
    rows = [row["values"] for row in said["records"]["entered"] if "net_income_12m" in row["facts"]]

    assert sum(Decimal(row["amount"]) - Decimal(row.get("cost", 0)) for row in rows) == Decimal(net_income)


def test_a_shock_of_an_area_is_among_the_records_with_its_loss_unknown(explain: Explain) -> None:
    shocks = [row for row in explain("H1").as_dict()["records"]["entered"] if row["table"] == "shocks"]

    assert [(row["values"].get("area_code"), row["values"].get("loss"), row["facts"]) for row in shocks] == [
        ("n1", None, ["disasters_6m"]),
        (None, "250.5", ["disasters_6m", "largest_loss_6m"]),
    ]


def test_a_persons_fact_shows_the_rows_of_that_person_alone(explain: Explain) -> None:
    records = explain("H1").records
    assert records is not None

    assert [row.values["job_id"] for row in records.of_fact("has_open_job", "p1")] == ["j2"]
    assert records.of_fact("has_open_job", "p2") == []


def test_days_are_counted_from_the_last_day_of_each_source(explain: Explain) -> None:
    ages = explain("H1").as_dict()["records"]["sources"]

    found = {(age["table"], age["source"]): (age["last_on"], age["days"], age["rows"]) for age in ages}
    assert found["income", "agriculture"] == ("2022-04-15", 47, 2)
    assert found["income", "civil_affairs"] == ("2022-03-10", 83, 4)
    assert found["jobs", "civil_affairs"] == ("2022-06-01", 0, 2)
    assert not any(table == "persons" for table, _ in found)


def test_no_name_or_number_of_a_person_is_shown(explain: Explain) -> None:
    assert "Somebody" not in explain("H1").text("en") + json.dumps(explain("H1").as_dict())


@pytest.mark.parametrize(
    ("household", "state", "sentence"),
    [
        ("H3", "without_members", "The household has no member at this date and is not judged."),
        ("H4", "not_yet_registered", "The household is registered after this date and is not judged."),
    ],
)
def test_a_household_that_is_not_judged_says_why(explain: Explain, household: str, state: str, sentence: str) -> None:
    explanation = explain(household)

    assert explanation.as_dict()["state"] == state
    assert explanation.as_dict()["rules"] == []
    assert sentence in explanation.text("en")


def test_members_that_left_are_the_reason_why_nobody_is_judged(tmp_path: Path) -> None:
    own = LakeUnderTest(tmp_path)
    own.deliver("areas", "code,name\nn,Nation\n", pack=str(PACK))
    own.deliver("households", "household_id,area_code\nH1,n\n")
    own.deliver("persons", "person_id,household_id,member_to\np1,H1,2022-05-31\n")

    text = firmground.explain(own.path, "H1", PACK, AS_OF).text("en")

    assert "of a person who is not a member at this date (1)\n    until 2022-05-31  Member: person p1" in text


def test_a_household_that_nobody_knows_is_refused(explain: Explain) -> None:
    with pytest.raises(UnknownHousehold, match="`H9` is not known") as caught:
        explain("H9")
    assert caught.value.exit_code == 2


def test_before_anybody_was_known_nobody_can_be_explained(explain: Explain) -> None:
    with pytest.raises(BeforeAllData, match="No household was known on 2022-05-31 08:00"):
        explain("H1", known_at=datetime(2022, 5, 31, tzinfo=UTC))


def test_a_tried_value_takes_the_place_of_all_others(lake: LakeUnderTest) -> None:
    tried = firmground.explain(lake.path, "H1", PACK, AS_OF, settings={"monitoring_line": Decimal("9000.5")})
    below = rule(tried, "income_below_line")

    assert below["fires"] is True
    assert below["reasons"][1]["value"] == "9000.5"
    assert below["change"]["limit"] == "9000.5"


def test_units_of_one_and_of_many_are_words(tmp_path: Path, lake: LakeUnderTest) -> None:
    as_guarantees = {"unit: row, from: shocks": "unit: guarantee, from: shocks"}
    pack = small_pack(tmp_path, as_guarantees)

    text = firmground.explain(lake.path, "H1", pack, AS_OF).text

    assert "Disasters within 6 months: 2 guarantees" in text("en")
    assert "fell to 1 guarantee, by 1 guarantee" in text("en")
    assert "近6个月灾害次数：2 项" in text("zh")


def test_a_date_before_all_data_is_refused_whatever_the_household(lake: LakeUnderTest) -> None:
    with pytest.raises(BeforeAllData, match="The as-of date 1990-06-01 is before all data, which begin on 2020-01-01"):
        firmground.explain(lake.path, "H3", PACK, date(1990, 6, 1))


def test_the_age_of_the_youngest_is_counted_as_an_age_in_chinese(lake: LakeUnderTest, tmp_path: Path) -> None:
    oldest_child = "{of: person, title: {en: Age, zh: 年龄}, unit: year, value: completed_years(birth_date)}"
    youngest = "{title: {en: Youngest, zh: 最小年龄}, from: persons, unit: year, value: min(age)}"
    rule_of_it = (
        "{title: {en: Grown up, zh: 均已成年}, risk: education, severity: low, when: youngest > param.school_age_to, "
        "reasons: [youngest, param.school_age_to], source: practice}"
    )
    changes = {f"age: {oldest_child}": f"age: {oldest_child}\nyoungest: {youngest}"}
    changes["\nstruck:\n"] = f"\ngrown_up: {rule_of_it}\nstruck:\n"
    pack = small_pack(tmp_path, changes)

    text = firmground.explain(lake.path, "H1", pack, AS_OF).text("zh")

    assert "最小年龄：11 岁" in text
    assert "最小年龄升至 16 岁（增加 5 岁）" in text
