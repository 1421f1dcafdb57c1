"""A list of warnings together with the scan it came from: its pack, its state of the lake, its households."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from firmground.engine.policy import load_pack
from firmground.engine.policy.model import Pack
from firmground.engine.records import Lake
from firmground.engine.scan.question import Question
from firmground.engine.scan.replay import run_store
from firmground.engine.scan.replay.run_store import Run
from firmground.engine.scan.results.output import read_warnings
from firmground.engine.scan.results.summary import counted
from firmground.interfaces.cli.mistakes import NoScanOfList


@dataclass(frozen=True)
class Scanned:
    """warnings: as `read_warnings` gives them. run: the lake's run that gave them, None if none matches."""

    warnings: pa.Table
    question: Question
    run: Run | None

    @property
    def pack(self) -> Pack:
        """The pack that the warnings were found with."""
        return self.question.pack


def read_scanned(path: Path, data: Path, *, pack: str | None) -> Scanned:
    """Read a list of warnings and find the run of the lake that gave it.

    pack: used if no run of the lake matches the list. Raises NoScanOfList if there is none, and what reading raises.
    """
    warnings = read_warnings(path)
    lake = Lake.open(data)
    run = _run_of(warnings, run_store.read_runs(lake.path), lake.path)
    if run is not None:
        kept = run_store.pack_of(lake.path, run)
        question = Question(lake, lake.manifest(run.manifest), kept, run.as_of, run.known_at, run.settings)
        return Scanned(warnings, question, run)
    as_of = warnings.column("as_of")[0].as_py() if warnings.num_rows else None
    if as_of is None or pack is None:
        raise NoScanOfList(
            found=f"No scan of the lake `{data}` gave the list `{path}`",
            expected="a list written by `firmground scan` over this lake",
            hint="Name the pack with `--pack`, or scan again." if as_of else "The list is empty; scan again.",
        )
    loaded = load_pack(pack)
    return Scanned(warnings, Question(lake, lake.manifest(), loaded, as_of, None, {}), None)


def _run_of(warnings: pa.Table, runs: list[Run], lake: Path) -> Run | None:
    """The last run that gave just these warnings; for an empty list the last that gave none."""
    standing = counted(warnings)
    if not standing.num_rows:
        return next((run for run in reversed(runs) if not run.warnings), None)
    first = standing.slice(0, 1).to_pylist()[0]
    for run in reversed(runs):
        if _key(run) != (first["pack"], first["pack_version"], first["as_of"]) or run.warnings != standing.num_rows:
            continue
        given = run_store.warnings_of(lake, run).select(_TOLD)
        if given.equals(standing.select(_TOLD).cast(given.schema).combine_chunks()):
            return run
    return None


_TOLD = ["household_id", "rule", "reasons", "person_ids", "first_raised_on"]  # what tells one run's list from another's


def _key(run: Run) -> tuple[str, str, date]:
    return run.pack, run.pack_version, run.as_of
