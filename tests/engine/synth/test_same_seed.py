"""The same seed gives the same bytes, however the work is cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from engine.synth.registries import AS_OF, TABLES, digests
from firmground.engine.synth import FORMATS, registry, write_registry

HOUSEHOLDS = 300


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("dirty", [0, 0.1])
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, file_format: str, dirty: float) -> None:
    for name in ("one", "other"):
        write_registry(tmp_path / name, households=HOUSEHOLDS, seed=7, file_format=file_format, dirty=dirty)

    assert digests(tmp_path / "one") == digests(tmp_path / "other")


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_number_of_threads_and_the_size_of_blocks_change_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file_format: str
) -> None:
    kept: dict[str, Any] = {}
    connect: Callable[..., Any] = duckdb.connect

    def with_threads(threads: int) -> Callable[..., Any]:
        return lambda *given: connect(*given, config={"threads": threads})

    for threads, block in ((1, 10_000), (4, 10_000), (4, 37)):
        monkeypatch.setattr(registry.duckdb, "connect", with_threads(threads))
        monkeypatch.setattr(registry, "BLOCK", block)
        folder = tmp_path / f"{threads}-{block}"
        files = write_registry(folder, households=2000 if block > 37 else 150, seed=7, file_format=file_format).files
        kept[folder.name] = {t: connect().sql(f"select * from '{f}'").fetchall() for t, f in files.items()}

    assert digests(tmp_path / "1-10000") == digests(tmp_path / "4-10000")
    for table in TABLES:
        few, many = kept["4-37"][table], kept["4-10000"][table]
        assert few
        assert few == many[: len(few)]


def test_another_seed_gives_other_files(tmp_path: Path) -> None:
    for seed in (1, 2, -1):
        write_registry(tmp_path / str(seed), households=HOUSEHOLDS, seed=seed)
    one, two, three = (digests(tmp_path / str(seed)) for seed in (1, 2, -1))

    for name in (f"{table}.csv" for table in TABLES):
        assert len({one[name], two[name], three[name]}) == 3, name


@pytest.mark.parametrize("dirty", [0, 0.1])
def test_fewer_households_are_the_beginning_of_more(tmp_path: Path, dirty: float) -> None:
    for number in (150, HOUSEHOLDS):
        write_registry(tmp_path / str(number), households=number, seed=7, dirty=dirty)

    for table in TABLES:
        few = (tmp_path / "150" / f"{table}.csv").read_bytes()
        many = (tmp_path / str(HOUSEHOLDS) / f"{table}.csv").read_bytes()
        assert many.startswith(few)
        assert len(many) > len(few), table


def test_more_households_than_seven_digits_have_ids_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    households = registry.people_queries

    def high(*given: Any, first: int, last: int, **more: Any) -> list[str]:
        return households(*given, first=first + 9_999_990, last=last + 9_999_990, **more)

    monkeypatch.setattr(registry, "people_queries", high)
    files = write_registry(tmp_path / "files", households=20, seed=7, as_of=AS_OF).files
    drawn = [row[0] for row in duckdb.sql(f"select household_id from '{files['households']}'").fetchall()]

    assert drawn[8:11] == ["H520526-9999999", "H520526-10000000", "H520526-10000001"]
    assert len(set(drawn)) == 20
