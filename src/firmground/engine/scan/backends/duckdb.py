"""The statement on DuckDB: in process, opened so that a query can read the lake's files and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from firmground.engine.records import parquet_sql, pattern_of
from firmground.engine.scan.compile.statement import Statement, write
from firmground.engine.scan.judged import Judged, counts_of
from firmground.engine.scan.relations import Relations

MEMORY_LIMIT = "75%"
TEMPORARY_LIMIT = "200GB"  # a query that goes wrong ends with an error before it fills the disk


class Connection:
    """A DuckDB connection in which the relations stand as views."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def table(self, sql: str) -> pa.Table:
        """The rows of a query."""
        return self._connection.sql(sql).to_arrow_table()

    def run(self, sql: str) -> None:
        """Run a statement without rows."""
        self._connection.execute(sql)


@contextmanager
def connected(relations: Relations) -> Iterator[Connection]:
    """A connection with the relations as views; closed at the end, with what it wrote to its temporary folder."""
    with tempfile.TemporaryDirectory(prefix="firmground-") as folder:
        connection = duckdb.connect(":memory:")
        try:
            _prepare(connection, relations, Path(folder))
            yield Connection(connection)
        finally:
            connection.close()


def _prepare(connection: duckdb.DuckDBPyConnection, relations: Relations, folder: Path) -> None:
    connection.execute("set time zone 'UTC'")
    for name, value in (
        ("temp_directory", str(folder)),
        ("max_temp_directory_size", TEMPORARY_LIMIT),
        ("memory_limit", MEMORY_LIMIT),
        ("autoinstall_known_extensions", False),
        ("autoload_known_extensions", False),
        ("allow_community_extensions", False),
        ("preserve_insertion_order", False),
        ("enable_progress_bar", False),
    ):
        connection.execute(f"set {name} = ?", [value])
    named = [path for paths in relations.files.values() for path in paths]
    files = [name for path in named for name in (str(path.absolute()), pattern_of(path))]
    connection.execute("set allowed_paths = ?", [files])
    connection.execute("set enable_external_access = false")
    for name, rows in relations.tables.items():
        connection.register(f"{name}__given", rows)
        connection.execute(f'create table "{name}" as select * from "{name}__given"')
        connection.unregister(f"{name}__given")
    for name, sql in views(relations):
        connection.execute(f'create view "{name}" as {sql}')
    connection.execute("set lock_configuration = true")


def views(relations: Relations) -> list[tuple[str, str]]:
    """Name and select of every view over files, in the order in which they are made."""
    made = [(name, f"select * from {parquet_sql(paths)}") for name, paths in relations.files.items()]
    return made + list(relations.definitions.items())


def judge(statement: Statement, relations: Relations) -> Judged:
    """Run the statement. Returns the warnings, unsorted, and what was counted."""
    with connected(relations) as connection:
        connection.run(f"create temp table hits as {statement.hits('duckdb')}")
        warnings = connection.table(write(statement.warnings, "duckdb"))
        counts = connection.table(write(statement.counts, "duckdb")).to_pylist()[0]
        totals = connection.table(statement.totals("duckdb")).to_pylist()[0]
        return Judged(warnings, counts_of(statement.pack, counts, totals))
