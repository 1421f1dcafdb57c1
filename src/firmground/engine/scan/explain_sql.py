"""The queries behind an explanation: facts, conditions and records of some households, judged as by the scan."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from firmground.engine.policy.expressions import AGGREGATES
from firmground.engine.policy.model import Fact, Rule
from firmground.engine.policy.scopes import HOUSEHOLD_COLUMNS, column_names
from firmground.engine.policy.values import ValueKind, ValueType
from firmground.engine.scan.conditions import condition_of
from firmground.engine.scan.facts_sql import column_of
from firmground.engine.scan.node_sql import Surroundings, node_sql, rounded, six_places
from firmground.engine.scan.reasons_sql import text
from firmground.engine.scan.statement import Statement, with_steps, write
from firmground.engine.scan.windows_sql import condition
from firmground.engine.tables import TABLES


def _words(sql: exp.Expr, type_: ValueType) -> exp.Expr:
    """A value as reasons show it, but text unescaped."""
    return exp.cast(sql, "varchar") if type_.kind is ValueKind.TEXT else text(sql, type_)


def _fact(fact: Fact, at: Surroundings) -> exp.Expr:
    value = at.name("fact", fact.name)
    if fact.value.type.is_quotient:
        value = at.rounded(fact.name) or rounded(value)
    return exp.alias_(_words(value, fact.value.type), f"fact__{fact.name}")


def _atoms(rules: Iterable[Rule], at: Surroundings) -> list[exp.Expr]:
    """For each atom of each rule: whether it holds, and the text of both sides of a comparison."""
    columns: list[exp.Expr] = []
    for rule in rules:
        columns.append(exp.alias_(node_sql(rule.when.node, at), f"rule__{rule.id}"))
        for atom in condition_of(rule.when.node).atoms():
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
    columns += _atoms([r for r in statement.pack.rules.values() if r.of == "household"], at)
    query = exp.select(*columns).from_(exp.to_table(facts.last_step, alias="f"))
    return write(with_steps(query, _needed(statement)), "duckdb")


def persons_sql(statement: Statement) -> str:
    """One row per member: ids, columns, facts, atoms of the rules of persons."""
    facts = statement.facts
    at = facts.around_person("p", "f")
    columns: list[exp.Expr] = [column_of("f", "household_id"), column_of("p", "person_id")]
    columns += [_fact(fact, at) for fact in facts.of_person]
    rules = [r for r in statement.pack.rules.values() if r.of == "person"]
    columns += _atoms(rules, at)
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


def records_sql(statement: Statement, table_name: str) -> str:
    """Rows of a record table that count for the household, with `in__FACT` for each fact that a row enters.

    Columns: household_id, person_id where the table has it, source, record_id, received_at, row_id, what expressions
    may see of the row, `is_counted` (false for a row that names somebody who is no member at the date).
    """
    table = TABLES[table_name]
    own = ["household_id", "source", "record_id", "received_at", "row_id"]
    own += [c for c in column_names(table) if c not in own]
    columns: list[exp.Expr] = [column_of("r", c) for c in own]
    member: exp.Expr = exp.true()
    if table.names_a_person:
        member = exp.paren(column_of("x", "member_no").is_(exp.Null()))
    columns.append(exp.alias_(member, "is_counted"))
    for fact in (f for f in statement.pack.facts.values() if f.from_table == table_name):
        columns.append(exp.alias_(_enters(fact, table_name, statement), f"in__{fact.name}"))
    query = exp.select(*columns).from_(exp.to_table(table_name, alias="r"))
    steps = dict(statement.ctes)
    needed = [("scanned", steps["scanned"]), ("members", steps["members"])]
    scanned = column_of("s", "household_no").eq(column_of("r", "household_no"))
    query = query.join(exp.to_table("scanned", alias="s"), on=scanned)
    if table.names_a_person:
        absent = steps["not_members"] if "not_members" in steps else statement.facts.not_members()
        needed.append(("not_members", absent))
        on = column_of("x", "member_no").eq(column_of("r", "member_no"))
        query = query.join(exp.to_table("not_members", alias="x"), on=on, join_type="left")
    query = query.order_by(column_of("r", "household_id"), column_of("r", "row_id"))
    return write(with_steps(query, tuple(needed)), "duckdb")


def _enters(fact: Fact, table_name: str, statement: Statement) -> exp.Expr:
    """Whether a row is in the fact's windows and passes the filter of one of its aggregates."""
    at = statement.facts.around_rows(fact)
    in_windows = [condition(w, TABLES[table_name], "r", statement.as_of) for w in fact.windows]
    aggregates = [n for n in fact.value.node.walk() if n.op in AGGREGATES]
    filters = [node_sql(n.where, at) for n in aggregates if n.where is not None]
    if len(filters) == len(aggregates):
        in_windows.append(exp.or_(*filters))
    return exp.Coalesce(this=exp.paren(exp.and_(*in_windows)), expressions=[exp.false()])


def set_aside_sql(table_name: str, until: str) -> str:
    """Rows of asked households that another row or a withdrawal has settled, so that they do not count.

    until: the condition on the settled list `s` at the known-at time.
    """
    return (
        f"select r.household_id, r.source, r.record_id, r.received_at, r.row_id, r.deleted, s.from_at"
        f' from "{table_name}__files" as r join "{table_name}__settled" as s on s.row_id = r.row_id'
        f" join asked as a on a.household_id = r.household_id where {until} order by r.row_id"
    )
