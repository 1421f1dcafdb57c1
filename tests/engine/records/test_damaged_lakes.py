"""Damage to a lake is said to be damage: which file, and what helps. Nothing is imported into it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.records.lakes import LakeUnderTest, income
from firmground.engine.records.damage import LakeDamaged


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _alter(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\xff" * 60 + content[64:])


@pytest.mark.parametrize(
    ("files", "damage", "how"),
    [
        ("records/households/*.parquet", _cut, "not as it was written"),
        ("records/households/*.parquet", _alter, "not as it was written"),
        ("records/households/*.parquet", Path.unlink, "missing"),
        ("members/*.parquet", _cut, "not as it was written"),
    ],
)
def test_a_file_that_an_import_needs_is_named(
    lake: LakeUnderTest, files: str, damage: Callable[[Path], None], how: str
) -> None:
    (path,) = lake.path.glob(files)
    damage(path)
    before = lake.snapshot()

    with pytest.raises(LakeDamaged) as raised:
        lake.deliver("income", [income(1, person_id="p1")])

    assert raised.value.found == f"The lake's file {path.relative_to(lake.path)} is {how}"
    assert lake.snapshot() == before


def test_rows_in_quarantine_that_cannot_be_read_are_named(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income("x")])
    (path,) = lake.path.glob("quarantine/*.parquet")
    _cut(path)

    with pytest.raises(LakeDamaged, match=f"The lake's file quarantine/{path.name} is not as it was written"):
        lake.retry()
