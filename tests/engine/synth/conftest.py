"""A synthetic registry that tests only read, and its tables in DuckDB."""

from __future__ import annotations

import pytest

from engine.synth.registries import Drawn, draw

HOUSEHOLDS = 12_000


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """A county as `firmground synth` draws it by itself."""
    return draw(tmp_path_factory.mktemp("county") / "files", households=HOUSEHOLDS, seed=20220601)
