"""An explanation of one household, as words and as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from firmground.engine.scan.explanation.as_json import explanation_dict
from firmground.engine.scan.explanation.as_text import explanation_text
from firmground.engine.scan.explanation.explained import Explained


@dataclass(frozen=True)
class Explanation(Explained):
    """Everything that is known of one household at a date; see Explained for its parts."""

    def as_dict(self) -> dict[str, Any]:
        """The explanation for a program; the same content as the text, in all languages of the pack."""
        return explanation_dict(self)

    def text(self, language: str | None = None) -> str:
        """The explanation in words, in a language of the pack (default: its first)."""
        return explanation_text(self, language)
