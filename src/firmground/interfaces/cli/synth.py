"""`firmground synth`: a synthetic registry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firmground.engine.synth import FORMATS, Registry, write_registry
from firmground.interfaces.cli.options import AsJson, read_date
from firmground.interfaces.cli.screen import progress, say, say_json, say_table

SOURCE = "synthetic"  # imports of invented records name it as their source, so that reports can say so


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("synth")(synth)


def synth(
    households: Annotated[int, typer.Option("--households", metavar="N", help="How many households.")],
    seed: Annotated[
        int, typer.Option("--seed", metavar="S", help="Where the draw begins: the same seed gives the same files.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for one file per table.")],
    area: Annotated[
        str, typer.Option("--area", metavar="CODE", help="Area whose villages they live in, of any level.")
    ] = "520526",
    months: Annotated[int, typer.Option("--months", metavar="M", help="Full months of records before the date.")] = 25,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="The day up to which records are drawn.")
    ] = "2022-06-01",
    dirty: Annotated[
        float, typer.Option("--dirty", metavar="SHARE", help="Share of rows with one spoiled cell, such as 0.01.")
    ] = 0.0,
    file_format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help=f"Format of the files: {' or '.join(FORMATS)}.")
    ] = "csv",
    as_json: AsJson = False,
) -> None:
    """Write invented households and their records, on real area codes.

    Sizes, ages, incomes, seasons, shocks and spells of work follow documented
    parameters; memory does not grow with the number of households. With
    --dirty, spoiled.csv lists what was spoiled, to try an import. A folder
    with a registry made before is made anew; any other must be empty.

    Import the files with `--source synthetic`: reports then say so.

    Examples:
      firmground synth --households 1000 --seed 1 --out files
      firmground synth --households 5000 --seed 1 --out files --area 62 --dirty 0.02
      firmground import files/households.csv --as households --data lake --source synthetic
    """
    with progress(quiet=as_json) as report_progress:
        registry = write_registry(
            out,
            households=households,
            seed=seed,
            area=area,
            months=months,
            as_of=read_date(as_of, "--as-of"),
            dirty=dirty,
            file_format=file_format,
            progress=report_progress,
        )
    if as_json:
        say_json(_as_dict(registry))
    else:
        rows = [(table, number, str(registry.files.get(table, ""))) for table, number in registry.rows.items()]
        say_table(("Table", "Rows", "File"), rows, right=(1,), folds=(2,))
        if registry.spoiled:
            say(f"Spoiled {sum(registry.spoils.values()):,} rows, listed in {registry.spoiled}")


def _as_dict(registry: Registry) -> dict[str, object]:
    return {
        "tables": {t: _table(registry, t) for t in registry.rows},
        "spoiled": str(registry.spoiled) if registry.spoiled else None,
    }


def _table(registry: Registry, table: str) -> dict[str, object]:
    file = registry.files.get(table)
    return {
        "rows": registry.rows[table],
        "spoiled": registry.spoils.get(table, 0),
        "file": str(file) if file else None,
    }
