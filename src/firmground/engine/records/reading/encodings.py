"""In which encoding a text file is written, and the same text as UTF-8.

Found out by content: a byte order mark; else UTF-16, if half of the bytes at one side of each pair are zero and few at
the other; else UTF-8, if the whole file is; else GB18030, if the whole file is, and at least three in four of its
characters beyond ASCII are those of GB2312. A text in Latin or Big5 letters, which GB18030 would read as rare
characters, is so refused.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from firmground.engine.records.reading.refusals import FormUnfit, WrongEncoding
from firmground.errors import nearest

UTF_8, GB18030 = "utf-8", "gb18030"
_UTF_16 = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
BYTE_ORDER_MARKS = (codecs.BOM_UTF8, *_UTF_16.values())
_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_LIKELY = 0.75  # share of characters beyond ASCII that GB2312 has
_NAMES = (
    *(UTF_8, "utf-16", *_UTF_16, GB18030, "gbk", "gb2312", "big5", "big5hkscs", "shift_jis", "euc_jp", "euc_kr"),
    *(f"cp{number}" for number in (437, 850, 874, 932, 936, 949, 950, *range(1250, 1259))),
    *(f"iso8859-{part}" for part in (*range(1, 12), *range(13, 17))),
    *("koi8-r", "koi8-u", "ascii", "latin-1"),
)
_SHOWN = {UTF_8: "UTF-8", GB18030: "GB18030", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
_WIDER = {"gbk": GB18030, "gb2312": GB18030, "cp936": GB18030, "ascii": UTF_8, "utf-8-sig": UTF_8}


def encoding_named(name: str) -> str:
    """An encoding by any of its usual names, as this module calls it. Raises FormUnfit."""
    known = {codecs.lookup(each).name for each in _NAMES}
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        found = ""
    if found not in (*known, "utf-8-sig"):
        likely = nearest(name.lower(), _NAMES)
        raise FormUnfit(
            found=f"The encoding `{name}` is not known",
            expected="the name of an encoding of text, such as utf-8, utf-16, gb18030 or big5",
            hint=f"Did you mean `{likely}`?" if likely else "",
        )
    return _WIDER.get(found, found)


def shown(encoding: str) -> str:
    """The name of an encoding, for people."""
    return _SHOWN.get(encoding, encoding)


def marked_encoding(path: Path) -> str | None:
    """UTF-16 or UTF-8 if a file begins so, None if only the whole of it can tell. Raises WrongEncoding."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if sample.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise WrongEncoding(found=f"The file {path.name} is in UTF-32", expected="UTF-8, UTF-16 or GB18030")
    if sample.startswith(codecs.BOM_UTF8):
        return UTF_8
    for encoding, mark in _UTF_16.items():
        if sample.startswith(mark):
            return encoding
    left, right = sample[0::2].count(0), sample[1::2].count(0)
    if max(left, right) * 4 >= len(sample) and min(left, right) * 10 <= max(left, right) > 0:
        return "utf-16-be" if left > right else "utf-16-le"
    return None


def unmarked_encoding(path: Path, name: str) -> str:
    """The encoding of a file that is not UTF-8: GB18030. Raises WrongEncoding with the line that does not fit."""
    beyond_ascii = common = 0
    for text in decoded(path, name, GB18030, expected="UTF-8, UTF-16 or GB18030"):
        in_ascii = len(text.encode("ascii", "ignore"))
        beyond_ascii += len(text) - in_ascii
        common += (len(text.encode("gb2312", "ignore")) - in_ascii) // 2
    if common < beyond_ascii * _LIKELY:
        raise WrongEncoding(
            found=f"Line {_first_line_beyond_ascii(path)} of the file {name} is not UTF-8, and as GB18030 it would be"
            " rare characters",
            expected="UTF-8, UTF-16 or GB18030",
            hint="Save it as UTF-8, or name its encoding in the source file, such as `encoding: big5`.",
        )
    return GB18030


def _first_line_beyond_ascii(path: Path) -> int:
    line = 1
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            if not chunk.isascii():
                start = len(chunk) - len(chunk.lstrip(bytes(range(128))))
                return line + chunk[:start].count(b"\n")
            line += chunk.count(b"\n")
    return line


def decoded(path: Path, name: str, encoding: str, expected: str = "") -> Iterator[str]:
    """The text of a file, piece by piece, without a byte order mark. Raises WrongEncoding with the line."""
    line, decoder, is_first = 1, codecs.getincrementaldecoder(encoding)(), True
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(encoding, "replace")
                raise WrongEncoding(
                    found=f"Line {line + before.count(chr(10))} of the file {name} is not {shown(encoding)}"
                    + (" nor UTF-8" if expected and encoding != UTF_8 else ""),
                    expected=expected or shown(encoding),
                    hint="Save it as UTF-8, or name its encoding in the source file, such as `encoding: big5`.",
                ) from error
            line += text.count("\n")
            yield text.removeprefix("\ufeff") if is_first else text
            is_first = is_first and not text
            if not chunk:
                return


def write_as_utf8(path: Path, name: str, encoding: str, target: Path) -> None:
    """Write the text of a file as UTF-8, in constant memory. Raises WrongEncoding."""
    with target.open("wb") as file:
        for text in decoded(path, name, encoding):
            file.write(text.encode())
