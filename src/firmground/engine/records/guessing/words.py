"""The words of words.yaml: what headings are called in offices, and what their codes mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

_ASIDE = re.compile(r"[(（\[【].*?[)）\]】]")  # a unit, most often
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Words:
    """columns: of all tables; tables: of one, its own words under `words`; values: of a column, the file's -> ours."""

    columns: dict[str, list[str]]
    tables: dict[str, dict[str, list[str]]]
    values: dict[str, dict[str, str]]

    def of(self, table: str, column: str) -> list[str]:
        """What headings of a column are called, without what does not tell words apart."""
        return [plain(word) for word in (*self.columns.get(column, ()), *self.tables[table].get(column, ()))]


@cache
def words() -> Words:
    """The words that come with the product."""
    text = files("firmground.engine.records.guessing").joinpath("words.yaml").read_text(encoding="utf-8")
    read = YAML(typ="safe", pure=True).load(text)
    return Words(read["columns"], read["tables"], read["values"])


def plain(heading: str) -> str:
    """A heading without the unit, the name above it, spaces and marks, in small letters.

    >>> plain("发放/金额（元）"), plain("Date of_birth")
    ('金额', 'dateofbirth')
    """
    last = _ASIDE.sub("", heading).rsplit("/", 1)[-1]
    return _NO_LETTER.sub("", last).casefold()
