"""The folder of a synthetic registry: what says that it is synthetic, one file per table, the list of spoiled cells."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from firmground.engine.synth.draws_sql import Drawn
from firmground.engine.synth.spoiling import SPOILS, spoiled_sql
from firmground.errors import FirmgroundError

FORMATS = ("csv", "parquet")
README = "README.md"
_SPOILED = "spoiled"
_TITLE = "# A synthetic registry\n"
_NOTE = """
Everything in this folder is synthetic: no household, person or payment in it exists. Only the codes and names of areas
are real. Names begin with 合成 (synthetic), addresses end in （合成）, ID numbers begin with 0, as no real one does.
"""


class SynthFolderUnfit(FirmgroundError):
    """The folder for a synthetic registry holds something else, or cannot be written."""

    id = "FG-Y003"
    exit_code = 2


def make_folder(folder: Path, asked: dict[str, object]) -> None:
    """An empty folder with its README; files of an earlier registry are taken away. Raises SynthFolderUnfit."""
    other = "Name another folder with `--out DIR`."
    try:
        if folder.exists() and not folder.is_dir():
            raise SynthFolderUnfit(found=f"`{folder}` is a file", expected="a folder", hint=other)
        if folder.is_dir() and any(folder.iterdir()):
            if not _is_ours(folder):
                raise SynthFolderUnfit(
                    found=f"The folder `{folder}` is not empty and holds no synthetic registry", hint=other
                )
            for name in (*SPOILS, _SPOILED):
                for form in FORMATS:
                    (folder / f"{name}.{form}").unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"| {name} | {value} |\n" for name, value in asked.items())
        text = f"{_TITLE}{_NOTE}\n| asked for | |\n|---|---|\n{lines}"
        (folder / README).write_text(text, encoding="utf-8")
    except OSError as error:
        found = f"The folder `{folder}` cannot be written ({error.strerror})"
        raise SynthFolderUnfit(found=found, hint=other) from error


def _is_ours(folder: Path) -> bool:
    readme = folder / README
    return readme.is_file() and readme.read_text(encoding="utf-8", errors="replace").startswith(_TITLE + _NOTE)


class Writer:
    """One open file per table; rows are appended block by block."""

    def __init__(self, folder: Path, file_format: str, stack: ExitStack, *, dirty: float) -> None:
        self._folder = folder
        self._format = file_format
        self._stack = stack
        self._dirty = dirty
        self._open: dict[str, Any] = {}
        self._drawn: dict[str, int] = {}
        self.files: dict[str, Path] = {}
        self.rows: dict[str, int] = {}
        self.spoils: dict[str, int] = {}
        self.spoiled = folder / f"{_SPOILED}.csv" if dirty else None

    def write(self, connection: duckdb.DuckDBPyConnection, table: str, drawn: Drawn) -> None:
        """Append the rows of a block to the table's file, some of them spoiled if asked."""
        before = self.rows.setdefault(table, 0)
        if not self._dirty:
            rows = connection.sql(drawn.ordered()).to_arrow_table()
        else:
            started = self._drawn.setdefault(table, 0)
            query = spoiled_sql(table, drawn, dirty=self._dirty, drawn_before=started)
            # the sound row before the spoiled one
            block = connection.sql(f"select * from ({query}) order by at_row, spoil").to_arrow_table()
            self._drawn[table] += len(block.column("at_row").unique())
            self._note_spoils(table, block.column("spoil").to_pylist(), before)
            rows = block.select(list(drawn.columns))
        if rows.num_rows:
            self._file(table, rows.schema).write_table(rows)
            self.rows[table] += rows.num_rows

    def _note_spoils(self, table: str, spoils: list[int], before: int) -> None:
        # the heading is row 1, as in the quarantine of an import
        done = [(before + at, SPOILS[table][spoil - 1]) for at, spoil in enumerate(spoils, start=2) if spoil]
        self.spoils[table] = self.spoils.get(table, 0) + len(done)
        columns = {
            "table": pa.array([table] * len(done), pa.string()),
            "row": pa.array([row for row, _ in done], pa.int64()),
            "column": pa.array([spoil.column for _, spoil in done], pa.string()),
            "done": pa.array([spoil.done for _, spoil in done], pa.string()),
        }
        rows = pa.table(columns)
        self._file(_SPOILED, rows.schema).write_table(rows)

    def _file(self, table: str, schema: pa.Schema) -> Any:
        if table not in self._open:
            is_csv = self._format == "csv" or table == _SPOILED
            path = self._folder / f"{table}.{'csv' if is_csv else 'parquet'}"
            if is_csv:
                options = pa_csv.WriteOptions(quoting_style="needed", quoting_header="needed")
                opened: Any = pa_csv.CSVWriter(str(path), schema, write_options=options)
            else:
                opened = pq.ParquetWriter(str(path), schema, compression="zstd")
            self._open[table] = self._stack.enter_context(opened)
            if table != _SPOILED:
                self.files[table] = path
        return self._open[table]
