"""The queries behind an explanation: facts and conditions of some households, judged as by the scan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from firmground.engine.policy.model import Fact, Rule
from firmground.engine.policy.scopes import HOUSEHOLD_COLUMNS
from firmground.engine.policy.values import ValueKind, ValueType
from firmground.engine.scan.compile.facts_sql import column_of
from firmground.engine.scan.compile.node_sql import Surroundings, node_sql, rounded, six_places
from firmground.engine.scan.compile.reasons_sql import text
from firmground.engine.scan.compile.statement import Statement, with_steps, write
from firmground.engine.scan.explanation.conditions import condition_of


def _words(sql: exp.Expr, type_: ValueType) -> exp.Expr:
    """A value as reasons show it, but text unescaped."""
    return exp.cast(sql, "varchar") if type_.kind is ValueKind.TEXT else text(sql, type_)


def _fact(fact: Fact, at: Surroundings) -> exp.Expr:
    value = at.name("fact", fact.name)
    if fact.value.type.is_quotient:
        value = at.rounded(fact.name) or rounded(value)
    return exp.alias_(_words(value, fact.value.type), f"fact__{fact.name}")


def _atoms(rules: Iterable[Rule], facts: Mapping[str, Fact], at: Surroundings) -> list[exp.Expr]:
    """For each atom of each rule: whether it holds, and the text of both sides of a comparison."""
    columns: list[exp.Expr] = []
    for rule in rules:
        columns.append(exp.alias_(node_sql(rule.when.node, at), f"rule__{rule.id}"))
        for atom in condition_of(rule.when.node, facts).atoms():
            name = f"{rule.id}__{atom.number}"
            columns.append(exp.alias_(node_sql(atom.node, at), f"atom__{name}"))
            for side, node in zip(("left", "right"), atom.sides or (), strict=False):
                value = six_places(node, at) if node.type.is_number else node_sql(node, at)
                columns.append(exp.alias_(_words(value, node.type), f"{side}__{name}"))
    return columns


def households_sql(statement: Statement) -> str:
    """One row per household with a member: id, columns, parameters that differ, facts, atoms of household rules."""
    facts = statement.facts
    at = facts.around_household("f")
    columns: list[exp.Expr] = [column_of("f", "household_id"), column_of("f", "household_no")]
    columns += [exp.alias_(exp.cast(column_of("f", c), "varchar"), f"column__{c}") for c in HOUSEHOLD_COLUMNS]
    for name in statement.pack.parameters:
        if name in facts.differing:
            words = text(column_of("f", f"param__{name}"), facts.in_force.type(name))
            columns.append(exp.alias_(words, f"param__{name}"))
    columns += [_fact(fact, at) for fact in facts.of_household]
    columns += _atoms([r for r in statement.pack.rules.values() if r.of == "household"], statement.pack.facts, at)
    query = exp.select(*columns).from_(exp.to_table(facts.last_step, alias="f"))
    return write(with_steps(query, _needed(statement)), "duckdb")


def persons_sql(statement: Statement) -> str:
    """One row per member: ids, columns, facts, atoms of the rules of persons."""
    facts = statement.facts
    at = facts.around_person("p", "f")
    columns: list[exp.Expr] = [column_of("f", "household_id"), column_of("p", "person_id")]
    columns += [_fact(fact, at) for fact in facts.of_person]
    rules = [r for r in statement.pack.rules.values() if r.of == "person"]
    columns += _atoms(rules, statement.pack.facts, at)
    named = {n for r in rules for n in r.reasons if n not in statement.pack.facts and not n.startswith("param.")}
    for name in sorted(named - set(HOUSEHOLD_COLUMNS)):
        columns.append(exp.alias_(exp.cast(column_of("p", name), "varchar"), f"column__{name}"))
    query = exp.select(*columns).from_(exp.to_table(facts.last_person_step, alias="p"))
    same = column_of("f", "household_no").eq(column_of("p", "household_no"))
    query = query.join(exp.to_table(facts.last_step, alias="f"), on=same)
    if facts.persons_need_flag:
        query = query.where(column_of("p", "is_member"))
    return write(with_steps(query, _needed(statement)), "duckdb")


def _needed(statement: Statement) -> tuple[tuple[str, exp.Select], ...]:
    """The steps up to the facts; what only rules need is left out."""
    after = ("persons_judged", "person_rules", "judged", "hits")
    return tuple((name, select) for name, select in statement.ctes if name not in after)
