"""A file read into a staging table of its own, for tests of what stands in it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from firmground.engine.records.reading.content import look
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.staging import stage


@dataclass(frozen=True)
class Read:
    """Headings, cells of the sound rows, what a spreadsheet calls each row, and what was found out."""

    headings: list[str]
    rows: list[tuple[str | None, ...]]
    numbers: list[int]
    notes: tuple[str, ...]


def read_bytes(content: bytes, form: Form | None = None, name: str = "file.csv") -> Read:
    """Read a file of that content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return read_file(path, form)


def read_file(path: Path, form: Form | None = None) -> Read:
    """Read a file."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(":memory:") as connection:
        staged = stage(connection, look(path), form or Form(), Path(folder))
        cells = ", ".join(f"c{number}" for number in range(len(staged.headings)))
        found = connection.execute(f"select coalesce(place, rowid), {cells} from raw order by rowid").fetchall()
        left = [path for path in Path(folder).rglob("*") if path.is_file()]
    assert not left
    return Read(
        staged.headings,
        [row[1:] for row in found],
        [row[0] + staged.first_row for row in found],
        staged.notes,
    )
