"""`firmground deliveries`: what was imported, and what is due."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from firmground.engine.records import Lake, due
from firmground.engine.records import deliveries as deliveries_of
from firmground.interfaces.cli.options import AsJson, Data, read_date
from firmground.interfaces.cli.screen import number, say, say_json, say_table

HEADINGS = ("Delivery", "File", "Table", "Source", "Received", "Rows", "Quarantined")
SHOWN = ("delivery", "file", "table", "source", "received_at", "rows", "quarantined")
DUE_HEADINGS = ("Department", "File", "Who answers", "Every", "Last", "State")


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("deliveries")(deliveries)


def deliveries(
    data: Data,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The day on which files are late. Default: today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the files that were imported, and which files of departments are due.

    `1 of 3` quarantined: of three rows that were, one still is; the others were
    accepted by `import --retry`. A kind of file is late when more days have
    passed since the last one than its source file says.

    Examples:
      firmground deliveries --data lake
      firmground deliveries --data lake --as-of 2022-06-30 --json
    """
    came, expected = deliveries_of(data), due(data, read_date(as_of, "--as-of") if as_of else None)
    if as_json:
        say_json({"deliveries": came.to_pylist(), "due": expected.to_pylist()})
        return
    if not came.num_rows:
        say("Nothing was imported yet. Begin with `firmground import FILE --as TABLE --data DIR`.")
    else:
        zone = ZoneInfo(Lake.open(data).settings.time_zone)
        rows = [
            {
                **row,
                "received_at": row["received_at"].astimezone(zone).date(),
                "quarantined": _quarantined(row),
            }
            for row in came.to_pylist()
        ]
        say_table(HEADINGS, [[row[name] for name in SHOWN] for row in rows], right=(5, 6), folds=(1, 3))
    if expected.num_rows:
        say()
        lines = [_line(row) for row in sorted(expected.to_pylist(), key=_urgency)]
        say_table(DUE_HEADINGS, lines, right=(3,), folds=(0, 1, 2))


def _quarantined(row: dict[str, Any]) -> str:
    """How many rows of a delivery were put aside, and how many of them still are."""
    if row["undone_at"]:
        return "undone"
    before, now = row["quarantined"], row["in_quarantine_now"]
    return number(before) if now == before else f"{now:,} of {before:,}"


def _urgency(row: dict[str, Any]) -> tuple[bool, int]:
    """Late files first, the latest before all; then those that never came; then those that are due, the next first."""
    if row["days_since"] is None:
        return False, 0
    return not row["is_late"], row["cadence_days"] - row["days_since"]


def _line(row: dict[str, Any]) -> list[object]:
    names = ("source_title", "file_title", "answers", "cadence_days", "last_received_on")
    every, since = row["cadence_days"], row["days_since"]
    state: str | Text
    if since is None:
        state = "never came"
    elif row["is_late"]:
        state = Text(f"late by {_days(since - every)}", style="bold red")
    else:
        state = f"due in {_days(every - since)}" if since < every else "due today"
    return [_days(row[name]) if name == "cadence_days" else row[name] for name in names] + [state]


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"
