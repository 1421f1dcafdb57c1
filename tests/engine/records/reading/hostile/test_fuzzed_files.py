"""Whatever a file holds: it is refused and changes nothing, or each of its rows is accounted for."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import EXAMPLES
from engine.records.lakes import LakeUnderTest, quarantined
from engine.records.reading.hostile.fuzzed_files import Fuzzed, parquet_files, text_files, workbooks
from firmground.engine.records import ImportReport
from firmground.errors import FirmgroundError

_PLAIN_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")


def _bring_in(registered: Path, file: Fuzzed) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(registered, Path(folder) / "lake")
        lake = LakeUnderTest(Path(folder))
        mapping = lake.file(file.mapping, "mapping.yaml")
        before, rows_before = lake.snapshot(), len(lake.all_rows(file.table))
        try:
            report = lake.deliver(file.table, file.content, mapping=mapping)
        except FirmgroundError:
            assert lake.snapshot() == before
            return

        assert report.rows == report.accepted + report.quarantined
        assert report.repeated == 0
        assert len(lake.all_rows(file.table)) == rows_before + report.accepted
        bad = quarantined(report) if report.quarantined else []
        assert len(bad) == report.quarantined
        assert all(row["_error"] and row["_expected"] for row in bad)
        if file.rows is not None:
            _check_rows(lake, file, report, {int(row["_row"]) for row in bad})
        _check_again(lake, file, report)


def _check_rows(lake: LakeUnderTest, file: Fuzzed, report: ImportReport, bad: set[int]) -> None:
    """Against what an independent reader found."""
    assert file.rows is not None
    assert report.rows == len(file.rows)
    assert bad <= set(file.rows)
    good = [cells for number, cells in file.rows.items() if number not in bad and cells]
    came_in = lake.all_rows(file.table)[-report.accepted :] if report.accepted else []
    key = "person_id" if file.table == "persons" else "household_id"
    if good:
        assert Counter(cells[key] for cells in good) <= Counter(row[key] for row in came_in)
    amounts = [cells["amount"] for cells in good if _PLAIN_AMOUNT.fullmatch(cells.get("amount", ""))]
    assert Counter(map(Decimal, amounts)) <= Counter(row.get("amount") for row in came_in)


def _check_again(lake: LakeUnderTest, file: Fuzzed, report: ImportReport) -> None:
    before = lake.snapshot()

    again = lake.deliver(file.table, file.content, mapping=lake.folder / "mapping.yaml")

    assert (again.rows, again.accepted, again.quarantined, again.repeated) == (report.rows, 0, 0, report.rows)
    assert lake.snapshot() == before


@settings(max_examples=EXAMPLES * 2)
@given(st.one_of(text_files(), parquet_files()))
def test_each_row_of_a_spoilt_file_is_accounted_for(registered: Path, file: Fuzzed) -> None:
    _bring_in(registered, file)


@settings(max_examples=max(5, EXAMPLES // 3))
@given(workbooks())
def test_each_row_of_a_spoilt_workbook_is_accounted_for(registered: Path, file: Fuzzed) -> None:
    _bring_in(registered, file)


@pytest.mark.slow
@settings(max_examples=EXAMPLES * 15)
@given(st.one_of(text_files(), text_files(), parquet_files(), workbooks()))
def test_each_row_of_hundreds_of_spoilt_files_is_accounted_for(registered: Path, file: Fuzzed) -> None:
    _bring_in(registered, file)
