"""`firmground sql`: one readable statement that runs as it is."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from sqlglot import exp, parse_one

import firmground
from engine.records.lakes import LakeUnderTest
from engine.scan.lakes import AS_OF, PACK, small_lake, small_pack
from firmground.engine.policy import shipped_packs
from firmground.engine.scan.scanning import UnknownBackend
from firmground.engine.tables import TABLES
from interfaces.cli.conftest import call

COLUMNS = ["household_id", "area_code", "rule", "risk", "severity", "reasons", "person_ids"]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LakeUnderTest:
    return small_lake(tmp_path_factory.mktemp("sql"))


def run(statements: str) -> pa.Table:
    """What the statements give in a DuckDB that knows nothing of Firmground."""
    with duckdb.connect(":memory:") as connection:
        found = connection.sql(statements).to_arrow_table()
    return found.sort_by([("household_id", "ascending"), ("rule", "ascending")])


@pytest.mark.parametrize("known_at", [None, datetime(2022, 6, 5, tzinfo=UTC)])
def test_with_a_lake_the_text_runs_as_it_is_and_finds_what_the_scan_finds(
    lake: LakeUnderTest, known_at: datetime | None
) -> None:
    text = firmground.sql(PACK, AS_OF, data=lake.path, known_at=known_at)

    scan = firmground.scan(lake.path, PACK, AS_OF, known_at=known_at)
    assert run(text).to_pylist() == scan.warnings.select(COLUMNS).to_pylist()


def test_it_runs_over_a_lake_that_lacks_most_tables(tmp_path: Path) -> None:
    own = LakeUnderTest(tmp_path)
    own.deliver("areas", "code,name,replaced_by\nn,Nation,\nold,Old,n\n", pack=str(PACK))
    own.deliver("households", "household_id,area_code\nH1,n\nH2,old\n")
    own.deliver("persons", "person_id,household_id\np1,H1\np2,H2\n")

    found = run(firmground.sql(PACK, AS_OF, data=own.path)).select(["household_id", "area_code", "rule"]).to_pylist()

    assert found == [
        {"household_id": "H1", "area_code": "n", "rule": "no_income_known"},
        {"household_id": "H2", "area_code": "n", "rule": "no_income_known"},
    ]


@pytest.mark.parametrize("pack", shipped_packs())
@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_there_is_one_step_per_record_table_with_columns_named_as_the_facts(pack: str, dialect: str) -> None:
    loaded = firmground.load_pack(pack)

    tree = parse_one(firmground.sql(loaded, date(2025, 6, 1), backend=dialect), read=dialect)

    steps = {cte.alias: cte.this for cte in tree.find_all(exp.CTE)}
    for fact in (f for f in loaded.facts.values() if f.from_table not in (None, "persons")):
        step = steps[f"{fact.from_table}_facts" if fact.of == "household" else f"{fact.from_table}_of_persons"]
        assert {fact.name, f"{fact.name}__raw"} & set(step.named_selects)
    reading = [table.name for cte in steps.values() for table in cte.find_all(exp.Table) if table.name in TABLES]
    records = {str(f.from_table) for f in loaded.facts.values() if f.from_table and f.from_table != "persons"}
    of_grain = {(f.from_table, f.of) for f in loaded.facts.values()}
    for table in records - {"shocks"}:
        assert reading.count(table) == len([grain for grain in of_grain if grain[0] == table])
    assert tree.named_selects == COLUMNS


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_limits_carry_their_names_and_no_control_character_is_printed(dialect: str) -> None:
    text = firmground.sql(PACK, AS_OF, backend=dialect)

    assert "15 /* param.school_age_to */" in text
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text) is None
    assert "CHR(13)" in text
    assert "'\n'" not in text


def test_what_is_printed_is_what_the_door_gives(lake: LakeUnderTest) -> None:
    asked = ("--as-of", AS_OF)

    assert call("sql", PACK, *asked).out == firmground.sql(PACK, AS_OF)
    assert call("sql", PACK, *asked, "--backend", "spark").out == firmground.sql(PACK, AS_OF, backend="spark")
    assert call("sql", PACK, *asked, "--data", lake.path).out == firmground.sql(PACK, AS_OF, data=lake.path)


def test_a_text_in_a_pack_cannot_break_out_of_the_statement(lake: LakeUnderTest, tmp_path: Path) -> None:
    hostile = "'county''; drop table x; --'"
    pack = small_pack(tmp_path, {"value: any(place <> 'county')": f'value: "any(employer <> {hostile})"'})

    found = run(firmground.sql(pack, AS_OF, data=lake.path))

    assert found.num_rows == firmground.scan(lake.path, pack, AS_OF).warnings.num_rows


def test_a_backend_that_does_not_exist_is_refused(lake: LakeUnderTest) -> None:
    with pytest.raises(UnknownBackend, match="Did you mean `spark`"):
        firmground.sql(PACK, AS_OF, backend="sparc")
    with pytest.raises(UnknownBackend, match="for DuckDB only"):
        firmground.sql(PACK, AS_OF, backend="spark", data=lake.path)


def test_the_day_decides_the_limits_of_windows() -> None:
    texts = {day: firmground.sql(PACK, date(2022, 3, day)) for day in (30, 31)}

    assert "CAST('2021-12-30' AS DATE)" in texts[30]
    assert "CAST('2021-12-31' AS DATE)" in texts[31]
