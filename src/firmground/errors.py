"""Every error Firmground raises, as a family tree.

An error carries its place and what was found as fields; its words are made from them once, in `sentence`.
Each class that is raised has an `id` (FG-P014) which docs/reference/errors.md explains, and its family the exit code.
Mistakes in rows (`RowMistake`) are not raised: they are written beside the row into quarantine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import ClassVar


@dataclass(frozen=True, order=True)
class Place:
    """Where in a text file something stands. `line` and `column` start at 1; 0 means the whole file.

    starts: for a text written over several lines, (offset in the text, line, column) where each line of it begins.
    """

    file: str
    line: int = 0
    column: int = 0
    starts: tuple[tuple[int, int, int], ...] = field(default=(), compare=False, repr=False)

    def moved(self, offset: int) -> Place:
        """The place of a character of the text that begins here."""
        for start, line, column in reversed(self.starts):
            if offset >= start:
                return Place(self.file, line, column + offset - start)
        return Place(self.file, self.line, self.column + offset) if self.column else self

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None if none is close.

    >>> nearest("net_incme", ["net_income", "members"])
    'net_income'
    """
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


class FirmgroundError(Exception):
    """Base of all errors that a user may see.

    found: what stands there. expected: what should. hint: what to do, one sentence.
    `exit_code` is what the command line ends with: 1 the answer is no, 2 wrong use, 3 the data or the pack is unsound.
    """

    id: ClassVar[str] = ""
    exit_code: ClassVar[int] = 3

    def __init__(
        self,
        *,
        found: str,
        expected: str = "",
        hint: str = "",
        place: Place | None = None,
        excerpt: str = "",
    ) -> None:
        super().__init__(found)
        self.found = found
        self.expected = expected
        self.hint = hint
        self.place = place
        self.excerpt = excerpt  # the line of the file, where there is one

    @property
    def sentence(self) -> str:
        """The error in words, without its place."""
        parts = [self.found if self.found.endswith((".", "!", "?")) else self.found + "."]
        if self.expected:
            parts.append(f"Expected: {self.expected}.")
        if self.hint:
            parts.append(self.hint)
        return " ".join(parts)

    def __str__(self) -> str:
        head = f"{self.place}  " if self.place else ""
        text = f"{head}{self.id}  {self.sentence}"
        if self.excerpt and self.place and self.place.column:
            text += f"\n    {self.excerpt}\n    {' ' * (self.place.column - 1)}^"
        return text

    def as_dict(self) -> dict[str, object]:
        """The error for a program: id, file, line, column, found, expected, hint (absent parts are null)."""
        place = self.place
        return {
            "id": self.id,
            "file": place.file if place else None,
            "line": place.line or None if place else None,
            "column": place.column or None if place else None,
            "found": self.found,
            "expected": self.expected or None,
            "hint": self.hint or None,
        }


def every_error(root: type[FirmgroundError] = FirmgroundError) -> Iterator[type[FirmgroundError]]:
    """Every class of error with an id, for the reference pages and their test."""
    for child in root.__subclasses__():
        if "id" in child.__dict__ and child.id:
            yield child
        yield from every_error(child)
