"""What a lake says of its runs and packs is not believed: it may come from somebody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import firmground
from engine.scan.lakes import AS_OF, PACK, small_lake
from firmground.engine.scan.replay.run_store import NewerRun, RunDamaged


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A lake with one run."""
    path = small_lake(tmp_path).path
    firmground.scan(path, PACK, AS_OF)
    return path


def altered(path: Path, **values: Any) -> None:
    """The JSON file with other values; None takes a key away."""
    content = {**json.loads(path.read_text(encoding="utf-8")), **values}
    kept = {name: value for name, value in content.items() if value is not None}
    path.write_text(json.dumps(kept), encoding="utf-8")


def test_a_kept_pack_writes_nowhere_but_its_own_files(lake: Path, tmp_path: Path) -> None:
    (pack,) = (lake / "packs").iterdir()
    outside = tmp_path / "outside"
    for name in (str(outside), "../outside", "../../outside"):
        altered(pack, **{name: "written"})
        with pytest.raises(RunDamaged, match="The pack of the run `small-20220601-1` cannot be read"):
            firmground.scan(lake, repeat="small-20220601-1")
        altered(pack, **{name: None})

    assert not outside.exists()
    assert firmground.scan(lake, repeat="small-20220601-1").warnings.num_rows


@pytest.mark.parametrize("change", [{"policy.yaml": None}, {"policy.yaml": 5}, {"policy.yaml": "id: other"}])
def test_a_damaged_pack_is_damage_of_the_run(lake: Path, change: dict[str, Any]) -> None:
    (pack,) = (lake / "packs").iterdir()
    altered(pack, **change)

    with pytest.raises(RunDamaged):
        firmground.scan(lake, repeat="small-20220601-1")


@pytest.mark.parametrize(
    "change",
    [
        {"settings": []},
        {"settings": {"x": "abc"}},
        {"counts": {}},
        {"warnings": "many"},
        {"id": "../../elsewhere"},
        {"id": "small-20220601-2"},
        {"digest": "../../../etc/passwd"},
        {"as_of": "yesterday"},
        {"manifest": None},
        {"manifest": True},
        {"warnings": True},
        {"pack": 5},
        {"pack": "../../x"},
        {"pack_version": 5},
        {"is_counting": "x"},
        {"settings": {"x": "NaN"}},
        {"known_at": "2022-06-01T00:00:00"},
        {"kept_at": "2022-06-01T00:00:00"},
    ],
)
def test_a_damaged_run_is_said_to_be_damaged(lake: Path, change: dict[str, Any]) -> None:
    altered(lake / "runs" / "small-20220601-1.json", **change)

    with pytest.raises(RunDamaged, match=r"small-20220601-1\.json cannot be read"):
        firmground.runs(lake)


def test_a_run_of_a_newer_version_is_said_to_be_newer(lake: Path) -> None:
    altered(lake / "runs" / "small-20220601-1.json", rollup="yes")

    with pytest.raises(NewerRun, match=r"more than this version knows \(rollup\)"):
        firmground.runs(lake)


@pytest.mark.parametrize("content", ['"x"', "[" * 100_000, "{}", ""])
def test_what_is_no_description_of_a_run_is_damage(lake: Path, content: str) -> None:
    (lake / "runs" / "small-20220601-1.json").write_text(content, encoding="utf-8")

    with pytest.raises(RunDamaged):
        firmground.runs(lake)
