"""Where an import works: a folder inside the lake that no reader sees, and a DuckDB database in memory.

What does not fit into memory is written to the folder; nothing of it outlives the import.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from firmground.engine.records.store.damage import LakeDamaged
from firmground.engine.records.store.file_names import parquet_sql, pattern_of, target_literal
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.manifest import DataFile, Manifest, flush_folder

_PREFIX = ".staging-"
TEMPORARY_LIMIT = "200GB"
MEMORY_LIMIT = os.environ.get("FIRMGROUND_MEMORY", "2GB")
ROW_GROUP = 120_000
FOLDERS = ("records", "settled", "members", "deliveries", "quarantine", "held")
_SETTLED_FILE = re.compile(r"[a-z_]+-(?P<version>[0-9]{10})\.parquet")
_COMPACTED_FILE = re.compile(r"C(?P<version>[0-9]{10})\.parquet")
_DELIVERED_FILE = re.compile(r"D(?P<delivery>[0-9]{6,})(-(?P<version>[0-9]{10}))?\.(parquet|csv|json)")


class Workspace:
    """A connection and a folder for one import; what is worth keeping is moved into the lake before it is published."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.folder = folder
        self.connection = connection

    def one(self, sql: str) -> tuple[object, ...]:
        """The first row of a query."""
        rows = self.connection.execute(sql).fetchall()
        return rows[0] if rows else ()

    def write(self, sql: str, name: str, lake: Path, *, timed: bool = False) -> DataFile:
        """Write the rows of a query as a Parquet file of the lake, not yet named by any manifest."""
        temporary = self.folder / Path(name).name
        self.connection.execute(
            f"copy ({sql}) to {target_literal(temporary)} "
            f"(format parquet, compression zstd, row_group_size {ROW_GROUP})"
        )
        reader = parquet_sql([temporary])
        rows = int(str(self.one(f"select count(*) from {reader}")[0]))
        first: datetime | None = None
        last: datetime | None = None
        if timed:
            first, last = self.one(f"select min(received_at), max(received_at) from {reader}")  # type: ignore[assignment]
        return self.keep(temporary, name, lake, rows, (first, last))

    def keep(
        self, temporary: Path, name: str, lake: Path, rows: int, times: tuple[datetime | None, datetime | None]
    ) -> DataFile:
        """Move a finished file to its place in the lake, flushed."""
        with temporary.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        target = lake / name
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(target)
        flush_folder(target.parent)
        return DataFile(name, rows, sha256, times[0], times[1])


@contextmanager
def workspace(
    parent: Path, time_zone: str, readable: Iterable[Path], folders: Iterable[Path] = ()
) -> Iterator[Workspace]:
    """A workspace inside a folder; gone at the end.

    readable: the files that its SQL may read, whatever it is told to do. folders: where it may read and write besides.
    """
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    try:
        connection = duckdb.connect()
        try:
            for name, value in (
                ("temp_directory", str(folder / "spill")),
                ("max_temp_directory_size", TEMPORARY_LIMIT),
                ("memory_limit", MEMORY_LIMIT),
                ("TimeZone", time_zone),
                ("autoinstall_known_extensions", False),
                ("autoload_known_extensions", False),
                ("allow_community_extensions", False),
                ("enable_progress_bar", False),
            ):
                connection.execute(f"set {name} = ?", [value])
            connection.execute("set allowed_paths = ?", [_named(readable)])
            connection.execute("set allowed_directories = ?", [_named((folder, *folders))])
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
            yield Workspace(folder, connection)
        finally:
            connection.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _named(paths: Iterable[Path]) -> list[str]:
    """Paths as they are written, where their names are taken as they are, and read, where they are patterns."""
    return [name for path in paths for name in (str(path.absolute()), pattern_of(path))]


def sweep(lake: Lake, manifest: Manifest) -> int:
    """Take away what stopped imports left behind; files that any state of the lake names stay. Returns how many.

    Raises LakeDamaged where files are of later states than the newest: then manifests are gone, and not one import.
    """
    found = left_overs(lake.path, manifest)
    if found.later:
        raise LakeDamaged(
            found=f"The newest state of the lake is {manifest.version}, and {found.later[0].name} is of a later one",
            expected="the manifests of all states",
            hint="Restore the folder `manifest` from a backup; `firmground check-data` lists such files.",
        )
    for path in found.stopped:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(found.stopped)


@dataclass(frozen=True)
class LeftOvers:
    """Files of no state up to the newest.

    stopped: what an import left behind that was to make the next state, and folders that imports worked in. later: of
    states after that one, which no stopped import can leave.
    """

    stopped: list[Path]
    later: list[Path]


def left_overs(lake: Path, manifest: Manifest) -> LeftOvers:
    """What lies in a lake of states after the newest."""
    stopped = [*lake.glob(f"{_PREFIX}*"), *lake.glob(".new-*"), *(lake / "manifest").glob(".new-*")]
    later = []
    for name in FOLDERS:
        for path in (lake / name).rglob("*"):
            after = _states_after(path, name, manifest) if path.is_file() else 0
            if after == 1:
                stopped.append(path)
            elif after > 1:
                later.append(path)
    return LeftOvers(stopped, later)


def _states_after(path: Path, folder: str, manifest: Manifest) -> int:
    """How many states after the newest a file is of, as its name says; 0 for any other file."""
    written = (_SETTLED_FILE if folder == "settled" else _COMPACTED_FILE).fullmatch(path.name)
    found = written or _DELIVERED_FILE.fullmatch(path.name)
    if found is None:
        return 0
    if found["version"]:
        return max(int(found["version"]) - manifest.version, 0)
    return max(int(found["delivery"]) - len(manifest.deliveries), 0)
