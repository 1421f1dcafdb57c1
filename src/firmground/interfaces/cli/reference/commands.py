"""The page of commands, from the command line itself."""

from __future__ import annotations

from typing import Any

import typer

from firmground.interfaces.cli import app
from firmground.interfaces.cli.reference.markdown import code, table

INTRODUCTION = """# Commands

`firmground VERB`. Every verb answers `--help`. `firmground --version` prints the version; `--debug`, which may stand
anywhere, shows where in the program an error came from.

| exit code | means |
| --- | --- |
| 0 | done |
| 1 | the answer is no: a worked example failed, or rows were quarantined under `--strict` |
| 2 | wrong use, or an unknown name on the command line |
| 3 | the data or the policy pack is unsound |
| 130 | stopped by Ctrl-C; what was not finished was not kept |
| 141 | the reader of a pipe went away |

Errors go to standard error, as JSON where `--json` is given: `{"errors": [{"id", "file", "line", "column", "found",
"expected", "hint"}]}`. Long work shows its progress on a terminal, and a plain line every ten seconds elsewhere.
"""


def verbs() -> dict[str, Any]:
    """Every verb that the program shows, by name."""
    group: Any = typer.main.get_command(app)
    return {name: verb for name, verb in group.commands.items() if not verb.hidden}


def options_of(verb: Any) -> list[Any]:
    """Arguments and options of a verb, without --help."""
    return [parameter for parameter in verb.params if parameter.name != "help" and not parameter.hidden]


def commands_page() -> str:
    """The page."""
    return "\n".join([INTRODUCTION, *(_verb(name, verb) for name, verb in verbs().items())])


def _verb(name: str, verb: Any) -> str:
    about, _, examples = (verb.help or "").replace("\b\n", "").partition("Examples:")
    parts = [f"## {name}\n", about.strip() + "\n"]
    parameters = options_of(verb)
    if parameters:
        rows = [[code(_written(p)), "yes" if p.required else "", _default(p), p.help or ""] for p in parameters]
        parts.append(table(["argument or option", "required", "default", "meaning"], rows))
    if examples:
        parts.append("```\n" + "\n".join(line.strip() for line in examples.strip().splitlines()) + "\n```\n")
    return "\n".join(parts)


def _written(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    names = "/".join([*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} {parameter.metavar or parameter.name.upper()}"


def _default(parameter: Any) -> str:
    value = parameter.default
    return "" if value is None or value is False or callable(value) else code(str(value))
