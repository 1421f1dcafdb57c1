"""`firmground bench import`: how long an import takes beside DuckDB's own reading of the same file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from enum import StrEnum
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import typer

from firmground.interfaces.cli.benching import import_with_duckdb, import_with_firmground, write_income
from firmground.interfaces.cli.options import AsJson
from firmground.interfaces.cli.screen import say, say_json, say_table


class What(StrEnum):
    """What can be measured."""

    IMPORT = "import"


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("bench")(bench)


def bench(
    what: Annotated[What, typer.Argument(metavar="WHAT", help="What to measure: import.")],
    rows: Annotated[int, typer.Option("--rows", min=1, metavar="N", help="Rows of the file.")] = 1_000_000,
    as_json: AsJson = False,
) -> None:
    """Measure an import of income rows beside DuckDB's read_csv into Parquet.

    Both read the same synthetic file, one after the other, each in a process of
    its own. Nothing is kept. The time of either depends on what else the machine
    does; the ratio of one run says more.

    Examples:
      firmground bench import
      firmground bench import --rows 10000000 --json
    """
    with tempfile.TemporaryDirectory(prefix="firmground-bench-") as name:
        folder = Path(name)
        _alone(write_income, folder, rows)
        duckdb = _alone(import_with_duckdb, folder, rows)
        firmground = _alone(import_with_firmground, folder, rows)
    answer = {
        "what": what.value,
        "rows": rows,
        "cores": os.cpu_count(),
        "duckdb": duckdb,
        "firmground": firmground,
        "ratio": round(firmground["seconds"] / duckdb["seconds"], 2),
    }
    if as_json:
        say_json(answer)
    else:
        _show(answer)


def _alone(measure: Callable[[Path, int], Mapping[str, Any]], folder: Path, rows: int) -> Mapping[str, Any]:
    """Run a measurement in a fresh process, whose memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, folder, rows).result()


def _show(answer: Mapping[str, Any]) -> None:
    readers = {"DuckDB, read_csv to Parquet": answer["duckdb"], "Firmground, import": answer["firmground"]}
    say_table(
        ("", "Rows", "Seconds", "Rows per second", "Peak memory, MB"),
        [
            (name, f"{run['rows']:,}", f"{run['seconds']:.2f}", f"{run['rows_per_second']:,}", f"{run['peak_mb']:,}")
            for name, run in readers.items()
        ],
        right=(1, 2, 3, 4),
    )
    steps = answer["firmground"]["steps"]
    say_table(("Step of the import", "Seconds"), [(step, f"{took:.2f}") for step, took in steps.items()], right=(1,))
    say(f"The import takes {answer['ratio']:.1f} times as long, on {answer['cores']} cores.")
