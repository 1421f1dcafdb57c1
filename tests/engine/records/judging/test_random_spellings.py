"""Random dates, amounts and codes in every accepted spelling come back as they were; no text is lost or guessed."""

from __future__ import annotations

import re
import shutil
import tempfile
from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

from conftest import EXAMPLES
from engine.records.lakes import LakeUnderTest, income
from firmground.engine.records import ImportReport, Lake

_FEW = settings(max_examples=max(1, EXAMPLES // 6))  # each holds many cells
_MANY = 60
_WIDE = str.maketrans("".join(map(chr, range(0x21, 0x7F))), "".join(map(chr, range(0xFF01, 0xFF5F))))

Spelling = Callable[[Any], str]


@contextmanager
def _lake(registered: Path) -> Iterator[LakeUnderTest]:
    with tempfile.TemporaryDirectory() as folder:
        lake = LakeUnderTest(Path(folder))
        shutil.copytree(registered, lake.path)
        yield lake


def _around(draw: st.DrawFn, text: str) -> str:
    """A text with what may stand around and inside any of its characters."""
    text = draw(st.sampled_from((text, text.translate(_WIDE))))
    text = draw(st.sampled_from(("", "", "'"))) + text
    at = draw(st.integers(0, len(text)))
    text = text[:at] + draw(st.sampled_from(("", "", "\u200b", "\ufeff"))) + text[at:]
    return draw(st.sampled_from(("", " ", "\u3000", "\t"))) + text + draw(st.sampled_from(("", "\u00a0 ", "\n")))


_DAY_SPELLINGS: tuple[Spelling, ...] = (
    lambda d: d.isoformat(),
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}.{d.month:02}.{d.day}",
    lambda d: f"{d.year}-{d.month}-{d.day:02}",
    lambda d: f"{d.year}{d.month:02}{d.day:02}",
    lambda d: f"{d.year}{d.month:02}{d.day:02}.0",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d.year} 年 {d.month} 月 {d.day} 号",
    lambda d: f"{d.isoformat()} 00:00:00",
    lambda d: f"{d.year}/{d.month}/{d.day} 0:00",
    lambda d: f"{d.isoformat()}T23:59:59.999",
    lambda d: f"{d.day}/{d.month}/{d.year}",
    lambda d: f"{d.day:02}.{d.month:02}.{d.year}",
    lambda d: f"{d.day}-{d.month}-{d.year} 8:30",
)
_MONTH_SPELLINGS: tuple[Spelling, ...] = (
    lambda d: f"{d.year}-{d.month:02}",
    lambda d: f"{d.year}/{d.month}",
    lambda d: f"{d.year}.{d.month:02}",
    lambda d: f"{d.year}{d.month:02}",
    lambda d: f"{d.year}年{d.month}月",
    lambda d: f"{d.year} 年{d.month:02}月份",
)


@st.composite
def _dates(draw: st.DrawFn) -> tuple[str, date, date]:
    """A cell, the day that it is, and the day that it is where something ends."""
    day = draw(st.dates(date(1800, 1, 1), date(2200, 12, 31)))
    first, last = day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    number = (day - date(1899, 12, 30)).days
    kind = draw(st.sampled_from(("day", "day", "month", "number")))
    if kind == "month":
        return _around(draw, draw(st.sampled_from(_MONTH_SPELLINGS))(day)), first, last
    if kind == "number" and 10_000 <= number <= 99_999:
        return _around(draw, str(number)), day, day
    return _around(draw, draw(st.sampled_from(_DAY_SPELLINGS))(day)), day, day


@_FEW
@given(st.lists(_dates(), min_size=1, max_size=_MANY))
def test_a_date_comes_back_from_every_spelling(registered: Path, cells: list[tuple[str, date, date]]) -> None:
    names = ["household_id", "person_id", "job_id", "started_on", "ended_on"]
    rows = [
        dict(zip(names, ("H1", "p1", f"j{number}", started, ended), strict=True))
        for number, (started, ended) in enumerate(
            [(cell, "") for cell, *_ in cells] + [("1800-01-01", c) for c, *_ in cells]
        )
    ]
    with _lake(registered) as lake:
        mapping = lake.file(f"columns: {{{', '.join(f'{name}: {name}' for name in names)}}}\ndates: day first\n")

        report = lake.deliver("jobs", rows, mapping=mapping)

        assert report.mistakes == ()
        kept = lake.all_rows("jobs")
    assert [row["started_on"] for row in kept[: len(cells)]] == [day for _, day, _ in cells]
    assert [row["ended_on"] for row in kept[len(cells) :]] == [end for *_, end in cells]


