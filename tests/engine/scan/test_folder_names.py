"""A lake may lie in a folder of any name: no character of it is taken for a pattern, or for a column."""

from __future__ import annotations

from pathlib import Path

import pytest

import firmground
from engine.scan.lakes import AS_OF, PACK, small_lake
from firmground.engine.scan import scan

NAMES = ["lake[1]", "year=2022", "a*b", "O'Brien's {lake}", "湖 泊"]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_any_name_gives_the_same_list(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / "plain").mkdir()

    there, plain = (firmground.scan(small_lake(tmp_path / f).path, PACK, AS_OF) for f in (name, "plain"))

    assert there.warnings.num_rows
    assert there.warnings.equals(plain.warnings)
    assert "H1" in there.explain("H1").text()
    assert firmground.sql(PACK, AS_OF, data=there.question.lake.path)


@pytest.mark.spark
@pytest.mark.parametrize("name", ["lake[1]", "O'Brien's {lake}"])
def test_a_folder_of_any_name_gives_the_same_list_on_spark(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    lake = small_lake(tmp_path / name)
    here = scan(lake.path, PACK, AS_OF)

    there = scan(lake.path, repeat=here.run.id, backend="spark", master="local[2]")

    assert there.warnings.equals(here.warnings)
