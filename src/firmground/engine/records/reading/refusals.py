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
    """The file is text in an encoding that is not known, or in none."""

    id = "FG-L012"


class HeadingUnfit(FirmgroundError):
    """The heading of the file has a name twice, an empty name, or far too many names."""

    id = "FG-L013"


class FormUnfit(FirmgroundError):
    """What was said of how a file is written cannot be: an unknown encoding, no delimiter, an absent sheet."""

    id = "FG-L040"


class WorkbookProtected(FirmgroundError):
    """A workbook is protected with a password, and none or a wrong one was given."""

    id = "FG-L041"


class FileBeyondLimits(FirmgroundError):
    """A file asks for far more memory or time than its size warrants, or holds what no file of records needs."""

    id = "FG-L042"


class KindUnread(FirmgroundError):
    """The file is of a kind that holds no table which Firmground reads, such as a PDF or an archive."""

    id = "FG-L043"


class ExtraMissing(FirmgroundError):
    """A part of Firmground that is installed on demand is needed for this file."""

    id = "FG-L044"
    exit_code = 2
