"""check_data finds what is wrong with the files of a lake."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import firmground
from engine.records.lakes import VILLAGE, LakeUnderTest, income
from firmground.engine.records import DataCheck, LakeDamaged, check_data, compact, undo
from firmground.engine.records.store.lake import NotALake

AS_OF = date(2022, 6, 1)


def _found(check: DataCheck) -> dict[tuple[str, str], int]:
    assert check.problems is not None
    return {(count.problem, count.table): count.rows for count in check.problems}


def _said(lake: LakeUnderTest, **options: Any) -> list[tuple[str, str]]:
    """File and id of every damage."""
    return [(str(error.place), error.id) for error in check_data(lake.path, **options).damage]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def _alter(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-20] + b"\xff" + content[-19:])


def _other_rows(path: Path) -> None:
    pq.write_table(pq.read_table(path).slice(1), path)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, registered: Path) -> Path:
    """A lake with every kind of file: a settled list, quarantine taken up in part, a full extract, a kept run."""
    lake = LakeUnderTest(tmp_path_factory.mktemp("filled"))
    shutil.copytree(registered, lake.path)
    lake.deliver("income", [income(1, record_id="r1"), income("x")])
    rows = [income(2, record_id="r1"), income(3, household_id="H3")]
    lake.deliver("income", rows, delivers="everything from always to 2022-12-31")
    lake.deliver("households", f"household_id,area_code\nH3,{VILLAGE}\n")
    lake.retry()
    undo(lake.path, "D000004")
    compact(lake.path)
    firmground.scan(lake.path, "cn", AS_OF)
    return lake.path


@pytest.fixture
def full(tmp_path: Path, filled: Path) -> LakeUnderTest:
    """That lake, the test's own."""
    shutil.copytree(filled, tmp_path / "lake")
    return LakeUnderTest(tmp_path)


def test_a_whole_lake_has_nothing_wrong(full: LakeUnderTest) -> None:
    before = full.snapshot()

    check = check_data(full.path, as_of=AS_OF, every_state=True)

    assert check.damage == ()
    assert check.left_over == ()
    assert check.problems == ()
    assert check.runs == 1
    assert full.snapshot() == before


@pytest.mark.parametrize("damage", [_cut, _alter, Path.unlink, _other_rows, lambda path: path.write_bytes(b"")])
def test_every_file_of_the_lake_that_is_damaged_is_named(full: LakeUnderTest, damage: Callable[[Path], None]) -> None:
    last_of_all = ("manifest/0000000008.json", "runs/cn-20220601-1.json")  # that these are gone, nothing tells
    for name in full.snapshot():
        if name in last_of_all and damage is Path.unlink:
            continue
        if damage is _other_rows and not name.endswith(".parquet"):
            continue
        if name.startswith("quarantine/") and name.endswith(".csv"):
            continue  # for people, who may take it away
        if damage is _alter and name.endswith((".json", ".yaml")):
            continue  # a letter may be another one and yet be read
        kept = (full.path / name).read_bytes()
        damage(full.path / name)

        check = check_data(full.path, every_state=True)

        assert name in [str(error.place) for error in check.damage], name
        assert check.problems is None
        assert all(error.exit_code == 3 and error.found for error in check.damage)
        (full.path / name).write_bytes(kept)


def test_damage_says_what_was_found_and_what_was_expected(lake: LakeUnderTest) -> None:
    (path,) = lake.path.glob("records/households/*.parquet")
    _alter(path)

    (error,) = check_data(lake.path).damage

    assert isinstance(error, LakeDamaged)
    assert str(error.place) == "records/households/D000001.parquet"
    assert error.found.startswith("The file is not as it was written (sha256 ")
    assert error.expected.startswith("sha256 ")
    assert error.expected not in error.found
    assert error.hint == "Restore it from a backup."


def test_files_of_earlier_states_are_looked_at_when_asked(full: LakeUnderTest) -> None:
    _cut(full.path / "records/income/D000003.parquet")  # compacted since

    assert _said(full) == []
    assert _said(full, every_state=True) == [("records/income/D000003.parquet", "FG-L007")]


def test_a_manifest_that_counts_other_rows_than_the_file_is_found(lake: LakeUnderTest) -> None:
    path = lake.path / "manifest/0000000002.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["tables"]["persons"][0]["rows"] = 3
    path.write_text(json.dumps(manifest), encoding="utf-8")

    (error,) = check_data(lake.path).damage

    assert (str(error.place), error.found) == ("records/persons/D000002.parquet", "The file holds 2 rows")
    assert error.expected == "3, as the manifest says"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda m: m["deliveries"].pop(0), "The state 3 does not list the deliveries of the state before"),
        (
            lambda m: m["deliveries"][0].update(sha256="0"),
            "The state 3 does not list the deliveries of the state before",
        ),
        (lambda m: m["tables"].pop("persons"), "The state 3 has 0 rows of persons"),
        (lambda m: m["members"][0].update(rows=5), "The manifest says otherwise of members/D000002.parquet"),
    ],
)
def test_a_state_that_does_not_go_on_from_the_one_before_is_found(
    lake: LakeUnderTest, change: Callable[[dict[str, Any]], object], found: str
) -> None:
    lake.deliver("households", f"household_id,area_code\nH3,{VILLAGE}\n")
    undo(lake.path, "D000003")
    path = lake.path / "manifest/0000000003.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")

    damage = check_data(lake.path).damage

    assert any(error.found.startswith(found) and str(error.place) == "manifest/0000000003.json" for error in damage)


