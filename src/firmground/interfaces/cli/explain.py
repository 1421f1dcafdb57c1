"""`firmground explain HOUSEHOLD`: why it is warned of, and why not."""

from __future__ import annotations

from typing import Annotated

import typer

from firmground.engine.policy import load_pack
from firmground.engine.scan.doors import explain as explanation_of
from firmground.interfaces.cli.options import (
    AsJson,
    AsOf,
    Data,
    KnownAt,
    Language,
    PackName,
    Settings,
    choose_language,
    known_at_of,
    read_date,
    read_settings,
)
from firmground.interfaces.cli.screen import say_json, say_text


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("explain")(explain)


def explain(
    household: Annotated[str, typer.Argument(metavar="HOUSEHOLD", help="Id of the household.")],
    data: Data,
    pack: PackName,
    as_of: AsOf,
    lang: Language = None,
    as_json: AsJson = False,
    known_at: KnownAt = None,
    settings: Settings = None,
) -> None:
    """Explain one household: every rule that fired and every one that did not.

    With values, limits, units and sources, the records behind each fact, rows
    set aside, days since the last data per source, and what would have to
    change for each rule to fire or to stop.

    Examples:
      firmground explain H1 --data lake --pack cn --as-of 2022-06-01
      firmground explain H1 --data lake --pack cn --as-of 2022-06-01 --lang zh
    """
    day, changed = read_date(as_of, "--as-of"), read_settings(settings)
    loaded = load_pack(pack)
    language = choose_language(lang, loaded)
    answer = explanation_of(data, household, loaded, day, known_at=known_at_of(known_at), settings=changed)
    if as_json:
        say_json(answer.as_dict())
    else:
        say_text(answer.text(language))
