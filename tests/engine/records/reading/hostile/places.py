"""Hostile places of a file, and hostile names."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from engine.records.reading.hostile.case import HEADING_LINE, LINE, Hostile

_ABSENT, _UNREADABLE, _MISSING = "FG-C006", "FG-L010", "FG-L021"


def _table() -> bytes:
    return (HEADING_LINE + LINE).encode()


def _named(name: str) -> Callable[[Path], Path]:
    """Our table under a name, beside a file that the name could be taken for."""

    def put(folder: Path) -> Path:
        for other in ("fileA.csv", "file1.csv", "a.csv"):
            (folder / other).write_bytes(b"household_id\nsecret-7741\n")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_table())
        return path

    return put


def _link(target: str) -> Callable[[Path], Path]:
    def put(folder: Path) -> Path:
        path = folder / "file.csv"
        path.symlink_to(target)
        return path

    return put


def _to_a_table(folder: Path) -> Path:
    (folder / "table.csv").write_bytes(_table())
    return _link(str(folder / "table.csv"))(folder)


def _fifo(folder: Path) -> Path:
    path = folder / "file.csv"
    os.mkfifo(path)
    return path


def _folder(folder: Path) -> Path:
    path = folder / "file.csv"
    path.mkdir()
    return path


def _at(path: str) -> Callable[[Path], Path]:
    return lambda folder: Path(path)


PLACES = (
    *(
        Hostile(f"name: {name!r}", _table, accepted=1, place=_named(name))
        for name in (
            "file[A1].csv",
            "file?.csv",
            "*.csv",
            "it's.csv",
            'a"b.csv',
            "a\nb.csv",
            "a;drop table raw;--.csv",
            "a\u202evsc.csv",
            "-rf.csv",
            "$(reboot).csv",
            "{a,b}.csv",
            "kind=x/a.csv",
            "\x1b[2J.csv",
            "%s%n.csv",
            "[red]a[/red].csv",
        )
    ),
    Hostile("place: a link to a table", _table, place=_to_a_table, accepted=1),
    Hostile("place: a link to the system's users", _table, place=_link("/etc/passwd"), ends=(_MISSING,)),
    Hostile("place: a link to a folder", _table, place=_link("/etc"), ends=(_ABSENT,)),
    Hostile("place: a link to itself", _table, place=_link("file.csv"), ends=(_ABSENT, _UNREADABLE)),
    Hostile("place: a link to nothing", _table, place=_link("nothing.csv"), ends=(_ABSENT,)),
    Hostile("place: a pipe", _table, place=_fifo, ends=(_ABSENT,)),
    Hostile("place: a folder", _table, place=_folder, ends=(_ABSENT,)),
    Hostile("place: endless zeros", _table, place=_at("/dev/zero"), ends=(_ABSENT,)),
    Hostile("place: the full device", _table, place=_at("/dev/full"), ends=(_ABSENT,)),
    Hostile(
        "place: a file of the kernel that says it is empty",
        _table,
        place=_at("/proc/self/maps"),
        ends=(_UNREADABLE, "FG-L011"),
    ),
    Hostile("place: the memory of the process", _table, place=_at("/proc/self/mem"), ends=(_UNREADABLE,)),
)
