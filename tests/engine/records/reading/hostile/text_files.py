"""Hostile text files, and other files that pretend to be tables."""

from __future__ import annotations

import csv
import gzip
import io
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from engine.records.reading.hostile.case import CELL, HEADING, HEADING_LINE, LINE, ROW, Hostile

_BEYOND, _HEADING, _ENCODING, _KIND, _MISSING = "FG-L042", "FG-L013", "FG-L012", "FG-L043", "FG-L021"
_TABLE = (HEADING_LINE + LINE).encode()
_CHINESE = "姓名,住址\n户主,村委会\n"


def _text(name: str, make: Callable[[], bytes], *ends: str, accepted: int = 0, quarantined: int = 0) -> Hostile:
    return Hostile(f"text: {name}", make, ends, accepted, quarantined)


def _foreign(name: str, content: bytes, ending: str, *ends: str) -> Hostile:
    return Hostile(f"foreign: {name}", lambda: content, ends or (_KIND,), ending=ending)


def _database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        with sqlite3.connect(path) as connection:
            connection.execute("create table a (b)")
            connection.execute("insert into a values (?)", [CELL])
        connection.close()
        return path.read_bytes()


def _headed(*more: str) -> bytes:
    """Our table with other headings after ours."""
    text = io.StringIO()
    csv.writer(text).writerows([(*HEADING, *more), (*ROW, *("x" for _ in more))])
    return text.getvalue().encode()


def _wide(columns: int, rows: int) -> bytes:
    heading = HEADING_LINE.strip() + "".join(f",c{number}" for number in range(columns))
    return (heading + "\n" + (LINE.strip() + ",x" * columns + "\n") * rows).encode()


