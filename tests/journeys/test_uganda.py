"""Real input: two rounds of a panel survey, by the commands that the documentation shows.

Needs the reference data `unps`; every expectation is computed from the survey's own files.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from docs.documents import PROJECT, run

pytestmark = pytest.mark.reference

DOCUMENT = PROJECT / "docs" / "how-to" / "use-survey-data.md"
PUBLISHED = {
    "total": "total_consumption_percapita",
    "food": "food_consumption_percapita",
    "non_durable": "non_durable_consumption_percapita",
    "durable": "durable_consumption_percapita",
}
LINE = 18000  # of the pack, in force in both rounds
ROUNDS = ("2009", "2010")


class Followed(NamedTuple):
    """The folder in which the document was followed, and the survey's files."""

    folder: Path
    survey: Path


@pytest.fixture(scope="module")
def followed(reference_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    folder = tmp_path_factory.mktemp("uganda")
    assert run(DOCUMENT, folder, having=["reference data"]) == 6
    return Followed(folder, reference_data / "unps")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@pytest.mark.parametrize("year", ROUNDS)
@pytest.mark.parametrize("panel", ["A: full sample", "B: rural areas"])
def test_the_published_means_come_out_of_the_lake(followed: Followed, year: str, panel: str) -> None:
    published = next(row for row in _rows(followed.survey / f"result_{year}_table.csv") if row["Panel"] == panel)
    computed = next(row for row in _rows(followed.folder / f"means-{year}.csv") if row["panel"] == panel)

    for ours, theirs in PUBLISHED.items():
        assert float(computed[ours]) == pytest.approx(float(published[theirs]), rel=1e-9, abs=0), ours


@pytest.mark.parametrize("year", ROUNDS)
def test_the_households_below_the_line_are_listed_with_their_reasons(followed: Followed, year: str) -> None:
    expected = {
        row["case_id"]: {
            "consumption_per_adult_equivalent": _per_adult_equivalent(row),
            "consumption": round(float(row["TOT_consumption"]), 6),
            "adult_equivalents": float(row["number_adults"]),
            "param.consumption_line": LINE,
            "survey_weight": None if row[f"wgt{year[2:]}"] == "NA" else float(row[f"wgt{year[2:]}"]),
        }
        for row in _rows(followed.survey / f"result_{year}.csv")
        if _per_adult_equivalent(row) < LINE
    }
    listed = _listed(followed, year, "consumption_below_line")

    assert len(expected) > 100
    assert set(listed) == set(expected)
    for household, reasons in expected.items():
        assert list(listed[household]) == list(reasons)
        for name, value in reasons.items():
            told = listed[household][name]
            assert (told and float(told)) == (value and pytest.approx(value, rel=1e-9, abs=1e-6)), (household, name)


@pytest.mark.parametrize("year", ROUNDS)
def test_households_without_consumption_are_listed_as_unknown(followed: Followed, year: str) -> None:
    registered = {
        row["id_hh"]
        for round_ in ROUNDS[: ROUNDS.index(year) + 1]
        for row in _rows(followed.survey / f"hh_{round_}.csv")
        if row["regurb"] != "NA"
    }
    members = {
        row["id_hh"]
        for round_ in ROUNDS[: ROUNDS.index(year) + 1]
        for row in _rows(followed.survey / f"hh_charact{round_}.csv")
    }
    asked = {row["case_id"] for row in _rows(followed.survey / f"result_{year}.csv")}

    assert set(_listed(followed, year, "consumption_unknown")) == (registered & members) - asked


def test_the_household_without_a_weight_is_reported_and_no_mean_counts_it(followed: Followed) -> None:
    survey = list(_rows(followed.survey / "result_2009.csv"))
    without = [row["case_id"] for row in survey if row["wgt09"] == "NA"]

    assert list(_listed(followed, "2009", "survey_weight_missing")) == without == ["1053000406"]
    assert _counted(followed, "2009") == len(survey) - 1
    assert _listed(followed, "2010", "survey_weight_missing") == {}


def test_households_of_the_second_round_without_an_area_wait_in_quarantine(followed: Followed) -> None:
    without = {row["id_hh"] for row in _rows(followed.survey / "hh_2010.csv") if row["regurb"] == "NA"}
    (quarantine,) = (followed.folder / "uganda" / "quarantine").glob("*.csv")
    waiting = list(_rows(quarantine))
    survey = [row["case_id"] for row in _rows(followed.survey / "result_2010.csv")]

    assert len(without) == 8
    assert sorted(row["id_hh"] for row in waiting) == sorted(without)
    assert {(row["_column"], row["_found"], row["_error"]) for row in waiting} == {("regurb", "", "FG-R001")}
    assert without.isdisjoint(survey)
    assert _counted(followed, "2010") == len(survey)


def test_households_without_an_enumeration_area_count(followed: Followed) -> None:
    nowhere = {row["id_hh"] for row in _rows(followed.survey / "hh_2009.csv") if row["comm"] == "NA"}
    rows = list(_rows(followed.survey / "result_2009.csv"))
    without = [row for row in rows if row["case_id"] in nowhere]
    below = {row["case_id"] for row in without if _per_adult_equivalent(row) < LINE}

    assert len(without) > 100
    assert below and below <= set(_listed(followed, "2009", "consumption_below_line"))
    assert _counted(followed, "2009") == sum(row["wgt09"] != "NA" for row in rows)


def test_the_summary_by_region_counts_what_was_known_in_the_first_round(followed: Followed) -> None:
    registered = Counter(row["regurb"] for row in _rows(followed.survey / "hh_2009.csv"))
    summary = list(_rows(followed.folder / "regions-2009.csv"))

    assert {row["area_code"]: int(row["households"]) for row in summary} == registered
    assert all(row["area_name"].startswith("Region ") and "(" not in row["area_name"] for row in summary)


def _per_adult_equivalent(row: dict[str, str]) -> float:
    return round(float(row["TOT_consumption"]) / float(row["number_adults"]), 6)


def _listed(followed: Followed, year: str, rule: str) -> dict[str, dict[str, str | None]]:
    """The reasons of the households that a list names for a rule."""
    return {
        row["household_id"]: json.loads(row["reasons"])
        for row in _rows(followed.folder / f"below-{year}.csv")
        if row["rule"] == rule
    }


def _counted(followed: Followed, year: str) -> int:
    """How many households the mean of the full sample counts."""
    (full,) = [row for row in _rows(followed.folder / f"means-{year}.csv") if row["panel"] == "A: full sample"]
    return int(full["households"])
