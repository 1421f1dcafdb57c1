"""What runs remember: since when a household is warned of, and what is new since an earlier run."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import firmground
from engine.records.lakes import LakeUnderTest
from engine.scan.lakes import PACK, small_pack

JUNE, JULY, AUGUST, SEPTEMBER = (date(2022, month, 1) for month in (6, 7, 8, 9))
BELOW, ABOVE = "1000", "9000"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two households of one person each, without income so far."""
    lake = LakeUnderTest(tmp_path_factory.mktemp("made"))
    lake.deliver("areas", "code,name\nn,Nation\n", pack=str(PACK))
    lake.deliver("households", "household_id,area_code\nH1,n\nH2,n\n")
    lake.deliver("persons", "person_id,household_id,birth_date\np1,H1,1980-01-01\np2,H2,1980-01-01\n")
    return lake.path


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> LakeUnderTest:
    shutil.copytree(made, tmp_path / "lake")
    return LakeUnderTest(tmp_path)


def earn(lake: LakeUnderTest, *, h1: str, h2: str) -> None:
    """The income of each household from now on; no two files are the same, for such a file would change nothing."""
    cents = f"{lake.delivered:02}"
    rows = [f"H1,i1,wage,{h1}.{cents},2022-03-01", f"H2,i2,wage,{h2}.{cents},2022-03-01"]
    lake.deliver("income", "household_id,record_id,kind,amount,occurred_on\n" + "\n".join(rows) + "\n")


def first_raised(scan: firmground.Scan) -> dict[str, date | None]:
    return {
        w["household_id"]: w["first_raised_on"] for w in scan.warnings.to_pylist() if w["rule"] == "income_below_line"
    }


def changes(scan: firmground.Scan) -> list[tuple[str, str, str, date]]:
    return [(w["household_id"], w["rule"], w["change"], w["as_of"]) for w in scan.warnings.to_pylist()]


def test_a_warning_keeps_the_day_it_was_first_raised_until_a_run_without_it(lake: LakeUnderTest) -> None:
    found = []
    for day, h1, h2 in ((JUNE, BELOW, ABOVE), (JULY, BELOW, BELOW), (AUGUST, ABOVE, BELOW), (SEPTEMBER, BELOW, BELOW)):
        earn(lake, h1=h1, h2=h2)
        found.append(first_raised(firmground.scan(lake.path, PACK, day)))

    assert found == [{"H1": JUNE}, {"H1": JUNE, "H2": JULY}, {"H2": JULY}, {"H1": SEPTEMBER, "H2": JULY}]


def test_two_rules_of_one_household_are_remembered_apart(lake: LakeUnderTest) -> None:
    earn(lake, h1=BELOW, h2=ABOVE)
    firmground.scan(lake.path, PACK, JUNE)
    spent = "2022-03-01"
    lake.deliver("spending", f"household_id,kind,amount,occurred_on\nH1,medical,20000,{spent}\n")

    found = firmground.scan(lake.path, PACK, JULY).warnings.to_pylist()

    assert {w["rule"]: w["first_raised_on"] for w in found} == {"income_below_line": JUNE, "heavy_medical": JULY}


@pytest.mark.parametrize(
    "more",
    [
        {"known_at": datetime(2100, 1, 1, tzinfo=UTC)},
        {"settings": {"monitoring_line": Decimal(6000)}},
    ],
    ids=["known_at", "set"],
)
def test_a_run_that_tries_something_does_not_count(lake: LakeUnderTest, more: dict[str, object]) -> None:
    earn(lake, h1=BELOW, h2=ABOVE)
    tried = firmground.scan(lake.path, PACK, JUNE, **more)  # type: ignore[arg-type]

    assert first_raised(tried) == {"H1": None}
    assert not tried.run.is_counting
    assert first_raised(firmground.scan(lake.path, PACK, JULY)) == {"H1": JULY}


def test_a_repeated_run_does_not_count_and_says_what_it_said(lake: LakeUnderTest) -> None:
    earn(lake, h1=BELOW, h2=ABOVE)
    firmground.scan(lake.path, PACK, JUNE)
    july = firmground.scan(lake.path, PACK, JULY)
    earn(lake, h1=ABOVE, h2=ABOVE)
    firmground.scan(lake.path, PACK, AUGUST)

    again = firmground.scan(lake.path, repeat=july.run.id)

    assert first_raised(again) == {"H1": JUNE}
    assert firmground.runs(lake.path).num_rows == 3


def test_a_run_of_an_earlier_day_does_not_count(lake: LakeUnderTest) -> None:
    earn(lake, h1=BELOW, h2=ABOVE)
    firmground.scan(lake.path, PACK, JULY)
    earlier = firmground.scan(lake.path, PACK, JUNE)

    assert (earlier.run.is_counting, first_raised(earlier)) == (False, {"H1": None})
    assert first_raised(firmground.scan(lake.path, PACK, JULY)) == {"H1": JULY}  # the same day again counts


