"""`firmground check PACK`: is the pack sound."""

from __future__ import annotations

from typing import Annotated

import typer

from firmground.engine.policy import check_pack, load_pack
from firmground.interfaces.cli.options import AsJson
from firmground.interfaces.cli.screen import say, say_errors, say_json

UNSOUND = 3


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("check")(check)


def check(
    pack: Annotated[str, typer.Argument(metavar="PACK", help="A shipped pack's name, or the folder of a pack.")],
    as_json: AsJson = False,
) -> None:
    """Read a policy pack and say everything that is wrong with it.

    Each mistake comes with file, line and column, what was found, what was
    expected and the nearest known name. Exit code 3 if there is any.

    Examples:
      firmground check cn
      firmground check ./my-pack
    """
    mistakes = check_pack(pack)
    if as_json:
        say_json({"sound": not mistakes, "mistakes": [mistake.as_dict() for mistake in mistakes]})
    elif mistakes:
        say_errors(mistakes, as_json=False)
    else:
        sound = load_pack(pack)
        parts = (len(sound.rules), "rules"), (len(sound.facts), "facts"), (len(sound.parameters), "parameters")
        say(f"{sound.id} {sound.version} is sound: {', '.join(f'{number} {what}' for number, what in parts)}.")
    if mistakes:
        raise typer.Exit(UNSOUND)
