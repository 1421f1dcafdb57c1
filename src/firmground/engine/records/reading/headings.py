"""The names of a file's columns: where the heading begins, how many rows it spans, and what is no heading.

Left out as a title: rows above the heading that are empty, have one filled cell, or have fewer filled cells than the
row below and a colon in each of them (`填报单位：民政局`), if most of the rows that follow have two cells or more.
The heading spans several rows where its cells are merged over several rows, or over several columns with text below
each of them; or, in a file without merged cells, where the row below is filled exactly under the gaps of the first row
and the cells left of these. Joined names are written `upper/lower`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import duckdb

from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.refusals import FormUnfit, HeadingUnfit

WIDEST = 2_000  # headings
SEEN = 40  # rows from which the heading is found out
_MOST_TITLES = 10
_MOST_HEADING_ROWS = 10
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NUMBER = re.compile(r"[-+]?[\d.,%/:年月日E -]*\d[\d.,%/:年月日E -]*")
_COLON = re.compile(r"：|:\s|:$")

Row = Sequence[str]
Merged = tuple[int, int, int, int]  # first row, first column, last row, last column, all from 0


@dataclass(frozen=True)
class Heading:
    """names: of every column, empty where there is none. skipped: rows above it. rows: that it spans."""

    names: list[str]
    skipped: int
    rows: int

    @property
    def first_row(self) -> int:
        """What a spreadsheet calls the first row below the heading."""
        return self.skipped + self.rows + 1

    @property
    def form(self) -> Form:
        """Where the heading is, where it is not the first row alone."""
        return Form(heading_rows=self.rows if self.rows > 1 else None, skip_rows=self.skipped or None)

    def notes(self, form: Form) -> tuple[str, ...]:
        """What was found out and not said beforehand."""
        notes = []
        if self.skipped and form.skip_rows is None:
            rows = "Row 1" if self.skipped == 1 else f"Rows 1 to {self.skipped}"
            notes.append(f"{rows} above the heading {'was' if self.skipped == 1 else 'were'} left out as a title.")
        if self.rows > 1 and form.heading_rows is None:
            joined = next((name for name in self.names if "/" in name), "")
            such = f", such as `{joined}`" if joined else ""
            last = self.skipped + self.rows
            notes.append(f"The heading spans rows {self.skipped + 1} to {last}; its names are joined{such}.")
        return tuple(notes)


def find_heading(rows: Sequence[Row], form: Form, merged: Sequence[Merged] = ()) -> Heading:
    """The heading among the first rows of a file. Raises FormUnfit, HeadingUnfit."""
    given = (("skip_rows", form.skip_rows, 0), ("heading_rows", form.heading_rows, 1))
    for name, value, least in given:
        if value is not None and not least <= value <= SEEN // 2:
            raise FormUnfit(found=f"`{name}` is {value}", expected=f"a number from {least} to {SEEN // 2}")
    start = _titles(rows) if form.skip_rows is None else form.skip_rows
    if start >= len(rows):
        raise FormUnfit(found=f"The file has no row below the {start} rows to skip", expected="a heading below them")
    depth = _depth(rows, start, merged) if form.heading_rows is None else form.heading_rows
    heading = [list(row) for row in rows[start : start + depth]]
    width = max(len(row) for row in heading)
    heading = [row + [""] * (width - len(row)) for row in heading]
    if depth > 1:
        _fill(heading, [(top - start, left, bottom - start, right) for top, left, bottom, right in merged])
    names = [_joined([row[column] for row in heading]) for column in range(width)]
    return Heading(names, start, depth)


def _titles(rows: Sequence[Row]) -> int:
    """How many rows stand above the heading."""
    for number, row in enumerate(rows[: _MOST_TITLES + 1]):
        below = [_filled(other) for other in rows[number + 1 :]]
        below = [count for count in below if count]
        if not _filled(row):
            continue
        is_lonely = _filled(row) == 1 and sum(count > 1 for count in below) * 2 > len(below)
        speaks = bool(below) and _filled(row) < below[0] and all(_COLON.search(cell) for cell in row if cell.strip())
        if not (is_lonely or speaks):
            return number
    return 0


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _depth(rows: Sequence[Row], start: int, merged: Sequence[Merged]) -> int:
    """How many rows the heading spans that begins at a row."""
    if not any(top == start for top, *_ in merged):
        return 2 if start + 1 < len(rows) and _fits_below(rows[start], rows[start + 1]) else 1
    last, row = start, start
    while row <= last and row - start < _MOST_HEADING_ROWS:
        for top, left, bottom, right in merged:
            if top != row:
                continue
            last = max(last, bottom)
            below = rows[bottom + 1] if bottom + 1 < len(rows) else ()
            leaves = [below[column] if column < len(below) else "" for column in range(left, right + 1)]
            if right > left and all(_is_name(leaf) for leaf in leaves):
                last = max(last, bottom + 1)
        row += 1
    return min(last, len(rows) - 1, start + _MOST_HEADING_ROWS - 1) - start + 1


def _fits_below(upper: Row, lower: Row) -> bool:
    """Whether a row is the second row of a heading: filled under the gaps of the first, and left of these alone."""
    width = max(len(upper), len(lower))
    above = [bool(cell.strip()) for cell in upper] + [False] * (width - len(upper))
    below = [bool(cell.strip()) for cell in lower] + [False] * (width - len(lower))
    gaps = {column for column in range(width) if below[column] and not above[column]}
    if not gaps or not above[0] or len(upper) < len(lower):
        return False
    for column in range(width):
        expected = column in gaps or (above[column] and column + 1 in gaps)
        if below[column] != expected:
            return False
    return all(_is_name(cell) for cell in lower if cell.strip())


def _is_name(cell: str) -> bool:
    return bool(cell.strip()) and _NUMBER.fullmatch(cell.strip()) is None


def _fill(heading: list[list[str]], merged: Sequence[Merged]) -> None:
    """Write the text of a merged cell, or of a cell above several others, over all columns that it stands for."""
    covered = set()
    for top, left, bottom, right in merged:
        if 0 <= top < len(heading):
            for row in range(top, min(bottom, len(heading) - 1) + 1):
                for column in range(left, min(right, len(heading[row]) - 1) + 1):
                    heading[row][column] = heading[top][left]
                    covered.add((row, column))
    if covered:
        return
    for upper, lower in pairwise(heading):
        for column in range(1, len(upper)):
            if not upper[column].strip() and lower[column].strip():
                upper[column] = upper[column - 1]


def _joined(parts: Sequence[str]) -> str:
    names: list[str] = []
    for part in parts:
        if part.strip() and (not names or names[-1] != part):
            names.append(part)
    return "/".join(names)


def check_headings(names: Sequence[str], file: str, *, may_be_empty: bool = False) -> None:
    """Raises HeadingUnfit for a name that stands twice, is empty (unless it may be), or for too many names."""
    if len(names) > WIDEST:
        raise HeadingUnfit(found=f"{file} has {len(names)} headings", expected=f"at most {WIDEST}")
    if not any(name.strip() for name in names):
        raise HeadingUnfit(found=f"The first line of {file} is blank", expected="a name for each column")
    seen: set[str] = set()
    for number, heading in enumerate(names, start=1):
        if not heading.strip():
            if not may_be_empty:
                raise _empty(number, file)
            continue
        if _CONTROL.search(heading):
            found = f"The heading of column {number} of {file} has a control character in it"
            raise HeadingUnfit(found=found, expected="text")
        if heading in seen:
            raise HeadingUnfit(found=f"The heading `{heading}` stands twice in {file}", expected="it once")
        seen.add(heading)


def _empty(number: int, file: str) -> HeadingUnfit:
    found = f"The heading of column {number} of {file} is empty"
    return HeadingUnfit(found=found, expected="a name for each column")


def drop_unnamed(connection: duckdb.DuckDBPyConnection, names: list[str], file: str) -> list[str]:
    """Take columns with neither heading nor cell out of `raw`. Returns the headings left. Raises HeadingUnfit."""
    unnamed = [number for number, name in enumerate(names) if not name.strip()]
    if not unnamed:
        return names
    counts = connection.execute(f"select {', '.join(f'count(c{number})' for number in unnamed)} from raw").fetchall()
    for number, count in zip(unnamed, counts[0], strict=True):
        if count:
            raise _empty(number + 1, file)
    left = [number for number in range(len(names)) if number not in set(unnamed)]
    for number in unnamed:
        connection.execute(f"alter table raw drop column c{number}")
    for new, old in enumerate(left):
        if new != old:
            connection.execute(f"alter table raw rename column c{old} to c{new}")
    return [names[number] for number in left]
