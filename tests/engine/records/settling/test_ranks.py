"""Of two sources that speak of one month of income or of one time of work, the higher-ranked one counts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.records.lakes import HOUSEHOLDS, LakeUnderTest, income
from firmground.engine.policy import pack_folder


@pytest.fixture
def ranked(tmp_path: Path) -> LakeUnderTest:
    """A lake whose pack ranks civil affairs above agriculture."""
    folder = tmp_path / "ranked"
    shutil.copytree(pack_folder("cn"), folder)
    tables = folder / "tables.yaml"
    tables.write_text(f"{tables.read_text('utf-8')}sources: {{civil_affairs: 1, agriculture: 2}}\n", "utf-8")
    lake = LakeUnderTest(tmp_path)
    lake.deliver("households", HOUSEHOLDS, pack=str(folder))
    return lake


@pytest.mark.parametrize(
    ("day", "counting"), [("2022-02-28", 2), ("2022-03-01", 1), ("2022-03-31", 1), ("2022-04-01", 2)]
)
def test_income_of_a_lower_ranked_source_counts_in_other_months_alone(
    ranked: LakeUnderTest, day: str, counting: int
) -> None:
    ranked.deliver("income", [income(1, occurred_on="2022-03-10")], source="civil_affairs")

    ranked.deliver("income", [income(2, occurred_on=day)], source="agriculture")

    assert len(ranked.counting("income")) == counting


@pytest.mark.parametrize(("started_on", "counting"), [("2022-03-31", 1), ("2022-04-01", 2)])
def test_a_spell_of_a_lower_ranked_source_counts_from_the_end_of_the_higher_one(
    ranked: LakeUnderTest, started_on: str, counting: int
) -> None:
    spell = {"household_id": "H1", "person_id": "p1", "job_id": "j1"}
    ranked.deliver("jobs", [{**spell, "started_on": "2022-03-01", "ended_on": "2022-04-01"}], source="civil_affairs")

    ranked.deliver("jobs", [{**spell, "started_on": started_on}], source="agriculture")

    assert len(ranked.counting("jobs")) == counting
