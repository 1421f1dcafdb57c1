"""The steps that a cell which is not plain goes through, as SQL over its text.

A step takes the text `t` that the step before it gave, and gives it changed or as it is. `cell` is the text as it came.
Each is written so that what it gives is not changed by it once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from firmground.engine.records.judging.checks import literal
from firmground.engine.records.sources.mapping import Mapping

_GAP = r"[\p{Z}\t\n\x0b\f\r]"
_WIDE = "".join(map(chr, range(0xFF01, 0xFF5F)))
_NARROW = "".join(map(chr, range(0x21, 0x7F)))
_TO_NARROW = str.maketrans(_WIDE, _NARROW)

_CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?"
_MIDNIGHT = r"0?0:00(:00([.]0+)?)?"
_TAIL = r"([T ].*)?"  # of a time, after its day
_YEAR, _ONE_OR_TWO = "([0-9]{4})", "([0-9]{1,2})"
_DAYS = (
    *(f"{_YEAR}{mark}{_ONE_OR_TWO}{mark}{_ONE_OR_TWO}" for mark in ("-", "/", "[.]")),
    "([0-9]{4})([0-9]{2})([0-9]{2})",
    rf"{_YEAR} *年 *{_ONE_OR_TWO} *月 *{_ONE_OR_TWO} *[日号]",
)
_MONTHS = (
    f"{_YEAR}[-/]{_ONE_OR_TWO}",
    f"{_YEAR}[.]([0-9]{{2}})",
    "([0-9]{4})([0-9]{2})",
    rf"{_YEAR} *年 *{_ONE_OR_TWO} *月份?",
)
_YEAR_LAST = tuple(f"{_ONE_OR_TWO}{mark}{_ONE_OR_TWO}{mark}{_YEAR}" for mark in ("/", "-", "[.]"))

_UNITS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_MARKS = {"CNY": ("¥", "￥", "RMB", "元", "yuan")}  # besides the code of the currency


@dataclass(frozen=True)
class Step:
    """sql: the text after the step; kind: the conversion it is said as, empty for one that belongs to those before."""

    kind: str
    sql: str


def cleaning(column: str, mapping: Mapping) -> Iterator[Step]:
    """What every column but free text goes through, and the mapping's codes and words for nothing once more."""
    yield Step("unseen", r"regexp_replace(t, '\p{Cf}', '', 'g')")
    yield Step("full_width", f"translate(t, {literal(_WIDE)}, {literal(_NARROW)})")
    yield Step("spaces", f"nullif(regexp_replace(t, '^{_GAP}+|{_GAP}+$', '', 'g'), '')")
    yield Step("apostrophe", rf"regexp_replace(t, '(?s)^''{_GAP}*([^'' ].*)$', '\1')")
    codes = {key.translate(_TO_NARROW): ours for key, ours in mapping.values.get(column, {}).items()}
    codes |= dict.fromkeys((word.translate(_TO_NARROW) for word in mapping.nulls), "")
    if codes:
        whens = " ".join(f"when {literal(theirs)} then {literal(ours)}" for theirs, ours in codes.items())
        yield Step("", f"case when t is distinct from cell then nullif(case t {whens} else t end, '') else t end")


def dates(dates_first: str, *, is_end: bool) -> Iterator[Step]:
    """A date. dates_first: `day first`, `month first`, or nothing; is_end: a month is its last day, not its first."""
    whole = "|".join((*_DAYS, *_YEAR_LAST))
    yield Step("point_zero", r"regexp_replace(t, '^([0-9]{5,8})[.]0+$', '\1')")
    for kind, clock in (("midnight", _MIDNIGHT), ("time_of_day", _CLOCK)):
        yield Step(kind, rf"regexp_replace(t, '^({whole})[T\s]+{clock}$', '\1')")
    yield Step("date_form", _each(_DAYS, (1, 2, 3)))
    yield Step("month", _month(is_end=is_end))
    yield _day_number()
    yield from _year_last(dates_first, "")


def times(dates_first: str) -> Iterator[Step]:
    """A time: its day as dates are, and an hour of one digit."""
    yield Step("date_form", _each(_DAYS, (1, 2, 3), _TAIL))
    yield _day_number()
    yield from _year_last(dates_first, _TAIL)
    yield Step("date_form", r"regexp_replace(t, '^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]+([0-9]):', '\1 0\2:')")


def _each(patterns: Iterable[str], places: tuple[int, int, int], tail: str = "") -> str:
    """A day out of the groups of whichever pattern fits. places: of year, month and day among them."""
    whens = []
    for pattern in patterns:
        groups = (f"regexp_extract(t, '^{pattern}{tail}$', {place})" for place in (*places, 4))
        year, month, day, rest = groups
        more = f" || {rest}" if tail else ""
        value = f"{year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0'){more}"
        whens.append(f"when regexp_full_match(t, '{pattern}{tail}') then {value}")
    return f"case {' '.join(whens)} else t end"


