"""A synthetic registry on disk: one file per table, drawn in blocks, so that memory does not grow with its size."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from firmground.engine.areas import AreaTree
from firmground.engine.synth.parameters import Parameters
from firmground.engine.synth.spoiling import SPOILS, spoiled_sql
from firmground.engine.synth.tables_sql import MACROS, households_sql, persons_sql, table_queries, variables
from firmground.errors import FirmgroundError, nearest

Progress = Callable[[str, int, int | None], None]
FORMATS = ("csv", "parquet")
BLOCK = 100_000  # households drawn at a time
_BATCH = 100_000  # rows written at a time
_NOTE = "Everything in this folder is synthetic: no household, person or payment in it exists.\n"


class UnknownSynthArea(FirmgroundError):
    """The area for a synthetic registry is not in the shipped tree, or no village lies below it."""

    id = "FG-Y001"
    exit_code = 2


class SynthOutOfRange(FirmgroundError):
    """A size, share or format for a synthetic registry that cannot be."""

    id = "FG-Y002"
    exit_code = 2


@dataclass(frozen=True)
class Registry:
    """What was written: the files by table, their rows, and the list of spoiled cells if there is one."""

    files: dict[str, Path]
    rows: dict[str, int]
    spoiled: Path | None


def write_registry(
    out: str | Path,
    *,
    households: int,
    seed: int,
    area: str = "520526",
    months: int = 25,
    as_of: date = date(2022, 6, 1),
    dirty: float = 0,
    file_format: str = "csv",
    parameters: Parameters | None = None,
    progress: Progress | None = None,
) -> Registry:
    """Write a synthetic registry of a real area to a folder, which is made.

    area: code of the shipped tree; households live in the villages below it. months: of records before as_of. dirty:
    share of rows spoiled in one cell each, listed in spoiled.csv. file_format: `csv` or `parquet`. The same arguments
    give the same files with the same version of DuckDB. Raises UnknownSynthArea, SynthOutOfRange.
    """
    folder = Path(out)
    _check(households, months, dirty, file_format)
    villages = _villages(area)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "SYNTHETIC.txt").write_text(_NOTE, encoding="utf-8")
    say = progress or (lambda what, done, total: None)
    with duckdb.connect(":memory:") as connection, ExitStack() as stack:
        _prepare(connection, villages, area, seed, as_of, float(dirty), parameters or Parameters())
        writer = _Writer(folder, file_format, stack, with_spoils=dirty > 0)
        for first in range(1, households + 1, BLOCK):
            say("drawing households", first - 1, households)
            last = min(first + BLOCK - 1, households)
            connection.execute("set variable is_first_block = ?", [first == 1])
            connection.execute(households_sql(first, last))
            connection.execute(persons_sql())
            for table, query in table_queries(as_of, months).items():
                writer.write(connection, table, query)
        say("drawing households", households, households)
    return Registry(writer.files, writer.rows, writer.spoiled)


def _check(households: int, months: int, dirty: float, file_format: str) -> None:
    if not 1 <= households <= 100_000_000:
        raise SynthOutOfRange(found=f"{households} households", expected="1 to 100000000")
    if not 1 <= months <= 63:
        raise SynthOutOfRange(found=f"{months} months of records", expected="1 to 63")
    if not 0 <= dirty <= 1:
        raise SynthOutOfRange(found=f"A share of {dirty} dirty rows", expected="0 to 1")
    if file_format not in FORMATS:
        close = nearest(file_format, FORMATS)
        hint = f"Did you mean `{close}`?" if close else ""
        raise SynthOutOfRange(found=f"The format `{file_format}`", expected=", ".join(FORMATS), hint=hint)


def _villages(area: str) -> pa.Table:
    """number, code, name of the villages below an area."""
    tree = AreaTree.shipped("china")
    if area not in tree:
        found = f"There is no area {area} in the shipped tree"
        raise UnknownSynthArea(found=found, expected="a code such as 520526")
    codes = tree.under(area, 5)
    if not codes:
        raise UnknownSynthArea(found=f"No village lies below {area}", expected="an area with villages")
    names = [tree.name(code) or "" for code in codes]
    numbers = pa.array(range(1, len(codes) + 1), pa.int64())
    return pa.table({"number": numbers, "code": pa.array(codes), "name": pa.array(names)})


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    villages: pa.Table,
    area: str,
    seed: int,
    as_of: date,
    dirty: float,
    parameters: Parameters,
) -> None:
    connection.execute("set preserve_insertion_order = true")
    connection.register("villages_given", villages)
    connection.execute("create table villages as select * from villages_given")
    values: dict[str, Any] = {
        **variables(parameters),
        "seed": seed,
        "as_of": as_of,
        "prefix": f"H{area}-",
        "villages": villages.num_rows,
        "dirty": dirty,
    }
    for name, value in values.items():
        connection.execute(f"set variable {name} = ?", [value])
    for macro in MACROS:
        connection.execute(macro)


class _Writer:
    """One open file per table; rows are appended block by block."""

    def __init__(self, folder: Path, file_format: str, stack: ExitStack, *, with_spoils: bool) -> None:
        self._folder = folder
        self._format = file_format
        self._stack = stack
        self._open: dict[str, Any] = {}
        self.files: dict[str, Path] = {}
        self.rows: dict[str, int] = {}
        self.spoiled = folder / "spoiled.csv" if with_spoils else None

    def write(self, connection: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
        """Append the rows of a query to the table's file, some of them spoiled if asked."""
        offset = self.rows.setdefault(table, 0)
        columns = connection.sql(query).columns
        if self.spoiled is not None:
            connection.execute(f"create or replace temp table block as {spoiled_sql(table, query, columns, offset)}")
            self._note_spoils(connection, table)
            chosen = ", ".join(f'"{column}"' for column in columns)
            query = f"select {chosen} from block order by row"
        for batch in connection.sql(query).to_arrow_reader(_BATCH):
            self._file(table, batch.schema).write_batch(batch)
            self.rows[table] += batch.num_rows

    def _note_spoils(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        names = "".join(f" when {n} then '{column}'" for n, (column, _, _) in enumerate(SPOILS[table], start=1))
        words = "".join(f" when {n} then '{done}'" for n, (_, done, _) in enumerate(SPOILS[table], start=1))
        query = (
            f'select \'{table}\' as "table", row, case spoil{names} end as "column", case spoil{words} end as done '
            "from block where spoil > 0 order by row"
        )
        for batch in connection.sql(query).to_arrow_reader(_BATCH):
            self._file("spoiled", batch.schema).write_batch(batch)

    def _file(self, table: str, schema: pa.Schema) -> Any:
        if table not in self._open:
            is_csv = self._format == "csv" or table == "spoiled"
            path = self._folder / f"{table}.{'csv' if is_csv else 'parquet'}"
            if is_csv:
                options = pa_csv.WriteOptions(quoting_style="needed", quoting_header="needed")
                opened: Any = pa_csv.CSVWriter(str(path), schema, write_options=options)
            else:
                opened = pq.ParquetWriter(str(path), schema, compression="zstd")
            self._open[table] = self._stack.enter_context(opened)
            if table != "spoiled":
                self.files[table] = path
        return self._open[table]
