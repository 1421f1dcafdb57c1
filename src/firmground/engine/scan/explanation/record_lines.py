"""The records behind an explanation, in words: rows of each fact, rows set aside and why, the age of the data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from firmground.engine.scan.compile.reasons_sql import text_of_decimal
from firmground.engine.scan.explanation.explained import Explained, Value
from firmground.engine.scan.explanation.records_behind import SET_ASIDE, Record, RecordsBehind
from firmground.engine.scan.explanation.vocabulary import Vocabulary
from firmground.engine.tables import TABLES, Type

MOST_ROWS = 12  # rows shown per fact; the JSON form has all
MOST_SET_ASIDE = 6  # rows shown per reason
_SAID_ELSEWHERE = ("household_id", "kind")


def record_lines(explanation: Explained, behind: RecordsBehind, words: Vocabulary) -> list[str]:
    """The lines about records at the end of an explanation."""
    return [*_of_facts(explanation, behind, words), *set_aside_lines(behind, words), *_ages(behind, words)]


def _of_facts(explanation: Explained, behind: RecordsBehind, words: Vocabulary) -> list[str]:
    lines = ["", words.say("records")]
    told: dict[tuple[int, ...], str] = {}
    for value, person in _values(explanation):
        rows = behind.of_fact(value.name, person)
        if not rows:
            continue
        what = words.title(value.title)
        if person is not None:
            what = words.say("of_person", what=what, id=person)
        shown = words.quantity(value.text, value.unit, is_age=words.is_age(value.name))
        said = words.say("value", what=what, value=shown)
        lines.append("  " + words.say("one_row" if len(rows) == 1 else "rows", what=said, n=len(rows)))
        same = tuple(row.row_id for row in rows)
        if same in told:
            lines.append("    " + words.say("same_rows", what=told[same]))
            continue
        told[same] = what
        lines += _rows(rows, MOST_ROWS, words)
    return lines


def _values(explanation: Explained) -> list[tuple[Value, str | None]]:
    """Each fact, of the household and then of its members."""
    own: list[tuple[Value, str | None]] = [(value, None) for value in explanation.facts]
    return own + [(value, person) for person, values in explanation.facts_of_persons.items() for value in values]


def set_aside_lines(behind: RecordsBehind, words: Vocabulary) -> list[str]:
    """The rows that do not count, by the reason why."""
    if not behind.set_aside:
        return []
    lines = ["", words.say("set_aside", n=len(behind.set_aside))]
    for why in SET_ASIDE:
        rows = [row for row in behind.set_aside if row.set_aside == why]
        if rows:
            lines.append("  " + words.say("aside", why=words.say(why), n=len(rows)))
            lines += _rows(rows, MOST_SET_ASIDE, words)
    return lines


def _ages(behind: RecordsBehind, words: Vocabulary) -> list[str]:
    lines = ["", words.say("ages")]
    if not behind.sources:
        lines.append("  " + words.say("no_data"))
    for age in behind.sources:
        days = words.say("null") if age.days is None else words.quantity(str(age.days), "day")
        last = age.last_on.isoformat() if age.last_on else words.say("null")
        table, source = words.table(age.table), words.source(age.source)
        lines.append("  " + words.say("age", table=table, source=source, days=days, last=last, rows=age.rows))
    return lines


def _rows(rows: Sequence[Record], most: int, words: Vocabulary) -> list[str]:
    lines = [f"    {_row(row, words)}" for row in rows[:most]]
    if len(rows) > most:
        lines.append("    " + words.say("more", n=len(rows) - most))
    return lines


def _row(record: Record, words: Vocabulary) -> str:
    """`2022-03-15  Farming and business: amount 1032.74 CNY, cost 642.60 CNY (Agriculture)`."""
    source = words.source(record.source)
    kind = record.values.get("kind")
    what = words.code("kind", str(kind), record.table) if kind is not None else words.table(record.table)
    if record.set_aside == "not_yet_known":
        return words.say("later_row", what=what, when=record.received_at.date().isoformat(), source=source)
    table = TABLES[record.table]
    told = {*_SAID_ELSEWHERE, *(table.span or ()), table.moment}
    details = [
        words.say("detail", label=words.column(name), value=_cell(record, name, value, words))
        for name, value in record.values.items()
        if name not in told
    ]
    when = _when(record, words)
    if not details:
        return words.say("bare_row", when=when, what=what, source=source)
    return words.say("row", when=when, what=what, details=words.say("separator").join(details), source=source)


def _cell(record: Record, name: str, value: object, words: Vocabulary) -> str:
    column = TABLES[record.table].column(name)
    if isinstance(value, Decimal):
        if column is not None and column.type is Type.MONEY:
            return words.quantity(f"{value:f}", words.pack.currency)
        kind = words.pack.kinds.get(record.table, {}).get(str(record.values.get("kind")))
        return words.quantity(text_of_decimal(value), kind.unit if kind else None)
    return value.isoformat() if isinstance(value, date) else words.code(name, str(value), record.table)


def _when(record: Record, words: Vocabulary) -> str:
    table = TABLES[record.table]
    if table.moment:
        return _day(record.values.get(table.moment))
    first, last = table.span or ("", "")
    begin, end = record.values.get(first), record.values.get(last)
    if begin is None:
        return words.say("always") if end is None else words.say("until", end=_day(end))
    if end is None:
        return words.say("since", begin=_day(begin))
    return words.say("from_to", begin=_day(begin), end=_day(end))


def _day(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
