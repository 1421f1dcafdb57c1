"""What departments are to deliver: late by a day more than the cadence, never come, undone, read with our own names."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from firmground.engine.policy import pack_folder
from firmground.engine.records import deliveries, due, import_file, undo

EXAMPLES = pack_folder("cn") / "sources" / "examples"


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    lake = tmp_path / "lake"
    register = EXAMPLES / "public_security_households.csv"
    import_file(register, source="public_security", data=lake, received_at=date(2022, 5, 1))
    return lake


def _row(lake: Path, kind: str, on: date) -> dict[str, Any]:
    return next(row for row in due(lake, on).to_pylist() if row["file_kind"] == kind)


@pytest.mark.parametrize(("on", "late"), [(date(2022, 6, 1), False), (date(2022, 6, 2), True)])
def test_a_file_is_late_when_more_days_than_its_cadence_have_passed(lake: Path, on: date, late: bool) -> None:
    row = _row(lake, "households", on)

    assert (row["cadence_days"], row["last_received_on"], row["is_late"]) == (31, date(2022, 5, 1), late)


def test_what_never_came_is_late_and_a_later_file_had_not_come_yet(lake: Path) -> None:
    assert _row(lake, "persons", date(2022, 5, 2))["is_late"]
    assert _row(lake, "households", date(2022, 4, 30))["last_received_on"] is None


def test_an_undone_delivery_has_not_come(lake: Path) -> None:
    undo(lake, "D000001")

    assert _row(lake, "households", date(2022, 5, 2))["last_received_on"] is None
    assert deliveries(lake)["undone_at"].to_pylist() != [None]


def test_a_delivery_says_who_answers_and_what_kind_of_file_it_was(lake: Path) -> None:
    (row,) = deliveries(lake).to_pylist()

    said = (row["source_title"], row["answers"], row["file_kind"], row["undone_at"])
    assert said == ("Public security", "Household registration unit", "households", None)


def test_a_file_with_our_own_names_counts_for_the_kind_of_its_table(lake: Path, tmp_path: Path) -> None:
    file = tmp_path / "persons.csv"
    file.write_text("person_id,household_id\nP1,LZ0001\n", encoding="utf-8")
    import_file(file, table="persons", source="public_security", data=lake, received_at=date(2022, 5, 3))

    assert _row(lake, "persons", date(2022, 5, 4))["days_since"] == 1
