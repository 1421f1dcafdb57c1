"""Synthetic registries for tests: drawn, read back through their files, and imported."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from firmground.engine.records import ImportReport, import_file
from firmground.engine.synth import Registry, write_registry

TABLES = ("households", "persons", "income", "spending", "jobs", "conditions", "shocks", "outcomes")
AS_OF = date(2022, 6, 1)


@dataclass(frozen=True)
class Drawn:
    """A registry and its files as tables in DuckDB, `as_of` a variable."""

    folder: Path
    registry: Registry
    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(sql).fetchall()

    def one(self, sql: str) -> Any:
        """The one value of a query."""
        [[value]] = self.rows(sql)
        return value


def draw(folder: Path, **asked: Any) -> Drawn:
    """Draw a registry into a folder and read its files back."""
    asked = {"as_of": AS_OF, **asked}
    registry = write_registry(folder, **asked)
    connection = duckdb.connect()
    connection.execute("set variable as_of = ?", [asked["as_of"]])
    for table, file in registry.files.items():
        reader = "read_parquet('{}')" if file.suffix == ".parquet" else "read_csv('{}', sample_size = -1)"
        connection.execute(f"create view {table} as select * from {reader.format(file)}")
    connection.execute(
        "create table people as select *, "
        "cast(regexp_extract(person_id, '-(\\d+)$', 1) as integer) as place, "
        "date_sub('year', birth_date, getvariable('as_of')) as age from persons"
    )
    return Drawn(folder, registry, connection)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def imported(registry: Registry, lake: Path) -> dict[str, ImportReport]:
    """The report of each table's import, households and persons first."""
    return {
        table: import_file(registry.files[table], table=table, data=lake, source="synthetic")
        for table in TABLES
        if table in registry.files
    }


def documented(page: Path) -> list[list[str]]:
    """The cells of the rows of a page's tables."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return [re.split(r"\s*\|\s*", line.strip("| ")) for line in lines if line.startswith("|")]
