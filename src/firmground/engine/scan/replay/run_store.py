"""Runs of the scan, kept in the lake: what was asked, of which state of the data, by which pack, and what came out.

DIR/runs/ID.json describes a run, DIR/runs/ID.parquet holds its warnings, DIR/packs/DIGEST.json the pack as it was. Both
are known by their digests, so that what was altered since is not taken for what was.
A run *counts* when nothing was tried out in it and its date is not before the last counting run of its pack.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from firmground.engine.policy import PackUnsound, load_pack
from firmground.engine.policy.model import Pack
from firmground.engine.policy.structure import FILES
from firmground.errors import FirmgroundError, nearest


class UnknownRun(FirmgroundError):
    """A run is named that the lake does not hold."""

    id = "FG-S020"
    exit_code = 2


class RunDamaged(FirmgroundError):
    """A run's description, its warnings or its pack cannot be read, or are not as the run left them."""

    id = "FG-S021"


class NewerRun(FirmgroundError):
    """A run was kept by a newer version of Firmground, which says more of it."""

    id = "FG-S023"


@dataclass(frozen=True)
class Run:
    """One run.

    previous: the counting run that `first_raised_on` goes on from. since: the run compared with. sha256: of the file of
    its warnings.
    """

    id: str
    pack: str
    pack_version: str
    digest: str
    as_of: date
    known_at: datetime | None
    settings: dict[str, Decimal]
    manifest: int
    is_counting: bool
    previous: str | None
    since: str | None
    compares: bool
    backend: str
    kept_at: datetime
    counts: dict[str, Any]
    warnings: int
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        """The run for a program: dates ISO, settings as text."""
        values = asdict(self)
        values["as_of"] = self.as_of.isoformat()
        values["known_at"] = self.known_at.isoformat() if self.known_at else None
        values["kept_at"] = self.kept_at.isoformat()
        values["settings"] = {name: str(value) for name, value in self.settings.items()}
        return values


def read_runs(lake: Path) -> list[Run]:
    """All runs of a lake, oldest first. Raises RunDamaged, NewerRun."""
    runs = []
    for path in (lake / "runs").glob("*.json"):
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(values, dict):
                raise TypeError("not a mapping")
            unknown = set(values) - {field.name for field in fields(Run)}
            if not unknown:
                runs.append(_run(values, path.stem))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            raise RunDamaged(
                found=f"The run {path.name} cannot be read ({type(error).__name__})",
                hint="Restore the file from a backup; the records are not touched by it.",
            ) from error
        if unknown:
            raise NewerRun(
                found=f"The run {path.name} says more than this version knows ({', '.join(sorted(unknown))})",
                expected="a run of this version of Firmground, or an earlier one",
                hint="Use the newer version.",
            )
    return sorted(runs, key=lambda run: (run.kept_at, run.id))


def _run(values: dict[str, Any], id_: str) -> Run:
    """A run from its description. What does not fit raises ValueError, TypeError, LookupError or ArithmeticError."""
    values["as_of"] = date.fromisoformat(values["as_of"])
    values["known_at"] = None if values["known_at"] is None else _time(values["known_at"])
    values["kept_at"] = _time(values["kept_at"])
    values["settings"] = {name: Decimal(value) for name, value in values["settings"].items()}
    run = Run(**values)
    of_kind = all(type(getattr(run, name)) is kind for name, kind in _KINDS.items())
    of_kind = of_kind and all(name is None or isinstance(name, str) for name in (run.previous, run.since))
    if (
        not of_kind
        or type(run.counts["households"]) is not int
        or not all(v.is_finite() for v in run.settings.values())
    ):
        raise TypeError("a value is not of its kind")
    named = run.id == id_ and re.fullmatch(rf"{re.escape(run.pack)}-{run.as_of:%Y%m%d}-[0-9]+", run.id)
    if not named or not re.fullmatch(r"[a-z0-9_]+", run.pack) or not re.fullmatch(r"[0-9a-f]{64}", run.digest):
        raise ValueError("a name is not of its form")
    return run


_KINDS = {
    "id": str,
    "pack": str,
    "pack_version": str,
    "digest": str,
    "manifest": int,
    "is_counting": bool,
    "compares": bool,
    "backend": str,
    "counts": dict,
    "warnings": int,
    "sha256": str,
}


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


