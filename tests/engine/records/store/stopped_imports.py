"""Imports in processes of their own, that can be killed, kept from writing, or raced."""

from __future__ import annotations

import multiprocessing
import resource
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from engine.records.lakes import LakeUnderTest
from firmground.engine.records import Lake, import_file
from firmground.engine.records.store import manifest as manifests
from firmground.errors import FirmgroundError

_FORKS = multiprocessing.get_context("forkserver")  # a server without threads, so that its copies are sound
_FORKS.set_forkserver_preload(["engine.records.store.stopped_imports"])


def start(path: Path, **options: Any) -> ForkServerProcess:
    """An import on its way in another process."""
    process = _FORKS.Process(target=import_file, args=(path,), kwargs=options)
    process.start()
    return process


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
            named.add(f"deliveries/{delivery.id}.json")
            if delivery.quarantine is not None:
                named |= {delivery.quarantine.path, delivery.quarantine.path.replace(".parquet", ".csv")}
    return set(lake.snapshot()) - named