@st.composite
def _amounts(draw: st.DrawFn) -> tuple[str, Decimal]:
    cents = draw(st.one_of(st.integers(0, 10**14 - 1), st.integers(0, 10**7)))
    amount = Decimal(cents).scaleb(-2)
    unit = draw(st.sampled_from(("", "", "万", "亿", "萬")))
    number = format((amount / {"": 1, "亿": 10**8}.get(unit, 10**4)).normalize(), "f")
    whole, point, places = number.partition(".")
    mark = draw(st.sampled_from(("", ",", " ", "\u202f")))
    grouped = mark.join(re.findall(r"\d{1,3}(?=(?:\d{3})*$)", whole))
    zeros = draw(st.sampled_from(("", "0", "000"))) if point and not unit else ""
    text = f"{draw(st.sampled_from(('', '+')))}{grouped}{point}{places}{zeros}{unit}"
    before, after = draw(
        st.sampled_from((("", ""), ("¥", ""), ("￥ ", ""), ("CNY", ""), ("", "元"), ("", " yuan"), ("", "RMB")))
    )
    return _around(draw, before + text + after), amount


@_FEW
@given(st.lists(_amounts(), min_size=1, max_size=_MANY))
def test_an_amount_comes_back_from_every_spelling_to_the_cent(
    registered: Path, cells: list[tuple[str, Decimal]]
) -> None:
    with _lake(registered) as lake:
        report = lake.deliver("income", [income(cell) for cell, _ in cells])

        assert report.mistakes == ()
        assert [row["amount"] for row in lake.all_rows("income")] == [amount for _, amount in cells]


@st.composite
def _codes(draw: st.DrawFn) -> tuple[str, str]:
    code = draw(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9 _./:-]{0,20}[A-Za-z0-9])?", fullmatch=True))
    if re.fullmatch(r"(0|[1-9][0-9]{0,14})\.0+", code):
        code = "c" + code
    spelled = code
    if re.fullmatch(r"0|[1-9][0-9]{0,14}", code):
        spelled += draw(st.sampled_from(("", ".0", ".00")))
    if " " in spelled:
        return draw(st.sampled_from((" ", "\t"))) + spelled, code
    return _around(draw, spelled), code