TEXTS = (
    _text("one line of 100 MB", lambda: _TABLE + b"x" * 100_000_000, _BEYOND),
    _text("one line of 100 MB with rare characters", lambda: _TABLE + "😀".encode() * 25_000_000, _BEYOND),
    _text("one line of 100 MB before the heading", lambda: b"x" * 100_000_000 + b"\n" + _TABLE, _HEADING),
    _text(
        "a long line that is just not too long", lambda: _TABLE + b"x" * 1_999_990 + b"\n", accepted=1, quarantined=1
    ),
    _text(
        "one cell of a million characters",
        lambda: _TABLE + LINE.encode().replace(b"H1", b"H" * 999_990),
        accepted=1,
        quarantined=1,
    ),
    _text("a million headings", lambda: b"x," * 1_000_000 + b"x\n" + _TABLE, _HEADING),
    _text("ten thousand equal headings", lambda: b"x," * 10_000 + b"x\n" + _TABLE, _HEADING),
    _text("two equal headings", lambda: _headed("x", "x"), _HEADING),
    _text("hundreds of columns that nobody asked for", lambda: _wide(495, 2_000), accepted=2_000),
    _text("a cell too many, a million times", lambda: _TABLE + b"," * 1_000_000 + b"x\n", accepted=1, quarantined=1),
    _text(
        "a quotation mark that never ends",
        lambda: _TABLE + b'H1,"wage,5\n' + LINE.encode() * 9,
        accepted=10,
        quarantined=1,
    ),
    _text("a heading that never ends", lambda: b'"household_id,' + _TABLE * 9, _HEADING),
    _text("quotation marks that never end, in every line", lambda: _TABLE + b'a""","\n' * 60_000, _BEYOND),
    _text("null bytes", lambda: _TABLE + b"H1\x00,wage,5,2022-03-01,\n", accepted=1, quarantined=1),
    _text("nothing but null bytes", lambda: bytes(1_000_000), _HEADING, _ENCODING),
    _text("null bytes in the heading", lambda: _TABLE.replace(b"kind", b"ki\x00nd"), _HEADING),
    _text("UTF-16 without its mark, cut in a character", lambda: _TABLE.decode().encode("utf-16-le")[:-1], _ENCODING),
    _text(
        "UTF-16 with half a pair",
        lambda: b"\xff\xfe" + _TABLE.decode().encode("utf-16-le") + b"\x00\xd8,\x00",
        _ENCODING,
    ),
    _text("UTF-32", lambda: _TABLE.decode().encode("utf-32"), _ENCODING),
    _text("GB18030, cut in a character", lambda: (_CHINESE * 9 + "户").encode("gb18030")[:-1], _ENCODING),
    _text(
        "rare characters by the thousand",
        lambda: _TABLE + "".join(map(chr, range(0x4E00, 0x9FA5))).encode("gb18030") * 30,
        _ENCODING,
    ),
    _text("overlong UTF-8", lambda: _TABLE + b"H1,wage,5,2022-03-01,\xc0\xaf\xe0\x80\xaf\n", _ENCODING),
    _text("UTF-8 cut in a character", lambda: _TABLE + "户".encode()[:2], _ENCODING),
    _text("headings that only seem to be ours", lambda: _TABLE.replace(b"kind", "k\u200bind".encode()), _MISSING),
    _text(
        "headings that turn the writing round", lambda: _headed("\u202etnuoma", "am\u2066ount", "\ufeffx"), accepted=1
    ),
    _text(
        "SQL in a heading",
        lambda: _headed('"; drop table raw; --', "c0', 'x", "*", "${x}", "{0}", "c1 from raw"),
        accepted=1,
    ),
    _text("HTML and escapes in a heading", lambda: _headed("<script>alert(1)</script>", "[red]x[/red]"), accepted=1),
    _text("escapes of terminals in a heading", lambda: _headed("\x1b]0;x\x07"), _HEADING),
    _text(
        "SQL in cells",
        lambda: _TABLE + b"'); drop table cells; --,wage,5,2022-03-01,\nH1,wage,1;select 1,2022-03-01,\n",
        accepted=1,
        quarantined=2,
    ),
    _text("blank lines by the million", lambda: _TABLE + b"\n" * 2_000_000, accepted=1),
    _text(
        "line ends of every kind",
        lambda: (
            HEADING_LINE.encode()
            + LINE.strip().encode()
            + b"\r"
            + LINE.strip().encode()
            + b"\r\n\r\r\n"
            + LINE.encode()
        ),
        accepted=3,
    ),
    _text("nothing but line ends", lambda: b"\r\n" * 500_000, _HEADING),
    _text("nothing but delimiters", lambda: (b"," * 1_000 + b"\n") * 1_000, _HEADING),
    _foreign("PDF", b"%PDF-1.7\n" + CELL.encode(), ".csv"),
    _foreign("PNG", b"\x89PNG\r\n\x1a\n" + bytes(99), ".xlsx"),
    _foreign(
        "a program",
        b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" * 99,
        ".xlsx",
        _ENCODING,
        _HEADING,
        _KIND,
    ),
    _foreign(
        "a program of Linux",
        b"\x7fELF\x02\x01\x01\x00" + bytes(64) + b"\xb8\xff" * 99,
        ".csv",
        _ENCODING,
        _HEADING,
        _KIND,
    ),
    _foreign("a web page with the name of a workbook", b"<html><table><tr><td>" + CELL.encode(), ".xls"),
    _foreign("XML", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', ".csv"),
    _foreign("gzip", gzip.compress(_TABLE), ".csv"),
    _foreign("7z", b"7z\xbc\xaf\x27\x1c" + bytes(99), ".csv"),
    _foreign("RAR", b"Rar!\x1a\x07" + bytes(99), ".csv"),
    _foreign("a database", _database(), ".csv"),
    _foreign("an empty archive", b"PK\x05\x06" + bytes(18), ".xlsx"),
    _foreign("nothing", b"", ".csv", "FG-L011"),
    _foreign("a mark and nothing", b"\xef\xbb\xbf", ".csv", "FG-L011"),
)
