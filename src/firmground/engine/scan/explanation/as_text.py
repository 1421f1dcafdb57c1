"""An explanation in words, for the terminal and for printing."""

from __future__ import annotations

from collections.abc import Sequence

from firmground.engine.scan.explanation.changes import change_lines
from firmground.engine.scan.explanation.explained import Explained, Value, Verdict
from firmground.engine.scan.explanation.record_lines import record_lines, set_aside_lines
from firmground.engine.scan.explanation.vocabulary import Vocabulary


def explanation_text(explanation: Explained, language: str | None) -> str:
    """The whole explanation as lines of text."""
    words = Vocabulary(explanation.pack, language or explanation.pack.languages[0])
    lines = _heading(explanation, words)
    if explanation.state != "judged":
        aside = set_aside_lines(explanation.records, words) if explanation.records is not None else []
        return "\n".join([*lines, "", words.say(explanation.state), *aside])
    firing = [v for v in explanation.verdicts if v.fires is True]
    others = [v for v in explanation.verdicts if v.fires is not True]
    lines += ["", words.say("rules_that_fire", n=len(firing))]
    for verdict in firing:
        lines += _verdict(verdict, words)
    lines += ["", words.say("rules_that_do_not", n=len(others))]
    for verdict in others:
        lines += _verdict(verdict, words)
    if explanation.records is not None:
        lines += record_lines(explanation, explanation.records, words)
    return "\n".join(lines)


def _heading(explanation: Explained, words: Vocabulary) -> list[str]:
    area = explanation.area_code
    if explanation.area_names:
        area = words.say("area", code=area, names=words.say("area_names").join(explanation.area_names))
    as_of = explanation.as_of.isoformat()
    lines = [words.say("household", id=explanation.household_id, area=area, as_of=as_of)]
    if explanation.known_at:
        lines.append(words.say("known_at", at=explanation.known_at.isoformat(sep=" ", timespec="minutes")))
    return lines


def value_words(value: Value, words: Vocabulary) -> str:
    """`Monitoring line: 6000 CNY/person/year (source: practice)`."""
    title = words.title(value.title) if value.title else _capital(words.column(value.name))
    shown = words.quantity(value.text, value.unit, is_age=words.is_age(value.name))
    if value.text is not None and not value.title:
        shown = words.code(value.name, value.text)
    if value.source:
        shown = words.say("with_source", value=shown, source=words.reference(value.source))
    return words.say("value", what=title, value=shown)


def _verdict(verdict: Verdict, words: Vocabulary) -> list[str]:
    rule, pack = verdict.rule, words.pack
    state = {True: "fires", False: "silent", None: "unknown"}[verdict.fires]
    risk, severity = words.title(pack.risks[rule.risk]), words.title(pack.severities[rule.severity])
    named = words.say("rule", title=words.title(rule.title), id=rule.id, risk=risk, severity=severity)
    lines = ["", f"  [{words.say(state)}] {named}"]
    if rule.of == "person":
        lines += _persons(verdict, words)
    else:
        lines += _because(verdict, words, "    ")
    return [*lines, "    " + words.say("rule_source", source=words.reference(rule.source))]


def _persons(verdict: Verdict, words: Vocabulary) -> list[str]:
    """Members for whom the rule fires, or all; those of whom the same is to be said, together."""
    shown = [p for p in verdict.persons if verdict.fires is not True or p.fires is True]
    alike: dict[tuple[str, ...], list[str]] = {}
    for person in shown:
        alike.setdefault(tuple(_because(person, words, "      ")), []).append(str(person.person_id))
    lines = []
    for said, ids in alike.items():
        key = "person" if len(ids) == 1 else "persons"
        lines += ["    " + words.say(key, ids=words.say("names").join(ids)), *said]
    return lines


def _because(verdict: Verdict, words: Vocabulary, indent: str) -> list[str]:
    fires = verdict.fires is True
    lines = [indent + words.say("because" if fires else "values")]
    lines += [f"{indent}  {value_words(value, words)}" for value in _once(verdict.reasons)]
    if verdict.change is not None:
        lines.append(indent + words.say("to_stop" if fires else "to_fire"))
        parts = {part.atom.number: part for part in verdict.parts}
        lines += change_lines(verdict.change, parts, words, indent + "  ")
    return lines


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _once(values: Sequence[Value]) -> list[Value]:
    return list({value.name: value for value in values}.values())
