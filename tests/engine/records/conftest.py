"""A lake with two households and two persons, made once and copied for each test."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from engine.records.lakes import HOUSEHOLDS, PERSONS, LakeUnderTest


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake that tests copy: H1 and H2, p1 and p2, received on 1 January 2020."""
    lake = LakeUnderTest(tmp_path_factory.mktemp("registered"))
    for table, text in (("households", HOUSEHOLDS), ("persons", PERSONS)):
        report = lake.deliver(table, text, received_at=date(2020, 1, 1))
        assert report.quarantined == 0
    return lake.path


@pytest.fixture
def lake(tmp_path: Path, registered: Path) -> LakeUnderTest:
    """That lake, the test's own."""
    shutil.copytree(registered, tmp_path / "lake")
    return LakeUnderTest(tmp_path)


@pytest.fixture
def new_lake(tmp_path: Path) -> LakeUnderTest:
    """A lake that is not there yet."""
    return LakeUnderTest(tmp_path)