@_FEW
@given(st.lists(_codes(), min_size=1, max_size=_MANY))
def test_a_code_keeps_every_digit_in_every_spelling(registered: Path, cells: list[tuple[str, str]]) -> None:
    lossy = [bool(re.fullmatch(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+|[0-9]{16,}\.0+", code)) for _, code in cells]
    with _lake(registered) as lake:
        report = lake.deliver("income", [income(1, record_id=cell) for cell, _ in cells])

        assert report.quarantined == sum(lossy)
        expected = [code for (_, code), is_lossy in zip(cells, lossy, strict=True) if not is_lossy]
        assert [row["record_id"] for row in lake.all_rows("income")] == expected


@st.composite
def _id_numbers(draw: st.DrawFn) -> str:
    """ID numbers of a real county, most of them right, some with one character changed. Nobody's: drawn by chance."""
    born = draw(
        st.one_of(
            st.dates(date(1800, 1, 1), date(2200, 12, 31)).map(lambda d: d.strftime("%Y%m%d")),
            st.from_regex(r"[0-9]{8}", fullmatch=True),
        )
    )
    body = f"620102{born}{draw(st.integers(0, 999)):03}"
    number = body + ric.calc_check_digit(body + "0")
    if draw(st.booleans()):
        return number
    at = draw(st.integers(6, 17))
    return number[:at] + draw(st.sampled_from("0123456789XA")) + number[at + 1 :]


def _is_right(number: str) -> bool:
    """What python-stdnum says of a number, but for the years in which its county was there."""
    try:
        born = ric.get_birth_date(number) if number[:17].isdigit() else date.min
    except InvalidComponent:
        return False
    return 1800 <= born.year <= 2200 and ric.calc_check_digit(number) == number[17]


@_FEW
@given(st.lists(_id_numbers(), min_size=1, max_size=_MANY, unique=True), st.booleans())
def test_id_numbers_are_held_against_their_check_as_another_program_does(
    registered: Path, numbers: list[str], spelled: bool
) -> None:
    written = [f"{n[:6]} {n[6:14]} {n[14:]}".lower() if spelled else n for n in numbers]
    rows = [{"person_id": f"n{at}", "household_id": "H1", "id_number": number} for at, number in enumerate(written)]
    right = [number for number in numbers if _is_right(number)]
    with _lake(registered) as lake:
        lake.deliver("persons", rows)

        kept = {row["person_id"]: row["id_number"] for row in lake.all_rows("persons")}
    assert [number for id_, number in kept.items() if id_.startswith("n")] == right


_ODD = st.text("0123456789.,-+/年月日号元万亿 ¥￥:TEexX'\u3000\u200b\t是否有无YNtf０１", max_size=14)
_ANY = st.one_of(_ODD, st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12))
_COLUMNS = ("household_id", "rule", "clue_on", "decided_on", "outcome", "visits", "deleted", "received_at")
_SOUND = {
    "record_id": "", "household_id": "H1", "risk": "income", "rule": "", "clue_on": "2022-03-01", "decided_on": "",
    "outcome": "confirmed", "visits": "", "deleted": "", "received_at": "2022-04-01",
}  # fmt: skip


def _plain(value: object) -> str:
    """A value as the lake writes it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same(text: str, value: object) -> bool:
    """Whether a text may stand for a value as it is."""
    if isinstance(value, bool):
        return text.lower() in (("true", "1", "yes") if value else ("false", "0", "no"))
    if isinstance(value, Decimal):
        return bool(re.fullmatch(r"-?[0-9]*\.?[0-9]*", text)) and Decimal(text) == value
    if isinstance(value, datetime):
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?", text))
    return text == _plain(value)


def _kept(lake: LakeUnderTest, report: ImportReport) -> dict[str, list[str]]:
    """Rows in quarantine by their record_id, cell by cell as they came."""
    entry = Lake.open(lake.path).manifest().deliveries[-1]
    if not report.quarantined or entry.quarantine is None:
        return {}
    rows = pq.read_table(lake.path / entry.quarantine.path).to_pylist()
    return {row["c0"]: [row[f"c{place}"] or "" for place in range(len(_SOUND))] for row in rows}


@settings(max_examples=max(1, EXAMPLES // 3))
@given(st.lists(st.tuples(st.sampled_from(_COLUMNS), _ANY), min_size=1, max_size=_MANY))
def test_any_text_is_plain_or_said_or_kept_as_it_came(registered: Path, cells: list[tuple[str, str]]) -> None:
    rows = [{**_SOUND, "record_id": f"r{at}", column: text} for at, (column, text) in enumerate(cells)]
    with _lake(registered) as lake:
        report = lake.deliver("outcomes", rows)
        accepted = {row["record_id"]: row for row in lake.all_rows("outcomes")}
        kept = _kept(lake, report)

    assert report.rows == len(rows) == report.accepted + report.quarantined
    assert accepted.keys() | kept.keys() == {row["record_id"] for row in rows}
    assert all(kept[row["record_id"]] == list(row.values()) for row in rows if row["record_id"] in kept)
    said = {conversion.column for conversion in report.conversions}
    read_otherwise = {
        column
        for at, (column, text) in enumerate(cells)
        if f"r{at}" in accepted and not (text == "" or _same(text, accepted[f"r{at}"][column]))
    }
    assert read_otherwise <= said
    assert said <= read_otherwise | {column for at, (column, _) in enumerate(cells) if f"r{at}" in kept}

    if accepted:
        again = [{name: _plain(row[name]) for name in _SOUND} for row in accepted.values()]
        with _lake(registered) as lake:
            report = lake.deliver("outcomes", again)
            assert (report.accepted, report.conversions) == (len(again), ())
            assert [{name: row[name] for name in _SOUND} for row in lake.all_rows("outcomes")] == [
                {name: row[name] for name in _SOUND} for row in accepted.values()
            ]
