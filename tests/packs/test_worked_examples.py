"""Worked examples tried: what is reported where one does not hold, and where its file is wrong."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from firmground.engine.policy import load_pack, pack_folder
from firmground.engine.policy.model import Pack
from firmground.engine.scan.examples.files import ExamplesUnsound
from firmground.engine.scan.examples.worked_examples import (
    ExamplesTried,
    area_without_values,
    default_person,
    try_examples,
)

ROUND = """\
      - {kind: consumption_total, value: 90000, valid_from: 2009-01-01}
      - {kind: consumption_food, value: 40000, valid_from: 2009-01-01}
      - {kind: adult_equivalents, value: 4, valid_from: 2009-01-01}
"""
WITHOUT_WEIGHT = f"""\
- name: no weight
  as_of: 2009-12-31
  given:
    attributes:
{ROUND}  expect: """


def pack_with(folder: Path, **files: str) -> Pack:
    """The pack of a survey with other worked examples: name of a file -> its text."""
    copy = folder / "pack"
    shutil.copytree(pack_folder("consumption_line"), copy, ignore=shutil.ignore_patterns("tests"))
    (copy / "tests").mkdir()
    for name, text in files.items():
        (copy / "tests" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_pack(copy)


def graduation_with(folder: Path, text: str) -> Pack:
    """The graduation pack with other worked examples."""
    copy = folder / "pack"
    shutil.copytree(pack_folder("graduation"), copy, ignore=shutil.ignore_patterns("tests"))
    (copy / "tests").mkdir()
    (copy / "tests" / "examples.yaml").write_text(text, encoding="utf-8")
    return load_pack(copy)


def tried_with(folder: Path, text: str) -> ExamplesTried:
    return try_examples(pack_with(folder, examples=text))


def test_a_pack_without_examples_passes_and_shows_nothing(tmp_path: Path):
    tried = try_examples(pack_with(tmp_path))

    assert tried.passed
    assert tried.results == ()
    assert {c.rule: len(c.missing) for c in tried.coverage} == dict.fromkeys(
        ["consumption_below_line", "food_share_very_high", "survey_weight_missing", "consumption_unknown"], 4
    )


def test_an_empty_file_of_examples_holds_none(tmp_path: Path):
    assert tried_with(tmp_path, "# nothing yet\n").results == ()


def test_a_result_says_in_which_line_of_which_file_the_example_stands(tmp_path: Path):
    tried = tried_with(tmp_path, "\n\n" + WITHOUT_WEIGHT + "{only: [survey_weight_missing]}")

    (result,) = tried.results
    assert tried.passed
    assert (Path(result.place.file).name, result.place.line) == ("examples.yaml", 3)


FIRED_WITHOUT_WEIGHT = (
    "`survey_weight_missing` fired and was expected to stay silent; its reasons: "
    '{"consumption_per_adult_equivalent":"22500","survey_weight_values":"0"}'
)


@pytest.mark.parametrize(
    ("expect", "difference"),
    [
        ("{fires: [consumption_unknown]}", "`consumption_unknown` stayed silent and was expected to fire"),
        (
            "{not: [survey_weight_missing]}",
            FIRED_WITHOUT_WEIGHT,
        ),
        (
            "{only: []}",
            FIRED_WITHOUT_WEIGHT,
        ),
        (
            '{reasons: {survey_weight_missing: {survey_weight_values: "1"}}}',
            '`survey_weight_missing` gives survey_weight_values as "0" and was expected to give "1"',
        ),
        (
            "{reasons: {survey_weight_missing: {survey_weight_values: null}}}",
            '`survey_weight_missing` gives survey_weight_values as "0" and was expected to give null',
        ),
        (
            "{persons: {survey_weight_missing: [p1]}}",
            "`survey_weight_missing` names no person and was expected to name p1",
        ),
        (
            "{persons: {consumption_unknown: null}}",
            "`consumption_unknown` stayed silent and was expected to fire",
        ),
    ],
)
def test_what_differs_is_said_in_a_sentence(tmp_path: Path, expect: str, difference: str):
    tried = tried_with(tmp_path, WITHOUT_WEIGHT + expect)

    assert not tried.passed
    assert tried.results[0].differences == (difference,)
    assert tried.as_dict()["examples"][0]["differences"] == [difference]


def test_an_example_that_fails_covers_nothing(tmp_path: Path):
    tried = tried_with(tmp_path, WITHOUT_WEIGHT + "{fires: [survey_weight_missing, consumption_unknown]}")

    coverage = {c.rule: c.fired for c in tried.coverage}
    assert coverage["survey_weight_missing"] == 0


def test_a_boundary_needs_both_sides(tmp_path: Path):
    text = WITHOUT_WEIGHT + "{fires: [survey_weight_missing]}\n  boundary: survey_weight_missing\n"

    coverage = {c.rule: c.missing for c in tried_with(tmp_path, text).coverage}

    assert coverage["survey_weight_missing"] == ("stays silent", "stays silent on its boundary")


def test_a_shock_of_an_area_strikes_only_the_household_of_its_own_example(tmp_path: Path):
    shock = "{kind: drought, area_code: south, occurred_on: 2024-09-01}"
    one = "- {name: NAME, as_of: 2024-09-15, given: {area_code: south SHOCKS}, expect: {EXPECT: [climate_shock]}}\n"
    text = one.replace("NAME", "struck").replace("SHOCKS", f", shocks: [{shock}]").replace("EXPECT", "fires")
    text += one.replace("NAME", "spared").replace("SHOCKS", "").replace("EXPECT", "not")

    tried = try_examples(graduation_with(tmp_path, text))

    assert {r.name: r.differences for r in tried.results} == {"struck": (), "spared": ()}


def test_the_default_member_is_an_adult_who_can_work():
    person = default_person(date(2022, 2, 28))

    assert person == {"person_id": "p1", "birth_date": date(1982, 1, 1), "labour_capacity": "full"}


def test_the_default_area_has_no_value_of_its_own():
    pack = load_pack("graduation")
    special = {row.area for parameter in pack.parameters.values() for row in parameter.rows}

    assert area_without_values(pack, None) not in special


@pytest.mark.parametrize(
    ("text", "id_", "line", "found"),
    [
        ("- name: [", "FG-P001", 1, "not YAML"),
        ("- {name: a, as_of: 2009-12-31}", "FG-P011", 1, "missing"),
        (
            "- {name: a, as_of: 2009-12-31, given: {}, expects: {only: []}, expect: {only: []}}",
            "FG-P010",
            1,
            "`expects`",
        ),
        ("- name: a\n  as_of: 2009-02-30\n  expect: {only: []}", "FG-P013", 2, "`2009-02-30`"),
        ("- name: a\n  as_of: 2009-12-31\n  expect: {fires: [consumption_unknwn]}", "FG-S051", 3, "consumption_unknwn"),
        ("- name: a\n  as_of: 2009-12-31\n  expect: {only: [consumption_unknwn]}", "FG-S051", 3, "consumption_unknwn"),
        (
            "- name: a\n  as_of: 2009-12-31\n  expect:\n    reasons: {consumption_unknown: {consumption: '1'}}",
            "FG-S051",
            4,
            "`consumption`",
        ),
        (
            "- name: a\n  as_of: 2009-12-31\n  expect: {only: []}\n  boundary: line",
            "FG-S051",
            4,
            "`line`",
        ),
        (
            "- name: a\n  as_of: 2009-12-31\n  expect: {not: [consumption_unknown]}\n  boundary: survey_weight_missing",
            "FG-S055",
            4,
            "`survey_weight_missing`",
        ),
        ("- name: a\n  as_of: 2009-12-31\n  expect: {}", "FG-S056", 3, "Nothing is expected"),
        (
            "- name: a\n  as_of: 2009-12-31\n  expect: {fires: [consumption_unknown], not: [consumption_unknown]}",
            "FG-S056",
            3,
            "both to fire and to stay silent",
        ),
        (
            "- name: a\n  as_of: 2009-12-31\n  expect: {fires: [consumption_unknown], only: []}",
            "FG-S056",
            3,
            "both to fire and to stay silent",
        ),
        (
            "- {name: a, as_of: 2009-12-31, expect: {only: []}}\n- {name: a, as_of: 2009-12-31, expect: {only: []}}",
            "FG-S054",
            2,
            "second time",
        ),
    ],
)
def test_a_mistake_of_structure_or_expectation_is_named_at_its_place(
    tmp_path: Path, text: str, id_: str, line: int, found: str
):
    pack = pack_with(tmp_path, examples=text)

    with pytest.raises(ExamplesUnsound) as raised:
        try_examples(pack)

    first = raised.value.mistakes[0]
    assert (first.id, first.place.line if first.place else 0) == (id_, line)
    assert found in str(first)


@pytest.mark.parametrize(
    ("given", "id_", "found"),
    [
        ("{incme: []}", "FG-S051", "`income`"),
        ("{population_group: suburban}", "FG-S051", "`suburban`"),
        ("{registered_on: 2009-2-1}", "FG-S052", "2022-05-31"),
        ("{persons: {person_id: p1}}", "FG-S052", "a list of rows"),
        ("{persons: [p1]}", "FG-S052", "columns and values"),
        ("{persons: [{person_id: p1, household_id: H1}]}", "FG-S051", "`household_id`"),
        ("{persons: [{person_id: p1, sex: x}]}", "FG-S051", "`x`"),
        ("{persons: [{person_id: }]}", "FG-S053", "`person_id`"),
        ("{persons: [{sex: f}]}", "FG-S053", "`person_id`"),
        ("{persons: [{person_id: [p1]}]}", "FG-S052", "list or mapping"),
        ("{attributes: [{kind: consumption, value: 1}]}", "FG-S051", "`consumption_food`"),
        ("{attributes: [{kind: consumption_total, value: 12O0}]}", "FG-S052", "`12O0`"),
        ("{attributes: [{kind: consumption_total, value: 1, deleted: true}]}", "FG-S051", "`deleted`"),
        ("{income: [{kind: wage, amount: 1, occurred_on: 2009-01-01}]}", "FG-S051", "`wage`"),
        ("{spending: [{amount: 0.001, kind: x, occurred_on: 2009-01-01}]}", "FG-S052", "`0.001`"),
        ("{spending: [{amount: -1, kind: x, occurred_on: 2009-01-01}]}", "FG-S052", "negative"),
        ("{areas: [{code: north}], area_code: nort}", "FG-S051", "`north`"),
    ],
)
def test_a_mistake_in_given_rows_is_named_at_its_place(tmp_path: Path, given: str, id_: str, found: str):
    text = f"- name: a\n  as_of: 2009-12-31\n  given: {given}\n  expect: {{only: []}}\n"
    pack = pack_with(tmp_path, examples=text)

    with pytest.raises(ExamplesUnsound) as raised:
        try_examples(pack)

    mistakes = [m for m in raised.value.mistakes if m.id == id_]
    assert [m.place.line for m in mistakes if m.place] == [3] * len(mistakes)
    assert any(found in str(m) for m in mistakes)


def test_all_mistakes_come_at_once_in_the_order_of_files_and_lines(tmp_path: Path):
    wrong = (
        "- name: {name}\n  as_of: 2009-12-31\n  given: {{persons: [{{person_id: p1, sex: x}}]}}\n"
        "  expect: {{fires: [nothing]}}\n"
    )
    pack = pack_with(tmp_path, b=wrong.format(name="b"), a=wrong.format(name="a"))

    with pytest.raises(ExamplesUnsound) as raised:
        try_examples(pack)

    places = [(Path(m.place.file).name, m.place.line) for m in raised.value.mistakes if m.place]
    assert places == [("a.yaml", 3), ("a.yaml", 4), ("b.yaml", 3), ("b.yaml", 4)]
    assert "4 mistakes" in raised.value.found
    assert all(m.excerpt for m in raised.value.mistakes)


def test_a_shock_may_name_an_area_only_where_its_kind_may(tmp_path: Path):
    shock = "{kind: theft, area_code: south, occurred_on: 2024-08-01}"
    text = f"- name: a\n  as_of: 2024-09-15\n  given: {{shocks: [{shock}]}}\n  expect: {{only: []}}\n"
    pack = graduation_with(tmp_path, text)

    with pytest.raises(ExamplesUnsound) as raised:
        try_examples(pack)

    assert [m.id for m in raised.value.mistakes] == ["FG-S051"]
    assert "`theft` names an area" in str(raised.value.mistakes[0])
