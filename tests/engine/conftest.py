"""What tests of several rooms share: a pack that ranks two sources before all others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.records.settling.counting_model import RANKS
from firmground.engine.policy import pack_folder


@pytest.fixture(scope="session")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped pack cn, with ranks of two sources."""
    folder = tmp_path_factory.mktemp("packs") / "ranked"
    shutil.copytree(pack_folder("cn"), folder)
    shutil.rmtree(folder / "sources", ignore_errors=True)
    policy, tables = folder / "policy.yaml", folder / "tables.yaml"
    declared = "".join(f"  {name}: {{title: {{en: {name}, zh: {name}}}}}\n" for name in RANKS)
    policy.write_text(policy.read_text("utf-8").replace("\nsources:\n", f"\nsources:\n{declared}"), "utf-8")
    ranks = ", ".join(f"{name}: {rank}" for name, rank in RANKS.items())
    tables.write_text(f"{tables.read_text('utf-8')}sources: {{{ranks}}}\n", "utf-8")
    return folder
