"""What a scan should find, computed the slow and obvious way: one household after the other, in fractions, no SQL.

Only the reading of packs is shared with the product. Windows, nulls, parameters, memberships and numbers are written
out again from the contracts, so that a mistake in the product is not repeated here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from engine.scan.reference_expressions import Row, evaluate, is_open, six_places, within
from firmground.engine.policy.model import Fact, Pack, Rule

Tables = Mapping[str, list[Row]]
HOUSEHOLD_COLUMNS = ("area_code", "population_group", "registered_on")


@dataclass
class Member:
    """One member at the date, with own facts."""

    row: Row
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Found:
    """Warnings as dicts with the columns of a scan, sorted; how many households each rule fired and was unknown for."""

    warnings: list[Row] = field(default_factory=list)
    fired: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    judged: int = 0


def scan(
    tables: Tables,
    pack: Pack,
    as_of: date,
    parents: Mapping[str, str | None],
    successors: Mapping[str, str] = MappingProxyType({}),
) -> Found:
    """Judge every household.

    tables: the rows that count; parents: area -> the area above it, if any; successors: area -> what replaced it.
    """
    found = Found(fired=dict.fromkeys(pack.rules, 0), unknown=dict.fromkeys(pack.rules, 0))
    for household in tables["households"]:
        if household["registered_on"] is not None and household["registered_on"] > as_of:
            continue
        judge = _Household(household, tables, pack, as_of, parents)
        judge.successors = successors
        if judge.members:
            found.judged += 1
            judge.compute()
            for rule in pack.rules.values():
                judge.warn(rule, found)
    found.warnings.sort(key=lambda w: (w["household_id"], w["rule"]))
    return found


class _Household:
    def __init__(self, row: Row, tables: Tables, pack: Pack, as_of: date, parents: Mapping[str, str | None]) -> None:
        self.row, self.tables, self.pack, self.as_of = row, tables, pack, as_of
        self.successors: Mapping[str, str] = {}
        self.above = list(_chain(row["area_code"], parents))
        self.persons = [p for p in tables["persons"] if p["household_id"] == row["household_id"]]
        self.members = [Member(p) for p in self.persons if is_open("persons", p, as_of)]
        self.facts: dict[str, Any] = {}

    def compute(self) -> None:
        """The facts of the members and of the household, in the order in which they need each other."""
        for fact in self.pack.facts.values():
            if fact.of == "person":
                for member in self.members:
                    own = {**member.row, **member.facts}
                    rows = self._rows(fact, member.row["person_id"]) if fact.from_table else None
                    member.facts[fact.name] = self._value(fact, own, rows)
            else:
                own = {**{c: self.row[c] for c in HOUSEHOLD_COLUMNS}, **self.facts}
                rows = self._rows(fact, None) if fact.from_table else None
                self.facts[fact.name] = self._value(fact, own, rows)

    def _value(self, fact: Fact, own: Row, rows: list[Row] | None) -> Any:
        if fact.unknown_when and evaluate(fact.unknown_when.node, own, self.as_of, self.parameter) is True:
            return None
        return evaluate(fact.value.node, own, self.as_of, self.parameter, rows)

    def _rows(self, fact: Fact, person: str | None) -> list[Row]:
        table = str(fact.from_table)
        if table == "persons":
            known = {m.row["person_id"]: m.facts for m in self.members}
            rows = [{**p, **known.get(p["person_id"], {})} for p in self.persons]
        else:
            present = {m.row["person_id"] for m in self.members}
            own = [r for r in self.tables[table] if r["household_id"] == self.row["household_id"]]
            rows = [r for r in own if r.get("person_id") is None or r["person_id"] in present]
            if table == "shocks":
                wide = [r for r in self.tables[table] if r["household_id"] is None and r["area_code"] in self.above]
                rows += [{**r, "loss": None, "person_id": None} for r in wide]
            if person is not None:
                rows = [r for r in rows if r.get("person_id") == person]
        return [r for r in rows if all(within(w, table, r, self.as_of) for w in fact.windows)]

    def parameter(self, name: str) -> Fraction:
        """The value for this household: nearest area, then with its group, then the latest beginning."""
        rows = [r for r in self.pack.parameters[name].rows if r.from_on <= self.as_of]
        rows = [r for r in rows if r.to_on is None or self.as_of <= r.to_on]
        for area in [*self.above, None]:
            for group in [self.row["population_group"], None] if self.row["population_group"] else [None]:
                here = [r for r in rows if self.successors.get(str(r.area), r.area) == area and r.group == group]
                if here:
                    return Fraction(max(here, key=lambda r: (r.from_on, r.area == area)).value)
        raise AssertionError(f"{name} has no value on {self.as_of}")

    def warn(self, rule: Rule, found: Found) -> None:
        """Note a warning if the rule fires for the household, or for one of its members."""
        around = {**{c: self.row[c] for c in HOUSEHOLD_COLUMNS}, **self.facts}
        if rule.of == "household":
            answers = [evaluate(rule.when.node, around, self.as_of, self.parameter)]
            struck: list[Member] = []
        else:
            everybody = sorted(self.members, key=lambda m: str(m.row["person_id"]))
            of_member = [
                evaluate(rule.when.node, {**m.row, **m.facts, **around}, self.as_of, self.parameter) for m in everybody
            ]
            answers = of_member
            struck = [m for m, answer in zip(everybody, of_member, strict=True) if answer is True]
        if True not in answers:
            found.unknown[rule.id] += None in answers
            return
        found.fired[rule.id] += 1
        reasons = {name: self._reason(name, rule, struck) for name in rule.reasons}
        persons = [m.row["person_id"] for m in struck]
        found.warnings.append(
            {
                "household_id": self.row["household_id"],
                "area_code": self.row["area_code"],
                "rule": rule.id,
                "risk": rule.risk,
                "severity": rule.severity,
                "reasons": json.dumps(reasons, ensure_ascii=False, separators=(",", ":")),
                "person_ids": None
                if rule.of == "household"
                else json.dumps(persons, ensure_ascii=False, separators=(",", ":")),
            }
        )

    def _reason(self, name: str, rule: Rule, struck: Iterable[Member]) -> str | None:
        if name.startswith("param."):
            return shown(self.parameter(name.removeprefix("param.")), False)
        fact = self.pack.facts.get(name)
        is_quotient = fact is not None and fact.value.type.is_quotient
        of_person = fact.of == "person" if fact else name not in HOUSEHOLD_COLUMNS
        if not of_person:
            return shown(self.facts[name] if fact else self.row[name], is_quotient)
        values = [shown(m.facts[name] if fact else m.row[name], is_quotient) for m in struck]
        return ", ".join("null" if value is None else value for value in values)


def shown(value: Any, is_quotient: bool) -> str | None:
    """A value as reasons show it: no exponent, no trailing zeros, divisions with at most 6 places."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, Fraction):
        return str(value)
    exact = six_places(value) if is_quotient else value
    digits, places = abs(exact), 0
    while digits.denominator != 1:
        digits, places = digits * 10, places + 1
    text = str(digits.numerator).rjust(places + 1, "0")
    text = f"{text[:-places]}.{text[-places:]}" if places else text
    return f"-{text}" if exact < 0 else text


def _chain(code: str, parents: Mapping[str, str | None]) -> Iterable[str]:
    here: str | None = code
    while here is not None:
        yield here
        here = parents.get(here)
