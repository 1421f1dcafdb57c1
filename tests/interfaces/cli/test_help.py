"""Every verb explains itself: what it does, every option, and examples that the command line accepts."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import pytest
import typer

from firmground.interfaces.cli import app
from firmground.interfaces.cli.reference.commands import options_of, verbs

Firmground = Callable[..., Any]
VERBS = (
    *("demo", "synth", "check", "test", "sql", "import"),
    *("deliveries", "check-data", "compact", "scan", "runs", "explain", "summary", "report", "bench"),
)


def test_these_are_the_verbs() -> None:
    assert tuple(verbs()) == VERBS


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_says_what_it_does_what_it_takes_and_how_it_is_used(firmground: Firmground, name: str) -> None:
    verb = verbs()[name]
    answer = firmground(name, "--help")

    assert answer.code == 0
    for parameter in options_of(verb):
        assert parameter.help, parameter.name
        assert all(option in answer.out for option in parameter.opts if option.startswith("--"))
    assert f"firmground {name}" in verb.help.partition("Examples:")[2]
    assert max(map(len, answer.out.splitlines())) <= 80


@pytest.mark.parametrize("name", VERBS)
def test_the_examples_of_a_verb_are_understood(name: str) -> None:
    group: Any = typer.main.get_command(app)
    lines = [line.strip() for line in verbs()[name].help.partition("Examples:")[2].splitlines() if line.strip()]

    assert lines
    for line in lines:
        words = shlex.split(line.partition(" | ")[0])
        assert words[0] == "firmground"
        command = group.commands[words[1]]
        command.make_context(words[1], words[2:])  # raises where an option or argument is not known
