"""The folder says that it is synthetic, is made anew for another registry, and never swallows anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.synth.registries import AS_OF, digests
from firmground.engine.synth import SynthFolderUnfit, write_registry

VILLAGE = "520526121218"


def test_the_folder_says_that_it_is_synthetic_and_what_was_asked_for(tmp_path: Path) -> None:
    write_registry(tmp_path / "files", households=3, seed=41, area=VILLAGE, months=7, as_of=AS_OF, dirty=0.25)

    said = (tmp_path / "files" / "README.md").read_text(encoding="utf-8")

    assert "Everything in this folder is synthetic" in said
    for asked in ("households | 3", "seed | 41", f"area | {VILLAGE}", "months | 7", f"as of | {AS_OF}", "dirty | 0.25"):
        assert asked in said


def test_a_registry_in_the_folder_is_replaced_with_all_its_files(tmp_path: Path) -> None:
    for file_format, dirty in (("parquet", 0), ("csv", 1)):
        write_registry(tmp_path / "files", households=40, seed=1, dirty=dirty, file_format=file_format)
    write_registry(tmp_path / "files", households=2, seed=2, area=VILLAGE)
    write_registry(tmp_path / "fresh", households=2, seed=2, area=VILLAGE)

    assert digests(tmp_path / "files") == digests(tmp_path / "fresh")


def test_what_else_lies_in_a_registry_folder_stays(tmp_path: Path) -> None:
    write_registry(tmp_path, households=2, seed=1, area=VILLAGE)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")

    write_registry(tmp_path, households=2, seed=2, area=VILLAGE)

    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["households.csv", "README.md", "notes.txt"])
def test_a_folder_with_anything_else_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("# real records\n", encoding="utf-8")
    before = digests(tmp_path)

    with pytest.raises(SynthFolderUnfit, match="not empty") as raised:
        write_registry(tmp_path, households=2, seed=1, area=VILLAGE)

    assert raised.value.exit_code == 2
    assert digests(tmp_path) == before


def test_an_empty_folder_and_folders_that_are_not_there_yet_are_fine(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    for folder in (tmp_path / "empty", tmp_path / "not" / "there"):
        assert write_registry(folder, households=2, seed=1, area=VILLAGE).rows["households"] == 2


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")

    with pytest.raises(SynthFolderUnfit, match="is a file"):
        write_registry(tmp_path / "file", households=2, seed=1, area=VILLAGE)
    with pytest.raises(SynthFolderUnfit, match="cannot be written"):
        write_registry(tmp_path / "file" / "below", households=2, seed=1, area=VILLAGE)

    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
