"""What can be wrong with a command line, beside what the parts it calls refuse."""

from __future__ import annotations

from firmground.errors import FirmgroundError


class WrongUse(FirmgroundError):
    """An option or argument is missing, unknown, given twice, or does not go together with another."""

    id = "FG-C001"
    exit_code = 2


class NotADate(FirmgroundError):
    """A date on the command line is none. Dates are written 2022-05-31."""

    id = "FG-C002"
    exit_code = 2


class NotATime(FirmgroundError):
    """A time on the command line is none. Times are written 2022-05-31T18:00 with or without a zone, or as a date."""

    id = "FG-C003"
    exit_code = 2


class NotASetting(FirmgroundError):
    """`--set` was not followed by NAME=VALUE with an exact decimal number."""

    id = "FG-C004"
    exit_code = 2


class UnknownLanguage(FirmgroundError):
    """A language was asked for that the policy pack does not speak."""

    id = "FG-C005"
    exit_code = 2


class FileMissing(FirmgroundError):
    """There is no file or folder of the name given."""

    id = "FG-C006"
    exit_code = 2


class FolderNotOurs(FirmgroundError):
    """`firmground demo` writes its folder anew, but only a folder that it made itself. Nothing was removed."""

    id = "FG-C007"
    exit_code = 2


class NoScanOfList(FirmgroundError):
    """A list of warnings does not come from any scan of the lake named, so its households cannot be counted."""

    id = "FG-C008"
    exit_code = 2


class NoRoom(FirmgroundError):
    """The disk is full, or what standard output goes to. What was not finished was not kept."""

    id = "FG-C009"
    exit_code = 3


class Unexpected(FirmgroundError):
    """Firmground failed in a way that it did not foresee: a fault of the program, not of its user."""

    id = "FG-C099"
    exit_code = 3
