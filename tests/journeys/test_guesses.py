"""An unknown file is guessed, a person fills what is open, and the file comes in by what stands there then."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from firmground.interfaces.cli import run

_REGISTER = "household_id,area_code\nH1,620102001001\nH2,620102001001\n"
_KNOWN = (
    "source: payroll\ntable: income\ncolumns: {household_id: HH, kind: {value: wage}, amount: X7, occurred_on: X8}\n"
)


def firmground(*arguments: object, code: int = 0) -> str:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        ended = run([str(each) for each in arguments])
    assert ended == code, out.getvalue()
    return out.getvalue()


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A lake with two households, and a month of wages that came in by a mapping."""
    (tmp_path / "households.csv").write_text(_REGISTER)
    (tmp_path / "payroll.yaml").write_text(_KNOWN)
    (tmp_path / "april.csv").write_text("HH,X7,X8\nH1,5,2022-04-01\n")
    firmground("import", tmp_path / "households.csv", "--as", "households", "--data", tmp_path / "lake")
    firmground("import", tmp_path / "april.csv", "--mapping", tmp_path / "payroll.yaml", "--data", tmp_path / "lake")
    return tmp_path / "lake"


@pytest.mark.parametrize(
    ("file", "filled", "table"),
    [
        ("X8,X7,HH\n2022-05-01,5,H1\n2022-05-01,6,H2\n", {}, "income"),
        (
            "户编号,户主,灾害类型,直接经济损失（元）,发生日期\nH1,某某,洪水,1200,2022-05-05\nH2,某某,洪水,80,2022-05-05\n",
            {"# kind:": "values: {kind: {洪水: disaster}}"},
            "shocks",
        ),
        (
            "Household number;Total cost;Reimbursed;Discharge date\nH1;1200.50;1000;2022-05-01\nH2;80;0;2022-05-02\n",
            {"# ? kind": "kind: {value: medical}"},
            "spending",
        ),
    ],
    ids=["came in before", "Chinese headings", "English headings"],
)
def test_a_file_comes_in_by_its_guess_once_a_person_has_filled_the_gaps(
    lake: Path, tmp_path: Path, file: str, filled: dict[str, str], table: str
) -> None:
    (tmp_path / "unknown.csv").write_text(file, encoding="utf-8")
    proposal = tmp_path / "unknown.yaml"

    said = firmground("import", tmp_path / "unknown.csv", "--guess", "--out", proposal, "--data", lake)
    assert f"rows of `{table}`" in said
    lines = proposal.read_text(encoding="utf-8").splitlines()
    for asked, answer in filled.items():
        (place,) = [number for number, line in enumerate(lines) if line.lstrip().startswith(asked)]
        indent = "" if answer.startswith("values") else "  "
        lines[place] = indent + answer
    proposal.write_text("\n".join(lines), encoding="utf-8")
    report = json.loads(firmground("import", tmp_path / "unknown.csv", "--mapping", proposal, "--data", lake, "--json"))

    assert (report["table"], report["accepted"], report["quarantined"]) == (table, 2, 0)


def test_a_guess_is_printed_where_no_file_is_named(lake: Path, tmp_path: Path) -> None:
    (tmp_path / "unknown.csv").write_text("X8,X7,HH\n2022-05-01,5,H1\n")

    said = firmground("import", tmp_path / "unknown.csv", "--guess", "--data", lake)

    assert "table: income" in said and "source: payroll" in said


def test_a_guess_needs_no_lake(tmp_path: Path) -> None:
    (tmp_path / "unknown.csv").write_text("户编号,金额,发放日期\nH1,5,2022-05-01\n", encoding="utf-8")

    said = json.loads(firmground("import", tmp_path / "unknown.csv", "--guess", "--json"))

    assert (said["table"], said["columns"]["amount"]) == ("income", "金额")


def test_a_guess_writes_over_no_file(lake: Path, tmp_path: Path) -> None:
    (tmp_path / "unknown.csv").write_text("X8,X7,HH\n2022-05-01,5,H1\n")

    firmground(
        "import", tmp_path / "unknown.csv", "--guess", "--out", tmp_path / "payroll.yaml", "--data", lake, code=2
    )

    assert (tmp_path / "payroll.yaml").read_text() == _KNOWN


@pytest.mark.parametrize(
    "wrong", [["--guess"], ["a.csv", "--guess", "--yes"], ["a.csv", "--guess", "--retry"], ["a.csv", "--out", "a.yaml"]]
)
def test_a_guess_takes_a_file_and_nothing_of_an_import(tmp_path: Path, wrong: list[str]) -> None:
    assert "guess" in firmground("import", *wrong, "--data", tmp_path / "lake", code=2)
