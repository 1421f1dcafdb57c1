"""Kinds of files that come in place of a table, known by their first bytes, and what to do about each."""

from __future__ import annotations

from firmground.engine.records.reading.content import Content
from firmground.engine.records.reading.refusals import KindUnread

_SAVE = "Open it in a spreadsheet program and save it as XLSX."
_UNPACK = "Unpack it and import the files in it."
_ASK = "Ask for the table that it was made from."
_BEGINNINGS = (
    (b"%PDF-", "a PDF document", _ASK),
    (b"\x1f\x8b", "an archive (gzip)", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "an archive (7z)", _UNPACK),
    (b"Rar!\x1a\x07", "an archive (RAR)", _UNPACK),
    (b"PK\x05\x06", "an empty archive", _ASK),
    (b"{\\rtf", "a text document (RTF)", _ASK),
    (b"\x89PNG", "a picture", _ASK),
    (b"\xff\xd8\xff", "a picture", _ASK),
    (b"SQLite format 3\x00", "a database file", "Write the table as CSV or Parquet."),
    (b"<!doctype html", "a web page, whatever its name says", _SAVE),
    (b"<html", "a web page, whatever its name says", _SAVE),
    (b"<table", "a web page, whatever its name says", _SAVE),
    (b"<?xml", "an XML document, whatever its name says", _SAVE),
)


def refuse_unread_kinds(content: Content) -> None:
    """Raises KindUnread."""
    with content.path.open("rb") as file:
        start = file.read(200)
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for beginning, what, hint in _BEGINNINGS:
        if start.startswith(beginning.lower()):
            raise KindUnread(
                found=f"The file {content.name} is {what}",
                expected="a CSV file, a workbook or a Parquet file",
                hint=hint,
            )
