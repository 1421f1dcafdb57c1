"""An explanation as plain values for programs: the same content as its text, titles in every language of the pack."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from firmground.engine.policy.model import Words
from firmground.engine.policy.structure import EVERY_LANGUAGE
from firmground.engine.scan.compile.reasons_sql import text_of_decimal
from firmground.engine.scan.explanation.changes import change_words, need_of
from firmground.engine.scan.explanation.conditions import Change
from firmground.engine.scan.explanation.explained import Explained, Part, Value, Verdict
from firmground.engine.scan.explanation.records_behind import Record, RecordsBehind
from firmground.engine.scan.explanation.vocabulary import Vocabulary


def explanation_dict(explanation: Explained) -> dict[str, Any]:
    """household_id, area_code, state, as_of, facts, persons, rules (each with `fires`, reasons, change), records."""
    pack = explanation.pack
    return {
        "household_id": explanation.household_id,
        "area_code": explanation.area_code,
        "area_names": list(explanation.area_names),
        "state": explanation.state,
        "as_of": explanation.as_of.isoformat(),
        "known_at": explanation.known_at.isoformat() if explanation.known_at else None,
        "pack": pack.id,
        "pack_version": pack.version,
        "facts": [_value(value) for value in explanation.facts],
        "persons": [
            {"person_id": person, "facts": [_value(value) for value in values]}
            for person, values in explanation.facts_of_persons.items()
        ],
        "rules": [_verdict(verdict, explanation) for verdict in explanation.verdicts],
        "records": _records(explanation.records) if explanation.records else None,
    }


def _value(value: Value) -> dict[str, Any]:
    return {
        "name": value.name,
        "title": value.title,
        "value": value.text,
        "unit": value.unit,
        "source": _source(value.source),
    }


def _source(source: Words | None) -> str | Words | None:
    """A source as the pack has it: one text, or one per language."""
    return None if source is None else source.get(EVERY_LANGUAGE, source)


def _verdict(verdict: Verdict, explanation: Explained) -> dict[str, Any]:
    parts = {part.atom.number: part for part in verdict.parts}
    described: dict[str, Any] = {
        "rule": verdict.rule.id,
        "title": verdict.rule.title,
        "risk": verdict.rule.risk,
        "severity": verdict.rule.severity,
        "source": _source(verdict.rule.source),
        "fires": verdict.fires,
    }
    if verdict.person_id is not None:
        described = {"person_id": verdict.person_id, "fires": verdict.fires}
    if verdict.rule.of == "person" and verdict.person_id is None:
        described["persons"] = [_verdict(person, explanation) for person in verdict.persons]
        return described
    described["reasons"] = [_value(value) for value in verdict.reasons]
    described["change"] = _change(verdict.change, parts, explanation) if verdict.change else None
    return described


def _change(change: Change, parts: dict[int, Part], explanation: Explained) -> dict[str, Any]:
    if change.atom is None:
        return {change.op: [_change(part, parts, explanation) for part in change.parts]}
    part, pack = parts[change.atom.number], explanation.pack
    need = need_of(change, part)
    return {
        "condition": {lang: change_words(change, part, Vocabulary(pack, lang)) for lang in pack.languages},
        "comparison": need.op if need else None,
        "value": need.value if need else None,
        "limit": need.limit if need else None,
        "gap": need.gap if need else None,
        "wanted": change.wanted,
    }


def _records(behind: RecordsBehind) -> dict[str, Any]:
    return {
        "entered": [_record(record) for record in behind.entered],
        "set_aside": [_record(record) for record in behind.set_aside],
        "sources": [{name: _plain(value) for name, value in vars(age).items()} for age in behind.sources],
    }


def _record(record: Record) -> dict[str, Any]:
    described = {name: _plain(value) for name, value in vars(record).items() if name != "values"}
    described["values"] = {name: _plain(value) for name, value in record.values.items()}
    described["facts"] = list(record.facts)
    return described


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return text_of_decimal(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
