"""Packs of one's own for tests of the policy engine: the sound one with changes, and what is wrong with them."""

from __future__ import annotations

import shutil
from pathlib import Path

from firmground.engine.policy import check_pack

SOUND = Path(__file__).parent / "sound"


def copy_of_sound(folder: Path) -> Path:
    """A copy of the sound pack that may be changed."""
    return Path(shutil.copytree(SOUND, folder / "sound"))


def changed(folder: Path, **edits: dict[str, str]) -> Path:
    """A copy of the sound pack. edits: file without its ending -> {text that stands there once: other text}."""
    pack = copy_of_sound(folder)
    for name, replacements in edits.items():
        path = pack / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        for old, new in replacements.items():
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    return pack


def mistakes(pack: Path) -> list[str]:
    """Every mistake in one line, its file by its name alone."""
    return [str(mistake).splitlines()[0].removeprefix(f"{pack}/") for mistake in check_pack(pack)]


def ids(pack: Path) -> list[str]:
    """Places and ids of every mistake, such as `rules.yaml:5:9 FG-P052`."""
    return [" ".join(line.split()[:2]) for line in mistakes(pack)]
