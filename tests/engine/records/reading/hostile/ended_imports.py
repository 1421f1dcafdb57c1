"""`firmground import` in a process of its own: how it ended, what it said, and the memory that it took at most."""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from firmground.interfaces.cli import run

_FORKS = multiprocessing.get_context("forkserver")  # a server without threads, so that its copies are sound
_FORKS.set_forkserver_preload(["engine.records.reading.hostile.ended_imports"])


@dataclass(frozen=True)
class Ended:
    """code: of the exit, below 0 for a signal. said: what it printed. peak: bytes, of the larger of its processes."""

    code: int
    said: str
    peak: int


def import_in_process(arguments: Sequence[str], temporary: Path) -> Ended:
    """Run the command. temporary: an empty folder, for it to put temporary files into."""
    here, there = _FORKS.Pipe()
    said = temporary.with_name("said")
    process = _FORKS.Process(target=_import, args=(there, list(arguments), str(temporary), str(said)))
    process.start()
    there.close()
    try:
        code, peak = here.recv()
    except EOFError:
        code, peak = None, 0
    process.join()
    return Ended(process.exitcode if code is None else code, said.read_text(encoding="utf-8"), peak)


def _import(there: Connection, arguments: list[str], temporary: str, said: str) -> None:
    os.environ["TMPDIR"] = tempfile.tempdir = temporary
    os.environ["COLUMNS"] = "200"
    file = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    code = run(["import", *arguments])
    there.send((code, max(_own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)))


def _own_peak() -> int:
    """What getrusage tells of this process begins with the peak of the one that it was copied from."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
