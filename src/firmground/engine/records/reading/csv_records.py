"""Records of any CSV file, read by Python's csv: what is broken is kept whole instead of stopping the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TextIO

LONGEST_RECORD = 1_000_000  # characters that one record may span before its quotation mark counts as unended
LONGEST_LINE = 2_000_000  # characters of one line that are read into memory: 2,000 cells of 1,000
_BATCH = 20_000  # rows of a batch, and
_BATCH_CHARACTERS = 20_000_000  # characters, whichever is reached first
_BATCH_CELLS = 2_000_000
_READ_AGAIN, _READ_AGAIN_SHARE = 20_000_000, 4  # characters that may be read once more, and per character of the file
_COST_OF_A_LINE = 50  # as so many characters


class LineTooLong(Exception):
    """A line has more characters than are read into memory."""


class QuotesUnended(Exception):
    """So many quotation marks do not end that most of the file would be read again for each."""


def first_records(file: TextIO, delimiter: str, most: int) -> list[list[str]]:
    """The first records, up to the first that is broken. Raises csv.Error if that is the first, LineTooLong."""
    lines, records = _Lines(file), list[list[str]]()
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    try:
        while len(records) < most and lines.read < LONGEST_RECORD:
            lines.start()
            records.append(next(reader))
    except StopIteration:
        pass
    except (csv.Error, LineTooLong):
        if not records:
            raise
    return records


def batches(file: TextIO, width: int, delimiter: str, *, above: int) -> Iterator[list[list[str | None]]]:
    """Records below the first `above`, each as [broken, place, cells], in batches.

    Raises LineTooLong, QuotesUnended.

    broken: what is wrong with the record, null for a sound one; place: its number below these, from 0,
    blank lines counted.
    """
    most = max(1, min(_BATCH, _BATCH_CELLS // width))
    lines = _Lines(file)
    batch: list[list[str | None]] = []
    for record in _records(lines, width, delimiter, above):
        batch.append(record)
        if len(batch) >= most or lines.read >= _BATCH_CHARACTERS:
            yield batch
            batch, lines.read = [], 0
    if batch:
        yield batch


def _records(lines: _Lines, width: int, delimiter: str, above: int) -> Iterator[list[str | None]]:
    """A record that cannot be read is its first line, whole, in the first cell."""
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    place = -above
    while True:
        lines.start()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            first = lines.give_back()
            if place >= 0:
                yield [f"{error}", str(place), first.rstrip("\r\n"), *[None] * (width - 1)]
            place += 1
            continue
        if place >= 0 and cells:
            yield _fitted(cells, width, place, delimiter)
        place += 1


def _fitted(cells: list[str], width: int, place: int, delimiter: str) -> list[str | None]:
    if len(cells) == width or (len(cells) > width and not any(cells[width:])):
        return [None, str(place), *(cell or None for cell in cells[:width])]
    found = f"{len(cells)} cells instead of {width}"
    kept: list[str | None] = [*cells[:width], *[None] * (width - len(cells))]
    if len(cells) > width:
        rest = io.StringIO()
        csv.writer(rest, lineterminator="", delimiter=delimiter).writerow(cells[width:])
        found += f": {rest.getvalue()}"
    return [found, str(place), *kept]


class _Lines:
    """Lines of a file that can be given back: what a record with an unended quotation mark swallowed is read again."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: list[str] = []
        self._taken: list[str] = []
        self._size = 0
        self._passed = self._repeated = 0  # characters, those read again in the second
        self.read = 0  # characters, for whoever wants to count them

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE:
            raise LineTooLong
        self._taken.append(line)
        self._size += len(line)
        self.read += len(line)
        if self._size > LONGEST_RECORD and len(self._taken) > 1:
            raise csv.Error("a quotation mark does not end")
        return line

    def start(self) -> None:
        """A new record begins."""
        self._passed += self._size
        self._taken = []
        self._size = 0

    def give_back(self) -> str:
        """The record could not be read: keep its first line, give the others back."""
        first, rest = self._taken[0], self._taken[1:]
        self._repeated += self._size - len(first) + _COST_OF_A_LINE * len(rest)
        if self._repeated > _READ_AGAIN + _READ_AGAIN_SHARE * self._passed:
            raise QuotesUnended
        self._size = len(first)
        self._again += reversed(rest)
        return first


csv.field_size_limit(LONGEST_RECORD)
