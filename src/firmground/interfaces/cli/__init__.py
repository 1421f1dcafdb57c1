"""The command line: `firmground VERB`. One module per verb; this one starts them and says what went wrong.

Exit codes: 0 done; 1 the answer is no; 2 wrong use or an unknown name; 3 the data or the pack is unsound; 130 stopped
by Ctrl-C; 141 when the reader of a pipe went away.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from firmground import __version__
from firmground.errors import FirmgroundError
from firmground.interfaces.cli import (
    bench,
    check,
    check_data,
    compact,
    deliveries,
    demo,
    explain,
    import_file,
    report,
    runs,
    scan,
    sql,
    summary,
    synth,
    test,
)
from firmground.interfaces.cli.mistakes import NoRoom, Unexpected, WrongUse
from firmground.interfaces.cli.screen import mistakes_of, say, say_errors

STOPPED, PIPE_CLOSED = 130, 141


class _Verbs(TyperGroup):
    """Typer's group, but a closed pipe and Ctrl-C end with exit codes of their own."""

    def invoke(self, ctx: Any) -> Any:
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # What Python still holds for the closed pipe goes nowhere, instead of failing again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(PIPE_CLOSED) from None
        except KeyboardInterrupt:
            print("Stopped. What was not finished was not kept.", file=sys.stderr)
            raise typer.Exit(STOPPED) from None
        return answer


app = typer.Typer(
    name="firmground",
    cls=_Verbs,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_RECORDS = (import_file, deliveries, check_data, compact)
for _verb in (demo, synth, check, test, sql, *_RECORDS, scan, runs, explain, summary, report, bench):
    _verb.add_to(app)


def _show_version(asked: bool) -> None:
    if asked:
        say(f"firmground {__version__}")
        raise typer.Exit


@app.callback()
def firmground(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and end.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the program an error came from; may stand anywhere.")
    ] = False,
) -> None:
    """Keeps households from falling back into poverty: records in, readable rules, every warning explained.

    Start with `firmground demo`: a synthetic county, scanned and explained.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. arguments: without the program's name; those of the process if None. Returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug, as_json = "--debug" in given, "--json" in given
    _open_streams()
    try:
        code = app([word for word in given if word != "--debug"], prog_name="firmground", standalone_mode=False)
    except FirmgroundError as error:
        if debug:
            traceback.print_exc()
        mistakes = mistakes_of(error)
        say_errors(mistakes, as_json=as_json)
        return max(mistake.exit_code for mistake in mistakes)
    except typer.TyperException as error:
        if error.format_message():  # empty where the help was shown instead
            say_errors([_wrong_use(error)], as_json=as_json)
        return error.exit_code
    except SystemExit:  # the library that draws tables and the help leaves in this way, for this reason alone
        return PIPE_CLOSED
    except Exception as error:  # the last line of defence: nobody is shown a traceback
        if debug:
            traceback.print_exc()
        fault = _unexpected(error)
        say_errors([fault], as_json=as_json)
        return fault.exit_code
    return code if isinstance(code, int) else 0


def _open_streams() -> None:
    """Answers are UTF-8, also where the system's own encoding could not say them; a closed stream swallows them."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, io.StringIO())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _wrong_use(error: typer.TyperException) -> WrongUse:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "firmground"
    return WrongUse(found=error.format_message().rstrip("."), hint=f"See `{path} --help`.")


def _unexpected(error: Exception) -> FirmgroundError:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return NoRoom(found="There is no room left where the answer is written", hint="Make room and run it again.")
    return Unexpected(
        found=f"Firmground failed unexpectedly ({type(error).__name__})",
        hint="Please run the command again with --debug and report what it prints.",
    )
