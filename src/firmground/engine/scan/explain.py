"""Why a household is warned of, and why not: every rule with values, limits, sources and what would have to change.

All values and all truths come from the scan's own statement, restricted to the households asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from firmground.engine.policy.model import Fact, Rule
from firmground.engine.scan.backends import duckdb as backend
from firmground.engine.scan.conditions import Condition, Truth, change_to, condition_of
from firmground.engine.scan.explain_sql import households_sql, persons_sql
from firmground.engine.scan.explained import Part, Value, Verdict
from firmground.engine.scan.explanation import Explanation
from firmground.engine.scan.in_force import InForce
from firmground.engine.scan.question import Question
from firmground.engine.scan.reasons_sql import text_of_decimal
from firmground.engine.scan.records_behind import RecordsBehind, records_behind
from firmground.engine.scan.statement import Statement
from firmground.errors import FirmgroundError


class UnknownHousehold(FirmgroundError):
    """A household is named that the lake does not know at that time."""

    id = "FG-S040"
    exit_code = 2


def explain(question: Question, households: Sequence[str], *, with_records: bool = True) -> Iterator[Explanation]:
    """One explanation per household, in the order asked.

    with_records: whether to gather the rows behind each fact too. Raises UnknownHousehold for the first unknown one.
    """
    statement = question.statement()
    relations = question.relations(list(dict.fromkeys(households)))
    with backend.connected(relations) as connection:
        sql = "select household_id, area_code, registered_on from households"
        known = {row["household_id"]: row for row in connection.table(sql).to_pylist()}
        judged = {row["household_id"]: row for row in connection.table(households_sql(statement)).to_pylist()}
        members: dict[str, list[dict[str, Any]]] = {}
        if statement.facts.of_person or any(r.of == "person" for r in statement.pack.rules.values()):
            for row in connection.table(persons_sql(statement)).to_pylist():
                members.setdefault(row["household_id"], []).append(row)
        behind = records_behind(statement, relations, connection, question) if with_records else {}
    for household in households:
        if household not in known:
            raise UnknownHousehold(
                found=f"The household `{household}` is not known in this lake at that time",
                hint="Check the id; `firmground deliveries` lists what came in.",
            )
        yield _explained(question, statement, known[household], judged.get(household), members, behind)


def _explained(
    question: Question,
    statement: Statement,
    row: dict[str, Any],
    judged: dict[str, Any] | None,
    members: Mapping[str, list[dict[str, Any]]],
    behind: Mapping[str, RecordsBehind],
) -> Explanation:
    household = row["household_id"]
    late = row["registered_on"] is not None and row["registered_on"] > question.as_of
    state = "judged" if judged is not None else "not_yet_registered" if late else "without_members"
    common = (household, row["area_code"], state, question.pack, question.as_of, question.known_at)
    if judged is None:
        return Explanation(*common, records=behind.get(household))
    people = sorted(members.get(household, ()), key=lambda person: person["person_id"])
    pack = question.pack
    verdicts = tuple(_verdict(rule, judged, people, statement) for rule in pack.rules.values())
    return Explanation(
        *common,
        facts=tuple(_fact(f, judged) for f in pack.facts.values() if f.of == "household"),
        facts_of_persons={
            p["person_id"]: tuple(_fact(f, p) for f in pack.facts.values() if f.of == "person") for p in people
        },
        verdicts=verdicts,
        records=behind.get(household),
    )


def _fact(fact: Fact, row: Mapping[str, Any]) -> Value:
    return Value(fact.name, fact.title, row[f"fact__{fact.name}"], fact.unit)


def _verdict(rule: Rule, row: Mapping[str, Any], people: list[dict[str, Any]], statement: Statement) -> Verdict:
    if rule.of == "household":
        return _judged(rule, row, row, statement)
    of_people = tuple(_judged(rule, {**row, **person}, row, statement, person["person_id"]) for person in people)
    truths = [verdict.fires for verdict in of_people]
    fires: Truth = True if True in truths else None if None in truths else False
    return Verdict(rule, fires, (), persons=of_people)


def _judged(
    rule: Rule,
    row: Mapping[str, Any],
    household: Mapping[str, Any],
    statement: Statement,
    person_id: str | None = None,
) -> Verdict:
    condition: Condition = condition_of(rule.when.node)
    parts = []
    for atom in condition.atoms():
        name = f"{rule.id}__{atom.number}"
        parts.append(Part(atom, row[f"atom__{name}"], row.get(f"left__{name}"), row.get(f"right__{name}")))
    fires: Truth = row[f"rule__{rule.id}"]
    change = change_to(condition, fires is not True, {part.atom.number: part.truth for part in parts})
    reasons = tuple(_reason(name, row, household, statement) for name in rule.reasons)
    return Verdict(rule, fires, reasons, tuple(parts), change, person_id)


def _reason(name: str, row: Mapping[str, Any], household: Mapping[str, Any], statement: Statement) -> Value:
    pack = statement.pack
    if name.startswith("param."):
        return parameter_value(name.removeprefix("param."), household, statement)
    if name in pack.facts:
        return _fact(pack.facts[name], row)
    return Value(name, {}, row.get(f"column__{name}"))


def parameter_value(name: str, household: Mapping[str, Any], statement: Statement) -> Value:
    """A parameter's value for a household, with the source of the row in force."""
    in_force: InForce = statement.facts.in_force
    parameter = in_force.pack.parameters[name]
    rows = in_force.rows(name)
    text = household.get(f"param__{name}") or text_of_decimal(rows[0].value)
    sources = [row.source for row in rows if text_of_decimal(row.value) == text_of_decimal(Decimal(text))]
    return Value(f"param.{name}", parameter.title, text, parameter.unit, sources[0] if sources else None)
