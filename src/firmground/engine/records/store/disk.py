"""What a disk or the memory refuses, said in one way."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from firmground.errors import FirmgroundError

DISK_ERRORS = (  # what DuckDB raises when the disk or the memory does not suffice, in the statement or at its commit
    OSError,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
    duckdb.FatalException,
)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOMEM)
_TOLD = (*_NO_ROOM, errno.ENOTDIR, errno.EEXIST, errno.EACCES, errno.EPERM, errno.EROFS)
_KEPT = "Nothing of it is visible; the lake is as it was."


class DiskTrouble(FirmgroundError):
    """The disk is full, or a file of the lake cannot be read or written. The lake is as it was."""

    id = "FG-L030"


@contextmanager
def disk_trouble() -> Iterator[None]:
    """What the disk refuses is said in one way. Raises DiskTrouble."""
    try:
        yield
    except DISK_ERRORS as error:
        reason, hint = _words(error)
        raise DiskTrouble(found=f"The import stopped: {reason}", hint=f"{_KEPT} {hint}") from error


def lacks_room(error: Exception) -> bool:
    """Whether the disk or the memory did not suffice."""
    told = isinstance(error, duckdb.OutOfMemoryException | duckdb.TransactionException | duckdb.FatalException)
    return told or _number(error) in _NO_ROOM


def _number(error: Exception) -> int:
    """The system's number of an error; DuckDB gives it in the system's words alone. 0 for any other error."""
    if isinstance(error, OSError):
        return error.errno or 0
    return next((number for number in _TOLD if os.strerror(number) in str(error)), 0)


def _words(error: Exception) -> tuple[str, str]:
    """What stopped the import, and what to do."""
    number = _number(error)
    name = str(getattr(error, "filename", None) or "a file of the lake")
    if number in _NO_ROOM:
        return f"{os.strerror(number)}.", "Make room and import again."
    if lacks_room(error):
        return "The memory or the disk does not suffice.", "Make room and import again."
    if number == errno.EEXIST:
        return f"{name} is a file where a folder is needed.", "Name another folder."
    if number == errno.ENOTDIR:
        return f"A part of the path {name} is a file where a folder is needed.", "Name another folder."
    if number in (errno.EACCES, errno.EPERM):
        return f"You have no right to open or write {name}.", "Ask for that right, or name another folder."
    if number == errno.EROFS:
        return f"{name} lies on a disk that can only be read.", "Name a folder that can be written."
    if isinstance(error, OSError):
        return f"{name} cannot be opened or written ({error.strerror or 'unknown why'}).", "Name another folder."
    return str(error).splitlines()[0][:200], "Have the disk looked at, and import again."
