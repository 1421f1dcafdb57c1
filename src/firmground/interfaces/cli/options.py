"""Options that several verbs take, and how their texts become values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from firmground.engine.policy.model import Pack
from firmground.errors import nearest
from firmground.interfaces.cli.mistakes import FileMissing, NotADate, NotASetting, NotATime, UnknownLanguage

Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="Folder of the lake: where records were imported.")]
PackName = Annotated[
    str, typer.Option("--pack", metavar="PACK", help="Policy pack: a shipped name, such as cn, or a folder.")
]
AsOf = Annotated[str, typer.Option("--as-of", metavar="DATE", help="The day as of which households are judged.")]
KnownAt = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="TIME",
        help="Count only rows received until then. A date means the end of that day in the lake's time zone.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Try another value of a parameter, such as param.monitoring_line=7000. May be given several times.",
    ),
]
Language = Annotated[
    str | None, typer.Option("--lang", metavar="LANG", help="Language of the answer: en or zh. Default: the pack's.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program; errors too, on standard error.")]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="FILE", help="Write to this file; its name decides: .csv, .parquet, .jsonl or .xlsx."
    ),
]


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[-+]?([0-9]{1,28}(\.[0-9]{0,28})?|\.[0-9]{1,28})([eE][-+]?[0-9]{1,2})?")


def read_date(text: str, option: str) -> date:
    """A date such as 2022-05-31. Raises NotADate."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else _refuse_date(text, option)
    except ValueError:
        return _refuse_date(text, option)


def _refuse_date(text: str, option: str) -> date:
    raise NotADate(found=f"{option} is `{text}`", expected="a date of the calendar such as 2022-05-31") from None


def known_at_of(text: str | None) -> date | datetime | None:
    """The day, or moment, up to which rows count, as it was written. Raises NotATime."""
    return None if text is None else read_time(text, "--known-at")


def read_time(text: str, option: str) -> date | datetime:
    """A date, or a time; without a zone it stays naive. Raises NotATime."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _DAY.match(text) and text[10:11] in ("T", " "):
            return datetime.fromisoformat(text)
        raise ValueError(text)
    except ValueError:
        raise NotATime(
            found=f"{option} is `{text}`", expected="a date, or a time such as 2022-05-31T18:00+08:00"
        ) from None


def read_settings(texts: Iterable[str] | None) -> dict[str, Decimal] | None:
    """`param.NAME=VALUE` texts as parameter name -> exact value. Raises NotASetting."""
    settings: dict[str, Decimal] = {}
    for text in texts or ():
        written, _, value = text.partition("=")
        name = written.strip().removeprefix("param.")
        if not name or not _NUMBER.fullmatch(value.strip()):
            raise NotASetting(
                found=f"--set is `{text}`", expected="a parameter and a number such as param.monitoring_line=7000"
            )
        if name in settings:
            raise NotASetting(found=f"--set gives `{name}` two values", expected="one value for each parameter")
        settings[name] = Decimal(value.strip())
    return settings or None


def choose_language(language: str | None, pack: Pack) -> str:
    """The language asked for, else the pack's first. Raises UnknownLanguage."""
    if language is None:
        return pack.languages[0]
    if language not in pack.languages:
        close = nearest(language, pack.languages)
        raise UnknownLanguage(
            found=f"The pack `{pack.id}` does not speak `{language}`",
            expected=", ".join(pack.languages),
            hint=f"Did you mean `{close}`?" if close else "",
        )
    return language


def existing_file(path: Path) -> Path:
    """`path` if it is a file. Raises FileMissing, with the nearest name in the same folder."""
    if path.is_file():
        return path
    if path.is_dir():
        raise FileMissing(found=f"`{path}` is a folder", expected="a file")
    known = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    close = nearest(path.name, known)
    raise FileMissing(
        found=f"There is no file `{path}`",
        expected="a file",
        hint=f"Did you mean `{path.with_name(close)}`?" if close else "",
    )
