"""Any text is read as Python's csv reads it, whichever of the two ways it takes; nothing of it is lost."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import duckdb
from hypothesis import example, given
from hypothesis import strategies as st

from firmground.engine.records.reading.content import look
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.refusals import FileEmpty
from firmground.engine.records.reading.staging import stage

_PIECES = (
    "a",
    ",",
    ",",
    ",",
    "\n",
    "\n",
    "\r\n",
    "\r\n",
    "\r",
    '"',
    '""',
    " ",
    "\x00",
    "\u2028",
    "\x85",
    "户",
    "'",
    "#",
    "\\",
    "-0",
)
_TEXT = st.lists(st.sampled_from(_PIECES), max_size=30).map("".join)
_PLAIN = st.lists(st.sampled_from((*_PIECES[:7], " ", "\x00", "\u2028", "户", "#")), max_size=40).map("".join)


def _staged(content: str, width: int) -> list[tuple[str | None, ...]]:
    cells = ", ".join(f"c{number}" for number in range(width))
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(":memory:") as connection:
        path = Path(folder) / "file.csv"
        path.write_text(content, encoding="utf-8", newline="")
        try:
            stage(connection, look(path), Form(), Path(folder))
        except FileEmpty:
            return []
        return connection.execute(f"select broken, {cells} from raw order by rowid").fetchall()


@given(text=_TEXT | _PLAIN, line_end=st.sampled_from(("\n", "\r\n")))
@example(text='a,"b\n', line_end="\n")
@example(text="a,b\r\n\r\na,b", line_end="\r\n")
@example(text="a,b,,\n", line_end="\n")
@example(text="#a,b\n", line_end="\n")
def test_rows_and_cells_are_those_of_pythons_csv(text: str, line_end: str) -> None:
    width = 2
    staged = _staged(f"x,y{line_end}{text}", width)

    sound = [row[1:] for row in staged if row[0] is None]
    try:
        read = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        assert any(row[0] is not None for row in staged)
        return
    fitting = [row[:width] for row in read if len(row) == width or (len(row) > width and not any(row[width:]))]
    assert sound == [tuple(cell or None for cell in row) for row in fitting]
    assert len(staged) == len(read)


@given(text=_TEXT)
def test_every_character_of_a_broken_file_is_in_some_cell(text: str) -> None:
    written = f'x,y\n{text}\nb,"open'
    staged = _staged(written, 2)

    kept = "".join(cell for row in staged for cell in row if cell)
    for piece in ("a", "户", "#", "\u2028", "\x85", "\\"):
        assert kept.count(piece) >= text.count(piece)
