"""What one pass over the bytes of a file tells."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from firmground.engine.records.reading.refusals import FileUnreadable

_CHUNK = 1 << 20
# What DuckDB reads more kindly than the rules of CSV, under a character that most chunks do not have at all.
_ODD = {b"\n": (b"\n\n",), b"\r": (b"\n\r\n",), b'"': (b'" ', b'"\t')}


@dataclass(frozen=True)
class Content:
    """What one pass over a file's bytes tells: checksum, first bytes, lines, and the line end if it is a plain file.

    stamp: the size of the file and when it was last written, to tell whether it is the same file still.
    name: of the file as it was sent, for people.
    """

    path: Path
    stamp: tuple[int, int]
    sha256: str
    head: bytes
    lines: int
    line_end: str | None
    name: str


def look(path: Path) -> Content:
    """Read a file once. Raises FileUnreadable."""
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "no ordinary file"
        raise FileUnreadable(found=f"{path} is {what}", expected="a CSV file, a workbook or a Parquet file")
    digest = hashlib.sha256()
    head, last, is_plain = b"", b"", True
    read = feeds = returns = pairs = 0
    try:
        with path.open("rb") as file:
            stamp = _stamp(os.fstat(file.fileno()))
            while chunk := file.read(_CHUNK):
                read += len(chunk)
                if read > stamp[0]:  # else a file that grows as fast as it is read would never end
                    raise changed(path.name)
                digest.update(chunk)
                head = head or chunk[:4]
                feeds += chunk.count(b"\n")
                returns += chunk.count(b"\r")
                both = last + chunk  # a line end may lie across two chunks
                if b"\r" in both:
                    pairs += both.count(b"\r\n") - last.count(b"\r\n")
                is_plain = is_plain and not _is_odd(both)
                last = both[-2:]
    except OSError as error:
        raise FileUnreadable(found=f"The file {path} cannot be read ({error.strerror})") from error
    uniform = {(feeds, 0, 0): "\\n", (feeds, feeds, feeds): "\\r\\n"}.get((feeds, returns, pairs))
    lines = feeds + (last[-1:] not in (b"\n", b""))
    return Content(path, stamp, digest.hexdigest(), head, lines, uniform if is_plain else None, path.name)


def _is_odd(chunk: bytes) -> bool:
    return any(mark in chunk and any(odd in chunk for odd in odds) for mark, odds in _ODD.items())


def stamp_of(path: Path) -> tuple[int, int]:
    """The size of a file and when it was last written."""
    return _stamp(path.stat())


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def changed(name: str) -> FileUnreadable:
    """What is said of a file that is being written."""
    found = f"The file {name} was changed while it was read"
    return FileUnreadable(found=found, hint="Import it again when it is written to its end.")
