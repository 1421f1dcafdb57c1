"""Hostile mappings, each given with a sound file."""

from __future__ import annotations

from collections.abc import Callable

from engine.records.reading.hostile.case import HEADING_LINE, LINE, Hostile

_TABLE = (HEADING_LINE + LINE).encode()
_UNSOUND = "FG-L020"
_COLUMNS = "columns: {household_id: household_id, kind: kind, amount: amount, occurred_on: occurred_on"
_LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)
_SQL = "'); drop table raw; select ('"


def _mapping(name: str, make: Callable[[], bytes], *ends: str, accepted: int = 0, quarantined: int = 0) -> Hostile:
    return Hostile(f"mapping: {name}", lambda: _TABLE, ends, accepted, quarantined, mapping=make)


MAPPINGS = (
    _mapping("a billion laughs", _LAUGHS.encode, _UNSOUND),
    _mapping("an object of Python", lambda: b"columns: !!python/object/apply:os.system ['touch /tmp/pwned']", _UNSOUND),
    _mapping("100 MB", lambda: b"columns: {}\n" + b"#" * 100_000_000, _UNSOUND),
    _mapping("lists within lists", lambda: b"null: " + b"[" * 100_000, _UNSOUND),
    _mapping("a megabyte of words", lambda: b"null:\n" + b"- a\n" * 240_000, _UNSOUND),
    _mapping("a megabyte of keys", lambda: "".join(f"k{n}: 1\n" for n in range(80_000)).encode(), _UNSOUND),
    _mapping("no YAML", lambda: bytes(range(256)) * 99, _UNSOUND),
    _mapping("a key that is a list", lambda: b"? [a, b]\n: c\n", _UNSOUND),
    _mapping("merged keys", lambda: b"<<: {columns: {}}\n", _UNSOUND),
    _mapping("SQL in constants", f'{_COLUMNS}, person_id: {{value: "{_SQL}"}}}}\n'.encode, accepted=1),
    _mapping("SQL in what means nothing", f'{_COLUMNS}}}\n"null": ["{_SQL}", "\'", \'\\\']\n'.encode, accepted=1),
    _mapping(
        "SQL in codes",
        f'{_COLUMNS}}}\nvalues: {{kind: {{"{_SQL}": wage, wage: "{_SQL}"}}}}\n'.encode,
        quarantined=1,
    ),
    _mapping("SQL in the name of a column", f'{_COLUMNS}, "{_SQL}": kind}}\n'.encode, _UNSOUND),
    _mapping("SQL in a heading", f'{_COLUMNS}, person_id: "{_SQL}"}}\n'.encode, _UNSOUND),
    _mapping("SQL in the delimiter", f'{_COLUMNS}}}\ndelimiter: "\'"\n'.encode, _UNSOUND, "FG-L021"),
    _mapping("a delimiter of many characters", f'{_COLUMNS}}}\ndelimiter: "{_SQL}"\n'.encode, "FG-L040", _UNSOUND),
    _mapping("an encoding that runs programs", f"{_COLUMNS}}}\nencoding: zip_codec\n".encode, "FG-L040", _UNSOUND),
    _mapping("rows to skip without end", f"{_COLUMNS}}}\nskip_rows: 99999999999999\n".encode, "FG-L040", _UNSOUND),
    _mapping("a heading of fewer rows than none", f"{_COLUMNS}}}\nheading_rows: -1\n".encode, "FG-L040", _UNSOUND),
)
