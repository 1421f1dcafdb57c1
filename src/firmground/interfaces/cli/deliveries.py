"""`firmground deliveries`: what was imported."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import typer

from firmground.engine.records import Lake
from firmground.engine.records import deliveries as deliveries_of
from firmground.interfaces.cli.options import AsJson, Data
from firmground.interfaces.cli.screen import say, say_json, say_table

HEADINGS = ("Delivery", "Table", "Source", "Received", "Rows", "Accepted", "Quarantined", "Still")
SHOWN = ("delivery", "table", "source", "received_at", "rows", "accepted", "quarantined", "in_quarantine_now")


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("deliveries")(deliveries)


def deliveries(data: Data, as_json: AsJson = False) -> None:
    """List the files that were imported, with what became of their rows.

    Rows in = accepted + quarantined when the file came in; `still` are those
    that no `import --retry` has accepted since.

    Examples:
      firmground deliveries --data lake
      firmground deliveries --data lake --json
    """
    table = deliveries_of(data)
    if as_json:
        say_json(table.to_pylist())
    elif not table.num_rows:
        say("Nothing was imported yet. Begin with `firmground import FILE --as TABLE --data DIR`.")
    else:
        zone = ZoneInfo(Lake.open(data).settings.time_zone)
        rows = [{**row, "received_at": row["received_at"].astimezone(zone).date()} for row in table.to_pylist()]
        say_table(HEADINGS, [[row[name] for name in SHOWN] for row in rows], right=(4, 5, 6, 7), folds=(2,))
