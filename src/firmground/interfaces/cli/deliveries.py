"""`firmground deliveries`: what was imported, and what is due."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from firmground.engine.records import Lake, due
from firmground.engine.records import deliveries as deliveries_of
from firmground.interfaces.cli.options import AsJson, Data, read_date
from firmground.interfaces.cli.screen import say, say_json, say_table

HEADINGS = ("Delivery", "Table", "Source", "Received", "Rows", "Accepted", "Quarantined", "Still")
SHOWN = (
    "delivery",
    "table",
    "source",
    "received_at",
    "rows",
    "accepted",
    "quarantined",
    "in_quarantine_now",
)
DUE_HEADINGS = ("Department", "File", "Who answers", "Last", "State")


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

    Rows in = accepted + quarantined when the file came in; `still` are those
    that no `import --retry` has accepted since. A kind of file is late when
    more days than its source file says have passed since the last one.

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
                "in_quarantine_now": "undone" if row["undone_at"] else row["in_quarantine_now"],
            }
            for row in came.to_pylist()
        ]
        say_table(HEADINGS, [[row[name] for name in SHOWN] for row in rows], right=(4, 5, 6, 7), folds=(2,))
    if expected.num_rows:
        say()
        say_table(DUE_HEADINGS, [_line(row) for row in expected.to_pylist()], folds=(0, 1, 2, 4))


def _line(row: dict[str, object]) -> list[object]:
    state = f"{'late' if row['is_late'] else 'in time'}: {row['days_since']} of {row['cadence_days']} days"
    if row["last_received_on"] is None:
        state = "never came"
    return [*(row[name] for name in ("source_title", "file_title", "answers", "last_received_on")), state]
