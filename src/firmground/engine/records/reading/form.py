"""How a file is written, as far as it is said beforehand; the rest is found out from the file."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Form:
    """How a file is written. None: find it out.

    encoding: of text files, such as gb18030. delimiter: the one character between cells of text files. sheet: the name
    of a workbook's sheet. skip_rows: title lines above the heading. heading_rows: rows that the heading spans.
    password: of a protected workbook.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    heading_rows: int | None = None
    skip_rows: int | None = None
    password: str | None = field(default=None, repr=False)
