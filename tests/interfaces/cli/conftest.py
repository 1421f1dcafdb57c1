"""The command line as a user meets it, and a small lake to use it on."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from firmground.engine.policy import pack_folder
from firmground.interfaces.cli import run

AS_OF = "2022-06-01"
FILES = {
    "households": """household_id,area_code,population_group
H1,620102001001,lifted_out
H2,620102001001,general
H3,620102001002,general
H4,620102,general
H5,620102002001,lifted_out
""",
    "persons": """person_id,household_id,birth_date,labour_capacity,name
p1,H1,1980-01-01,full,Somebody
p2,H2,1980-01-01,full,
p3,H3,1980-01-01,full,
p4,H4,1980-01-01,full,
p5,H5,1980-01-01,none,
""",
    "income": """household_id,person_id,kind,amount,occurred_on
H1,p1,wage,5000,2022-01-10
H2,p2,wage,30000,2022-01-10
H3,p3,wage,30000,2022-01-10
H4,p4,wage,100,2022-01-10
""",
    "spending": """household_id,kind,amount,occurred_on
H1,medical,10000,2022-02-10
H2,medical,19999,2022-02-10
""",
}


@dataclass(frozen=True)
class Answer:
    """What a command ended with and printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def errors(self) -> Any:
        return json.loads(self.err)["errors"]


class _Stream(io.TextIOWrapper):
    """A stream that is no terminal."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="")

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined]


def call(*words: object) -> Answer:
    """Run one command in this process."""
    out, err = _Stream(), _Stream()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(word) for word in words])
    return Answer(code, out.text(), err.text())


Firmground = Callable[..., Answer]


@pytest.fixture(scope="session")
def firmground() -> Firmground:
    """firmground("scan", "--data", lake, ...): run a command."""
    return call


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file per table of five households in two townships and a county."""
    folder = tmp_path_factory.mktemp("files")
    for table, text in FILES.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory, files: Path) -> Path:
    """A lake of those files, for all tests to copy."""
    folder = tmp_path_factory.mktemp("imported") / "lake"
    for table in FILES:
        answer = call("import", files / f"{table}.csv", "--as", table, "--data", folder)
        assert answer.code == 0, answer.err
    return folder


@pytest.fixture
def lake(tmp_path: Path, imported: Path) -> Path:
    """That lake, the test's own."""
    shutil.copytree(imported, tmp_path / "lake")
    return tmp_path / "lake"


@pytest.fixture
def warnings(lake: Path, tmp_path: Path) -> Path:
    """The lake's warnings as CSV."""
    out = tmp_path / "warnings.csv"
    answer = call("scan", "--data", lake, "--pack", "cn", "--as-of", AS_OF, "--out", out)
    assert answer.code == 0, answer.err
    return out


@pytest.fixture
def broken_pack(tmp_path: Path) -> Path:
    """The shipped pack `cn` with two mistakes in its rules."""
    folder = tmp_path / "broken"
    shutil.copytree(pack_folder("cn"), folder)
    rules = (folder / "rules.yaml").read_text(encoding="utf-8")
    rules = "  rissk: ".join(rules.replace("param.monitoring_line", "param.monitoring_lime", 1).rsplit("  risk: ", 1))
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    return folder
