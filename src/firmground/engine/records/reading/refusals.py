"""Why a file is refused as a whole."""

from __future__ import annotations

from firmground.errors import FirmgroundError


class FileUnreadable(FirmgroundError):
    """The file cannot be opened, or is damaged."""

    id = "FG-L010"


class FileEmpty(FirmgroundError):
    """The file holds nothing, or a heading and no rows."""

    id = "FG-L011"


class WrongEncoding(FirmgroundError):
    """The file is not UTF-8 text."""

    id = "FG-L012"


class HeadingUnfit(FirmgroundError):
    """The heading of the file has a name twice, an empty name, or far too many names."""

    id = "FG-L013"
