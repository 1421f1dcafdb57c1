"""`firmground runs`: the scans of a lake."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import typer

from firmground.engine.records import Lake
from firmground.engine.scan.doors import runs as runs_of
from firmground.interfaces.cli.options import AsJson, Data
from firmground.interfaces.cli.screen import say, say_json, say_table

HEADINGS = ("Run", "Version", "As of", "Known at", "Counts", "Households", "Warnings")
SHOWN = ("run", "pack_version", "as_of", "known_at", "counts", "households", "warnings")


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("runs")(runs)


def runs(data: Data, as_json: AsJson = False) -> None:
    """List the scans of a lake: any of them can be compared with, or repeated.

    `counts` says whether the run belongs to the chain that tells since when a
    household is warned of: nothing was tried out in it, and its date is not
    before that of the run before.

    Examples:
      firmground runs --data lake
      firmground scan --data lake --repeat cn-20220601-1 --out again.csv
    """
    table = runs_of(data)
    if as_json:
        say_json(table.to_pylist())
    elif not table.num_rows:
        say("No scan was made yet. Begin with `firmground scan --data DIR --pack PACK --as-of DATE`.")
    else:
        zone = ZoneInfo(Lake.open(data).settings.time_zone)
        rows = [{**row, "known_at": row["known_at"] and row["known_at"].astimezone(zone)} for row in table.to_pylist()]
        say_table(HEADINGS, [[row[name] for name in SHOWN] for row in rows], right=(5, 6), folds=(1,))