@pytest.mark.parametrize("lost", ["0000000001.json", "0000000002.json"])
def test_a_gap_in_the_states_is_found(lake: LakeUnderTest, lost: str) -> None:
    lake.deliver("income", [income(1)])
    (lake.path / "manifest" / lost).unlink()

    assert _said(lake) == [(f"manifest/{lost}", "FG-L004")]


def test_states_lost_at_the_end_are_found_and_no_import_writes_over_them(lake: LakeUnderTest) -> None:
    for amount in (1, 2):
        lake.deliver("income", [income(amount)])
    for lost in ("0000000003.json", "0000000004.json"):
        (lake.path / "manifest" / lost).unlink()
    before = lake.snapshot()

    said = _said(lake)
    with pytest.raises(LakeDamaged, match="is of a later one"):
        lake.deliver("income", [income(3)])

    assert ("records/income/D000004.parquet", "FG-L007") in said
    assert lake.snapshot() == before


def test_a_state_that_only_a_run_remembers_is_found(full: LakeUnderTest) -> None:
    newest = max((full.path / "manifest").glob("*.json"))
    newest.unlink()

    (error,) = (error for error in check_data(full.path).damage if str(error.place).startswith("runs/"))

    assert error.found == "The run was made of the state 8 of the lake, and the newest is 7"


def test_a_run_that_only_a_later_one_remembers_is_found(full: LakeUnderTest) -> None:
    firmground.scan(full.path, "cn", AS_OF)
    (full.path / "runs/cn-20220601-1.json").unlink()

    (error,) = check_data(full.path).damage

    assert error.found == "The run goes on from the run cn-20220601-1, which is missing"


@pytest.mark.parametrize(
    "name",
    ["records/income/other.parquet", "records/notes.txt", "settled/D000001.parquet", "members/deep/in/x", "notes.txt",
     "manifest/old.json", "deliveries/D1.json", "quarantine/D000001.csv", "held/x", "runs/notes.txt", "packs/cn.json",
     "runs/cn-20220601-1.csv"],
)  # fmt: skip
def test_a_file_that_nobody_wrote_is_foreign(lake: LakeUnderTest, name: str) -> None:
    (lake.path / name).parent.mkdir(parents=True, exist_ok=True)
    (lake.path / name).write_text("foreign", encoding="utf-8")

    assert _said(lake) == [(name, "FG-L060")]


def test_what_stopped_work_left_is_no_damage(lake: LakeUnderTest) -> None:
    left = ["records/income/D000003.parquet", "settled/income-0000000003.parquet", "members/C0000000003.parquet",
            "deliveries/D000003.json", "quarantine/D000003.csv", "held/D000003-0000000003.parquet", ".new-5.yaml",
            "manifest/.new-5-3", "runs/cn-20220601-1.parquet", "runs/.new-x", f"packs/{'0' * 64}.json"]  # fmt: skip
    for name in left:
        (lake.path / name).parent.mkdir(parents=True, exist_ok=True)
        (lake.path / name).write_text("half", encoding="utf-8")
    (lake.path / ".staging-x").mkdir()

    check = check_data(lake.path)
    lake.deliver("income", [income(1, person_id="p1")])

    assert check.damage == ()
    assert check.left_over == tuple(sorted([*left, ".staging-x"]))
    assert check_data(lake.path).left_over == tuple(sorted(name for name in left if name.startswith(("runs", "packs"))))


def test_a_link_in_place_of_a_file_is_followed_and_a_foreign_one_is_foreign(
    lake: LakeUnderTest, tmp_path: Path
) -> None:
    path = lake.path / "records/households/D000001.parquet"
    path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    (lake.path / "records/loop").symlink_to("loop")
    os.mkfifo(lake.path / "records/pipe")

    assert _said(lake) == [("records/loop", "FG-L060"), ("records/pipe", "FG-L060")]


def test_a_report_of_another_delivery_is_found(lake: LakeUnderTest) -> None:
    shutil.copy(lake.path / "deliveries/D000001.json", lake.path / "deliveries/D000002.json")

    assert _said(lake) == [("deliveries/D000002.json", "FG-L031")]


def test_a_folder_that_is_no_lake_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(NotALake):
            check_data(path)


def test_a_lake_to_which_nothing_came_in_is_whole(lake: LakeUnderTest) -> None:
    for folder in lake.path.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)

    check = check_data(lake.path)

    assert (check.version, check.damage, check.problems) == (0, (), ())
