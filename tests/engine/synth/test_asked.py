"""What is asked for: areas of every level, sizes, dates and formats; and what is said where it cannot be."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.synth.registries import TABLES
from firmground.engine.synth import SynthOutOfRange, UnknownSynthArea, write_registry
from firmground.interfaces.cli import run


@pytest.mark.parametrize(
    ("area", "meant"),
    [
        ("520562", "520526 威宁彝族回族苗族自治县"),  # two digits changed places
        ("520526999", "520526"),  # a township that is not there
        ("5205260", "520526 威宁彝族回族苗族自治县"),
        ("5", "50 重庆市"),
        ("99", "65 新疆维吾尔自治区"),
        (" 520526", "520526 威宁彝族回族苗族自治县"),
        ("威宁彝族回族苗族自治县", "520526 威宁彝族回族苗族自治县"),
        ("威宁", "520526 威宁彝族回族苗族自治县"),
        ("威宁彝族回族苗族自冶县", "520526 威宁彝族回族苗族自治县"),  # one character wrong
    ],
)
def test_an_unknown_area_is_answered_with_the_nearest(tmp_path: Path, area: str, meant: str) -> None:
    with pytest.raises(UnknownSynthArea) as raised:
        write_registry(tmp_path / "files", households=10, seed=1, area=area)

    assert raised.value.hint.startswith(f"Did you mean {meant}")
    assert not (tmp_path / "files").exists()


@pytest.mark.parametrize("area", ["", "Weining County", "nowhere"])
def test_an_area_that_is_like_no_other_is_told_what_a_code_is(tmp_path: Path, area: str) -> None:
    with pytest.raises(UnknownSynthArea, match="12 digits such as 520526"):
        write_registry(tmp_path / "files", households=10, seed=1, area=area)


def test_the_command_ends_with_2_for_an_unknown_area(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["synth", "--households", "10", "--seed", "1", "--out", str(tmp_path / "files"), "--area", "520562"])

    assert code == 2
    assert "Did you mean 520526" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"households": 0}, "1 to 100000000"),
        ({"households": 100_000_001}, "1 to 100000000"),
        ({"months": 0}, "1 to 63"),
        ({"months": 64}, "1 to 63"),
        ({"dirty": -0.01}, "0 to 1"),
        ({"dirty": 1.01}, "0 to 1"),
        ({"dirty": float("nan")}, "0 to 1"),
        ({"seed": 2**63}, "64 bits"),
        ({"as_of": date(1919, 12, 31)}, "1920-01-01"),
        ({"as_of": date(2201, 1, 1)}, "2200-12-31"),
        ({"file_format": "xlsx"}, "csv, parquet"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path, asked: dict[str, Any], expected: str
) -> None:
    given: dict[str, Any] = {"households": 10, "seed": 1, **asked}

    with pytest.raises(SynthOutOfRange, match=expected):
        write_registry(tmp_path / "files", **given)

    assert not (tmp_path / "files").exists()


@pytest.mark.parametrize(
    "asked",
    [
        {"months": 1},
        {"months": 63},
        {"seed": 2**63 - 1},
        {"seed": -(2**63)},
        {"as_of": date(1920, 1, 1)},
        {"as_of": date(2200, 12, 31)},
        {"as_of": date(2024, 2, 29)},
        {"dirty": 1},
    ],
    ids=str,
)
def test_the_widest_that_can_be_asked_is_drawn(tmp_path: Path, asked: dict[str, Any]) -> None:
    given: dict[str, Any] = {"households": 20, "seed": 1, "area": "520526121", **asked}

    assert write_registry(tmp_path / "files", **given).rows["households"] >= 20


def test_one_household_is_enough_and_tables_without_rows_have_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--households", "1", "--seed", "1", "--area", "520526121218", "--out", str(tmp_path / "files")]

    shown, told = run(["synth", *asked]), capsys.readouterr().out
    as_json, answer = run(["synth", *asked, "--json"]), json.loads(capsys.readouterr().out)

    assert (shown, as_json) == (0, 0)
    assert list(answer["tables"]) == list(TABLES)
    assert all(table in told for table in TABLES)
    assert answer["tables"]["households"]["rows"] == 1
    for table, said in answer["tables"].items():
        assert (said["file"] is None) == (said["rows"] == 0)
        assert (tmp_path / "files" / f"{table}.csv").exists() == (said["rows"] > 0)
    assert 0 in [said["rows"] for said in answer["tables"].values()]


def test_the_command_says_how_many_rows_it_spoiled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "files"

    code = run(["synth", "--households", "50", "--seed", "1", "--dirty", "0.1", "--out", str(out), "--json"])
    answer = json.loads(capsys.readouterr().out)

    listed = len((out / "spoiled.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert code == 0
    assert sum(said["spoiled"] for said in answer["tables"].values()) == listed > 0
    assert answer["spoiled"] == str(out / "spoiled.csv")
