"""Compact: many small files of a table become one. No row and no earlier state of the lake goes away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from firmground.engine.policy import load_pack
from firmground.engine.records.resettling import settle_ranks_anew
from firmground.engine.records.store import manifest as manifests
from firmground.engine.records.store.damage import LakeDamaged, whole_files
from firmground.engine.records.store.disk import disk_trouble
from firmground.engine.records.store.file_names import parquet_sql
from firmground.engine.records.store.lake import WAIT_SECONDS, Lake
from firmground.engine.records.store.manifest import DataFile
from firmground.engine.records.store.registry import readable
from firmground.engine.records.store.workspace import Workspace, sweep, workspace

LARGE = 1_000_000  # rows from which a file is left as it is
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class CompactReport:
    """How many files the tables have now, and had before; only those that changed. version: of the lake."""

    files: dict[str, tuple[int, int]]  # table -> before, after
    version: int

    def as_dict(self) -> dict[str, Any]:
        """The report for a program."""
        files = {table: {"before": before, "after": after} for table, (before, after) in self.files.items()}
        return {"files": files, "version": self.version}


def compact(data: str | Path, *, progress: Progress | None = None, wait_seconds: float = WAIT_SECONDS) -> CompactReport:
    """Write the small files of each table into one, and settle anew what ranks of sources have changed.

    Earlier states keep the files that they name, so disk space grows for a while by what is written together; every
    answer stays the same. Raises NotALake, NewerLake, LakeBusy, LakeDamaged, DiskTrouble; the lake is then as it was.
    """
    lake = Lake.open(Path(data))
    ranks = dict(load_pack(lake.settings.pack).source_ranks)
    say = progress or (lambda what, done, total: None)
    with disk_trouble(), lake.writing(wait_seconds):
        before = lake.manifest()
        sweep(lake, before)
        tables = dict(before.tables)
        after = before.next(datetime.now(UTC), ranks=ranks)
        with (
            workspace(lake.path, lake.settings.time_zone, readable(lake, before)) as work,
            whole_files(lake.path, before.files()),
        ):
            for place, (table, files) in enumerate(before.tables.items()):
                say(f"writing {table} together", place, len(tables))
                tables[table] = _together(work, lake, files, f"records/{table}", after.version, timed=True)
            members = _together(work, lake, before.members, "members", after.version, timed=False)
            settled = settle_ranks_anew(work, lake, before, after, before.settled)
        changed = {
            name: (len(files), len(tables[name])) for name, files in before.tables.items() if files != tables[name]
        }
        if members != before.members:
            changed["members"] = (len(before.members), len(members))
        if not changed and ranks == before.ranks:
            return CompactReport({}, before.version)
        say("publishing", len(tables), len(tables))
        version = before.next(datetime.now(UTC), tables=tables, members=members, settled=settled, ranks=ranks)
        manifests.publish(lake.path, version)
        return CompactReport(changed, version.version)


def _together(
    work: Workspace, lake: Lake, files: tuple[DataFile, ...], folder: str, version: int, *, timed: bool
) -> tuple[DataFile, ...]:
    """The files with their small ones as one, which comes last. Raises LakeDamaged if it has other rows than they."""
    small = [file for file in files if file.rows < LARGE]
    if len(small) < 2:
        return files
    order = "row_id" if timed else "member_no"
    sql = f"select * from {parquet_sql(lake.path / file.path for file in small)} order by {order}"
    written = work.write(sql, f"{folder}/C{version:010d}.parquet", lake.path, timed=timed)
    expected = sum(file.rows for file in small)
    if written.rows != expected:
        raise LakeDamaged(
            found=f"The files of {folder} hold {written.rows} rows together, and {expected} were written",
            hint="See `firmground check-data`.",
        )
    return (*(file for file in files if file.rows >= LARGE), written)
