"""The names of a file's columns."""

from __future__ import annotations

import re
from pathlib import Path

from firmground.engine.records.reading.refusals import HeadingUnfit

_WIDEST = 2_000  # headings
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_headings(headings: list[str], path: Path) -> None:
    if not headings:
        raise HeadingUnfit(found=f"The first line of {path.name} is blank", expected="a name for each column")
    if len(headings) > _WIDEST:
        raise HeadingUnfit(found=f"{path.name} has {len(headings)} headings", expected=f"at most {_WIDEST}")
    seen: set[str] = set()
    for number, heading in enumerate(headings, start=1):
        if not heading.strip():
            found = f"The heading of column {number} of {path.name} is empty"
            raise HeadingUnfit(found=found, expected="a name for each column")
        if _CONTROL.search(heading):
            found = f"The heading of column {number} of {path.name} has a control character in it"
            raise HeadingUnfit(found=found, expected="UTF-8 text")
        if heading in seen:
            raise HeadingUnfit(found=f"The heading `{heading}` stands twice in {path.name}", expected="it once")
        seen.add(heading)
