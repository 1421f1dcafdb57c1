"""Texts that a spreadsheet would compute, and how they are kept from it.

A text is live if, after any invisible characters, it starts with `=`, `+`, `-`, `@` or their full-width twins, or if it
starts with a tab or a line break. Negative numbers are not live: they stay numbers.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import pyarrow.compute as pc

Texts: TypeAlias = Any  # pa.Array or pa.ChunkedArray of text: pyarrow has no types of its own

# The apostrophe belongs to the class so that marking twice and unmarking once gives back what was marked once.
_INVISIBLE = r"[\p{C}\p{Z}\x{034F}\x{115F}\x{1160}\x{2800}\x{3164}\x{FFA0}']*"
_LIVE = rf"^(?:'*[\t\r\n]|{_INVISIBLE}[=+\-@＝＋－＠﹦﹢﹣﹫])"
_NEGATIVE_NUMBER = r"^-[0-9]+(\.[0-9]+)?$"


def is_live(texts: Texts) -> Texts:
    """Whether a spreadsheet would compute each text; false where it is null."""
    live = pc.match_substring_regex(texts, _LIVE)
    return pc.fill_null(pc.and_not(live, pc.match_substring_regex(texts, _NEGATIVE_NUMBER)), False)


def inert(texts: Texts) -> Texts:
    """The texts with an apostrophe before each live one."""
    return pc.if_else(is_live(texts), pc.binary_join_element_wise("'", texts, ""), texts)


def original(texts: Texts) -> Texts:
    """What `inert` was given: the texts without the apostrophe that it set."""
    marked = pc.and_(pc.starts_with(texts, "'"), pc.match_substring_regex(texts, _LIVE))
    return pc.if_else(pc.fill_null(marked, False), pc.utf8_slice_codeunits(texts, 1), texts)
