"""What `firmground bench` runs, each in a process of its own. Every row is synthetic."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

import duckdb

from firmground.engine.records import import_file

_KINDS = "['wage', 'business', 'property', 'transfer']"
_ROWS_PER_HOUSEHOLD = 10
_SCATTER = 7_919  # a prime: rows of one household lie far apart, as in the files of a department
_FIRST_STEP = "looking over the file"


def write_income(folder: Path, rows: int) -> dict[str, Any]:
    """Write a file of income and import the households it names. Returns nothing worth knowing."""
    households = max(rows // _ROWS_PER_HOUSEHOLD, 1)
    known = folder / "households.csv"
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(
            "copy (select 'H' || lpad(cast(i as varchar), 8, '0') as household_id, '620102001001' as area_code "
            f"from range({households}) as t(i)) to '{known}' (header)"
        )
        number = f"(i * {_SCATTER}) % {households}"
        connection.execute(
            f"copy (select 'H' || lpad(cast({number} as varchar), 8, '0') as household_id, "
            f"'P' || cast({number} as varchar) as person_id, {_KINDS}[1 + i % 4] as kind, "
            "cast((i * 37 % 500000) / 100.0 as decimal(18, 2)) as amount, "
            "date '2021-06-01' + cast(i % 365 as integer) as occurred_on, 'r' || i as record_id "
            f"from range({rows}) as t(i)) to '{_income(folder)}' (header)"
        )
    import_file(known, table="households", data=folder / "lake", source="civil_affairs")
    return {}


def import_with_duckdb(folder: Path, rows: int) -> dict[str, Any]:
    """Read the file with DuckDB alone, which guesses types and judges nothing, and write it as Parquet."""
    begin = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"copy (select * from read_csv('{_income(folder)}')) to '{folder / 'income.parquet'}'")
        seconds = time.perf_counter() - begin
        found = connection.execute(f"select count(*) from '{folder / 'income.parquet'}'").fetchall()
    return _measured(found[0][0], seconds)


def import_with_firmground(folder: Path, rows: int) -> dict[str, Any]:
    """Import the file into the lake. Returns also the seconds of each step."""
    begun = [(_FIRST_STEP, time.perf_counter())]

    def tell(step: str, done: int, total: int | None) -> None:
        begun.append((step, time.perf_counter()))

    report = import_file(_income(folder), table="income", data=folder / "lake", source="human_resources", progress=tell)
    ends = [*(at for _, at in begun[1:]), time.perf_counter()]
    steps = {step: round(end - at, 3) for (step, at), end in zip(begun, ends, strict=True)}
    return {**_measured(report.accepted, ends[-1] - begun[0][1]), "steps": steps}


def _income(folder: Path) -> Path:
    return folder / "income.csv"


def _measured(rows: int, seconds: float) -> dict[str, Any]:
    return {
        "rows": rows,
        "seconds": round(seconds, 3),
        "rows_per_second": round(rows / seconds),
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> int:
    """The most memory that this process had at once. Where the system tells it, without what its parent had."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
