"""What a verb shows: plain lines, tables and JSON on standard output; errors and progress on standard error.

On a terminal, tables take its width; elsewhere 80 columns; more where a cell would be cut otherwise. Nothing that came
with the data can move the cursor, change colours or forge a line: control characters are shown as a mark.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from firmground.errors import FirmgroundError

ReportProgress = Callable[[str, int, int | None], None]

# Control characters, and those that turn the direction of writing; line breaks and tabs are kept in longer texts.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile(r"[\t\n\x0b\x0c\r\u2028\u2029]")
# What stays together when a line is folded: a word, a wide character with the signs that close or open beside it.
_OPENS, _CLOSES, _WIDE = "（《“", "，。：；、）》”", "\u2e80-\u9fff\uff00-\uffef"
_PIECES = re.compile(f"[ ]+|[{_OPENS}]*(?:[{_WIDE}]|[^ {_WIDE}{_OPENS}{_CLOSES}]+)[{_CLOSES}]*|[{_OPENS}{_CLOSES}]+")
PLAIN_LINE_EVERY_SECONDS = 10.0
FOLDED_WIDTH = 12  # columns below which a folded text is no longer read with ease


def plain(text: str) -> str:
    """`text` on one line, with a mark in place of each control character."""
    return _CONTROLS.sub("�", _BREAKS.sub(" ", text))


def say(text: str = "") -> None:
    """Print `text`, which may have several lines, on standard output."""
    print(_CONTROLS.sub("�", text))


def say_text(text: str) -> None:
    """Print a text of indented lines; on a terminal, lines wider than it go on below, a little further in.

    Elsewhere every line stays whole, so that a search finds it.
    """
    if sys.stdout.isatty():
        text = "\n".join(part for line in text.split("\n") for part in folded(line, console().width))
    say(text)


def folded(line: str, width: int) -> list[str]:
    """A line as lines of at most `width` columns, broken at spaces and between Chinese characters.

    >>> folded("  one two three", 9)
    ['  one two', '    three']
    """
    indent = line[: len(line) - len(line.lstrip(" "))]
    lines, current, spaces = [], indent, ""
    for piece in _PIECES.findall(line[len(indent) :]):
        if piece.isspace():
            spaces = piece
        elif current.strip() and cell_len(current + spaces + piece) > width:
            lines.append(current)
            current, spaces = f"{indent}  {piece}", ""
        else:
            current, spaces = current + spaces + piece, ""
    return [*lines, current]


def say_json(value: object) -> None:
    """Print `value` as JSON: dates and times as ISO text, decimals as numbers."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=_jsonable))


def _jsonable(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def console(width: int | None = None) -> Console:
    """Standard output as rich sees it now. width: of its lines, that of the screen if None."""
    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False, width=width)


def say_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    right: Sequence[int] = (),
    folds: Sequence[int] = (),
    total: Sequence[object] | None = None,
) -> None:
    """Print a table.

    right: the columns of numbers. folds: columns that may take several lines; the others are kept whole, on a screen
    that is too narrow by lines that it breaks itself. total: a last row, under a line. Nulls are shown as a dash.
    """
    lines = [[_cell(value) for value in row] for row in ([*rows, total] if total is not None else rows)]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for position, heading in enumerate(headings):
        table.add_column(
            plain(heading),
            justify="right" if position in right else "left",
            overflow="fold",
            no_wrap=position not in folds,
        )
    for line in lines[: len(rows)]:
        table.add_row(*line)
    if total is not None:
        table.add_section()
        table.add_row(*lines[-1], style="bold")
    console(max(console().width, _least_width(headings, lines, folds))).print(table)


def _least_width(headings: Sequence[str], lines: Sequence[Sequence[Text]], folds: Sequence[int]) -> int:
    """Columns that a table needs so that no cell is cut; those that fold need FOLDED_WIDTH at most."""
    widths = [
        max(cell_len(plain(heading)), *(line[position].cell_len for line in lines), 0)
        for position, heading in enumerate(headings)
    ]
    return sum(min(w, FOLDED_WIDTH) if at in folds else w for at, w in enumerate(widths)) + 2 * (len(headings) - 1)


def room_beside(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> int:
    """Columns of the screen that a table of these cells would leave free."""
    columns = [[heading, *(row[position] for row in rows)] for position, heading in enumerate(headings)]
    taken = sum(max(_cell(value).cell_len for value in column) for column in columns)
    return console().width - taken - 2 * len(headings)


def _cell(value: object) -> Text:
    if isinstance(value, Text):
        return value
    return Text(number(value) if not isinstance(value, str) else plain(value))


def number(value: object) -> str:
    """A value as people read it: thousands apart, null as a dash.

    >>> number(1234567)
    '1,234,567'
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        return f"{value:,}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return plain(str(value))


def bar(value: float, largest: float, width: int) -> Text:
    """A bar of block characters, in eighths of a character, `width` characters for `largest`."""
    eighths = round(8 * width * value / largest) if largest else 0
    whole, part = divmod(eighths, 8)
    return Text("█" * whole + (" ▏▎▍▌▋▊▉"[part] if part else ""), style="cyan")


def mistakes_of(error: FirmgroundError) -> Sequence[FirmgroundError]:
    """All that is wrong: the mistakes that an error carries, else the error itself."""
    return getattr(error, "mistakes", None) or (error,)


def say_errors(errors: Sequence[FirmgroundError], *, as_json: bool) -> None:
    """Print errors on standard error, all of them in the order given; as one JSON object for a program."""
    if as_json:
        found = [error.as_dict() for error in errors]
        print(json.dumps({"errors": found}, ensure_ascii=False, indent=2, default=str), file=sys.stderr)
        return
    for error in errors:
        print(_CONTROLS.sub("�", str(error)), file=sys.stderr)
    if len(errors) > 1:
        print(f"{len(errors)} mistakes.", file=sys.stderr)


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[ReportProgress]:
    """A function that verbs hand to long work: a bar on a terminal, a plain line now and then elsewhere.

    Plain lines come every 10 seconds at most, so that short work stays silent in a pipe. quiet: never anything.
    """
    if quiet:
        yield lambda what, done, total: None
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield _on_terminal(bars)
    else:
        yield _in_lines(time.monotonic)


def _bars() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )


def _on_terminal(bars: Progress) -> ReportProgress:
    task: TaskID = bars.add_task("", total=None)

    def report(what: str, done: int, total: int | None) -> None:
        bars.update(task, description=plain(what), completed=done, total=total)

    return report


def _in_lines(clock: Callable[[], float]) -> ReportProgress:
    said_at = clock()

    def report(what: str, done: int, total: int | None) -> None:
        nonlocal said_at
        if clock() - said_at >= PLAIN_LINE_EVERY_SECONDS:
            said_at = clock()
            print(f"{plain(what)}: {done:,}" + (f" of {total:,}" if total else ""), file=sys.stderr, flush=True)

    return report


def pairs(items: Mapping[str, object]) -> None:
    """Print names and values in two columns."""
    width = max((len(name) for name in items), default=0)
    for name, value in items.items():
        say(f"{name:<{width}}  {number(value)}")
