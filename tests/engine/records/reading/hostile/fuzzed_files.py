"""Sound files, spoilt at random: cells, bytes, or both; and how many rows an independent reader finds in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from engine.records.reading.books import xls, xlsx

_COLUMNS = {
    "income": ("household_id", "kind", "amount", "occurred_on", "record_id"),
    "spending": ("household_id", "kind", "amount", "reimbursed", "occurred_on"),
    "households": ("household_id", "area_code", "population_group", "registered_on"),
    "persons": ("person_id", "household_id", "sex", "birth_date", "name"),
}
_SOUND = {
    "household_id": ("H1", "H2"), "person_id": ("p1", "p2", "p9"), "kind": ("wage", "medical", "transfer"),
    "amount": ("5", "1200.50", "0", "-3", "1,200.50", "1.2万", "12元"), "reimbursed": ("", "1"),
    "occurred_on": ("2022-03-01", "20220301", "2022年3月1日", "44621"), "record_id": ("", "r1", "r2"),
    "area_code": ("620102001001", "620102001002"), "population_group": ("", "lifted_out", "general"),
    "registered_on": ("", "2020-01-01"), "sex": ("f", "m", "男", ""), "birth_date": ("1980-04-02", ""),
    "name": ("甲", "乙 丙", "=1+1", "'x"),
}  # fmt: skip
_HOSTILE_CELLS = st.one_of(
    st.sampled_from(
        ("", " ", '"', "'", ",", ";", "\t", "\n", "\r\n", '""', "H1\x00",
         "1.9E+18", "NaN", "-0", "１２", "\ufeff", "\u202e",
         "=cmd()", "＝1", "9" * 40, "x" * 3_000, "true", "null", "2022-02-30", "0001-01-01",
         "'); drop table raw; --", "\\")
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)  # fmt: skip
_TEXT_FORMS = (("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("gb18030", "|"), ("gb18030", ","), ("utf-8", "|"))


@dataclass(frozen=True)
class Fuzzed:
    """A file and what is said of it. rows: number -> cells of each row, null where no independent reader reads it."""

    table: str
    content: bytes
    mapping: str
    rows: dict[int, dict[str, str]] | None
    described: str


@st.composite
def _tables(draw: st.DrawFn) -> tuple[str, list[list[str]]]:
    """A table and its rows, a few cells of which are hostile."""
    table = draw(st.sampled_from(sorted(_COLUMNS)))
    columns = _COLUMNS[table]
    rows = [
        [draw(st.sampled_from(_SOUND[column])) for column in columns]
        for _ in range(draw(st.integers(min_value=1, max_value=8)))
    ]
    for _ in range(draw(st.integers(min_value=0, max_value=3))):
        row = rows[draw(st.integers(min_value=0, max_value=len(rows) - 1))]
        row[draw(st.integers(min_value=0, max_value=len(columns) - 1))] = draw(_HOSTILE_CELLS)
    return table, rows


def _headings(table: str, in_chinese: bool) -> dict[str, str]:
    return {column: f"列{number}" if in_chinese else column for number, column in enumerate(_COLUMNS[table])}


def _mapping(headings: dict[str, str], more: str) -> str:
    columns = ", ".join(f'{column}: "{heading}"' for column, heading in headings.items())
    return f"columns: {{{columns}}}\nskip_rows: 0\nheading_rows: 1\n{more}"


@st.composite
def _spoilt(draw: st.DrawFn, content: bytes, first: int) -> bytes:
    """The bytes with some changed, taken out, doubled or cut off, from the first on."""
    out = bytearray(content)
    for _ in range(draw(st.integers(min_value=0, max_value=4))):
        if len(out) <= first + 1:
            break
        place = draw(st.integers(min_value=first, max_value=len(out) - 1))
        how = draw(st.sampled_from(("change", "take out", "put in", "double", "cut")))
        if how == "change":
            out[place] = draw(st.integers(min_value=0, max_value=255))
        elif how == "take out":
            del out[place : place + draw(st.integers(min_value=1, max_value=9))]
        elif how == "put in":
            out[place:place] = draw(
                st.sampled_from((b'"', b"\n", b"\r", b"\r\n", b",", b"\x00", b"\xff", b"\t", b'",'))
            )
        elif how == "double":
            out[place:place] = out[place : place + 20]
        else:
            del out[place:]
    return bytes(out)


@st.composite
def text_files(draw: st.DrawFn) -> Fuzzed:
    """CSV of any encoding and delimiter; the heading is never spoilt."""
    (table, rows), (encoding, delimiter) = draw(_tables()), draw(st.sampled_from(_TEXT_FORMS))
    headings = _headings(table, draw(st.booleans()))
    line_end, quoting = draw(st.sampled_from(("\n", "\r\n"))), draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerow(headings.values())
    heading = len(text.getvalue().encode(encoding))
    writer.writerows(rows)
    content = draw(_spoilt(text.getvalue().encode(encoding), heading))
    shown = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    mapping = _mapping(headings, f"encoding: {shown}\ndelimiter: {delimiter!r}\n".replace("'\\t'", '"\\t"'))
    found = _read_text(content, shown, delimiter, list(headings))
    return Fuzzed(table, content, mapping, found, f"{encoding} {delimiter!r}")


def _read_text(content: bytes, encoding: str, delimiter: str, columns: list[str]) -> dict[int, dict[str, str]] | None:
    """Row number -> cells, by column where there are as many as columns; None where quotation marks are broken."""
    try:
        text = content.decode(encoding)
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None
    return {
        number: dict(zip(columns, cells, strict=True)) if len(cells) == len(columns) else {}
        for number, cells in enumerate(records[1:], start=2)
        if cells
    }


@st.composite
def parquet_files(draw: st.DrawFn) -> Fuzzed:
    """Parquet, most of it text."""
    table, rows = draw(_tables())
    headings = _headings(table, draw(st.booleans()))
    made: dict[str, Any] = {heading: [row[n] or None for row in rows] for n, heading in enumerate(headings.values())}
    file = io.BytesIO()
    pq.write_table(pa.table(made), file, compression=draw(st.sampled_from(("none", "snappy", "zstd"))))
    content = draw(_spoilt(file.getvalue(), 4))
    try:
        read = pq.read_table(io.BytesIO(content)).to_pylist() if content == file.getvalue() else None
    except (OSError, pa.ArrowException):
        read = None
    mapping = _mapping(headings, "")
    columns = {heading: column for column, heading in headings.items()}
    found = (
        {n: {columns[h]: cell or "" for h, cell in row.items()} for n, row in enumerate(read, start=2)}
        if read
        else None
    )
    return Fuzzed(table, content, mapping, found, "Parquet")


@st.composite
def workbooks(draw: st.DrawFn) -> Fuzzed:
    """XLSX and XLS."""
    table, rows = draw(_tables())
    headings = _headings(table, draw(st.booleans()))
    write = draw(st.sampled_from((xlsx, xls)))
    cells = [[_writable(cell) for cell in row] for row in rows]
    whole = _written(write, (tuple(headings.values()), *map(tuple, cells)))
    content = draw(_spoilt(whole, 4)) if draw(st.booleans()) else whole
    found = None
    if content == whole:
        found = {n: {} for n, row in enumerate(cells, start=2) if any(row)}
    return Fuzzed(table, content, _mapping(headings, "sheet: s\n"), found, "workbook")


@cache
def _written(write: Callable[[dict[str, list[list[Any]]]], bytes], rows: tuple[tuple[Any, ...], ...]) -> bytes:
    """The same rows give the same bytes: a workbook tells when it was written, and an example must come back."""
    return write({"s": [list(row) for row in rows]})


def _writable(cell: str) -> str | float | None:
    """What a spreadsheet program would write of a cell: numbers as such, no control characters."""
    text = "".join(c for c in cell if c.isprintable()).removeprefix("=")
    try:
        return float(text) if text.isascii() and text.replace(".", "").isdigit() and len(text) < 9 else text or None
    except ValueError:
        return text
