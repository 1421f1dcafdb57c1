"""Imports and other commands in processes of their own, that can be killed, kept from writing, or raced."""

from __future__ import annotations

import errno
import multiprocessing
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from engine.records.lakes import LakeUnderTest
from firmground.engine.records import Lake, compact, import_file, retry, undo
from firmground.engine.records.store import manifest as manifests
from firmground.errors import FirmgroundError

_FORKS = multiprocessing.get_context("forkserver")  # a server without threads, so that its copies are sound
_FORKS.set_forkserver_preload(["engine.records.store.stopped_imports"])
WRITING = ("fsync", "link", "replace", "mkdir")  # calls of Python that a full disk refuses


@dataclass(frozen=True)
class Command:
    """A command that changes a lake. argument: the file of an import (into income), the delivery of an undo."""

    verb: str
    lake: Path
    argument: str = ""

    def run(self, **options: Any) -> None:
        """Do it in this process."""
        if self.verb == "import":
            import_file(self.argument, table="income", data=self.lake, **options)
        elif self.verb == "undo":
            undo(self.lake, self.argument, **options)
        else:
            {"retry": retry, "compact": compact}[self.verb](self.lake, **options)

    def start(self, before: Callable[..., None] | None = None, *given: Any) -> Running:
        """Do it in another process. before: called there first, with what is given."""
        return Running(self, before, given)


class Running:
    """A command on its way in another process."""

    def __init__(self, command: Command, before: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
        self._here, there = _FORKS.Pipe()
        self.process = _FORKS.Process(target=_run, args=(there, command, before, given))
        self.process.start()
        there.close()

    def answer(self) -> str:
        """`done`, the words of its error, or `killed`."""
        try:
            answer: str = self._here.recv()
        except EOFError:
            answer = "killed"
        self.process.join()
        return answer


def _run(there: Connection, command: Command, before: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    if before is not None:
        before(*given)
    try:
        command.run()
        there.send("done")
    except FirmgroundError as error:
        there.send(str(error))


def write_no_larger_files(largest: int) -> None:
    """Let the system refuse to write files that are larger, whatever library writes them."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))


def fail_after(calls: int) -> None:
    """Let the calls of Python that write fail after so many of them: the disk is full from then on."""
    left = iter(range(calls))
    for name in WRITING:
        setattr(os, name, _failing(getattr(os, name), left))


def _failing(real: Callable[..., object], left: Iterator[int]) -> Callable[..., object]:
    def call(*given: object, **more: object) -> object:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*given, **more)

    return call


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[bool]:
    """Make a folder a disk of that many bytes. False where this user may not: then it stays as it is."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", str(folder)], check=True)


class Answering:
    """An import in another process whose end is told: the words of its report or of its error."""

    def __init__(self, path: Path, *, largest_file: int | None = None, **options: Any) -> None:
        self._here, there = _FORKS.Pipe()
        self._process = _FORKS.Process(target=_answer, args=(there, path, largest_file, options))
        self._process.start()
        there.close()

    def answer(self) -> str:
        """`accepted repeated` of the report, or the error."""
        answer: str = self._here.recv()
        self._process.join()
        return answer


def _answer(there: Connection, path: Path, largest_file: int | None, options: dict[str, Any]) -> None:
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    try:
        report = import_file(path, **options)
        there.send(f"{report.accepted} {report.repeated}")
    except FirmgroundError as error:
        there.send(str(error))


def unnamed_files(lake: LakeUnderTest) -> set[str]:
    """Files of a lake that no state of it names."""
    opened = Lake.open(lake.path)
    named = {"lake.yaml"}
    for version in range(1, opened.manifest().version + 1):
        state = manifests.read(lake.path, version)
        assert state is not None
        named.add(f"manifest/{version:010d}.json")
        named |= {file.path for files in state.tables.values() for file in files}
        named |= {file.path for file in (*state.members, *state.settled.values())}
        for delivery in state.deliveries:
            named |= {f"deliveries/{delivery.id}.json", f"deliveries/{delivery.id}-{version:010d}.json"}
            if delivery.everything is not None and delivery.everything.held is not None:
                named.add(delivery.everything.held.path)
            if delivery.quarantine is not None:
                named |= {delivery.quarantine.path, delivery.quarantine.path.replace(".parquet", ".csv")}
    return set(lake.snapshot()) - named
