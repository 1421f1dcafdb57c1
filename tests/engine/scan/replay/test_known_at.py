"""Known-at: a day means its end, and a time without zone is the lake's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

import firmground
from engine.records.lakes import LakeUnderTest
from engine.scan.lakes import AS_OF, PACK, RECEIVED
from firmground.engine.scan.data_known import BeforeAllData
from interfaces.cli.conftest import call

ARRIVED = datetime(2022, 6, 10, 16, 0, tzinfo=UTC)  # midnight between 10 and 11 June in the lake's zone, UTC+8
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LakeUnderTest:
    """One household; its income arrived at ARRIVED."""
    lake = LakeUnderTest(tmp_path_factory.mktemp("known"))
    lake.deliver("areas", "code,name\nn,Nation\n", pack=str(PACK), received_at=RECEIVED)
    lake.deliver("households", "household_id,area_code\nH1,n\n", received_at=RECEIVED)
    lake.deliver("persons", "person_id,household_id,birth_date\np1,H1,1980-01-01\n", received_at=RECEIVED)
    row = "H1,wage,1000,2022-03-01"
    lake.deliver("income", f"household_id,kind,amount,occurred_on\n{row}\n", received_at=ARRIVED)
    return lake


@pytest.mark.parametrize(
    ("known_at", "is_known"),
    [
        (ARRIVED, True),
        (ARRIVED - MICROSECOND, False),
        (date(2022, 6, 10), False),
        (date(2022, 6, 11), True),
        (datetime(2022, 6, 11, 0, 0), True),  # noqa: DTZ001  # a time without zone is meant
        (datetime(2022, 6, 10, 23, 59, 59, 999999), False),  # noqa: DTZ001
        (datetime(2022, 6, 10, 11, 0, tzinfo=timezone(-timedelta(hours=5))), True),
        (datetime(2022, 6, 10, 10, 59, tzinfo=timezone(-timedelta(hours=5))), False),
        (None, True),
    ],
)
def test_a_row_counts_from_the_moment_it_was_received(
    lake: LakeUnderTest, known_at: date | datetime | None, is_known: bool
) -> None:
    scan = firmground.scan(lake.path, PACK, AS_OF, known_at=known_at)
    explained = firmground.explain(lake.path, "H1", PACK, AS_OF, known_at=known_at)

    warned = scan.warnings.column("rule").to_pylist()
    assert warned == (["income_below_line"] if is_known else ["no_income_known"])
    assert [verdict.rule.id for verdict in explained.verdicts if verdict.fires] == warned


@pytest.mark.parametrize(
    ("text", "is_known"),
    [
        ("2022-06-10", False),
        ("2022-06-11", True),
        ("2022-06-11T00:00", True),
        ("2022-06-10T23:59:59", False),
        ("2022-06-10T16:00Z", True),
        ("2022-06-10T15:59:59Z", False),
        ("2022-06-10T11:00-05:00", True),
    ],
)
def test_the_command_line_reads_days_and_times_alike(lake: LakeUnderTest, text: str, is_known: bool) -> None:
    asked = ("--data", lake.path, "--pack", PACK, "--as-of", AS_OF, "--known-at", text, "--json")

    explained = call("explain", "H1", *asked).json

    fires = {rule["rule"] for rule in explained["rules"] if rule["fires"]}
    assert fires == ({"income_below_line"} if is_known else {"no_income_known"})


@pytest.mark.parametrize("text", ["soon", "2022-02-30", "2022-06-10T25:00", "10.6.2022"])
def test_what_is_no_time_is_refused(lake: LakeUnderTest, text: str) -> None:
    asked = ("--data", lake.path, "--pack", PACK, "--as-of", AS_OF, "--known-at", text, "--json")
    answer = call("explain", "H1", *asked)

    assert answer.code == 2
    assert text in answer.errors[0]["found"]


def test_a_run_keeps_the_moment_it_asked_for(lake: LakeUnderTest) -> None:
    run = firmground.scan(lake.path, PACK, AS_OF, known_at=date(2022, 6, 10)).run

    assert run.known_at == ARRIVED - MICROSECOND


def test_the_list_of_runs_shows_it_in_the_lakes_time_zone(lake: LakeUnderTest, tmp_path: Path) -> None:
    firmground.scan(lake.path, PACK, AS_OF, known_at=date(2022, 6, 10))

    assert "2022-06-10 23:59" in call("runs", "--data", lake.path).out


@pytest.mark.parametrize(
    "known_at", [date(9999, 12, 31), datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=9)))]
)
def test_the_end_of_the_calendar_knows_everything(lake: LakeUnderTest, known_at: date | datetime) -> None:
    scan = firmground.scan(lake.path, PACK, AS_OF, known_at=known_at)

    assert scan.warnings.column("rule").to_pylist() == ["income_below_line"]
    assert "As known at 9999-12-2" in scan.explain("H1").text("en")


@pytest.mark.parametrize("known_at", [date(1, 1, 1), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9)))])
def test_before_the_beginning_of_the_calendar_nobody_was_known(lake: LakeUnderTest, known_at: date | datetime) -> None:
    with pytest.raises(BeforeAllData, match="No household was known on 0001-01-0"):
        firmground.scan(lake.path, PACK, AS_OF, known_at=known_at)
