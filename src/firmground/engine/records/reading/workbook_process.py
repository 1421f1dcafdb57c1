"""Reads a sheet of a workbook, or takes its password off, in a process of its own whose memory and time are limited.

Run as a script: the task comes as JSON on standard input, the answer goes as JSON to standard output. It imports
nothing of Firmground, so that it starts fast. A crash of it, or a limit that it meets, ends it and nothing else.
Cells are written as text: numbers with at most 15 significant digits, without `.0`, with an exponent from 1E+15 on
(their last digits are lost); dates as ISO says; booleans as true and false.
"""

from __future__ import annotations

import csv
import datetime
import json
import struct
import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

WIDEST, SEEN = 2_000, 40  # as in headings
_BATCH = 5_000
_LARGE = 1e15
_BOOLEAN_OR_ERROR, _FORMULA = 0x205, 0x6  # records of XLS


def read(task: dict[str, Any]) -> dict[str, Any]:
    """Write the rows of a sheet to `target` as CSV, each with its number before it. Empty rows are left out."""
    import python_calamine as calamine

    try:
        with Path(task["path"]).open("rb") as file:
            book = calamine.CalamineWorkbook.from_filelike(file)
    except calamine.PasswordError:
        return {"status": "protected"}
    except calamine.CalamineError:
        return {"status": "protected" if _is_protected(task["path"]) else "damaged"}
    names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    hidden = [s.name for s in book.sheets_metadata if s.visible != calamine.SheetVisibleEnum.Visible]
    if task["sheet"] is not None and task["sheet"] not in names:
        return {"status": "no such sheet", "sheets": names}
    chosen, others = task["sheet"], []
    try:
        sheet = None
        for name in names:
            loaded = book.get_sheet_by_name(name)
            filled = loaded.start is not None
            if chosen is None and filled and name not in hidden:
                chosen = name
            if name == chosen:
                sheet = loaded
            elif filled:
                others.append(name)
        if sheet is None:
            return {"status": "empty", "hidden": [name for name in others if name in hidden]}
    except calamine.CalamineError:
        return {"status": "damaged"}
    answer = {"sheet": chosen, "others": others, "hidden": [n for n in hidden if n in (*others, chosen)]}
    if sheet.start is None:
        return {"status": "empty", **answer}
    left, width = sheet.start[1], sheet.width
    if width > WIDEST:
        return {"status": "wide", "width": width, **answer}
    _write(sheet, width, task["target"])
    ranges = sheet.merged_cell_ranges or ()
    merged = [[top, start - left, bottom, end - left] for (top, start), (bottom, end) in ranges if top < SEEN]
    errors = _errors(task["path"])
    return {"status": "read", "width": width, "merged": merged, "errors": errors, **answer}


def _errors(path: str) -> int:
    """How many cells of an XLS file hold an error such as #N/A, which calamine gives as empty."""
    import olefile

    if not olefile.isOleFile(path):
        return 0
    with olefile.OleFileIO(path) as ole:
        stream = ole.openstream("Workbook" if ole.exists("Workbook") else "Book").read()
    place = errors = 0
    while place + 4 <= len(stream):
        record, size = struct.unpack_from("<HH", stream, place)
        if record == _BOOLEAN_OR_ERROR:
            errors += stream[place + 11 : place + 12] == b"\x01"
        elif record == _FORMULA:
            errors += stream[place + 10 : place + 11] == b"\x02" and stream[place + 16 : place + 18] == b"\xff\xff"
        place += 4 + size
    return errors


def _is_protected(path: str) -> bool:
    """Whether a file that calamine does not know is a workbook behind a password."""
    import msoffcrypto

    with Path(path).open("rb") as file:
        try:
            return bool(msoffcrypto.OfficeFile(file).is_encrypted())
        except (msoffcrypto.exceptions.FileFormatError, OSError):  # a torn file is an OSError to olefile
            return False


def _write(sheet: Any, width: int, target: str) -> None:
    """Write the rows of a sheet; calamine gives all from the first row on, and columns from the first filled one."""
    written = 0
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)  # line ends within cells are kept
        rows: Iterator[list[Any]] = sheet.iter_rows()
        while batch := list(islice(rows, _BATCH)):
            columns = [_texts(column) for column in zip(*batch, strict=True)]
            numbers = range(written + 1, written + len(batch) + 1)
            cells = zip(*columns, strict=True) if width else ()
            writer.writerows((number, *row) for number, row in zip(numbers, cells, strict=True) if any(row))
            written += len(batch)


def _texts(column: tuple[Any, ...]) -> list[str]:
    return [value if type(value) is str else text(value) for value in column]


def text(value: Any) -> str:
    """The text of a cell that holds no text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime.datetime):
        return (value.date() if value.time() == datetime.time() else value).isoformat()
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _number(value: float) -> str:
    if abs(value) >= _LARGE:
        return f"{value:.15G}" if isinstance(value, float) else f"{float(value):.15G}"
    short = f"{value:.15g}"
    plain = format(Decimal(short), "f") if "e" in short else short
    return "0" if plain == "-0" else plain


def decrypt(task: dict[str, Any]) -> dict[str, Any]:
    """Write a protected workbook to `target` without its protection."""
    import msoffcrypto

    with Path(task["path"]).open("rb") as file, Path(task["target"]).open("wb") as target:
        office = msoffcrypto.OfficeFile(file)
        try:
            verify = {"verify_password": True} if office.format == "ooxml" else {}  # the others always do
            office.load_key(password=task["password"], **verify)
            office.decrypt(target)
        except msoffcrypto.exceptions.InvalidKeyError:
            return {"status": "wrong password"}
    return {"status": "decrypted"}


def _limit(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    for which, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        hard = resource.getrlimit(which)[1]
        resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Do the task."""
    task = json.load(sys.stdin)
    _limit(task["memory"], task["seconds"])
    answer = decrypt(task) if task["password"] is not None else read(task)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
