"""A small lake for tests: files in, rows and quarantine out, read as the document `the-lake.md` says."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from firmground.engine.records import DataFile, ImportReport, Lake, import_file, retry

VILLAGE = "620102001001"
OTHER_VILLAGE = "620102001002"
ID_NUMBER = "11010519491231002X"  # the example in GB 11643 itself
HOUSEHOLDS = f"household_id,area_code\nH1,{VILLAGE}\nH2,{VILLAGE}\n"
PERSONS = f"person_id,household_id,id_number,member_from,member_to\np1,H1,{ID_NUMBER},2020-01-01,\np2,H2,,,\n"

Row = dict[str, Any]


def csv_text(rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as CSV; the headings are the keys of the first."""
    listed = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(listed[0]), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue()


def income(amount: object, **more: object) -> dict[str, object]:
    """A row of income of H1, sound unless `more` says otherwise."""
    return {"household_id": "H1", "kind": "wage", "amount": amount, "occurred_on": "2022-03-01", **more}


@dataclass
class LakeUnderTest:
    """A lake in a folder of its own, and the files that were brought to it."""

    folder: Path
    delivered: int = field(default=0)

    @property
    def path(self) -> Path:
        """Where the lake is."""
        return self.folder / "lake"

    def file(self, content: str | bytes | Iterable[Mapping[str, object]], name: str | None = None) -> Path:
        """A new file of that content: text, bytes or rows."""
        self.delivered += 1
        path = self.folder / (name or f"file{self.delivered}.csv")
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else csv_text(content), encoding="utf-8", newline="")
        return path

    def deliver(
        self, table: str, content: str | bytes | Iterable[Mapping[str, object]], **options: Any
    ) -> ImportReport:
        """Import a new file of that content."""
        return import_file(self.file(content), table=table, data=self.path, **options)

    def retry(self, **options: Any) -> list[ImportReport]:
        """Take up what is in quarantine."""
        return retry(self.path, **options)

    def all_rows(self, table: str) -> list[Row]:
        """Every accepted row, counting or not, in the order of row_id."""
        manifest = Lake.open(self.path).manifest()
        return self._rows(manifest.tables.get(table, ()), "select * from r order by row_id")

    def counting(self, table: str, known_at: datetime | None = None) -> list[Row]:
        """The rows that count now, or of those received by `known_at`, in the order of row_id."""
        manifest = Lake.open(self.path).manifest()
        files = manifest.tables.get(table, ())
        settled = manifest.settled.get(table)
        gone = f"read_parquet('{self.path / settled.path}')" if settled else "(select 0 as row_id, null as until_at)"
        at = f"timestamptz '{known_at.astimezone(UTC).isoformat()}'" if known_at else ""
        holds = f"from_at <= {at} and (until_at is null or until_at > {at})" if known_at else "until_at is null"
        received = f"received_at <= {at}" if known_at else "true"
        sql = f"select * from r where {received}"
        if settled:
            sql += f" and row_id not in (select row_id from {gone} where {holds})"
        return self._rows(files, sql + " order by row_id")

    def _rows(self, files: tuple[DataFile, ...], sql: str) -> list[Row]:
        if not files:
            return []
        with duckdb.connect(":memory:") as connection:
            connection.execute("set time zone 'UTC'")
            connection.read_parquet([str(self.path / f.path) for f in files], union_by_name=True).create_view("r")
            return connection.sql(sql).to_arrow_table().to_pylist()

    def snapshot(self) -> dict[str, bytes]:
        """Every file of the lake with its bytes, but the empty lock."""
        return contents(self.path)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file in a folder with its bytes, but an empty lock."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def quarantined(report: ImportReport) -> list[dict[str, str]]:
    """The rows of a report's quarantine file."""
    assert report.quarantine_file is not None
    with report.quarantine_file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
