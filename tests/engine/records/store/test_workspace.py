"""What the SQL of an import can reach: the files it was given, its own folder, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from firmground.engine.records.store.workspace import Workspace, workspace


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "given [1].csv"
    path.write_text("a\n1\n")
    (tmp_path / "other.csv").write_text("a\n2\n")
    return path


@pytest.fixture
def work(tmp_path: Path, given: Path) -> Iterator[Workspace]:
    with workspace(tmp_path, "UTC", [given]) as work:
        yield work


def test_it_reads_what_it_was_given(work: Workspace, given: Path) -> None:
    pattern = str(given).replace("[", "[[]")

    assert work.one(f"select * from read_csv('{pattern}')") == (1,)


@pytest.mark.parametrize(
    "escape",
    [
        "select * from read_csv('{folder}/other.csv')",
        "select * from read_text('/etc/hostname')",
        "select * from glob('{folder}/*')",
        "copy (select 1) to '{folder}/written.csv'",
        "copy (select 1) to '{folder}/given [1].csv.new'",
        "attach '{folder}/database.duckdb' as d",
        "export database '{folder}/everything'",
        "install httpfs",
        "load 'httpfs'",
        "set enable_external_access = true",
        "set allowed_directories = ['{folder}']",
        "reset lock_configuration",
        "set memory_limit = '100GB'",
    ],
)
def test_it_reaches_nothing_else(work: Workspace, tmp_path: Path, escape: str) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())

    with pytest.raises(duckdb.Error):
        work.connection.execute(escape.format(folder=tmp_path)).fetchall()

    assert sorted(path.name for path in tmp_path.iterdir()) == before