def find(runs: list[Run], id_: str) -> Run:
    """The run of that id. Raises UnknownRun with the nearest."""
    for run in runs:
        if run.id == id_:
            return run
    close = nearest(id_, [run.id for run in runs])
    raise UnknownRun(
        found=f"There is no run `{id_}` in this lake",
        expected="a run that `firmground runs` lists",
        hint=f"Did you mean `{close}`?" if close else "",
    )


def last_counting(runs: list[Run], pack: str) -> Run | None:
    """The last counting run of a pack."""
    counting = [run for run in runs if run.is_counting and run.pack == pack]
    return counting[-1] if counting else None


def warnings_of(lake: Path, run: Run) -> pa.Table:
    """The warnings a run gave, without `change`. Raises RunDamaged."""
    path = lake / "runs" / f"{run.id}.parquet"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RunDamaged(found=f"The warnings of the run `{run.id}` cannot be read ({path.name})") from error
    if hashlib.sha256(content).hexdigest() != run.sha256:
        raise RunDamaged(
            found=f"The warnings of the run `{run.id}` are not those that it gave ({path.name} was altered)",
            hint="Restore the file from a backup.",
        )
    try:
        return pq.read_table(io.BytesIO(content))
    except pa.ArrowException as error:
        raise RunDamaged(
            found=f"The warnings of the run `{run.id}` cannot be read ({path.name})",
            hint="Restore the file from a backup.",
        ) from error


@contextmanager
def turn(lake: Path) -> Iterator[None]:
    """Hold the runs of a lake while one is added: its history goes on from the last, whoever else scans meanwhile."""
    folder = lake / "runs"
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def keep(lake: Path, run: Run, warnings: pa.Table, pack: Pack) -> Run:
    """Keep a run, its warnings and its pack. Returns the run with the id it was given, `PACK-YYYYMMDD-N`."""
    folder = lake / "runs"
    folder.mkdir(exist_ok=True)
    _keep_pack(lake, pack)
    bytes_ = io.BytesIO()
    pq.write_table(warnings, bytes_, compression="zstd")
    content = bytes_.getvalue()
    prefix = f"{run.pack}-{run.as_of:%Y%m%d}-"
    number = 1 + max((_number(p.stem, prefix) for p in folder.glob(f"{prefix}*.json")), default=0)
    while True:
        named = replace(run, id=f"{prefix}{number}", sha256=hashlib.sha256(content).hexdigest())
        if not _write_new(folder / f"{named.id}.parquet", content):
            number += 1  # a scan was stopped after its warnings were written
            continue
        _write_new(folder / f"{named.id}.json", json.dumps(named.as_dict(), indent=1).encode())
        return named


def _number(stem: str, prefix: str) -> int:
    rest = stem.removeprefix(prefix)
    return int(rest) if rest.isdigit() else 0


def _write_new(path: Path, content: bytes) -> bool:
    """Write a file that nobody has written yet, whole or not at all. False if it exists."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return False
        return True
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()


def _keep_pack(lake: Path, pack: Pack) -> None:
    folder = lake / "packs"
    folder.mkdir(exist_ok=True)
    files = {name: content.decode("utf-8") for name, content in pack.files.items()}
    _write_new(folder / f"{pack.digest}.json", json.dumps(files, ensure_ascii=False).encode())


def pack_of(lake: Path, run: Run) -> Pack:
    """The pack as it was when the run was made. Raises RunDamaged."""
    path = lake / "packs" / f"{run.digest}.json"
    try:
        files = json.loads(path.read_text(encoding="utf-8"))
        if set(files) != set(FILES):  # a name from elsewhere could lead out of the folder that is written to
            raise ValueError("its files are not those of a pack")
        contents = {name: str.encode(files[name]) for name in FILES}
        with tempfile.TemporaryDirectory(prefix="firmground-") as folder:
            for name, content in contents.items():
                (Path(folder) / name).write_bytes(content)
            pack = load_pack(Path(folder))
    except (OSError, ValueError, TypeError, RecursionError, PackUnsound) as error:
        raise RunDamaged(
            found=f"The pack of the run `{run.id}` cannot be read ({path.name})", hint="Restore the file from a backup."
        ) from error
    if pack.digest != run.digest:
        raise RunDamaged(
            found=f"The pack of the run `{run.id}` is not the one it used ({path.name} was altered)",
            hint="Restore the file from a backup.",
        )
    return pack


def now() -> datetime:
    """This moment, UTC."""
    return datetime.now(UTC)
