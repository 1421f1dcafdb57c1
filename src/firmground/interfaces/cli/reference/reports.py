"""The page of reports as JSON, from the classes whose fields they are."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from firmground.engine.records.report import Conversion, Derivation, ImportReport, MistakeCount, Withdrawal
from firmground.engine.records.undoing import UndoReport
from firmground.interfaces.cli.reference.markdown import code, table

INTRODUCTION = """# Reports as JSON

What `firmground import FILE --json` prints: one report; with `--retry` a list of them, one for each delivery
that was taken up again; with `--undo` the last of this page. Days and times are ISO text, times with their zone. From
Python the same are attributes of what `import_file`, `retry` and `undo` give back. Fields may be added; none
changes its meaning.
"""

_TYPES = {
    "str": "text",
    "str | None": "text or null",
    "int": "number",
    "bool": "true or false",
    "date": "day",
    "date | None": "day or null",
    "datetime": "time",
    "tuple[str, ...]": "list of texts",
    "Path | None": "text or null",
}

# The fields of each class that its `as_dict` gives, and what they mean.
REPORTS: dict[type[Any], tuple[str, dict[str, str]]] = {
    ImportReport: (
        "What became of the rows of one file, or of one delivery taken up again.",
        {
            "file": "name of the file, or address of the database",
            "table": "table that its rows belong to",
            "source": "who delivered it; a row's own source wins",
            "received_at": "when it was received",
            "delivery": "id of the delivery; null if nothing was changed: a dry run, or the same file again",
            "rows": "rows read (with `rows` in the mapping, the records made of them): all of the next three together",
            "accepted": "rows that were taken into the lake",
            "quarantined": "rows that were put aside",
            "repeated": "rows of a file that came in before",
            "waiting": "those of the quarantined with which nothing is wrong but that household or person is not known",
            "mistakes": "kinds of mistakes, the most frequent first; at most 200",
            "conversions": "cells that were read otherwise than they are written",
            "unused": "headings of the file that no column takes",
            "notes": "what was found out about the file, and what somebody should know",
            "withdrawal": "of a file that holds everything: what it withdraws",
            "derivation": "of a complete list: the conditions of those who are not in it",
            "source_file": "source file or mapping by which it was read; empty for our own names",
            "file_kind": "kind of file in it; empty for our own names",
            "quarantine_file": "CSV file with the quarantined rows",
            "is_dry_run": "whether nothing was changed because `--dry-run` was given",
        },
    ),
    MistakeCount: (
        "Rows with one mistake in one column.",
        {
            "id": "[error](errors.md)",
            "column": "column of the table; the quarantine file names the heading of the file instead",
            "rows": "rows that have it",
            "expected": "what should stand there",
            "first_row": "the first of them, as a spreadsheet counts",
            "example": "what the first of them holds, at most 60 characters; `(hidden)` for personal columns",
        },
    ),
    Conversion: (
        "Cells of one column that were read by one conversion.",
        {
            "kind": "[conversion](conversions.md)",
            "column": "column of the table",
            "rows": "cells that it was needed for",
            "first_row": "row of the first of them, as a spreadsheet counts",
            "example": "the first of them as it came; hidden for personal columns",
            "became": "what it became in the end, after all conversions; hidden for personal columns",
        },
    ),
    Withdrawal: (
        "What a file that holds everything does to earlier rows of its source.",
        {
            "source": "whose rows",
            "first": "first day of the span; null: since always",
            "last": "last day of the span; null: without end",
            "earlier": "rows in the span that counted until now",
            "left_out": "those of them that the file does not hold, which are withdrawn",
        },
    ),
    Derivation: (
        "What a complete list says of members who are not in it.",
        {
            "kind": "kind of condition",
            "day": "day of the list, on which conditions begin and end",
            "area": "area that it is complete for; null: all",
            "members": "members whom it should hold",
            "listed": "those of them who are in it",
            "begun": "conditions that begin",
            "ended": "conditions that end",
            "open": "conditions that earlier lists began and that go on",
        },
    ),
    UndoReport: (
        "What `import --undo DELIVERY --json` prints.",
        {
            "delivery": "delivery that is undone",
            "table": "its table",
            "undone_at": "when it was undone",
            "withdrawn": "rows of it that counted until now",
            "counting_again": "rows of other deliveries that it had replaced or withdrawn, and that count again",
            "closed": "rows in quarantine that are not taken up any more",
            "was_undone": "whether it was undone before, so that nothing changed now",
        },
    ),
}
_NOT_PRINTED = {"stored"}


def reports_page() -> str:
    """The page. Raises KeyError for a field that nothing is said of."""
    return "\n".join([INTRODUCTION, *(_report(each) for each in REPORTS)])


def _report(report: type[Any]) -> str:
    title, meanings = REPORTS[report]
    rows = [
        [code(each.name), _type(str(each.type)), meanings[each.name]]
        for each in fields(report)
        if each.name not in _NOT_PRINTED
    ]
    return f"## {report.__name__}\n\n{title}\n\n" + table(["field", "value", "meaning"], rows)


def _type(annotation: str) -> str:
    if annotation in _TYPES:
        return _TYPES[annotation]
    name = annotation.removeprefix("tuple[").removesuffix(", ...]").removesuffix(" | None")
    link = f"[{name}](#{name.lower()})"
    return f"list of {link}" if annotation.startswith("tuple[") else f"{link} or null"
