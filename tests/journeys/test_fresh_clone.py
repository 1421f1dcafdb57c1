"""What `make` does for somebody who has just cloned the project."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
BARE = ("bash", "cat", "command", "echo", "grep", "expand", "make", "sed", "sh")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The project as committed, without anything made in it."""
    folder = tmp_path / "firmground"
    trusting = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    command = ["git", "clone", "--quiet", "--no-hardlinks", str(PROJECT), str(folder)]
    subprocess.run(command, check=True, env={**os.environ, **trusting})
    return folder


@pytest.fixture
def bare_machine(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who is not root, on a machine without Java, Chromium and apt-get."""
    commands = tmp_path / "commands"
    commands.mkdir()
    for name in BARE:
        found = subprocess.run(["which", name], capture_output=True, text=True, check=False).stdout.strip()
        if found:
            (commands / name).symlink_to(found)
    (commands / "id").write_text("#!/bin/sh\necho 1000\n")
    (commands / "id").chmod(0o755)
    return {"PATH": str(commands), "HOME": str(tmp_path)}


def _make(folder: Path, *arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_make_demo_shows_everything_on_a_fresh_clone(clone: Path) -> None:
    """100,000 households: a summary by township with bars, one explanation, a page that needs no network."""
    made = _make(clone, "demo", env={**os.environ, "CI": "1"})

    assert made.returncode == 0, made.stdout + made.stderr
    assert "Synthetic records of 100,000 households" in made.stdout
    assert len(re.findall(r"^\S+ +\d{9} .*[█▏▎▍▌▋▊▉]", made.stdout, flags=re.MULTILINE)) > 20
    assert re.search(r"^Household \S+, area \d{12} \(.+\), as of \d{4}-\d\d-\d\d", made.stdout, flags=re.MULTILINE)
    assert "Rules that fire" in made.stdout
    page = (clone / "demo" / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=[\"']https?:", page)
    assert (clone / "demo" / "warnings.csv").stat().st_size > 100_000
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    assert status.stdout == ""


def test_make_says_which_python_is_missing(clone: Path, bare_machine: dict[str, str]) -> None:
    made = _make(clone, "demo", "PYTHON=python3.11-of-nowhere", env=bare_machine)

    assert made.returncode == 2
    assert "sudo apt-get install python3.11 python3.11-venv" in made.stdout
    assert not (clone / ".venv").exists()


def test_make_says_what_it_cannot_install(clone: Path, bare_machine: dict[str, str]) -> None:
    made = _make(clone, "system", env=bare_machine)

    assert made.returncode == 2
    assert "sudo apt-get install openjdk-17-jre-headless chromium fonts-noto-cjk" in made.stdout
    assert "make test WITHOUT=spark,browser" in made.stdout
    assert _make(clone, "system", "WITHOUT=spark,browser", env=bare_machine).returncode == 0
