"""`firmground test PACK`: do the pack's worked examples hold."""

from __future__ import annotations

from typing import Annotated

import typer

from firmground.engine.policy import load_pack
from firmground.engine.scan.examples.worked_examples import ExamplesTried, try_examples
from firmground.interfaces.cli.options import AsJson
from firmground.interfaces.cli.screen import say, say_json, say_table

ANSWER_IS_NO = 1


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("test")(test)


def test(
    pack: Annotated[str, typer.Argument(metavar="PACK", help="A shipped pack's name, or the folder of a pack.")],
    as_json: AsJson = False,
) -> None:
    """Try the worked examples of a policy pack: records in, warnings out.

    Says which examples fail and how, and which rules no example shows firing,
    silent, or on their boundary from both sides. Exit code 1 if one fails.

    Examples:
      firmground test cn
      firmground test ./my-pack --json
    """
    tried = try_examples(load_pack(pack))
    if as_json:
        say_json(tried.as_dict())
    else:
        show_examples(tried)
    if not tried.passed:
        raise typer.Exit(ANSWER_IS_NO)


def show_examples(tried: ExamplesTried) -> None:
    """Print the examples that fail, the cover of every rule, and the sum."""
    for result in tried.results:
        if not result.passed:
            say(f"FAILED  {result.place}  {result.name}")
            for difference in result.differences:
                say(f"        {difference}")
    say_table(
        ("Rule", "fires", "silent", "boundary fires", "boundary silent"),
        [(c.rule, c.fired, c.silent, c.boundary_fired, c.boundary_silent) for c in tried.coverage],
        right=(1, 2, 3, 4),
        folds=(0,),
    )
    for coverage in tried.coverage:
        if coverage.missing:
            say(f"No example shows that {coverage.rule} {', '.join(coverage.missing)}.")
    failed = sum(not result.passed for result in tried.results)
    say(f"{len(tried.results)} examples, {failed} failed.")
