"""Manifests: which files make up a state of the lake. The newest one is the lake; readers never list folders.

A manifest is written once and never changed: its file is made under another name, flushed, and linked to its number,
which fails if somebody else has made that number.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from firmground.errors import FirmgroundError

FOLDER = "manifest"


class ManifestDamaged(FirmgroundError):
    """A manifest of the lake is missing or cannot be read."""

    id = "FG-L004"


class ManifestTaken(FirmgroundError):
    """Another writer published the next state of the lake first; nothing of this one is visible."""

    id = "FG-L005"


@dataclass(frozen=True)
class DataFile:
    """One Parquet file, its path relative to the lake, its rows and its checksum."""

    path: str
    rows: int
    sha256: str
    min_received_at: datetime | None = None
    max_received_at: datetime | None = None


@dataclass(frozen=True)
class DeliveryEntry:
    """One delivery: where its report is, and what of it is still in quarantine (None: nothing)."""

    id: str
    number: int
    table: str
    sha256: str
    quarantine: DataFile | None = None


@dataclass(frozen=True)
class Manifest:
    """A state of the lake.

    tables: accepted rows per table. settled: per table the rows that do not count, with the times between which they do
    not. members: the numbers of pairs of household and person. overlapping_memberships: whether some pair has more than
    one counting membership row.
    """

    version: int
    created_at: datetime
    tables: dict[str, tuple[DataFile, ...]] = field(default_factory=dict)
    settled: dict[str, DataFile] = field(default_factory=dict)
    members: tuple[DataFile, ...] = ()
    deliveries: tuple[DeliveryEntry, ...] = ()
    overlapping_memberships: bool = False

    def next(self, created_at: datetime, **changes: Any) -> Manifest:
        """The manifest after this one, with changes."""
        return replace(self, version=self.version + 1, created_at=created_at, **changes)


def read(lake: Path, version: int | None = None) -> Manifest | None:
    """A manifest, the newest by default; None if the lake has none yet. Raises ManifestDamaged."""
    number = max(_versions(lake), default=0) if version is None else version
    if not number:
        return None
    path = lake / FOLDER / _name(number)
    try:
        return _manifest(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ManifestDamaged(
            found=f"The manifest {path.name} cannot be read ({type(error).__name__})",
            hint="Restore it from a backup; the files it names are untouched.",
        ) from error


def has_any(lake: Path) -> bool:
    """Whether a folder is a lake to which something came in."""
    return bool(_versions(lake))


def publish(lake: Path, manifest: Manifest) -> None:
    """Make a manifest the newest state. Raises ManifestTaken if its number exists."""
    folder = lake / FOLDER
    folder.mkdir(exist_ok=True)
    target = folder / _name(manifest.version)
    temporary = folder / f".new-{os.getpid()}-{manifest.version}"
    try:
        write_flushed(temporary, json.dumps(asdict(manifest), default=_text, indent=1).encode())
        os.link(temporary, target)
    except FileExistsError as error:
        raise ManifestTaken(found=f"The state {manifest.version} of the lake exists already") from error
    finally:
        temporary.unlink(missing_ok=True)
    with suppress(OSError):  # the state is visible already; a report of failure would be wrong
        flush_folder(folder)


def write_flushed(path: Path, content: bytes) -> None:
    """Write a small file that outlives a power cut, once its folder is flushed too."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Make new names in a folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _versions(lake: Path) -> list[int]:
    return [int(path.stem) for path in (lake / FOLDER).glob("*.json") if path.stem.isdigit()]


def _name(version: int) -> str:
    return f"{version:010d}.json"


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _manifest(values: dict[str, Any]) -> Manifest:
    return Manifest(
        version=values["version"],
        created_at=datetime.fromisoformat(values["created_at"]),
        tables={name: tuple(map(_file, files)) for name, files in values["tables"].items()},
        settled={name: _file(file) for name, file in values["settled"].items()},
        members=tuple(map(_file, values["members"])),
        deliveries=tuple(_delivery(entry) for entry in values["deliveries"]),
        overlapping_memberships=values["overlapping_memberships"],
    )


def _file(values: dict[str, Any]) -> DataFile:
    times = {
        name: datetime.fromisoformat(values[name]) if values[name] else None
        for name in ("min_received_at", "max_received_at")
    }
    return DataFile(**{**values, **times})


def _delivery(values: dict[str, Any]) -> DeliveryEntry:
    quarantine = _file(values["quarantine"]) if values["quarantine"] else None
    return DeliveryEntry(**{**values, "quarantine": quarantine})
