"""Damage to the lake's own files that an import reads: missing, cut off, or altered since they were written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from firmground.engine.records.store.disk import lacks_room
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.manifest import Manifest
from firmground.errors import FirmgroundError


class LakeDamaged(FirmgroundError):
    """Files of the lake that an import needs are missing, cut off, or altered since they were written."""

    id = "FG-L007"


@contextmanager
def whole_lake(lake: Lake, manifest: Manifest) -> Iterator[None]:
    """Read the files of a state of the lake. Raises LakeDamaged where one is missing or cannot be read.

    Checksums are taken only after reading has failed: they cost as much as reading everything.
    """
    try:
        yield
    except duckdb.Error as error:
        files = manifest.files()
        _say([file.path for file in files if not (lake.path / file.path).is_file()], "missing")
        if not lacks_room(error):
            _say(
                [file.path for file in files if _sha256(lake.path / file.path) != file.sha256], "not as it was written"
            )
        raise


def _say(paths: list[str], how: str) -> None:
    if not paths:
        return
    more = f", and so are {len(paths) - 1} more" if len(paths) > 1 else ""
    raise LakeDamaged(
        found=f"The lake's file {paths[0]} is {how}{more}", hint="Restore it from a backup, then import again."
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
