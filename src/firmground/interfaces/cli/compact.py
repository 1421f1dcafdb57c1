"""`firmground compact`: many small files of the lake become few."""

from __future__ import annotations

import typer

from firmground.engine.records import compact as compact_lake
from firmground.interfaces.cli.options import AsJson, Data
from firmground.interfaces.cli.screen import progress, say, say_json, say_table


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("compact")(compact)


def compact(data: Data, as_json: AsJson = False) -> None:
    """Write the small files of each table together, so that a scan reads fewer.

    No row and no earlier state of the lake goes away: runs can be repeated, and
    every answer stays the same. Earlier states keep their files, so the lake
    grows on disk by what was written together.

    Examples:
      firmground compact --data lake
    """
    with progress(quiet=as_json) as report_progress:
        report = compact_lake(data, progress=report_progress)
    if as_json:
        say_json(report.as_dict())
    elif not report.files:
        say("There is nothing to write together.")
    else:
        rows = [(table, before, after) for table, (before, after) in report.files.items()]
        say_table(("Table", "Files before", "Files now"), rows, right=(1, 2))
