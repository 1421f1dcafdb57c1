"""A list is counted over the run that gave it: the run is known by the rows, not by their number."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import firmground
from engine.records.lakes import LakeUnderTest
from engine.scan.lakes import AS_OF, PACK, RECEIVED
from firmground.engine.scan.results.output import write_table
from firmground.interfaces.cli.mistakes import NoScanOfList
from firmground.interfaces.cli.scanned import read_scanned

BEFORE, LATER = date(2022, 6, 5), date(2022, 6, 10)


@pytest.fixture
def lake(tmp_path: Path) -> LakeUnderTest:
    """One poor household, whose income is corrected on 10 June, when a second household comes in."""
    lake = LakeUnderTest(tmp_path)
    lake.deliver("areas", "code,name\nn,Nation\n", pack=str(PACK), received_at=RECEIVED)
    lake.deliver("households", "household_id,area_code\nH1,n\n", received_at=RECEIVED)
    lake.deliver("persons", "person_id,household_id\np1,H1\n", received_at=RECEIVED)
    row = "H1,i1,wage,{},2022-03-01\n"
    heading = "household_id,record_id,kind,amount,occurred_on\n"
    lake.deliver("income", heading + row.format(1000), received_at=RECEIVED)
    lake.deliver("income", heading + row.format(2000), received_at=LATER)
    return lake


def test_of_two_runs_with_as_many_warnings_the_one_with_these_rows_is_taken(
    lake: LakeUnderTest, tmp_path: Path
) -> None:
    scans = {
        name: firmground.scan(lake.path, PACK, AS_OF, known_at=at) for name, at in (("then", BEFORE), ("now", None))
    }
    for name, scan in scans.items():
        write_table(scan.warnings, tmp_path / f"{name}.csv")

    assert scans["then"].warnings.num_rows == scans["now"].warnings.num_rows == 1
    for name, scan in scans.items():
        scanned = read_scanned(tmp_path / f"{name}.csv", lake.path, pack=None)
        assert scanned.run is not None
        assert scanned.run.id == scan.run.id


def test_a_list_that_no_run_gave_is_refused_unless_a_pack_is_named(lake: LakeUnderTest, tmp_path: Path) -> None:
    write_table(firmground.scan(lake.path, PACK, AS_OF).warnings, tmp_path / "list.csv")
    text = (tmp_path / "list.csv").read_text(encoding="utf-8").replace("H1", "H2")
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")

    with pytest.raises(NoScanOfList):
        read_scanned(tmp_path / "list.csv", lake.path, pack=None)
    assert read_scanned(tmp_path / "list.csv", lake.path, pack=str(PACK)).run is None
