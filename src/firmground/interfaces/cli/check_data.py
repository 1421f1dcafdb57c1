"""`firmground check-data`: are the lake's files as they were written, and can its rows be so."""

from __future__ import annotations

from typing import Annotated

import typer

from firmground.engine.records import DataCheck
from firmground.engine.records import check_data as check_lake
from firmground.engine.records.checking.problems import PROBLEMS
from firmground.engine.scan.results.output import Written, check_target, write_table
from firmground.interfaces.cli.options import AsJson, Data, Out, read_date
from firmground.interfaces.cli.screen import progress, say, say_errors, say_json, say_table

ANSWER_IS_NO, UNSOUND = 1, 3
HEADINGS = ("Problem", "Table", "Lines", "For example")


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("check-data")(check_data)


def check_data(
    data: Data,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The day for memberships. Default: today.")
    ] = None,
    every_state: Annotated[
        bool, typer.Option("--all", help="Compare files of earlier states with their checksums, too.")
    ] = False,
    out: Out = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with exit code 1 if the rows hold any problem.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look the lake over: every file against its checksum, then what rows say.

    Damaged, missing and foreign files are errors, with exit code 3. Where all
    are whole: income and work that two sources tell, people in two
    households, records of people who never belonged to the household, and
    areas that nobody knows. Those are counted; `--out` writes every line.

    Examples:
      firmground check-data --data lake
      firmground check-data --data lake --all --strict
      firmground check-data --data lake --as-of 2022-06-01 --out problems.xlsx
    """
    if out is not None:
        check_target(out)
    day = read_date(as_of, "--as-of") if as_of else None
    with progress(quiet=as_json) as report_progress:
        check = check_lake(data, as_of=day, every_state=every_state, listed=out is not None, progress=report_progress)
    written = write_table(check.lines, out) if out is not None and check.lines is not None else None
    if as_json:
        say_json({**check.as_dict(), "out": written.as_dict() if written else None})
    else:
        show_check(check, written)
    if check.damage:
        if not as_json:
            say_errors(check.damage, as_json=False)
        raise typer.Exit(UNSOUND)
    if strict and check.problems:
        raise typer.Exit(ANSWER_IS_NO)


def show_check(check: DataCheck, written: Written | None) -> None:
    """Print what was looked at, what stopped work left, and the problems of the rows."""
    say(f"State {check.version:,} of the lake: {check.files:,} files and {check.runs:,} runs looked at.")
    if check.left_over:
        say(
            f"Left by work that was stopped or is under way, harmless: {', '.join(check.left_over[:3])}"
            + (f" and {len(check.left_over) - 3:,} more." if len(check.left_over) > 3 else ".")
        )
    if check.damage:
        say("Rows were not looked at, for files are damaged.")
    elif not check.problems:
        say(f"Every file is as it was written, and the rows hold no problem as of {check.as_of}.")
    else:
        say(f"Every file is as it was written. Problems in the rows as of {check.as_of}:")
        say()
        rows = [(PROBLEMS[c.problem], c.table, c.rows, _example(c.examples[0])) for c in check.problems]
        say_table(HEADINGS, rows, right=(2,), folds=(3,))
    if written is not None:
        say(f"{written.path}: {written.rows:,} rows, sha256 {written.sha256}")


def _example(line: dict[str, str | None]) -> str:
    sources = ", ".join(source for source in (line["source"], line["other_source"]) if source)
    ids = " ".join(id_ for id_ in (line["household_id"], line["person_id"]) if id_)
    return f"{ids} ({sources}): {line['detail']}" if sources else f"{ids}: {line['detail']}"
