"""check_data: a lake looked over, its files against their checksums, then what its rows say."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from firmground.engine.records.checking.files import OF_RUNS, damage_of, foreign_files, lying_in, report_damage
from firmground.engine.records.checking.kept_runs import check_runs
from firmground.engine.records.checking.problems import COLUMNS, PROBLEMS, find_problems
from firmground.engine.records.checking.states import read_states
from firmground.engine.records.store import manifest as manifests
from firmground.engine.records.store.disk import disk_trouble
from firmground.engine.records.store.lake import SETTINGS, Lake, NotALake
from firmground.engine.records.store.manifest import Manifest
from firmground.engine.records.store.registry import readable
from firmground.engine.records.store.workspace import Workspace, left_overs, workspace
from firmground.errors import FirmgroundError, Place

EXAMPLES = 3
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class ProblemCount:
    """Lines of one problem in one table, and the first of them (COLUMNS without problem and table)."""

    problem: str
    table: str
    rows: int
    examples: tuple[dict[str, str | None], ...]


@dataclass(frozen=True)
class DataCheck:
    """What a lake looked over shows.

    version: of the newest state. files: compared with their checksums. runs: kept. damage: what is wrong with files,
    each naming its file. left_over: what stopped imports and scans left behind, harmless, paths in the lake.
    as_of: of memberships. problems: what the rows say, None where files were damaged, for then nobody can tell.
    lines: every problem as a row with COLUMNS, if it was asked for.
    """

    version: int
    files: int
    runs: int
    damage: tuple[FirmgroundError, ...]
    left_over: tuple[str, ...]
    as_of: date
    problems: tuple[ProblemCount, ...] | None
    lines: pa.Table | None = None

    def as_dict(self) -> dict[str, Any]:
        """The check for a program; without the lines."""
        problems = None
        if self.problems is not None:
            problems = [{**vars(count), "examples": list(count.examples)} for count in self.problems]
        return {
            "version": self.version,
            "files": self.files,
            "runs": self.runs,
            "damage": [error.as_dict() for error in self.damage],
            "left_over": list(self.left_over),
            "as_of": self.as_of.isoformat(),
            "problems": problems,
        }


def check_data(
    data: str | Path,
    *,
    as_of: date | None = None,
    every_state: bool = False,
    listed: bool = False,
    progress: Progress | None = None,
) -> DataCheck:
    """Look a lake over without changing it; imports may go on meanwhile.

    as_of: the day for memberships (default: today in the lake's time zone). every_state: compare the files of every
    state with their checksums, not only those of the newest. listed: give every problem as a line, too; memory then
    grows with their number. Raises NotALake where there is no lake at all, NewerLake, DiskTrouble; damage is not
    raised but told.
    """
    path = Path(data)
    say = progress or (lambda what, done, total: None)
    lake, damage = _opened(path)
    lying = lying_in(path)
    states = read_states(path)
    named = states.named if every_state or states.newest is None else {f.path: f for f in states.newest.files()}
    damage += [*states.damage, *damage_of(path, list(named.values()), say)]
    of_scans = [each for each in lying if each.relative_to(path).parts[0] in OF_RUNS]
    runs, of_runs, left_over = check_runs(path, of_scans, states.last)
    damage += of_runs
    if states.newest is not None:
        beside = left_overs(path, states.newest)
        of_imports = [each for each in lying if each not in set(of_scans)]
        damage += report_damage(path, states.newest, states.named)
        damage += foreign_files(path, of_imports, states.newest, states.named, beside)
        left_over += [each for each in beside.stopped if each in set(lying) or each.is_dir()]
    check = DataCheck(
        version=states.last,
        files=len(named),
        runs=runs,
        damage=tuple(damage),
        left_over=tuple(sorted(str(each.relative_to(path)) for each in left_over)),
        as_of=as_of or _today(lake),
        problems=None,
    )
    if damage or lake is None or states.newest is None:
        return check
    say("looking for problems", 0, None)
    return _with_problems(check, lake, states.newest, listed=listed)


def _opened(path: Path) -> tuple[Lake | None, list[FirmgroundError]]:
    """The lake; where only its settings are damaged, None and what is wrong with them."""
    try:
        return Lake.open(path), []
    except NotALake as error:
        if not manifests.has_any(path):
            raise
        error.place = Place(SETTINGS)
        return None, [error]


def _today(lake: Lake | None) -> date:
    return datetime.now(ZoneInfo(lake.settings.time_zone if lake else "UTC")).date()


def _with_problems(check: DataCheck, lake: Lake, manifest: Manifest, *, listed: bool) -> DataCheck:
    with (
        disk_trouble(),
        tempfile.TemporaryDirectory(prefix="firmground-") as folder,  # imports sweep the lake's own folder
        workspace(Path(folder), lake.settings.time_zone, readable(lake, manifest)) as work,
    ):
        find_problems(work, lake, manifest, check.as_of)
        lines = None
        if listed:
            lines = work.connection.sql("select * from problems order by all").to_arrow_table()
        return replace(check, problems=_counted(work), lines=lines)


def _counted(work: Workspace) -> tuple[ProblemCount, ...]:
    """Problems in the order of PROBLEMS, each with its first lines."""
    rows = work.connection.execute(
        'select problem, "table", count(*) as n from problems group by all order by all'
    ).fetchall()
    counts = []
    for problem, table, number in sorted(rows, key=lambda row: (list(PROBLEMS).index(row[0]), row[1])):
        first = work.connection.execute(
            f'select {", ".join(COLUMNS[2:])} from problems where problem = ? and "table" = ? order by all limit ?',
            [problem, table, EXAMPLES],
        ).fetchall()
        examples = tuple(dict(zip(COLUMNS[2:], line, strict=True)) for line in first)
        counts.append(ProblemCount(problem, table, number, examples))
    return tuple(counts)
