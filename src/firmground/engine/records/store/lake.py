"""The lake: a folder of append-only Parquet files under a manifest, with its settings in lake.yaml."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from zoneinfo import available_timezones

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from firmground.engine.areas import SHIPPED
from firmground.engine.policy import load_pack
from firmground.engine.policy.model import Pack
from firmground.engine.records.store import manifest as manifests
from firmground.engine.records.store.manifest import Manifest
from firmground.errors import FirmgroundError

FORMAT = 1
SETTINGS = "lake.yaml"
WAIT_SECONDS = 30.0  # for another writer


class NotALake(FirmgroundError):
    """The folder is no lake: it has no readable lake.yaml, or one with other settings than an import writes."""

    id = "FG-L001"


class NewerLake(FirmgroundError):
    """The lake was written by a newer version of Firmground."""

    id = "FG-L002"


class LakeBusy(FirmgroundError):
    """Another import is writing to the lake."""

    id = "FG-L003"


class OtherPack(FirmgroundError):
    """A lake keeps the pack of its first import; another was named."""

    id = "FG-L006"
    exit_code = 2


@dataclass(frozen=True)
class LakeSettings:
    """What the first import wrote down: the pack whose kinds are checked, its time zone, currency and area tree."""

    pack: str
    time_zone: str
    currency: str
    area_tree: str | None


@dataclass(frozen=True)
class Lake:
    """A lake on disk."""

    path: Path
    settings: LakeSettings

    @staticmethod
    def open(path: Path) -> Lake:
        """The lake in a folder. Raises NotALake, NewerLake."""
        file = path / SETTINGS
        try:
            values = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
        except (OSError, YAMLError, ValueError, RecursionError) as error:
            raise NotALake(
                found=f"The folder {path} is no lake ({SETTINGS} is missing or cannot be read)",
                expected="a folder that `firmground import` made",
            ) from error
        return Lake(path, _settings(values, file))

    @staticmethod
    def at(path: Path, pack: str | None) -> tuple[Lake, Pack]:
        """The lake in a folder and its pack; where nothing came in yet, a lake for `pack` (default `cn`), not written.

        Raises NotALake, NewerLake, OtherPack.
        """
        if not manifests.has_any(path):
            name = pack or "cn"
            loaded = load_pack(name)
            return Lake(path, LakeSettings(name, loaded.time_zone, loaded.currency, loaded.area_tree)), loaded
        lake = Lake.open(path)
        kept = lake.settings.pack
        if pack is not None and pack != kept:
            found = f"The lake {path} keeps the pack `{kept}`, and `{pack}` was named"
            raise OtherPack(found=found, expected=f"`{kept}`, or no pack", hint="Other packs may still scan this lake.")
        return lake, load_pack(kept)

    def write_settings(self) -> None:
        """Write lake.yaml, once: before the first state of the lake is published."""
        if manifests.has_any(self.path):
            return
        settings = self.settings
        values = {"format": FORMAT, "pack": settings.pack, "time_zone": settings.time_zone}
        values["currency"] = settings.currency
        if settings.area_tree:
            values["areas"] = settings.area_tree
        text = StringIO()
        YAML(typ="safe", pure=True).dump(values, text)
        temporary = self.path / f".new-{os.getpid()}.yaml"
        manifests.write_flushed(temporary, text.getvalue().encode())
        temporary.replace(self.path / SETTINGS)
        manifests.flush_folder(self.path)

    def manifest(self, version: int | None = None) -> Manifest:
        """A state of the lake, the newest by default; an empty one before the first import."""
        found = manifests.read(self.path, version)
        return found if found is not None else Manifest(0, datetime.now(UTC))

    @contextmanager
    def writing(self, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
        """Hold the lake, or the folder that becomes one, for one writer.

        Raises LakeBusy when another still holds it after `wait_seconds`.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as file:
            deadline = time.monotonic() + wait_seconds
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() >= deadline:
                        raise LakeBusy(
                            found=f"Another import is writing to {self.path}",
                            hint=f"It was waited for {wait_seconds:g} seconds; try again when it has ended.",
                        ) from error
                    time.sleep(0.1)
            yield


def _settings(values: object, file: Path) -> LakeSettings:
    """The settings as written. Raises NotALake, NewerLake."""
    given = values if isinstance(values, dict) else {}
    written = given.get("format")
    if type(written) is not int or written < 1:
        raise _unfit(file, "format", written, f"a number from 1 to {FORMAT}")
    if written > FORMAT:
        found = f"The lake {file.parent} has format {written}"
        raise NewerLake(found=found, expected=f"format {FORMAT}", hint="Use a newer version of Firmground.")
    for name in ("pack", "time_zone", "currency"):
        if not isinstance(given.get(name), str) or not given[name]:
            raise _unfit(file, name, given.get(name), "a text")
    if given["time_zone"] not in available_timezones():
        raise _unfit(file, "time_zone", given["time_zone"], "a time zone such as Asia/Shanghai")
    tree = given.get("areas")
    if tree is not None and tree not in list(SHIPPED):
        raise _unfit(file, "areas", tree, " or ".join(SHIPPED) + ", or nothing")
    return LakeSettings(given["pack"], given["time_zone"], given["currency"], tree)


def _unfit(file: Path, name: str, value: object, expected: str) -> NotALake:
    shown = "nothing" if value is None else f"`{str(value)[:60]}`"
    return NotALake(
        found=f"The settings {file} are damaged: `{name}` is {shown}",
        expected=expected,
        hint="Restore the file from a backup; the records are untouched.",
    )
