"""The files of a lake: each is there and as it was written, and nothing lies beside them that nobody wrote."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from firmground.engine.records.checking.states import RESTORE
from firmground.engine.records.deliveries import UnknownDelivery, read_report
from firmground.engine.records.store import manifest as manifests
from firmground.engine.records.store.damage import LakeDamaged, sha256_of
from firmground.engine.records.store.lake import SETTINGS
from firmground.engine.records.store.manifest import DataFile, Manifest
from firmground.engine.records.store.workspace import FOLDERS, LeftOvers
from firmground.errors import FirmgroundError, Place

OF_RUNS = ("runs", "packs")  # folders that the scan writes to
_TAKEN_UP = re.compile(r"records/[a-z_]+/(?P<report>D[0-9]{6,}-[0-9]{10})\.parquet")
Progress = Callable[[str, int, int | None], None]


class ForeignFile(FirmgroundError):
    """A file in the folders of the lake belongs to no state of it: nothing that reads by the manifest sees it."""

    id = "FG-L060"


def damage_of(lake: Path, files: list[DataFile], say: Progress) -> Iterator[FirmgroundError]:
    """What is wrong with Parquet files that a state names: missing, altered, or with other rows."""
    for done, file in enumerate(files):
        say("comparing files with their checksums", done, len(files))
        error = file_damage(lake, file.path, file.sha256)
        yield from [error] if error else _row_damage(lake, file)


def file_damage(lake: Path, name: str, sha256: str) -> LakeDamaged | None:
    """What is wrong with a file that should have that checksum, None if nothing is."""
    path = lake / name
    expected, place = f"sha256 {sha256}", Place(name)
    if not path.is_file():
        return LakeDamaged(found="The file is missing", expected=expected, hint=RESTORE, place=place)
    try:
        found = sha256_of(path)
    except OSError as error:
        found = f"The file cannot be read ({error.strerror})"
        return LakeDamaged(found=found, expected=expected, hint=RESTORE, place=place)
    if found == sha256:
        return None
    return LakeDamaged(
        found=f"The file is not as it was written (sha256 {found})", expected=expected, hint=RESTORE, place=place
    )


def _row_damage(lake: Path, file: DataFile) -> list[FirmgroundError]:
    """A file as it was written whose rows are not those that the manifest counts: then the manifest was altered."""
    try:
        rows = pq.read_metadata(lake / file.path).num_rows
    except (OSError, pa.ArrowException) as error:
        return [
            LakeDamaged(
                found=f"The file is no Parquet file ({type(error).__name__})", place=Place(file.path), hint=RESTORE
            )
        ]
    if rows == file.rows:
        return []
    return [
        LakeDamaged(
            found=f"The file holds {rows} rows",
            expected=f"{file.rows}, as the manifest says",
            hint="Restore file and manifest from a backup.",
            place=Place(file.path),
        )
    ]


def report_damage(lake: Path, manifest: Manifest, named: Iterable[str]) -> Iterator[FirmgroundError]:
    """Reports of deliveries that are missing, cannot be read, or are those of other deliveries.

    named: files of any state, which tell when rows in quarantine were taken up: there is a report of that, too.
    """
    taken_up = [found["report"] for found in map(_TAKEN_UP.fullmatch, named) if found]
    for entry in manifest.deliveries:
        later = sorted(report for report in taken_up if report.startswith(f"{entry.id}-"))
        for path in [lake / "deliveries" / f"{report}.json" for report in (entry.id, *later)]:
            place = Place(f"deliveries/{path.name}")
            try:
                stored = read_report(path, entry.id)
            except UnknownDelivery as error:
                error.place = place
                yield error
                continue
            told = (stored.get("table"), stored.get("sha256"))
            if told != (entry.table, entry.sha256):
                found = f"The report is not that of {entry.id} (table {told[0]}, sha256 {told[1]})"
                expected = f"table {entry.table}, sha256 {entry.sha256}"
                yield UnknownDelivery(found=found, expected=expected, hint=RESTORE, place=place)


def lying_in(lake: Path) -> list[Path]:
    """Every file in the folder of the lake itself and in those that Firmground writes to.

    Take it before states are read: what comes in meanwhile is then no stranger.
    """
    paths = [path for path in lake.iterdir() if not path.is_dir()]
    for name in (*FOLDERS, manifests.FOLDER, *OF_RUNS):
        paths += [path for path in (lake / name).rglob("*") if path.is_symlink() or not path.is_dir()]
    return sorted(paths)


def foreign_files(
    lake: Path, paths: Iterable[Path], manifest: Manifest, named: Iterable[str], left_over: LeftOvers
) -> Iterator[FirmgroundError]:
    """Those of the files that no import wrote. named: by any state."""
    known = {lake / SETTINGS, lake / ".lock", *left_over.stopped}
    for name in named:
        known |= {lake / name, (lake / name).with_suffix(".csv")} if name.startswith("quarantine/") else {lake / name}
    known |= {lake / manifests.file_of(version) for version in range(1, manifest.version + 1)}
    for entry in manifest.deliveries:
        known |= {lake / "deliveries" / f"{entry.id}.json", *(lake / "deliveries").glob(f"{entry.id}-*.json")}
    later = set(left_over.later)
    for path in paths:
        if path in later:
            yield _later(lake, path, manifest.version)
        elif path not in known and os.path.lexists(path):  # a leftover may be swept meanwhile
            yield foreign(lake, path)


def _later(lake: Path, path: Path, last: int) -> LakeDamaged:
    return LakeDamaged(
        found=f"The file is of a later state of the lake than the newest, which is {last}",
        expected="the manifests of all states",
        hint="Restore the folder `manifest` from a backup.",
        place=Place(str(path.relative_to(lake))),
    )


def foreign(lake: Path, path: Path) -> ForeignFile:
    """The file as one that does not belong."""
    return ForeignFile(
        found="The file belongs to no state of the lake",
        expected="files that Firmground wrote",
        hint="Move it to another folder.",
        place=Place(str(path.relative_to(lake))),
    )
