"""Workbooks made to harm: each ends in our own error, and leaves nothing behind."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from engine.records.reading.books import protected, with_part, xls, xlsx
from engine.records.reading.staged import read_bytes
from firmground.engine.records.reading import archives
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.refusals import FileBeyondLimits, FileUnreadable, HeadingUnfit, KindUnread
from firmground.errors import FirmgroundError

_SHEET = "xl/worksheets/sheet1.xml"
_PLAIN = [("a", "b"), ("1", "2")]
_SESAME = "sesame"
_NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _sheet(cells: bytes) -> bytes:
    return with_part(
        xlsx({"s": _PLAIN}), _SHEET, b"<worksheet " + _NAMESPACE + b"><sheetData>" + cells + b"</sheetData></worksheet>"
    )


def _cell(row: int, column: str) -> bytes:
    return f'<row r="{row}"><c r="{column}{row}" t="str"><v>x</v></c></row>'.encode()


def _many(count: int) -> bytes:
    file = io.BytesIO(xlsx({"s": _PLAIN}))
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(count):
            archive.writestr(f"xl/{number}.xml", b"")
    return file.getvalue()


def _lying(book: bytes) -> bytes:
    """The directory says that the sheet has fewer bytes than it has."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        size = archive.getinfo(_SHEET).file_size
    place = book.rindex(_SHEET.encode(), 0, book.rindex(b"PK\x05\x06")) - 46
    return book[: place + 24] + struct.pack("<I", size - 5) + book[place + 28 :]


def _doctype(part: bytes) -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + part.partition(b"?>")[2]


def _twice(book: bytes) -> bytes:
    file = io.BytesIO(book)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(zipfile.ZipInfo(_SHEET), b"<worksheet/>")
    return file.getvalue()


_HOSTILE: dict[str, tuple[Callable[[], bytes], type[FirmgroundError], str]] = {
    "a bomb that says so": (
        lambda: with_part(xlsx({"s": _PLAIN}), _SHEET, b" " * 60_000_000),
        FileBeyondLimits,
        "100 times",
    ),
    "a bomb in another part": (
        lambda: with_part(xlsx({"s": _PLAIN}), "xl/media/image1.png", b"\x00" * 60_000_000),
        FileBeyondLimits,
        "100 times",
    ),
    "a wrong size": (lambda: _lying(xlsx({"s": _PLAIN})), FileBeyondLimits, "wrong size"),
    "too many parts": (lambda: _many(5_001), FileBeyondLimits, "parts"),
    "a part twice": (lambda: _twice(xlsx({"s": _PLAIN})), FileBeyondLimits, "twice"),
    "an external entity": (lambda: with_part(xlsx({"s": _PLAIN}), _SHEET, _doctype), FileBeyondLimits, "document type"),
    "an entity in the strings": (
        lambda: with_part(xlsx({"s": _PLAIN}), "xl/sharedStrings.xml", _doctype),
        FileBeyondLimits,
        "document type",
    ),
    "an entity in UTF-16": (
        lambda: with_part(xlsx({"s": _PLAIN}), _SHEET, lambda part: _doctype(part).decode().encode("utf-16")),
        FileBeyondLimits,
        "unusual encoding",
    ),
    "cells far apart": (lambda: _sheet(_cell(1, "A") + _cell(1_048_576, "XFD")), FileBeyondLimits, "memory or time"),
    "cells far down": (lambda: _sheet(_cell(1, "A") + _cell(1_048_576, "BXX")), FileBeyondLimits, "memory or time"),
    "a million columns": (
        lambda: _sheet(
            b'<row r="1">' + b"".join(b'<c t="str"><v>%d</v></c>' % n for n in range(1_000_000)) + b"</row>"
        ),
        HeadingUnfit,
        "1000000 columns wide",
    ),
    "an archive without a workbook": (lambda: _archive("a.txt"), KindUnread, "an archive without a workbook"),
    "an office document of another kind": (lambda: _archive("word/document.xml"), KindUnread, "without a workbook"),
    "XLS with random bytes": (lambda: _spoilt(xls({"s": _PLAIN * 50})), FileUnreadable, "damaged"),
}


def _archive(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, b"x")
    return file.getvalue()


def _spoilt(book: bytes) -> bytes:
    return book[:512] + bytes(reversed(book[512:-1024])) + book[-1024:]


@pytest.mark.parametrize("case", _HOSTILE)
def test_a_hostile_workbook_is_refused_with_our_own_error(case: str) -> None:
    make, error, says = _HOSTILE[case]

    with pytest.raises(error, match=says):
        read_bytes(make())


def test_a_hostile_workbook_behind_a_password_is_held_against_the_same_limits() -> None:
    content = protected(with_part(xlsx({"s": _PLAIN}), _SHEET, _doctype), _SESAME)

    with pytest.raises(FileBeyondLimits, match="document type"):
        read_bytes(content, Form(password=_SESAME))


def test_a_part_is_counted_while_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    book = xlsx({"s": [("a",), *(("x" * 50,) for _ in range(500))]})
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        size = sum(member.file_size for member in archive.infolist())

    monkeypatch.setattr(archives, "UNPACKED", size)
    assert len(read_bytes(book).rows) == 500
    monkeypatch.setattr(archives, "UNPACKED", size - 1)
    with pytest.raises(FileBeyondLimits, match="unpacks to more than"):
        read_bytes(book)


def test_a_large_sheet_that_repeats_itself_is_no_bomb() -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d" t="str"><v>wage</v></c></row>' % (n, n) for n in range(1, 100_001))

    assert len(read_bytes(_sheet(rows)).rows) == 99_999