def test_runs_of_another_pack_are_another_chain(lake: LakeUnderTest, tmp_path: Path) -> None:
    earn(lake, h1=BELOW, h2=ABOVE)
    other = small_pack(tmp_path / "other", {"id: small": "id: other"})
    firmground.scan(lake.path, other, JUNE)

    assert first_raised(firmground.scan(lake.path, PACK, JULY)) == {"H1": JULY}
    assert first_raised(firmground.scan(lake.path, other, JULY)) == {"H1": JUNE}


def test_a_new_version_of_the_pack_goes_on_with_the_chain(lake: LakeUnderTest, tmp_path: Path) -> None:
    earn(lake, h1=BELOW, h2=ABOVE)
    firmground.scan(lake.path, PACK, JUNE)
    newer = small_pack(tmp_path / "newer", {'version: "1"': 'version: "2"'})

    scan = firmground.scan(lake.path, newer, JULY)

    assert scan.warnings.column("pack_version").to_pylist() == ["2"] * scan.warnings.num_rows
    assert first_raised(scan) == {"H1": JUNE}


def renamed_rule(folder: Path) -> Path:
    """The pack of next year, in which a rule has another name."""
    return small_pack(folder, {"income_below_line:": "poor:\n  formerly: [income_below_line]"})


def test_a_rule_under_a_new_name_goes_on_with_its_warnings(lake: LakeUnderTest, tmp_path: Path) -> None:
    earn(lake, h1=BELOW, h2=BELOW)
    firmground.scan(lake.path, PACK, JUNE)
    earn(lake, h1=BELOW, h2=ABOVE)

    scan = firmground.scan(lake.path, renamed_rule(tmp_path / "next"), JULY, since="latest")

    assert changes(scan) == [("H1", "poor", "continuing", JULY), ("H2", "income_below_line", "ended", JUNE)]
    assert scan.warnings.column("first_raised_on").to_pylist() == [JUNE, JUNE]


def test_since_marks_what_is_new_what_goes_on_and_what_ended(lake: LakeUnderTest) -> None:
    earn(lake, h1=BELOW, h2=ABOVE)
    june = firmground.scan(lake.path, PACK, JUNE)
    earn(lake, h1=BELOW, h2=BELOW)
    july = firmground.scan(lake.path, PACK, JULY, since=june.run.id)
    earn(lake, h1=ABOVE, h2=BELOW)

    august = firmground.scan(lake.path, PACK, AUGUST, since="latest")

    rule = "income_below_line"
    assert changes(july) == [("H1", rule, "continuing", JULY), ("H2", rule, "new", JULY)]
    assert changes(august) == [("H1", rule, "ended", JULY), ("H2", rule, "continuing", AUGUST)]
    ended = august.warnings.drop_columns(["change"]).slice(0, 1)
    assert ended.to_pylist() == july.warnings.drop_columns(["change"]).slice(0, 1).to_pylist()


def test_latest_is_the_last_run_that_counts(lake: LakeUnderTest) -> None:
    earn(lake, h1=BELOW, h2=ABOVE)
    firmground.scan(lake.path, PACK, JUNE)
    firmground.scan(lake.path, PACK, JUNE, settings={"monitoring_line": Decimal(1)})

    scan = firmground.scan(lake.path, PACK, JULY, since="latest")

    assert scan.run.since == "small-20220601-1"
    assert changes(scan) == [("H1", "income_below_line", "continuing", JULY)]


def test_with_nothing_to_compare_with_every_warning_is_new(lake: LakeUnderTest) -> None:
    earn(lake, h1=BELOW, h2=ABOVE)

    assert changes(firmground.scan(lake.path, PACK, JUNE, since="latest")) == [("H1", "income_below_line", "new", JUNE)]


def test_since_an_empty_run_and_to_an_empty_run(lake: LakeUnderTest) -> None:
    earn(lake, h1=ABOVE, h2=ABOVE)
    assert firmground.scan(lake.path, PACK, JUNE).warnings.num_rows == 0
    earn(lake, h1=BELOW, h2=ABOVE)
    july = firmground.scan(lake.path, PACK, JULY, since="latest")
    earn(lake, h1=ABOVE, h2=ABOVE)
    august = firmground.scan(lake.path, PACK, AUGUST, since="latest")

    assert changes(july) == [("H1", "income_below_line", "new", JULY)]
    assert changes(august) == [("H1", "income_below_line", "ended", JULY)]
    assert august.run.warnings == 0
    assert firmground.scan(lake.path, PACK, SEPTEMBER, since="latest").warnings.num_rows == 0


def test_without_since_no_change_is_said(lake: LakeUnderTest) -> None:
    earn(lake, h1=BELOW, h2=ABOVE)

    assert "change" not in firmground.scan(lake.path, PACK, JUNE).warnings.column_names
