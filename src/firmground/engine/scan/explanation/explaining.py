"""Why a household is warned of, and why not: every rule with values, limits, sources and what would have to change.

All values and all truths come from the scan's own statement, restricted to the households asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from firmground.engine.areas import AreaTree
from firmground.engine.policy.model import Fact, ParameterRow, Rule
from firmground.engine.records import whole_files
from firmground.engine.scan.backends import duckdb as backend
from firmground.engine.scan.backends.duckdb import Connection
from firmground.engine.scan.compile.reasons_sql import text_of_decimal
from firmground.engine.scan.compile.statement import Statement
from firmground.engine.scan.data_known import require_data
from firmground.engine.scan.explanation.conditions import Truth, change_to, condition_of
from firmground.engine.scan.explanation.explained import Part, Value, Verdict
from firmground.engine.scan.explanation.explanation import Explanation
from firmground.engine.scan.explanation.judged_sql import households_sql, persons_sql
from firmground.engine.scan.explanation.records_behind import RecordsBehind, add_later_rows, records_behind
from firmground.engine.scan.question import Question
from firmground.engine.scan.relations import area_tree
from firmground.errors import FirmgroundError

Row = Mapping[str, Any]


class UnknownHousehold(FirmgroundError):
    """A household is named that the lake does not know at that time."""

    id = "FG-S040"
    exit_code = 2


def explain(question: Question, households: Sequence[str], *, with_records: bool = True) -> Iterator[Explanation]:
    """One explanation per household, in the order asked.

    with_records: whether to gather the rows behind each fact too. Raises UnknownHousehold for the first unknown one,
    BeforeAllData, NoHouseholds.
    """
    with whole_files(question.lake.path, question.manifest.scanned()):
        require_data(question, question.relations())
        known, found = _find(question, list(dict.fromkeys(households)), with_records=with_records)
    for household in households:
        if household not in known:
            raise UnknownHousehold(
                found=f"The household `{household}` is not known in this lake at that time",
                hint="Check the id; `firmground deliveries` lists what came in.",
            )
        yield found.explanation(known[household])


def _find(question: Question, households: list[str], *, with_records: bool) -> tuple[dict[str, Row], _Found]:
    """The households that are known, and what the queries gave for them."""
    statement = question.statement()
    relations = question.relations(households)
    if with_records:
        add_later_rows(relations, question)
    with backend.connected(relations) as connection:
        sql = "select household_id, area_code, registered_on from households"
        known = {row["household_id"]: row for row in connection.table(sql).to_pylist()}
        found = _Found(
            question,
            statement,
            area_tree(question.lake, question.manifest, question.known_at),
            judged={row["household_id"]: row for row in connection.table(households_sql(statement)).to_pylist()},
            members=_members(statement, connection),
            behind=records_behind(statement, relations, connection, question) if with_records else {},
        )
    return known, found


def _members(statement: Statement, connection: Connection) -> dict[str, list[Row]]:
    """Members per household, with their facts and the atoms of rules of persons."""
    members: dict[str, list[Row]] = {}
    if statement.facts.of_person or any(r.of == "person" for r in statement.pack.rules.values()):
        for row in connection.table(persons_sql(statement)).to_pylist():
            members.setdefault(row["household_id"], []).append(row)
    return members


@dataclass(frozen=True)
class _Found:
    """What the queries gave for the households asked for, by household_id."""

    question: Question
    statement: Statement
    areas: AreaTree
    judged: Mapping[str, Row]
    members: Mapping[str, list[Row]]
    behind: Mapping[str, RecordsBehind]

    def explanation(self, household: Row) -> Explanation:
        id_, pack, as_of = household["household_id"], self.question.pack, self.question.as_of
        row = self.judged.get(id_)
        late = household["registered_on"] is not None and household["registered_on"] > as_of
        state = "judged" if row is not None else "not_yet_registered" if late else "without_members"
        common = (id_, household["area_code"], self._area_names(household["area_code"]), state, pack, as_of)
        known_at = self.question.known_at
        if known_at is not None:
            known_at = known_at.astimezone(ZoneInfo(self.question.lake.settings.time_zone))
        records = self.behind.get(id_, RecordsBehind()) if self.behind else None
        if row is None:
            return Explanation(*common, known_at, records=records)
        people = sorted(self.members.get(id_, ()), key=lambda person: str(person["person_id"]))
        return Explanation(
            *common,
            known_at,
            facts=tuple(_fact(f, row) for f in pack.facts.values() if f.of == "household"),
            facts_of_persons={
                p["person_id"]: tuple(_fact(f, p) for f in pack.facts.values() if f.of == "person") for p in people
            },
            verdicts=tuple(self._verdict(rule, row, people) for rule in pack.rules.values()),
            records=records,
        )

    def _area_names(self, code: str) -> tuple[str, ...]:
        above = [self.areas.name(area) for area in reversed((code, *self.areas.ancestors(code)))]
        return tuple(name for name in above if name)

    def _verdict(self, rule: Rule, row: Row, people: list[Row]) -> Verdict:
        if rule.of == "household":
            return self._judged(rule, row, row)
        of_people = tuple(self._judged(rule, {**row, **person}, row, person["person_id"]) for person in people)
        truths = [verdict.fires for verdict in of_people]
        fires: Truth = True if True in truths else None if None in truths else False
        return Verdict(rule, fires, (), persons=of_people)

    def _judged(self, rule: Rule, row: Row, household: Row, person_id: str | None = None) -> Verdict:
        condition = condition_of(rule.when.node, self.question.pack.facts)
        parts = []
        for atom in condition.atoms():
            name = f"{rule.id}__{atom.number}"
            parts.append(Part(atom, row[f"atom__{name}"], row.get(f"left__{name}"), row.get(f"right__{name}")))
        fires: Truth = row[f"rule__{rule.id}"]
        change = change_to(condition, fires is not True, {part.atom.number: part.truth for part in parts})
        reasons = tuple(self._reason(name, row, household) for name in rule.reasons)
        return Verdict(rule, fires, reasons, tuple(parts), change, person_id)

    def _reason(self, name: str, row: Row, household: Row) -> Value:
        if name.startswith("param."):
            return self._parameter(name.removeprefix("param."), household)
        if name in self.question.pack.facts:
            return _fact(self.question.pack.facts[name], row)
        return Value(name, {}, row.get(f"column__{name}"))

    def _parameter(self, name: str, household: Row) -> Value:
        """A parameter's value for a household, with the source of the row in force."""
        parameter = self.question.pack.parameters[name]
        in_force = self._in_force(name, household)
        text = household.get(f"param__{name}") or text_of_decimal(in_force.value)
        return Value(f"param.{name}", parameter.title, text, parameter.unit, in_force.source)

    def _in_force(self, name: str, household: Row) -> ParameterRow:
        """The first row that is for the household's group, and for its area or one above."""
        code, group = household["column__area_code"], household["column__population_group"]
        areas = (None, code, *self.areas.ancestors(code))
        rows = self.statement.facts.in_force.rows(name)
        return next(row for row in rows if row.area in areas and row.group in (None, group))


def _fact(fact: Fact, row: Row) -> Value:
    return Value(fact.name, fact.title, row[f"fact__{fact.name}"], fact.unit)
