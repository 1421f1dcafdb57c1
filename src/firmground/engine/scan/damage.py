"""Damage to the files that a scan reads: missing, cut off, or altered since import wrote them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from firmground.engine.records import DataFile, Manifest
from firmground.errors import FirmgroundError


class FilesDamaged(FirmgroundError):
    """Files of the lake are missing, cut off, or altered since they were written."""

    id = "FG-S022"


@contextmanager
def whole_files(lake: Path, manifest: Manifest) -> Iterator[None]:
    """Read the files of a state of the lake. Raises FilesDamaged where one is missing or cannot be read.

    Checksums are taken only after reading has failed: they cost as much as the scan.
    """
    _check_presence(lake, manifest)
    try:
        yield
    except (duckdb.Error, pa.ArrowException):
        check_sums(lake, manifest)
        raise


def check_sums(lake: Path, manifest: Manifest) -> None:
    """Compare every file of a state of the lake with its checksum. Raises FilesDamaged."""
    _check_presence(lake, manifest)
    altered = [file.path for file in files_of(manifest) if _sha256(lake / file.path) != file.sha256]
    if altered:
        raise _damaged(altered, "not as it was written")


def files_of(manifest: Manifest) -> list[DataFile]:
    """Every file that a scan of this state may read."""
    tables = [file for files in manifest.tables.values() for file in files]
    return [*tables, *manifest.settled.values(), *manifest.members]


def _check_presence(lake: Path, manifest: Manifest) -> None:
    missing = [file.path for file in files_of(manifest) if not (lake / file.path).is_file()]
    if missing:
        raise _damaged(missing, "missing")


def _damaged(paths: list[str], how: str) -> FilesDamaged:
    more = f", and so are {len(paths) - 1} more" if len(paths) > 1 else ""
    return FilesDamaged(
        found=f"The lake's file {paths[0]} is {how}{more}", hint="Restore it from a backup, then run the command again."
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
