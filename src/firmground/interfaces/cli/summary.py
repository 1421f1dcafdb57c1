"""`firmground summary WARNINGS`: warnings and households by area."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer

from firmground.engine.scan.results.output import check_target, write_table
from firmground.engine.scan.results.summary import NOT_PLACED, find_level, per_1000, summary_of
from firmground.interfaces.cli.options import AsJson, Data, Language, Out, choose_language
from firmground.interfaces.cli.scanned import read_scanned
from firmground.interfaces.cli.screen import bar, room_beside, say, say_json, say_table
from firmground.interfaces.report.words import words

LEAST_BAR, MOST_BAR = 8, 40  # characters
FIGURES = ("households", "households_with_warnings", "warnings")


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("summary")(summary)


def summary(
    warnings: Annotated[Path, typer.Argument(metavar="WARNINGS", help="List that `firmground scan --out` wrote.")],
    data: Data,
    by: Annotated[
        str, typer.Option("--by", metavar="LEVEL", help="Level of areas: a name such as township, or its number.")
    ],
    out: Out = None,
    as_json: AsJson = False,
    lang: Language = None,
    pack: Annotated[
        str | None, typer.Option("--pack", metavar="PACK", help="Only for lists that no run of the lake gave.")
    ] = None,
) -> None:
    """Count warnings and households by area.

    On the screen a table with bars; in files and JSON also one column per risk
    and severity. What is registered above the level asked is one row
    `PARENT (not placed)`, so that the parts add up.

    Examples:
      firmground summary warnings.csv --data lake --by township
      firmground summary warnings.csv --data lake --by 3 --out counties.xlsx
    """
    if out is not None:
        check_target(out)
    scanned = read_scanned(warnings, data, pack=pack)
    level = find_level(scanned.pack, by)
    language = choose_language(lang, scanned.pack)
    table = summary_of(scanned.question, scanned.warnings, level)
    if out is not None:
        written = write_table(table, out)
        if as_json:
            say_json(written.as_dict())
        else:
            say(f"{written.path}: {written.rows:,} rows, sha256 {written.sha256}")
    elif as_json:
        say_json(table.to_pylist())
    else:
        show_summary(table, scanned.pack.words(level.title, language), language)


def show_summary(table: pa.Table, level_title: str, language: str) -> None:
    """Print a summary as a table with bars, in the order of its rows, with its totals below."""
    own = words(language)
    rows = table.to_pylist()
    headings = [level_title, *(own[name] for name in ("code", "households", "warned", "warnings", "per_1000_short"))]
    cells = [_cells(row, own) for row in rows]
    total = {name: sum(row[name] for row in rows) for name in FIGURES}
    rate = _one_place(per_1000(total["warnings"], total["households"]))
    last = [own["total"], "", *total.values(), rate]
    room = min(max(room_beside(headings, [*cells, last]), LEAST_BAR), MOST_BAR)
    most = max((row["warnings"] for row in rows), default=0)
    say_table(
        [*headings, ""],
        [[*line, bar(row["warnings"], most, room)] for line, row in zip(cells, rows, strict=True)],
        right=(2, 3, 4, 5),
        folds=(0,),
        total=[*last, ""],
    )


def _cells(row: dict[str, Any], own: dict[str, str]) -> list[object]:
    name = row["area_name"].replace(NOT_PLACED, own["not_placed"])
    rate = _one_place(row["warnings_per_1000_households"])
    return [name, row["area_code"], *(row[figure] for figure in FIGURES), rate]


def _one_place(value: Any) -> str | None:
    return None if value is None else f"{value:,.1f}"
