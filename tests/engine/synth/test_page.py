"""The page on synthetic registries lists what the program draws and spoils."""

from __future__ import annotations

from pathlib import Path

from engine.synth.registries import documented
from firmground.engine.synth import SPOILS, Parameters

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "synthetic-registries.md"


def _text(value: float | tuple[float, ...]) -> str:
    return ", ".join(f"{part:g}" for part in value) if isinstance(value, tuple) else f"{value:g}"


def test_the_page_lists_every_parameter_with_its_value_and_source() -> None:
    names = {one.name for one in Parameters().described()}

    listed = [row for row in documented(PAGE) if row[0].strip("`") in names]

    assert listed == [
        [f"`{one.name}`", _text(one.value), one.unit, one.words, one.source] for one in Parameters().described()
    ]


def test_the_page_lists_every_spoil() -> None:
    listed = {tuple(row) for row in documented(PAGE)}

    for table, spoils in SPOILS.items():
        for spoil in spoils:
            assert (table, f"`{spoil.column}`", spoil.done) in listed
