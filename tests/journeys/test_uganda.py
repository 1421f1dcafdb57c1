"""Real input: two rounds of a panel survey, by the commands that the documentation shows.

Needs the reference data `unps`; every expectation is computed from the survey's own files.
"""

from __future__ import annotations

import csv
import json
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
    assert run(DOCUMENT, folder, having=["reference data"]) == 5
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
        row["case_id"]
        for row in _rows(followed.survey / f"result_{year}.csv")
        if round(float(row["TOT_consumption"]) / float(row["number_adults"]), 6) < LINE
    }
    listed = {
        row["household_id"]: json.loads(row["reasons"])
        for row in _rows(followed.folder / f"below-{year}.csv")
        if row["rule"] == "consumption_below_line"
    }

    assert len(expected) > 100
    assert set(listed) == expected
    assert all(reasons["param.consumption_line"] == str(LINE) for reasons in listed.values())
    assert all(float(reasons["consumption_per_adult_equivalent"]) < LINE for reasons in listed.values())


def test_the_household_without_a_weight_is_reported_and_no_mean_counts_it(followed: Followed) -> None:
    survey = list(_rows(followed.survey / "result_2009.csv"))
    without = [row["case_id"] for row in survey if row["wgt09"] == "NA"]
    listed = [
        row["household_id"]
        for row in _rows(followed.folder / "below-2009.csv")
        if row["rule"] == "survey_weight_missing"
    ]
    counted = next(row for row in _rows(followed.folder / "means-2009.csv") if row["panel"].startswith("A"))

    assert listed == without == ["1053000406"]
    assert int(counted["households"]) == len(survey) - 1


def test_households_of_the_second_round_without_an_area_wait_in_quarantine(followed: Followed) -> None:
    without = {row["id_hh"] for row in _rows(followed.survey / "hh_2010.csv") if row["regurb"] == "NA"}
    (quarantine,) = (followed.folder / "uganda" / "quarantine").glob("*.csv")
    waiting = list(_rows(quarantine))

    assert len(without) == 8
    assert {row["id_hh"] for row in waiting} == without
    assert {row["_column"] for row in waiting} == {"area_code"}
    assert without.isdisjoint(row["case_id"] for row in _rows(followed.survey / "result_2010.csv"))


def test_households_without_an_enumeration_area_count(followed: Followed) -> None:
    without = {row["id_hh"] for row in _rows(followed.survey / "hh_2009.csv") if row["comm"] == "NA"}
    listed = {row["household_id"] for row in _rows(followed.folder / "below-2009.csv")}

    assert len(without) > 100
    assert without & listed
