"""Kept runs as far as their files tell: each is described, its warnings and its pack are those that it left.

What a run means is known to the scan alone; here its files are held against the checksums in its description.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from firmground.engine.policy.load import digest_of
from firmground.engine.records.checking.files import damage_of, foreign
from firmground.engine.records.checking.states import RESTORE
from firmground.engine.records.store.damage import LakeDamaged
from firmground.engine.records.store.manifest import DataFile
from firmground.errors import FirmgroundError, Place

_DIGEST = re.compile(r"[0-9a-f]{64}")
_RUN = re.compile(r"[a-z0-9_]+-[0-9]{8}-[0-9]+")


def check_runs(lake: Path, paths: list[Path], last: int) -> tuple[int, list[FirmgroundError], list[Path]]:
    """Runs, damage to their files, and what scans that were stopped left behind.

    paths: what lies in the folders of runs and packs. last: the newest state of the lake.
    """
    damage: list[FirmgroundError] = []
    packs = set()
    listed = [path for path in paths if path.parent == lake / "runs" and path.suffix == ".json"]
    runs = {path.stem for path in listed}
    for path in listed:
        described = _described(path)
        if isinstance(described, LakeDamaged):
            damage.append(described)
            continue
        packs.add(described["digest"])
        damage += _run_damage(lake, path.stem, described, last)
        damage += [
            _missing(path, name) for name in (described["previous"], described["since"]) if name not in (None, *runs)
        ]
    damage += [error for digest in sorted(packs) for error in _pack_damage(lake, digest)]
    left_over = []
    for path in _beside(lake, paths, runs, packs):
        if _is_left_over(path):
            left_over.append(path)
        else:
            damage.append(foreign(lake, path))
    return len(runs), damage, left_over


def _described(path: Path) -> dict[str, Any] | LakeDamaged:
    """A run's description, or what is wrong with it."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        fits = values["id"] == path.stem and all(_DIGEST.fullmatch(values[name]) for name in ("digest", "sha256"))
        fits = fits and all(isinstance(values[name], str | None) for name in ("previous", "since"))
        if not fits or type(values["manifest"]) is not int or type(values["warnings"]) is not int:
            raise ValueError(path.stem)
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        return LakeDamaged(
            found=f"The run cannot be read ({type(error).__name__})",
            expected=f"a description of the run {path.stem}",
            hint=RESTORE,
            place=Place(f"runs/{path.name}"),
        )
    described: dict[str, Any] = values
    return described


def _run_damage(lake: Path, id_: str, described: dict[str, Any], last: int) -> list[FirmgroundError]:
    warnings = DataFile(f"runs/{id_}.parquet", described["warnings"], described["sha256"])
    damage = list(damage_of(lake, [warnings], lambda what, done, total: None))
    if described["manifest"] > last:
        damage.append(
            LakeDamaged(
                found=f"The run was made of the state {described['manifest']} of the lake, and the newest is {last}",
                expected="that state and those before it",
                hint="Restore the folder `manifest` from a backup.",
                place=Place(f"runs/{id_}.json"),
            )
        )
    return damage


def _missing(path: Path, name: str) -> LakeDamaged:
    return LakeDamaged(
        found=f"The run goes on from the run {name}, which is missing",
        expected=f"runs/{name}.json",
        hint=RESTORE,
        place=Place(f"runs/{path.name}"),
    )


def _pack_damage(lake: Path, digest: str) -> list[FirmgroundError]:
    """A pack is known by the digest of its files."""
    name = f"packs/{digest}.json"
    try:
        files = json.loads((lake / name).read_text(encoding="utf-8"))
        found = digest_of({file: content.encode() for file, content in files.items()})
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        found = f"none ({type(error).__name__})"
    if found == digest:
        return []
    return [
        LakeDamaged(
            found=f"The pack of a kept run is missing or was altered (digest {found})",
            expected=f"digest {digest}",
            hint=RESTORE,
            place=Place(name),
        )
    ]


def _beside(lake: Path, paths: list[Path], runs: set[str], packs: set[str]) -> list[Path]:
    """Those of the files that belong to no run."""
    known = {lake / "runs" / ".lock"}
    known |= {lake / "runs" / f"{run}{suffix}" for run in runs for suffix in (".json", ".parquet")}
    known |= {lake / "packs" / f"{digest}.json" for digest in packs}
    return [path for path in paths if path not in known]


def _is_left_over(path: Path) -> bool:
    """Whether a scan that was stopped may have left a file."""
    if path.name.startswith(".new-"):
        return True
    form, suffix = (_RUN, ".parquet") if path.parent.name == "runs" else (_DIGEST, ".json")
    return path.suffix == suffix and form.fullmatch(path.stem) is not None
