"""Damage to the lake's own files: missing, cut off, or altered since they were written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from firmground.engine.records.store.disk import lacks_room
from firmground.engine.records.store.manifest import DataFile
from firmground.errors import FirmgroundError


class LakeDamaged(FirmgroundError):
    """Files of the lake are missing, cut off, or altered since they were written."""

    id = "FG-L007"


@contextmanager
def whole_files(lake: Path, files: Sequence[DataFile]) -> Iterator[None]:
    """Read files of a lake. Raises LakeDamaged where one is missing or cannot be read.

    Checksums are taken only after reading has failed: they cost as much as reading everything.
    """
    _check_presence(lake, files)
    try:
        yield
    except (duckdb.Error, pa.ArrowException) as error:
        if not lacks_room(error):
            check_sums(lake, files)
        raise


def check_sums(lake: Path, files: Sequence[DataFile]) -> None:
    """Compare every file with the checksum that its state of the lake keeps. Raises LakeDamaged."""
    _check_presence(lake, files)
    _say([file.path for file in files if sha256_of(lake / file.path) != file.sha256], "not as it was written")


def sha256_of(path: Path) -> str:
    """The checksum of a file, as manifests keep it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_presence(lake: Path, files: Sequence[DataFile]) -> None:
    _say([file.path for file in files if not (lake / file.path).is_file()], "missing")


def _say(paths: list[str], how: str) -> None:
    if not paths:
        return
    more = f", and so are {len(paths) - 1} more" if len(paths) > 1 else ""
    raise LakeDamaged(
        found=f"The lake's file {paths[0]} is {how}{more}",
        hint="Restore it from a backup, then run the command again; `firmground check-data` looks at every file.",
    )
