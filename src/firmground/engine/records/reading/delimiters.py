"""Which character stands between the cells of a text file.

Found out from the heading and some rows: of comma, semicolon, tab and vertical bar the one that makes the most
headings, if at least half of the rows seen have as many cells as the heading; a comma where none does.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from firmground.engine.records.reading.csv_records import first_records
from firmground.engine.records.reading.refusals import FormUnfit

COMMA = ","
_CANDIDATES = (COMMA, ";", "\t", "|")
_SHOWN = {COMMA: "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SAMPLE = 1 << 18  # characters
_ROWS = 50


def delimiter_given(delimiter: str) -> str:
    """A delimiter as a source file names it. Raises FormUnfit."""
    if len(delimiter) != 1 or delimiter in '"\r\n\x00':
        raise FormUnfit(
            found=f"The delimiter `{delimiter!r}` does not stand between cells",
            expected='one character, such as `";"` or `"\\t"`, but no quotation mark or line end',
        )
    return delimiter


def delimiter_of(path: Path) -> str:
    """The delimiter of a file in UTF-8."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        sample = file.read(_SAMPLE)
    best, most = COMMA, 1
    for candidate in _CANDIDATES:
        width = _width(sample, candidate)
        if width > most:
            best, most = candidate, width
    return best


def shown(delimiter: str) -> str:
    """The name of a delimiter, for people."""
    return _SHOWN.get(delimiter, f"`{delimiter}`")


def _width(sample: str, delimiter: str) -> int:
    """The number of headings that a delimiter makes; 0 if it does not fit the rows."""
    if delimiter not in sample:
        return 0
    try:
        records = [record for record in first_records(io.StringIO(sample, newline=""), delimiter, _ROWS) if any(record)]
    except csv.Error:
        return 0
    divided = [n for n, record in enumerate(records) if len(record) > 1]
    if len(divided) * 2 <= len(records):
        return 0
    heading = divided[0]  # above it stand titles
    width, rows = len(records[heading]), records[heading + 1 :]
    fitting = sum(len(record) >= width and not any(record[width:]) for record in rows)
    return width if fitting * 2 >= len(rows) else 0
