"""What a zip archive that calls itself a workbook may hold, checked before anything else reads it.

A workbook is refused if it has more than 5,000 members or unpacks to more than 1 GB, if a member beyond 10 MB unpacks
to more than 100 times its size, if one is packed in an unusual way or damaged, if an XML member declares a document
type or entities, or if its sheets have more than 100,000 merged cells. What the archive says of itself is checked
first, and again while its members are unpacked.
"""

from __future__ import annotations

import copy
import re
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from firmground.engine.records.reading.refusals import FileBeyondLimits, FileUnreadable, KindUnread

MEMBERS = 5_000
UNPACKED = 1_000_000_000  # bytes
RATIO, RATIO_FROM = 100, 10_000_000  # sheets of programs unpack to 5 to 30 times their size
MERGED = 100_000  # a list of 30,000 households with three merged cells each
_CHUNK = 1 << 20
_OVERLAP = 64  # bytes of the piece before that are looked at again
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\s[^<>]{0,200}?\bt=)(["'])e\2""")
_NO_VALUE = re.compile(  # a formula, then an empty value or none; spaces are never tried in two ways
    rb"</f>\s*+(?:(?:<v\s*+/>|<v></v>)\s*+)?</c>|<f\s[^<>]*/>\s*+(?:(?:<v\s*+/>|<v></v>)\s*+)?</c>"
)
_NO_VALUE_PREFIXED = re.compile(rb"(?:</\w+:f>|<\w+:f\s[^<>]*/>)\s*+(?:(?:<\w+:v\s*+/>|<\w+:v></\w+:v>)\s*+)?</\w+:c>")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")


@dataclass(frozen=True)
class Unpacked:
    """Bytes of all members, formulas without a value, whether cells hold an error such as #N/A, merged cells."""

    size: int
    formulas_without_value: int
    has_error_cells: bool
    merged: int


def check_archive(path: Path, name: str) -> Unpacked:
    """Hold a workbook against the limits. Raises FileBeyondLimits, FileUnreadable, KindUnread."""
    size = without_value = merged = 0
    has_errors = False
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_directory(members, name)
            for member in members:
                found = _check_member(archive, member, name, UNPACKED - size)
                size += found.size
                without_value += found.formulas_without_value
                merged += found.merged
                has_errors = has_errors or found.has_error_cells
                if merged > MERGED:
                    raise _beyond(name, f"has more than {MERGED} merged cells", "a plain table")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise FileUnreadable(
            found=f"The workbook {name} is damaged or cut off",
            expected="a whole workbook",
            hint="Ask for it again; nothing was imported.",
        ) from error
    return Unpacked(size, without_value, has_errors, merged)


def _check_directory(members: list[zipfile.ZipInfo], name: str) -> None:
    names = [member.filename for member in members]
    if not set(names).intersection(_WORKBOOKS):
        raise KindUnread(
            found=f"The file {name} is an archive without a workbook",
            expected="a CSV file, a workbook or a Parquet file",
            hint="Unpack it and import the files in it.",
        )
    if len(members) > MEMBERS:
        raise _beyond(name, f"has {len(members)} parts", f"at most {MEMBERS}")
    if len(set(names)) < len(names):
        raise _beyond(name, "holds a part twice", "each part once")
    if sum(member.file_size for member in members) > UNPACKED:
        raise _beyond(name, "unpacks to more than 1 GB", "less")
    for member in members:
        if member.file_size > RATIO_FROM and member.file_size > RATIO * max(member.compress_size, 1):
            raise _beyond(name, f"has a part that unpacks to more than {RATIO} times its size", "less")


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, left: int) -> Unpacked:
    """Unpack one member, whatever size the archive gives for it."""
    if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _beyond(name, "has a part that is packed in an unusual way", "parts packed as spreadsheets do")
    whole = copy.copy(member)
    whole.file_size = UNPACKED + 1  # else what lies beyond the size that the archive gives would not be seen
    is_xml = member.filename.lower().endswith((".xml", ".rels", ".vml"))
    is_sheet = _SHEET.fullmatch(member.filename) is not None
    size = without_value = merged = 0
    has_errors, before = False, b""
    with archive.open(whole) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise _beyond(name, "unpacks to more than 1 GB", "less")
            if size > RATIO_FROM and size > RATIO * max(member.compress_size, 1):
                raise _beyond(name, f"has a part that unpacks to more than {RATIO} times its size", "less")
            both = before + chunk
            if is_xml and (b"\x00" in chunk or (b"<!" in both and _DOCTYPE.search(both))):
                raise _beyond(name, "declares a document type or entities, or is in an unusual encoding", "plain XML")
            if is_sheet:
                has_errors = has_errors or b't="e"' in both or b"t='e'" in both
                without_value += _without_value(both) - _without_value(before)
                merged += len(_MERGED.findall(both)) - len(_MERGED.findall(before))
            before = both[-_OVERLAP:]
    if size != member.file_size:
        raise _beyond(name, "says a wrong size of one of its parts", "the true size")
    return Unpacked(size, without_value, has_errors, merged)


def _without_value(text: bytes) -> int:
    pattern = _NO_VALUE_PREFIXED if b":f" in text else _NO_VALUE
    return len(pattern.findall(text)) if b"f>" in text or b"<f" in text else 0


def _beyond(name: str, what: str, expected: str) -> FileBeyondLimits:
    return FileBeyondLimits(
        found=f"The workbook {name} {what}",
        expected=expected,
        hint="Open it in a spreadsheet program and save what is needed as a new workbook.",
    )


def with_errors_as_text(path: Path, target: Path) -> None:
    """Copy a workbook so that cells with an error of the spreadsheet, such as #N/A, are cells of that text."""
    with (
        zipfile.ZipFile(path) as archive,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copied,
    ):
        for member in archive.infolist():
            with archive.open(member) as file, copied.open(member.filename, "w") as written:
                if _SHEET.fullmatch(member.filename) is None:
                    shutil.copyfileobj(file, written)
                    continue
                rest = b""
                while chunk := file.read(_CHUNK):
                    text = rest + chunk
                    end = text.rfind(b"<") if len(text) < 4 * _CHUNK else len(text)
                    written.write(_ERROR_CELL.sub(rb"\1\2str\2", text[:end]))
                    rest = text[end:]
                written.write(_ERROR_CELL.sub(rb"\1\2str\2", rest))
