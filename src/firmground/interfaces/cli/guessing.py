"""`firmground import FILE --guess`: a proposal of a source file for a file that nobody has explained yet."""

from __future__ import annotations

from pathlib import Path

from firmground.engine.records import Proposal, guess
from firmground.interfaces.cli.mistakes import WrongUse
from firmground.interfaces.cli.options import existing_file
from firmground.interfaces.cli.screen import plain, say, say_json


def show_guess(
    file: str,
    *,
    out: Path | None,
    data: Path | None,
    pack: str | None,
    table: str | None,
    source: str | None,
    password: str | None,
    as_json: bool,
) -> None:
    """Print what a file seems to hold, or write it to a file that is not there yet. Raises WrongUse."""
    if out is not None and out.exists():
        raise WrongUse(
            found=f"There is a file {out} already, and a guess writes over none", hint="Choose another name."
        )
    proposal = guess(existing_file(Path(file)), data=data, pack=pack, table=table, source=source, password=password)
    if out is not None:
        _write(out, proposal.text)
    if as_json:
        say_json(proposal.as_dict())
    elif out is None:
        say(proposal.text.rstrip("\n"))
    else:
        _show(out, proposal)


def _write(out: Path, text: str) -> None:
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise WrongUse(found=f"The file {out} cannot be written ({error.strerror})", expected="a new file") from error


def _show(out: Path, proposal: Proposal) -> None:
    say(f"{out} says what the file seems to hold: rows of `{proposal.table}`, {len(proposal.columns)} columns found.")
    if proposal.open:
        say("To be decided by a person:")
    for each in proposal.open:
        say(f"  {plain(each)}")
