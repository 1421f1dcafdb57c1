"""The example files of the shipped pack's departments come in by --source alone, and warn of whom they should."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firmground.engine.policy import load_pack, pack_folder
from firmground.interfaces.cli import app

EXAMPLES = pack_folder("cn") / "sources" / "examples"
FILES = {  # file -> department, kind of file, rows accepted, rows quarantined
    "public_security_households.csv": ("public_security", "households", 12, 0),
    "public_security_persons.csv": ("public_security", "persons", 36, 1),
    "medical_insurance_settlements.csv": ("medical_insurance", "settlements", 12, 1),
    "medical_insurance_insured.csv": ("medical_insurance", "insured", 35, 1),
    "civil_affairs_allowance_payments.xlsx": ("civil_affairs", "allowance_payments", 9, 1),
    "education_dropouts.csv": ("education", "dropouts", 7, 1),
    "education_enrolled.csv": ("education", "enrolled", 11, 1),
    "human_resources_jobs.csv": ("human_resources", "jobs", 12, 1),
    "disabled_persons_federation_certificates.txt": ("disabled_persons_federation", "certificates", 8, 1),
    "housing_unsafe_houses.csv": ("housing", "unsafe_houses", 8, 1),
    "water_unsafe_water.csv": ("water", "unsafe_water", 8, 1),
    "emergency_management_losses.csv": ("emergency_management", "losses", 8, 1),
    "agriculture_farm_income.csv": ("agriculture", "farm_income", 33, 1),
    "banks_overdue_loans.csv": ("banks", "overdue_loans", 8, 1),
}
WARNED = {
    ("LZ0001", "heavy_medical_spending"),
    ("LZ0003", "dropout"),
    ("LZ0004", "returnee_without_work"),
    ("LZ0005", "new_disability"),
    ("LZ0006", "unsafe_housing"),
    ("LZ0007", "unsafe_water"),
    ("LZ0008", "disaster_loss"),
    ("LZ0009", "income_below_line"),
    ("LZ0009", "loan_overdue"),
    ("LZ0010", "uninsured"),
    ("LZ0011", "no_income_known"),
}


def firmground(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, object]]]:
    """The lake of the village, and what each import reported."""
    lake = tmp_path_factory.mktemp("village") / "lake"
    reports = {}
    for file, (source, *_) in FILES.items():
        said = firmground(
            "import", EXAMPLES / file, "--source", source, "--data", lake, "--received-at", "2022-05-31", "--json"
        )
        reports[file] = json.loads(said)
    return lake, reports


@pytest.mark.parametrize("file", FILES)
def test_a_department_s_file_comes_in_by_its_source_alone(
    village: tuple[Path, dict[str, dict[str, object]]], file: str
) -> None:
    source, kind, accepted, quarantined = FILES[file]

    report = village[1][file]

    assert (report["source_file"], report["file_kind"]) == (f"{source}.yaml", kind)
    assert (report["accepted"], report["quarantined"]) == (accepted, quarantined)


def test_the_scan_warns_of_the_households_that_the_files_tell_of(
    village: tuple[Path, dict[str, dict[str, object]]], tmp_path: Path
) -> None:
    out = tmp_path / "warnings.csv"

    firmground("scan", "--data", village[0], "--pack", "cn", "--as-of", "2022-06-01", "--out", out)

    with out.open(encoding="utf-8", newline="") as file:
        assert {(row["household_id"], row["rule"]) for row in csv.DictReader(file)} == WARNED


def test_every_department_of_the_pack_has_a_source_file_with_who_answers_and_how_often() -> None:
    pack = load_pack("cn")

    kinds = {name: file.kinds() for name, file in pack.source_files.items()}

    assert set(kinds) == set(pack.sources) == {source for source, *_ in FILES.values()}
    assert [name for name, file in pack.source_files.items() if not file.structure.answers] == []
    assert [name for name, each in kinds.items() if not all(kind.cadence_days for kind, _ in each.values())] == []


def test_every_example_file_is_tried_here() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == {*FILES, "README.md"}