def _month(*, is_end: bool) -> str:
    whens = []
    for pattern in _MONTHS:
        year, month = (f"regexp_extract(t, '^{pattern}$', {place})" for place in (1, 2))
        day = f"try_cast({year} || '-' || lpad({month}, 2, '0') || '-01' as date)"
        value = f"last_day({day})" if is_end else day
        whens.append(f"when regexp_full_match(t, '{pattern}') then coalesce(cast({value} as varchar), t)")
    return f"case {' '.join(whens)} else t end"


def _day_number() -> Step:
    day = "cast(date '1899-12-30' + try_cast(t as integer) as varchar)"
    return Step("day_number", f"case when regexp_full_match(t, '[1-9][0-9]{{4}}') then {day} else t end")


def _year_last(dates_first: str, tail: str) -> Iterator[Step]:
    places = {"day first": (3, 2, 1), "month first": (3, 1, 2)}.get(dates_first)
    if places:
        yield Step("day_or_month_first", _each(_YEAR_LAST, places, tail))


def numbers(places: int | None, currency: str | None) -> Iterator[Step]:
    """An amount or a number. places: that its column keeps, None for any; currency: the lake's, None in numbers."""
    yield Step("full_width", "translate(t, '\u2212', '-')")
    if currency:
        marks = "|".join((currency, *_MARKS.get(currency, ())))
        before = rf"regexp_replace(t, '(?i)^([+-]?)(?:{marks})\p{{Zs}}*([+-]?[0-9].*)$', '\1\2')"
        yield Step("currency", rf"regexp_replace({before}, '(?i)^(.*[0-9万亿萬億])\p{{Zs}}*(?:{marks})$', '\1')")
    units = "".join(_UNITS)
    grouped = rf"[+-]?[1-9][0-9]{{0,2}}(?:MARK[0-9]{{3}})+([.][0-9]+)?(\p{{Zs}}*[{units}])?"
    for mark in (",", r"\p{Zs}"):
        match, joined = grouped.replace("MARK", mark), f"regexp_replace(t, '([0-9]){mark}([0-9])', '\\1\\2', 'g')"
        yield Step("groups", f"case when regexp_full_match(t, '{match}') then {joined} else t end")
    yield Step("plus_sign", r"regexp_replace(t, '^\+([0-9.].*)$', '\1')")
    yield Step("ten_thousands", _multiplied())
    if places is not None:
        yield Step("zeros_at_end", rf"regexp_replace(t, '^(-?[0-9]*[.][0-9]{{{places}}})0+$', '\1')")


def _multiplied() -> str:
    """Twelve digits before and after the point hold every amount there is, and the product is exact."""
    whens = []
    for unit, factor in _UNITS.items():
        pattern = rf"(-?[0-9]{{1,12}}(?:[.][0-9]{{1,12}})?)\p{{Zs}}*{unit}"
        number = f"try_cast(regexp_extract(t, '^{pattern}$', 1) as decimal(24, 12))"
        product = f"cast({number} * cast({factor} as decimal(9, 0)) as varchar)"
        whens.append(
            f"when regexp_full_match(t, '{pattern}') then coalesce(regexp_replace({product}, '[.]?0+$', ''), t)"
        )
    return f"case {' '.join(whens)} else t end"


def yes_or_no() -> Iterator[Step]:
    """A boolean."""
    yield Step(
        "yes_or_no",
        "case when lower(t) in ('是', '有', 'y', 't') then 'true' "
        "when lower(t) in ('否', '无', 'n', 'f') then 'false' else t end",
    )


def codes(column: str, digits: int | None, known_areas: str | None) -> Iterator[Step]:
    """An id or a code. digits: to which it is filled up; known_areas: SQL of codes, where an upper area may stand."""
    yield Step("point_zero", r"regexp_replace(t, '^(0|[1-9][0-9]{0,14})[.]0+$', '\1')")
    if column == "id_number":
        yield Step("id_number", rf"regexp_replace(regexp_replace(t, '{_GAP}', '', 'g'), '^([0-9]{{17}})x$', '\1X')")
    if digits:
        short = f"regexp_full_match(t, '[0-9]+') and length(t) < {digits}"
        yield Step("filled", f"case when {short} then lpad(t, {digits}, '0') else t end")
    if known_areas:
        whens = " ".join(
            f"when regexp_full_match(t, '[0-9]{{{length}}}0+') and t[:{length}] in ({known_areas}) then t[:{length}]"
            for length in (9, 6, 4, 2)
        )
        full = "regexp_full_match(t, '[0-9]{6}|[0-9]{9}|[0-9]{12}')"
        yield Step("upper_area", f"case when not {full} or t in ({known_areas}) then t {whens} else t end")
