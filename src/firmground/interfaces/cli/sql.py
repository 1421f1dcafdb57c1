"""`firmground sql PACK`: the statement that a pack compiles to."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from firmground.engine.scan.doors import sql as statement_of
from firmground.interfaces.cli.mistakes import WrongUse
from firmground.interfaces.cli.options import KnownAt, known_at_of, read_date
from firmground.interfaces.cli.screen import say


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("sql")(sql)


def sql(
    pack: Annotated[str, typer.Argument(metavar="PACK", help="A shipped pack's name, or the folder of a pack.")],
    backend: Annotated[
        str, typer.Option("--backend", metavar="NAME", help="Dialect of the statement: duckdb or spark.")
    ] = "duckdb",
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The day it is written for. Default: today.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="A lake: the text then runs over its files as it stands (DuckDB)."),
    ] = None,
    known_at: KnownAt = None,
) -> None:
    """Print the SQL statement that a policy pack compiles to.

    One common table expression per record table, its columns named as the
    facts; one row comes out per warning.

    Examples:
      firmground sql cn --as-of 2022-06-01
      firmground sql cn --as-of 2022-06-01 --data lake | duckdb
    """
    day = read_date(as_of, "--as-of") if as_of else date.today()  # noqa: DTZ011  # the user's own day
    if known_at is not None and data is None:
        raise WrongUse(
            found="`--known-at` stands without `--data`", expected="both: only a lake has rows that were received"
        )
    known = known_at_of(known_at)
    say(statement_of(pack, day, backend=backend, data=data, known_at=known).rstrip("\n"))
