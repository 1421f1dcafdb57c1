"""The page of conversions, from the list by which cells are read."""

from __future__ import annotations

from firmground.engine.records.judging.conversion_kinds import KINDS, ConversionKind, Example
from firmground.interfaces.cli.reference.markdown import code, table

INTRODUCTION = """# Conversions

How cells are read that are written otherwise than the lake writes them: dates as `2022-05-31`, amounts as `1200.50`,
ids and codes as text in which every digit counts. A cell is taken as it is, or read by the rules of this page, or its
row waits in quarantine as it came; nothing is guessed, and no digit is lost. The report of an import counts every
conversion by column, with the first cell and what it became.

A cell may go through several conversions; it is converted only if the lake can hold what comes out in the end. The
codes and the words for nothing of a mapping are tried on the cell as it came, and once more after spaces and full-width
characters are gone.
"""


def conversions_page() -> str:
    """The page."""
    return "\n".join([INTRODUCTION, *(_kind(kind) for kind in KINDS)])


def _kind(kind: ConversionKind) -> str:
    lines = [f"## {kind.id}\n", f"{kind.title[:1].upper()}{kind.title[1:]}. In {kind.where}.\n"]
    lines.append(f"Accepted: {kind.accepted}\n\nNot converted: {kind.refused}\n")
    rows = [[code(each.column), _shown(each.cell), code(each.mapping), _outcome(each)] for each in kind.examples]
    lines.append(table(["column", "cell", "mapping", "read as"], rows))
    return "\n".join(lines)


def _outcome(example: Example) -> str:
    return f"refused, [{example.error}](errors.md)" if example.error else code(example.becomes) or "an empty cell"


def _shown(cell: str) -> str:
    """A cell as code; characters that would not be seen as their numbers."""
    is_padded = cell != cell.strip(" ")
    seen = (each if each.isprintable() and not (is_padded and each == " ") else f"\\u{ord(each):04x}" for each in cell)
    return code("".join(seen))
