"""The demo: all of it, twice, and never at the cost of somebody's folder."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmground.interfaces.cli.demo import MARK

Firmground = Callable[..., Any]


@pytest.fixture(scope="module")
def shown(firmground: Firmground, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    folder = tmp_path_factory.mktemp("demo") / "county"
    return folder, firmground("demo", "--out", folder, "--households", 400)


def test_it_ends_by_itself_and_leaves_a_list_and_a_report(shown: tuple[Path, Any]) -> None:
    folder, answer = shown

    assert answer.code == 0, answer.err
    assert (folder / "report.html").resolve().as_uri() in answer.out
    with (folder / "warnings.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) > 0
    assert 'class="synthetic"' in (folder / "report.html").read_text(encoding="utf-8")


def test_it_shows_bars_by_township_and_one_household_in_full(shown: tuple[Path, Any]) -> None:
    _, answer = shown

    assert "█" in answer.out
    assert "Rules that fire" in answer.out
    assert "Rules that do not fire" in answer.out


def test_it_may_be_run_again_and_gives_the_same_warnings(firmground: Firmground, shown: tuple[Path, Any]) -> None:
    folder, _ = shown
    before = (folder / "warnings.csv").read_bytes()
    (folder / "left over").write_text("from the last time")

    answer = firmground("demo", "--out", folder, "--households", 400, "--lang", "zh")

    assert answer.code == 0
    assert (folder / "warnings.csv").read_bytes() == before
    assert not (folder / "left over").exists()
    assert "户中" in answer.out
    assert "Synthetic" not in answer.out
    assert 'lang="zh"' in (folder / "report.html").read_text(encoding="utf-8")


def test_a_folder_that_it_did_not_make_is_left_alone(firmground: Firmground, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    answer = firmground("demo", "--out", tmp_path, "--households", 400)

    assert answer.code == 2
    assert "FG-C007" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_link_to_a_folder_is_left_alone(firmground: Firmground, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / MARK).write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "made")

    answer = firmground("demo", "--out", tmp_path / "link", "--households", 400)

    assert answer.code == 2
    assert (tmp_path / "made" / MARK).exists()


def test_an_empty_folder_is_used(firmground: Firmground, tmp_path: Path) -> None:
    assert firmground("demo", "--out", tmp_path, "--households", 50).code == 0
