"""Other programs read a lake by its manifest, as the document says, and find what the scan finds."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from engine.records.lakes import VILLAGE, LakeUnderTest, income
from firmground.engine.records import Lake
from firmground.engine.scan.relations import lake_relations

_DOCUMENT = Path(__file__).parents[3] / "docs" / "explanation" / "the-lake.md"
_PROGRAM = re.compile(r"^cat > read_(?P<reader>[a-z]+)\.py <<'END'\n(?P<text>.*?)^END$", re.MULTILINE | re.DOTALL)
PROGRAMS = {found["reader"]: found["text"] for found in _PROGRAM.finditer(_DOCUMENT.read_text(encoding="utf-8"))}
_SPARK = pytest.mark.spark


@pytest.fixture
def changed(lake: LakeUnderTest) -> LakeUnderTest:
    """A lake of which rows were corrected, withdrawn, given again, and taken up from quarantine."""
    rows = [income(f"{number}.01", record_id=f"r{number}", cost=1) for number in range(40)]
    lake.deliver("income", [*rows, income("7.77"), income("8", household_id="H8")], received_at=date(2022, 6, 1))
    lake.deliver("income", [income("100.10", record_id=f"r{number}") for number in range(10)])
    gone = [income("0", record_id=f"r{number}", deleted="true") for number in range(5, 15)]
    lake.deliver("income", gone, received_at=datetime(2022, 7, 1, tzinfo=UTC))
    lake.deliver("income", [income("3.33", record_id="r12", deleted="no"), income("x")])
    lake.deliver("households", [{"household_id": "H8", "area_code": VILLAGE}])
    lake.retry()
    return lake


def _as_scanned(lake: LakeUnderTest) -> str:
    """Rows and sum of what the scan reads as income."""
    opened = Lake.open(lake.path)
    relations = lake_relations(opened, opened.manifest(), as_of=date(2022, 6, 1))
    with duckdb.connect(":memory:") as connection:
        for name in ("income__files", "income__settled"):
            connection.read_parquet([str(path) for path in relations.files[name]]).create_view(name)
        sql = f"select count(*) || ' ' || sum(amount) from ({relations.definitions['income']})"
        answer: str = connection.sql(sql).fetchall()[0][0]
    return answer


def _run(reader: str, lake: LakeUnderTest) -> str:
    command = [sys.executable, "-c", PROGRAMS[reader]]
    return subprocess.run(command, cwd=lake.folder, capture_output=True, text=True, check=True).stdout.strip()


def test_the_document_shows_every_reader() -> None:
    assert set(PROGRAMS) == {"duckdb", "polars", "pandas", "spark"}


@pytest.mark.parametrize("reader", ["duckdb", "polars", "pandas", pytest.param("spark", marks=_SPARK)])
def test_a_reader_counts_and_sums_what_the_scan_does(changed: LakeUnderTest, reader: str) -> None:
    corrected = 10 * 10010
    kept = [*range(15, 40)]
    cents = corrected + sum(number * 100 + 1 for number in kept) + 777 + 333 + 800
    assert _run(reader, changed) == _as_scanned(changed) == f"{10 + len(kept) + 3} {cents // 100}.{cents % 100:02d}"


@pytest.mark.parametrize("reader", ["duckdb", "polars", "pandas", pytest.param("spark", marks=_SPARK)])
def test_a_reader_needs_no_list_of_what_does_not_count_where_all_count(lake: LakeUnderTest, reader: str) -> None:
    lake.deliver("income", [income("1.50"), income("2")])
    lake.deliver("income", [income("1.25")])

    assert _run(reader, lake) == "3 4.75"


def test_every_file_of_a_table_has_the_same_columns(changed: LakeUnderTest) -> None:
    files = Lake.open(changed.path).manifest().tables["income"]

    schemas = {str(duckdb.read_parquet(str(changed.path / file.path)).types) for file in files}

    assert len(files) == 5
    assert len(schemas) == 1


def test_the_manifest_tells_rows_and_checksums(changed: LakeUnderTest) -> None:
    sums = {
        name: subprocess.run(["sha256sum", changed.path / name], capture_output=True, text=True, check=True).stdout[:64]
        for name in changed.snapshot()
        if name.endswith(".parquet")
    }
    manifest = Lake.open(changed.path).manifest()
    named = [*manifest.tables["income"], manifest.settled["income"], *manifest.members]

    assert {file.path: file.sha256 for file in named} == {file.path: sums[file.path] for file in named}
    for file in named:
        assert duckdb.read_parquet(str(changed.path / file.path)).count("*").fetchall() == [(file.rows,)]
