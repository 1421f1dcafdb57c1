"""An explanation in words, for the terminal and for printing."""

from __future__ import annotations

from collections.abc import Sequence

from firmground.engine.policy.model import Pack
from firmground.engine.scan.explain_change import change_lines
from firmground.engine.scan.explain_words import say
from firmground.engine.scan.explained import Explained, Value, Verdict
from firmground.engine.scan.records_behind import Record, RecordsBehind

MOST_ROWS = 12  # rows shown per fact; the JSON form has all


def explanation_text(explanation: Explained, language: str | None) -> str:
    """The whole explanation as lines of text."""
    pack = explanation.pack
    language = language or pack.languages[0]
    lines = [
        say(
            "household",
            language,
            id=explanation.household_id,
            area=explanation.area_code,
            as_of=explanation.as_of.isoformat(),
        )
    ]
    if explanation.known_at:
        lines.append(say("known_at", language, at=explanation.known_at.isoformat()))
    if explanation.state != "judged":
        return "\n".join([*lines, "", say(explanation.state, language)])
    firing = [v for v in explanation.verdicts if v.fires is True]
    others = [v for v in explanation.verdicts if v.fires is not True]
    lines += ["", say("rules_that_fire", language, n=len(firing))]
    for verdict in firing:
        lines += _verdict(verdict, pack, language)
    lines += ["", say("rules_that_do_not", language, n=len(others))]
    for verdict in others:
        lines += _verdict(verdict, pack, language)
    if explanation.records is not None:
        lines += _records(explanation, explanation.records, language)
    return "\n".join(lines)


def value_words(value: Value, pack: Pack, language: str) -> str:
    """`Monitoring line: 6000 CNY/person/year (source: practice)`."""
    title = pack.words(value.title, language) if value.title else value.name.replace("_", " ")
    shown = say("null", language) if value.text is None else value.text
    if value.text in ("true", "false"):
        shown = say(value.text, language)
    unit = f" {value.unit}" if value.unit and value.text is not None and value.unit != "share" else ""
    source = f" ({say('source', language, source=value.source)})" if value.source else ""
    return f"{title}: {shown}{unit}{source}"


def _verdict(verdict: Verdict, pack: Pack, language: str) -> list[str]:
    rule = verdict.rule
    state = {True: "fires", False: "silent", None: "unknown"}[verdict.fires]
    risk = pack.words(pack.risks[rule.risk], language)
    severity = pack.words(pack.severities[rule.severity], language)
    title = pack.words(rule.title, language)
    lines = ["", f"  [{say(state, language)}] {title} ({rule.id}; {risk}, {severity})"]
    if rule.of == "person":
        if not verdict.persons:
            lines.append("    " + say("no_member_concerned", language))
        shown = [p for p in verdict.persons if verdict.fires is not True or p.fires is True]
        for person in shown:
            lines.append("    " + say("person", language, id=person.person_id))
            lines += _because(person, pack, language, "      ")
    else:
        lines += _because(verdict, pack, language, "    ")
    lines.append("    " + say("rule_source", language, source=rule.source))
    return lines


def _because(verdict: Verdict, pack: Pack, language: str, indent: str) -> list[str]:
    lines = [f"{indent}{say('reasons', language)}:"]
    lines += [f"{indent}  {value_words(value, pack, language)}" for value in verdict.reasons]
    if verdict.change is not None:
        lines.append(f"{indent}{say('to_stop' if verdict.fires is True else 'to_fire', language)}:")
        parts = {part.atom.number: part for part in verdict.parts}
        lines += change_lines(verdict.change, parts, pack, language, indent + "  ")
    return lines


def _records(explanation: Explained, behind: RecordsBehind, language: str) -> list[str]:
    pack = explanation.pack
    lines = ["", say("records", language)]
    values = list(explanation.facts)
    shown: set[str] = set()
    for person, own in explanation.facts_of_persons.items():
        values += [Value(v.name, {k: f"{w} [{person}]" for k, w in v.title.items()}, v.text, v.unit) for v in own]
    for value in values:
        rows = behind.of_fact(value.name)
        if not rows or value.name in shown:
            continue
        shown.add(value.name)
        lines.append(f"  {value_words(value, pack, language)} - {say('rows', language, n=len(rows))}")
        lines += [f"    {_row(row)}" for row in rows[:MOST_ROWS]]
        if len(rows) > MOST_ROWS:
            lines.append(f"    ... {len(rows) - MOST_ROWS}")
    lines += _aside(behind.set_aside, language)
    lines += ["", say("ages", language)]
    if not behind.sources:
        lines.append("  " + say("no_data", language))
    for age in behind.sources:
        days = say("null", language) if age.days is None else age.days
        last = age.last_on.isoformat() if age.last_on else say("null", language)
        words = say("age", language, table=age.table, source=age.source, days=days, last=last, rows=age.rows)
        lines.append(f"  {words}")
    return lines


def _aside(rows: Sequence[Record], language: str) -> list[str]:
    if not rows:
        return []
    lines = ["", say("set_aside", language, n=len(rows))]
    lines += [f"  {_row(row)}: {say(str(row.set_aside), language)}" for row in rows[:MOST_ROWS]]
    if len(rows) > MOST_ROWS:
        lines.append(f"  ... {len(rows) - MOST_ROWS}")
    return lines


def _row(record: Record) -> str:
    values = ", ".join(f"{name} {value}" for name, value in record.values.items() if name != "household_id")
    return f"{record.table} ({record.source}): {values}" if values else f"{record.table} ({record.source})"
