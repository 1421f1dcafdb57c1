"""The engine finds what the reference finds, on packs, records, deliveries and dates at random; and so does Spark."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, assume, given, note, settings
from hypothesis import strategies as st

import firmground
from conftest import EXAMPLES
from engine.scan import random_lakes, random_packs, random_records, reference
from engine.scan.random_lakes import KNOWN_AT
from engine.scan.random_packs import AREAS, DATES, OLD_AREA, SUCCESSOR
from firmground.engine.areas import AreaTree
from firmground.engine.scan.data_known import BeforeAllData, NoHouseholds
from firmground.engine.scan.memory import scan_tables
from firmground.engine.scan.results.output import write_table
from firmground.errors import FirmgroundError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Case = tuple[dict[str, Any], Any, date]
END_OF_1_JUNE = datetime(2024, 6, 1, 15, 59, 59, 999999, tzinfo=UTC)  # in the lake's time zone, UTC+8


@st.composite
def cases(draw: Any, lakes: bool = False) -> Case:
    """A pack's files, records (as deliveries if `lakes`), and an as-of date."""
    as_of = draw(st.sampled_from(DATES))
    drawn = random_lakes.lakes(as_of) if lakes else random_records.registries(as_of)
    return draw(random_packs.packs()), draw(drawn), as_of


def noted(files: dict[str, Any]) -> None:
    """Show the pack of a case that fails."""
    note({name: files[name] for name in ("parameters.yaml", "facts.yaml", "rules.yaml")})  # type: ignore[arg-type]


@given(cases())
def test_the_engine_finds_what_the_reference_finds(case: Case) -> None:
    files, tables, as_of = case
    noted(files)
    with tempfile.TemporaryDirectory() as folder:
        pack = random_packs.written(files, Path(folder))
        areas = AreaTree.from_table(random_records.area_rows(AREAS))
        judged = scan_tables(random_records.arrow(tables), pack, as_of, areas=areas)
        expected = reference.scan(tables, pack, as_of, AREAS)

    assert judged.warnings.to_pylist() == expected.warnings
    counts = judged.counts
    assert counts.households == expected.judged
    assert {name: count.fired for name, count in counts.rules.items()} == expected.fired
    assert {name: count.unknown for name, count in counts.rules.items()} == expected.unknown


def moment(known_at: date | datetime | None) -> datetime | None:
    """The last moment that a known-at takes in."""
    return known_at if known_at is None or isinstance(known_at, datetime) else END_OF_1_JUNE


def refusal(tables: Any, known_at: object, as_of: date) -> type[FirmgroundError] | None:
    """The error of a question that would make everybody look well: nobody known, or a date before all data."""
    if not tables["households"]:
        return BeforeAllData if known_at else NoHouseholds
    first = random_lakes.first_day(tables)
    return BeforeAllData if first is not None and as_of < first else None


@settings(max_examples=max(1, EXAMPLES // 2))
@given(cases(lakes=True), st.sampled_from(KNOWN_AT))
def test_a_lake_answers_as_the_rows_that_count(case: Case, known_at: date | datetime | None) -> None:
    files, deliveries, as_of = case
    noted(files)
    tables = random_lakes.counting(deliveries, moment(known_at), as_of)
    refused = refusal(tables, known_at, as_of)
    with tempfile.TemporaryDirectory() as folder:
        pack = random_packs.written(files, Path(folder, "pack"))
        lake = random_lakes.imported(deliveries, Path(folder, "pack"), Path(folder))
        if refused:
            with pytest.raises(refused):
                firmground.scan(lake.path, pack, as_of, known_at=known_at)
            return
        found = firmground.scan(lake.path, pack, as_of, known_at=known_at)

    expected = reference.scan(tables, pack, as_of, AREAS, {OLD_AREA: SUCCESSOR})
    columns = ("household_id", "area_code", "rule", "risk", "severity", "reasons", "person_ids")
    assert found.warnings.select(columns).to_pylist() == expected.warnings
    assert found.counts.households == expected.judged
    assert {name: count.unknown for name, count in found.counts.rules.items()} == expected.unknown


@pytest.fixture(scope="module")
def spark_session() -> Iterator[SparkSession]:
    """A Spark of this process, set for many small questions: few tasks, nothing compiled to Java."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("tests").config("spark.ui.enabled", "false")
    for name, value in (
        ("spark.driver.bindAddress", "127.0.0.1"),
        ("spark.driver.host", "127.0.0.1"),
        ("spark.log.level", "ERROR"),
        ("spark.sql.shuffle.partitions", "1"),
        ("spark.sql.codegen.wholeStage", "false"),
        ("spark.sql.codegen.factoryMode", "NO_CODEGEN"),
        ("spark.ui.showConsoleProgress", "false"),
    ):
        builder = builder.config(name, value)
    running = builder.getOrCreate()
    yield running
    running.stop()


@pytest.mark.spark
@pytest.mark.usefixtures("spark_session")
@settings(max_examples=max(1, EXAMPLES // 3), phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(cases(lakes=True), st.sampled_from(KNOWN_AT))
def test_spark_and_duckdb_write_the_same_bytes(case: Case, known_at: date | datetime | None) -> None:
    files, deliveries, as_of = case
    noted(files)
    assume(not refusal(random_lakes.counting(deliveries, moment(known_at), as_of), known_at, as_of))
    with tempfile.TemporaryDirectory() as folder:
        pack = random_packs.written(files, Path(folder, "pack"))
        lake = random_lakes.imported(deliveries, Path(folder, "pack"), Path(folder))
        here = firmground.scan(lake.path, pack, as_of, known_at=known_at)
        there = firmground.scan(lake.path, repeat=here.run.id, backend="spark")
        written = [Path(folder, "duckdb.csv"), Path(folder, "spark.csv")]
        for scan, path in zip((here, there), written, strict=True):
            write_table(scan.warnings, path)

        assert written[0].read_bytes() == written[1].read_bytes()
    assert here.counts == there.counts
