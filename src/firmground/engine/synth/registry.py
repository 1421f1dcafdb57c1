"""A synthetic registry on disk: one file per table, drawn in blocks, so that memory does not grow with its size."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from firmground.engine.synth.draws_sql import MACROS, calendar_sql
from firmground.engine.synth.happenings_sql import events_sql, happenings_queries
from firmground.engine.synth.parameters import Parameters
from firmground.engine.synth.people_sql import people_queries
from firmground.engine.synth.places import villages_below
from firmground.engine.synth.tables_sql import table_queries
from firmground.engine.synth.writing import FORMATS, Writer, make_folder
from firmground.errors import FirmgroundError, nearest

Progress = Callable[[str, int, int | None], None]
BLOCK = 25_000  # households drawn at a time
_MOST = 100_000_000  # households
_LONGEST = 63  # months
_EARLIEST, _LATEST = date(1920, 1, 1), date(2200, 12, 31)


class SynthOutOfRange(FirmgroundError):
    """A size, share, date or format for a synthetic registry that cannot be."""

    id = "FG-Y002"
    exit_code = 2


@dataclass(frozen=True)
class Registry:
    """What was written: files by table, rows and spoiled rows by table (0 too), and the list of spoiled cells."""

    files: dict[str, Path]
    rows: dict[str, int]
    spoils: dict[str, int]
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

    area: code of the shipped tree, of any level; households live in the villages below it. months: full months of
    records before as_of. dirty: share of rows spoiled in one cell each, listed in spoiled.csv. file_format: `csv` or
    `parquet`. A table without rows has no file. The same arguments give the same bytes with the same version of
    DuckDB, whatever the number of threads; with fewer households, the same ones as far as they go. Files of an earlier
    registry in the folder are taken away. Raises UnknownSynthArea, SynthOutOfRange, SynthFolderUnfit.
    """
    _check(households, seed, months, as_of, dirty, file_format)
    given = parameters or Parameters()
    villages = villages_below(area)
    folder = Path(out)
    asked = {"households": households, "seed": seed, "area": area, "months": months, "as of": as_of, "dirty": dirty}
    make_folder(folder, asked)
    say = progress or (lambda what, done, total: None)
    with duckdb.connect(":memory:") as connection, ExitStack() as stack:
        for statement in (*MACROS, *calendar_sql(as_of, months)):
            connection.execute(statement)
        _prepare(connection, villages, seed, as_of)
        connection.execute(events_sql(given, as_of=as_of, months=months))
        writer = Writer(folder, file_format, stack, dirty=float(dirty))
        tables = table_queries(given, as_of=as_of, months=months)
        for first in range(1, households + 1, BLOCK):
            say("drawing households", first - 1, households)
            last = min(first + BLOCK - 1, households)
            people = people_queries(given, prefix=f"H{area}-", first=first, last=last, as_of=as_of, months=months)
            happenings = happenings_queries(given, as_of=as_of, months=months, is_first=first == 1)
            for statement in (*people, *happenings):
                connection.execute(statement)
            for table, drawn in tables.items():
                writer.write(connection, table, drawn)
        say("drawing households", households, households)
    return Registry(writer.files, writer.rows, writer.spoils, writer.spoiled)


def _check(households: int, seed: int, months: int, as_of: date, dirty: float, file_format: str) -> None:
    if not 1 <= households <= _MOST:
        raise SynthOutOfRange(found=f"{households} households", expected=f"1 to {_MOST}")
    if not -(2**63) <= seed < 2**63:
        raise SynthOutOfRange(found=f"The seed {seed}", expected="a whole number of 64 bits")
    if not 1 <= months <= _LONGEST:
        raise SynthOutOfRange(found=f"{months} months of records", expected=f"1 to {_LONGEST}")
    if not _EARLIEST <= as_of <= _LATEST:
        raise SynthOutOfRange(found=f"The as-of date {as_of}", expected=f"{_EARLIEST} to {_LATEST}")
    if math.isnan(dirty) or not 0 <= dirty <= 1:
        raise SynthOutOfRange(found=f"A share of {dirty} dirty rows", expected="0 to 1")
    if file_format not in FORMATS:
        close = nearest(file_format, FORMATS)
        hint = f"Did you mean `{close}`?" if close else ""
        raise SynthOutOfRange(found=f"The format `{file_format}`", expected=", ".join(FORMATS), hint=hint)


def _prepare(connection: duckdb.DuckDBPyConnection, villages: pa.Table, seed: int, as_of: date) -> None:
    connection.execute("set enable_progress_bar = false")
    connection.register("villages_given", villages)
    connection.execute("create table villages as select * from villages_given")
    for name, value in {"seed": seed, "as_of": as_of, "villages": villages.num_rows}.items():
        connection.execute(f"set variable {name} = ?", [value])
