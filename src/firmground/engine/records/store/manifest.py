"""Manifests: which files make up a state of the lake. The newest one is the lake; readers never list folders.

A manifest is written once and never changed: its file is made under another name, flushed, and linked to its number,
which fails if somebody else has made that number.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from firmground.errors import FirmgroundError

_T = TypeVar("_T")
FOLDER = "manifest"
_DELIVERY = re.compile(r"D[0-9]{6,}")


class ManifestDamaged(FirmgroundError):
    """A manifest of the lake is missing, cannot be read, or does not go on from the one before."""

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
class Everything:
    """What a full extract speaks of: rows of its source on days from first to last (None: without a bound).

    held: the keys (column `key`) of its rows in quarantine, which do not withdraw what they would replace.
    """

    source: str
    first: date | None
    last: date | None
    received_at: datetime
    held: DataFile | None = None


@dataclass(frozen=True)
class PositiveList:
    """What a complete list of who has something is about: those missing from it on a day have a kind of condition.

    area: the code to which it is limited, None for every member.
    """

    source: str
    kind: str
    area: str | None
    day: date
    received_at: datetime

    def same_as(self, other: PositiveList) -> bool:
        """Whether the later of the two goes on where the other one ended."""
        return (self.source, self.kind, self.area) == (other.source, other.kind, other.area)


@dataclass(frozen=True)
class DeliveryEntry:
    """One delivery: where its report is, and what of it is still in quarantine (None: nothing).

    undone_at: since when its rows do not count. everything: of a full extract, what it speaks of. listed: of a positive
    list, what it is about.
    """

    id: str
    number: int
    table: str
    sha256: str
    quarantine: DataFile | None = None
    undone_at: datetime | None = None
    everything: Everything | None = None
    listed: PositiveList | None = None


@dataclass(frozen=True)
class Manifest:
    """A state of the lake.

    tables: accepted rows per table. settled: per table the rows that do not count, with the times between which they do
    not. members: the numbers of pairs of household and person. overlapping_memberships: whether some pair has more than
    one counting membership row. ranks: of sources, as they were when rows were settled.
    """

    version: int
    created_at: datetime
    tables: dict[str, tuple[DataFile, ...]] = field(default_factory=dict)
    settled: dict[str, DataFile] = field(default_factory=dict)
    members: tuple[DataFile, ...] = ()
    deliveries: tuple[DeliveryEntry, ...] = ()
    overlapping_memberships: bool = False
    ranks: dict[str, int] = field(default_factory=dict)

    def scanned(self) -> list[DataFile]:
        """Every Parquet file that a scan of this state may read."""
        tables = [file for files in self.tables.values() for file in files]
        return [*tables, *self.settled.values(), *self.members]

    def files(self) -> list[DataFile]:
        """Every Parquet file that this state names, in the order in which they are read."""
        waiting = [entry.quarantine for entry in self.deliveries if entry.quarantine]
        held = [entry.everything.held for entry in self.deliveries if entry.everything and entry.everything.held]
        return [*self.scanned(), *waiting, *held]

    def has_rows(self, table: str) -> bool:
        """Whether rows of a table came in with a delivery that was not undone."""
        stands = any(entry.table == table and entry.undone_at is None for entry in self.deliveries)
        return stands and bool(self.tables.get(table))

    def next(self, created_at: datetime, **changes: Any) -> Manifest:
        """The manifest after this one, with changes."""
        return replace(self, version=self.version + 1, created_at=created_at, **changes)


def read(lake: Path, version: int | None = None) -> Manifest | None:
    """A manifest, the newest by default; None if the lake has none yet. Raises ManifestDamaged."""
    number = last_version(lake) if version is None else version
    if not number:
        return None
    path = lake / FOLDER / _name(number)
    try:
        return _manifest(json.loads(path.read_text(encoding="utf-8")), number)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ManifestDamaged(
            found=f"The manifest {path.name} cannot be read ({type(error).__name__})",
            hint="Restore it from a backup; the files it names are untouched.",
        ) from error


def last_version(lake: Path) -> int:
    """The number of the newest state, 0 before the first import."""
    return max(_versions(lake), default=0)


def file_of(version: int) -> str:
    """The file of a state, relative to the lake."""
    return f"{FOLDER}/{_name(version)}"


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
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _manifest(values: Any, version: int) -> Manifest:
    """Raises ValueError or TypeError for whatever `publish` would not have written."""
    if values["version"] != version:
        raise ValueError("version")
    return Manifest(
        version=version,
        created_at=_time(values["created_at"]),
        tables={
            _is(name, str): tuple(map(_file, _is(files, list))) for name, files in _is(values["tables"], dict).items()
        },
        settled={_is(name, str): _file(file) for name, file in _is(values["settled"], dict).items()},
        members=tuple(map(_file, _is(values["members"], list))),
        deliveries=tuple(map(_delivery, _is(values["deliveries"], list))),
        overlapping_memberships=_is(values["overlapping_memberships"], bool),
        ranks={_is(source, str): _is(rank, int) for source, rank in _is(values.get("ranks", {}), dict).items()},
    )


def _is(value: object, kind: type[_T]) -> _T:
    if type(value) is not kind:
        raise TypeError(kind.__name__)
    return value


def _time(value: object) -> datetime:
    time = datetime.fromisoformat(_is(value, str))
    if time.tzinfo is None:
        raise ValueError("a time without a zone")
    return time


def _file(values: Any) -> DataFile:
    given = _is(values, dict)
    times = {
        name: None if given[name] is None else _time(given[name]) for name in ("min_received_at", "max_received_at")
    }
    path = _is(given["path"], str)
    inside = PurePosixPath(path)
    if not path or not path.isprintable() or inside.is_absolute() or ".." in inside.parts:
        raise ValueError("a path that leads out of the lake")
    _is(given["rows"], int)
    _is(given["sha256"], str)
    return DataFile(**{**given, **times})


def _delivery(values: Any) -> DeliveryEntry:
    given = _is(values, dict)
    if not _DELIVERY.fullmatch(_is(given["id"], str)) or int(given["id"][1:]) != _is(given["number"], int):
        raise ValueError("a delivery's id")
    _is(given["table"], str)
    _is(given["sha256"], str)
    undone, everything, listed = given.get("undone_at"), given.get("everything"), given.get("listed")
    read = {
        "quarantine": _file(given["quarantine"]) if given["quarantine"] is not None else None,
        "undone_at": _time(undone) if undone is not None else None,
        "everything": _everything(everything) if everything is not None else None,
        "listed": _listed(listed) if listed is not None else None,
    }
    return DeliveryEntry(**{**given, **read})


def _everything(values: Any) -> Everything:
    given = _is(values, dict)
    _is(given["source"], str)
    read = {
        "first": _day(given["first"]),
        "last": _day(given["last"]),
        "received_at": _time(given["received_at"]),
        "held": _file(given["held"]) if given["held"] is not None else None,
    }
    return Everything(**{**given, **read})


def _listed(values: Any) -> PositiveList:
    given = _is(values, dict)
    _is(given["source"], str)
    _is(given["kind"], str)
    if given["area"] is not None:
        _is(given["area"], str)
    read = {"day": date.fromisoformat(_is(given["day"], str)), "received_at": _time(given["received_at"])}
    return PositiveList(**{**given, **read})


def _day(value: object) -> date | None:
    return None if value is None else date.fromisoformat(_is(value, str))
