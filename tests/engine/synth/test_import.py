"""A clean registry is imported whole; a dirty one loses exactly the rows that it says it spoiled."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from engine.synth.registries import TABLES, Drawn, imported
from firmground.engine.records import ImportReport
from firmground.engine.synth import FORMATS, SPOILS, Registry, write_registry

Spoiled = list[dict[str, str]]


@pytest.fixture(scope="module", params=FORMATS)
def dirty(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Registry, dict[str, ImportReport]]:
    """A registry with one row in five spoiled, and what its import said."""
    folder = tmp_path_factory.mktemp("dirty")
    registry = write_registry(folder / "files", households=2500, seed=9, dirty=0.2, file_format=request.param)
    return registry, imported(registry, folder / "lake")


def _listed(registry: Registry) -> Spoiled:
    assert registry.spoiled is not None
    with registry.spoiled.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _quarantined(report: ImportReport) -> list[dict[str, str]]:
    if report.quarantine_file is None:
        return []
    with report.quarantine_file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_clean_registry_is_imported_without_a_row_in_quarantine(county: Drawn, tmp_path: Path) -> None:
    reports = imported(county.registry, tmp_path / "lake")

    assert set(reports) == set(TABLES)
    assert county.registry.spoiled is None
    for table, report in reports.items():
        assert (report.quarantined, report.accepted) == (0, county.registry.rows[table]), table


def test_exactly_the_spoiled_rows_are_quarantined_for_the_column_that_was_spoiled(
    dirty: tuple[Registry, dict[str, ImportReport]],
) -> None:
    registry, reports = dirty
    listed = _listed(registry)

    for table, report in reports.items():
        spoiled = {int(row["row"]): row["column"] for row in listed if row["table"] == table}
        kept = {int(row["_row"]): row["_column"].split(" | ") for row in _quarantined(report)}
        assert report.rows == registry.rows[table]
        assert report.quarantined == registry.spoils[table] == len(spoiled) > 0, table
        assert kept.keys() == spoiled.keys(), table
        assert all(spoiled[row] in columns for row, columns in kept.items()), table


def test_every_kind_of_spoil_happens_and_is_found(dirty: tuple[Registry, dict[str, ImportReport]]) -> None:
    registry, _ = dirty
    known = {(table, spoil.column, spoil.done) for table, spoils in SPOILS.items() for spoil in spoils}

    assert {(row["table"], row["column"], row["done"]) for row in _listed(registry)} == known


def test_what_spreadsheets_time_zones_and_encodings_do_is_among_the_spoils() -> None:
    tables = Counter(spoil.done for spoils in SPOILS.values() for spoil in {s.done: s for s in spoils}.values())

    assert set(SPOILS) == set(TABLES)
    assert tables["digits lost in a spreadsheet"] >= 5
    assert tables["leading zeros lost in a spreadsheet"] >= 1
    assert tables["a date shifted into the day before by a time zone"] == len(TABLES)
    assert tables["text garbled by a wrong encoding"] >= 6


def test_as_many_rows_are_spoiled_as_asked(dirty: tuple[Registry, dict[str, ImportReport]]) -> None:
    registry, _ = dirty
    rows, spoils = registry.rows, registry.spoils

    assert spoils["income"] / rows["income"] == pytest.approx(0.2, abs=0.01)
    assert spoils["persons"] / rows["persons"] == pytest.approx(0.2, abs=0.025)


def test_a_spoiled_household_stands_below_its_sound_row(dirty: tuple[Registry, dict[str, ImportReport]]) -> None:
    registry, reports = dirty

    assert registry.rows["households"] == 2500 + registry.spoils["households"]
    assert reports["households"].accepted == 2500


@pytest.mark.parametrize(("share", "spoiled"), [(0, False), (1, True)])
def test_none_or_all_rows_are_spoiled(tmp_path: Path, share: float, spoiled: bool) -> None:
    registry = write_registry(tmp_path, households=50, seed=1, dirty=share)

    assert (registry.spoiled is not None) is spoiled
    assert registry.spoils.get("income", 0) == (registry.rows["income"] if spoiled else 0)


def test_sound_rows_are_those_of_the_clean_registry(tmp_path: Path) -> None:
    clean = write_registry(tmp_path / "clean", households=400, seed=9)
    dirty = write_registry(tmp_path / "dirty", households=400, seed=9, dirty=0.1)
    spoiled = {(row["table"], int(row["row"])) for row in _listed(dirty)}

    for table in TABLES:
        before, after = (
            registry.files[table].read_text(encoding="utf-8").replace('"', "").splitlines()
            for registry in (clean, dirty)
        )
        sound = [line for number, line in enumerate(after, start=1) if (table, number) not in spoiled]
        if table == "households":
            assert sound == before
        else:
            assert sound == [line for number, line in enumerate(before, start=1) if (table, number) not in spoiled]
