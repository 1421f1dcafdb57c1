"""An explanation tells of each row that does not count what set it aside, at each known-at."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from engine.records.lakes import HOUSEHOLDS, PERSONS, LakeUnderTest, income
from firmground import explain
from firmground.engine.records import undo

AS_OF = date(2022, 6, 1)


@pytest.fixture
def lake(tmp_path: Path, ranked: Path) -> LakeUnderTest:
    lake = LakeUnderTest(tmp_path)
    lake.deliver("households", HOUSEHOLDS, pack=str(ranked), received_at=date(2022, 5, 1))
    lake.deliver("persons", PERSONS, received_at=date(2022, 5, 1))
    return lake


def _told(lake: LakeUnderTest, pack: Path, known_at: datetime | None = None) -> list[tuple[str, str]]:
    said = explain(lake.path, "H1", str(pack), AS_OF, known_at=known_at).as_dict()
    rows = [*said["records"]["entered"], *said["records"]["set_aside"]]
    return sorted((row["values"]["amount"], row["set_aside"] or "counts") for row in rows if row["table"] == "income")


def test_each_cause_has_its_name(lake: LakeUnderTest, ranked: Path) -> None:
    days = {"received_at": date(2022, 5, 2)}
    lake.deliver("income", [income(1)], source="labour", **days)
    lake.deliver("income", [income(2)], source="visits", **days)
    lake.deliver("income", [income(3, occurred_on="2022-02-01")], source="banks", **days)
    lake.deliver(
        "income",
        [income(4, occurred_on="2022-01-01")],
        source="banks",
        delivers="everything from 2022-01-01 to 2022-02-28",
        yes=True,
        received_at=date(2022, 5, 3),
    )
    lake.deliver("income", [income(5, occurred_on="2021-12-01")], source="banks", **days)
    report = undo(lake.path, "D000007")

    assert _told(lake, ranked) == [
        ("1", "outranked"),
        ("2", "counts"),
        ("3", "left_out"),
        ("4", "counts"),
        ("5", "undone"),
    ]
    before = report.undone_at - timedelta(microseconds=1)
    assert ("5", "counts") in _told(lake, ranked, before)


def test_the_words_of_each_cause_are_there_in_both_languages(lake: LakeUnderTest, ranked: Path) -> None:
    lake.deliver("income", [income(1)], source="labour", received_at=date(2022, 5, 2))
    lake.deliver("income", [income(2)], source="visits", received_at=date(2022, 5, 2))
    explanation = explain(lake.path, "H1", str(ranked), AS_OF)

    assert "a higher-ranked source speaks for it (1)" in explanation.text("en")
    assert "已由级别更高的来源提供（1）" in explanation.text("zh")


def test_a_row_with_two_causes_is_told_once(lake: LakeUnderTest, ranked: Path) -> None:
    lake.deliver("income", [income(1, record_id="r")], source="labour", received_at=date(2022, 5, 2))
    lake.deliver("income", [income(2)], source="visits", received_at=date(2022, 5, 2))
    lake.deliver("income", [income(3, record_id="r")], source="labour", received_at=date(2022, 5, 3))

    assert _told(lake, ranked) == [("1", "replaced"), ("2", "counts"), ("3", "outranked")]
