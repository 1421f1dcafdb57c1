"""A pack at a date as one SQL statement: facts become grouped aggregates, rules columns, warnings rows.

Reads the relations that relations.py provides: households, persons and the record tables as they count at the known-at
time, member_numbers, area_ancestors. The same trees are written in DuckDB's and in Spark's dialect by sqlglot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from firmground.engine.policy.expressions import Node
from firmground.engine.policy.model import Fact, Pack, Rule
from firmground.engine.policy.scopes import HOUSEHOLD_COLUMNS, Names, scope_of_rule
from firmground.engine.policy.values import ValueType
from firmground.engine.scan.compile import reasons_sql
from firmground.engine.scan.compile.facts_sql import FactsSql
from firmground.engine.scan.compile.in_force import AreaDepth, InForce, Successor, itself
from firmground.engine.scan.compile.node_sql import Surroundings, day, node_sql, rounded

WARNING_COLUMNS = ("household_id", "area_code", "rule", "risk", "severity", "reasons", "person_ids")


@dataclass(frozen=True)
class Statement:
    """The statement in parts.

    ctes: name and select of each step, in order; the last is `hits`, one row per household with a rule that fires or
    is unknown. warnings: reads `hits`. counts: reads `hits`; one row, `fired__RULE` and `unknown__RULE`.
    """

    pack: Pack
    as_of: date
    ctes: tuple[tuple[str, exp.Select], ...]
    warnings: exp.Query
    counts: exp.Select
    facts: FactsSql

    def sql(self, dialect: str = "duckdb") -> str:
        """The whole statement, readable, giving one row per warning."""
        return write(with_steps(self.warnings, self.ctes), dialect)

    def hits(self, dialect: str = "duckdb") -> str:
        """The statement up to `hits`, for backends that keep it and read it twice."""
        return write(with_steps(self.ctes[-1][1], self.ctes[:-1]), dialect)

    def totals(self, dialect: str = "duckdb") -> str:
        """One row: registered households, those not yet registered at the date, and judged ones with a member."""
        steps = dict(self.ctes)
        not_yet = exp.column("registered_on", "h") > day(self.as_of)
        late = exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=not_yet))
        registered = exp.select(
            exp.alias_(exp.Count(this=exp.Star()), "registered"), exp.alias_(late, "not_yet")
        ).from_(exp.to_table("households", alias="h"))
        member = exp.to_table("members", alias="m")
        same = exp.column("household_no", "m").eq(exp.column("household_no", "s"))
        counted = exp.Count(this=exp.Distinct(expressions=[exp.column("household_no", "s")]))
        judged = exp.select(exp.alias_(counted, "with_members")).from_(exp.to_table("scanned", alias="s"))
        judged = judged.join(member, on=same)
        if self.facts.persons_need_flag:
            judged = judged.where(exp.column("is_member", "m"))
        both = exp.select("*").from_(registered.subquery("r")).join(judged.subquery("j"), join_type="cross")
        return write(with_steps(both, (("scanned", steps["scanned"]), ("members", steps["members"]))), dialect)


def with_steps(query: exp.Query, ctes: tuple[tuple[str, exp.Select], ...]) -> exp.Query:
    """The query with the steps it reads before it."""
    query = query.copy()
    for name, select in ctes:
        query = query.with_(name, as_=select.copy(), copy=False)
    return query


def write(query: exp.Expr, dialect: str) -> str:
    """SQL text in a dialect, every name quoted."""
    return query.sql(dialect=dialect, pretty=True, identify=True)


def compile_statement(pack: Pack, as_of: date, area_depth: AreaDepth = len, successor: Successor = itself) -> Statement:
    """The statement of a sound pack at a date.

    area_depth: how deep an area lies; by default as many digits as its code has. successor: the code that stands for an
    area today; by default itself.
    Raises NoValueInForce when a parameter in use has no value at the date.
    """
    in_force = InForce(pack, as_of, area_depth, successor)
    facts = FactsSql(pack, as_of, in_force)
    ctes = [*facts.steps()]
    rules = list(pack.rules.values())
    of_persons = [rule for rule in rules if rule.of == "person"]
    if of_persons:
        ctes += _person_rules(of_persons, facts, pack)
    ctes += [("judged", _judged(rules, facts, bool(of_persons))), ("hits", _hits(rules, facts))]
    return Statement(pack, as_of, tuple(ctes), _warnings(rules, facts, pack), _counts(rules), facts)


def _person_rules(rules: list[Rule], facts: FactsSql, pack: Pack) -> list[tuple[str, exp.Select]]:
    """Rules judged for each member, then gathered per household: whether, who, and the members' reasons."""
    at = facts.around_person("p", "f")
    columns: list[exp.Expr] = [exp.column("household_no", "p"), exp.column("person_id", "p")]
    gathered: list[exp.Expr] = [exp.column("household_no", "j")]
    order = exp.column("person_id", "j")
    for rule in rules:
        flag = exp.column(f"rule__{rule.id}", "j")
        columns.append(exp.alias_(node_sql(rule.when.node, at), f"rule__{rule.id}"))
        unknown = exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=flag.copy().is_(exp.Null())))
        fires = exp.case().when(exp.LogicalOr(this=flag.copy()), exp.true()).when(unknown > 0, exp.Null())
        gathered.append(exp.alias_(fires.else_(exp.false()), f"rule__{rule.id}"))
        mark = exp.Literal.string('"')
        id_ = reasons_sql.joined([mark, reasons_sql.escaped(exp.column("person_id", "j")), mark.copy()])
        gathered.append(exp.alias_(_listed(flag, id_, ",", order), f"persons__{rule.id}"))
        for name in rule.reasons:
            if not _is_of_person(name, pack):
                continue
            words = exp.Coalesce(this=_reason_text(name, facts, at), expressions=[exp.Literal.string("null")])
            columns.append(exp.alias_(words, f"reason__{rule.id}__{name}"))
            value = exp.column(f"reason__{rule.id}__{name}", "j")
            gathered.append(exp.alias_(_listed(flag, value, ", ", order), f"reason__{rule.id}__{name}"))
    judged = exp.select(*columns).from_(exp.to_table(facts.last_person_step, alias="p"))
    judged = judged.join(
        exp.to_table(facts.last_step, alias="f"),
        on=exp.column("household_no", "f").eq(exp.column("household_no", "p")),
    )
    if facts.persons_need_flag:
        judged = judged.where(exp.column("is_member", "p"))
    by_household = exp.select(*gathered).from_(exp.to_table("persons_judged", alias="j"))
    held = exp.or_(*[exp.Coalesce(this=exp.column(f"rule__{r.id}", "j"), expressions=[exp.true()]) for r in rules])
    return [
        ("persons_judged", judged),
        ("person_rules", by_household.where(held).group_by(exp.column("household_no", "j"))),
    ]


def _listed(flag: exp.Expr, value: exp.Expr, between: str, order: exp.Expr) -> exp.Expr:
    """Values of the members for whom a rule fires, in the order of their ids."""
    chosen = exp.case().when(flag.copy(), value)
    ordered = exp.Order(this=chosen, expressions=[exp.Ordered(this=order.copy(), nulls_first=False)])
    return exp.GroupConcat(this=ordered, separator=exp.Literal.string(between))


def _is_of_person(name: str, pack: Pack) -> bool:
    if name in pack.facts:
        return pack.facts[name].of == "person"
    return not name.startswith("param.") and name not in HOUSEHOLD_COLUMNS


def _judged(rules: list[Rule], facts: FactsSql, with_persons: bool) -> exp.Select:
    at = facts.around_household("f")
    columns: list[exp.Expr] = [exp.Column(this=exp.Star(), table=exp.to_identifier("f"))]
    for rule in rules:
        name = f"rule__{rule.id}"
        if rule.of == "household":
            columns.append(exp.alias_(node_sql(rule.when.node, at), name))
            continue
        none = exp.Coalesce(this=exp.column("household_no", "p"), expressions=[exp.Literal.number(-1)]).eq(-1)
        flag = exp.case().when(none, exp.false()).else_(exp.column(name, "p"))
        columns += [exp.alias_(flag, name), exp.column(f"persons__{rule.id}", "p")]
        columns += [exp.column(f"reason__{rule.id}__{n}", "p") for n in rule.reasons if _is_of_person(n, facts.pack)]
    select = exp.select(*columns).from_(exp.to_table(facts.last_step, alias="f"))
    if with_persons:
        on = exp.column("household_no", "p").eq(exp.column("household_no", "f"))
        select = select.join(exp.to_table("person_rules", alias="p"), on=on, join_type="left")
    return select


def _hits(rules: list[Rule], facts: FactsSql) -> exp.Select:
    """Only the columns that warnings show, only households of whom something is to be said."""
    shown: dict[str, exp.Expr] = {c: exp.column(c, "j") for c in ("household_id", "area_code")}
    for rule in rules:
        shown[f"rule__{rule.id}"] = exp.column(f"rule__{rule.id}", "j")
        if rule.of == "person":
            shown[f"persons__{rule.id}"] = exp.column(f"persons__{rule.id}", "j")
        for name in rule.reasons:
            column = facts.reason_column(rule, name)
            if column:
                shown[column] = exp.column(column, "j")
    held = [exp.Coalesce(this=exp.column(f"rule__{r.id}", "j"), expressions=[exp.true()]) for r in rules]
    select = exp.select(*shown.values()).from_(exp.to_table("judged", alias="j"))
    return select.where(exp.or_(*held)) if held else select.where(exp.false())


def _warnings(rules: list[Rule], facts: FactsSql, pack: Pack) -> exp.Query:
    branches: list[exp.Query] = []
    for rule in rules:
        values: dict[str, exp.Expr | str] = {}
        for name in rule.reasons:
            values[name] = _shown(rule, name, facts, pack)
        persons: exp.Expr = exp.cast(exp.Null(), "varchar")
        if rule.of == "person":
            ids = exp.column(f"persons__{rule.id}", "h")
            persons = reasons_sql.joined([exp.Literal.string("["), ids, exp.Literal.string("]")])
        branches.append(
            exp.select(
                exp.column("household_id", "h"),
                exp.column("area_code", "h"),
                exp.alias_(exp.Literal.string(rule.id), "rule"),
                exp.alias_(exp.Literal.string(rule.risk), "risk"),
                exp.alias_(exp.Literal.string(rule.severity), "severity"),
                exp.alias_(reasons_sql.json_object(values), "reasons"),
                exp.alias_(persons, "person_ids"),
            )
            .from_(exp.to_table("hits", alias="h"))
            .where(exp.column(f"rule__{rule.id}", "h"))
        )
    if not branches:
        nothing = [exp.alias_(exp.cast(exp.Null(), "varchar"), c) for c in WARNING_COLUMNS]
        return exp.select(*nothing).where(exp.false())
    union: exp.Query = branches[0]
    for branch in branches[1:]:
        union = exp.union(union, branch, distinct=False, copy=False)
    return union


def _shown(rule: Rule, name: str, facts: FactsSql, pack: Pack) -> exp.Expr | str:
    """One reason: a constant, or the JSON text of a column of `hits`."""
    if name.startswith("param.") and not facts.in_force.differs(name.removeprefix("param.")):
        return reasons_sql.text_of_decimal(facts.in_force.rows(name.removeprefix("param."))[0].value)
    column = exp.column(facts.reason_column(rule, name), "h")
    if rule.of == "person" and _is_of_person(name, pack):
        return reasons_sql.quoted(column)
    return reasons_sql.quoted(reasons_sql.text(column, _type_of(name, facts)))


def _reason_text(name: str, facts: FactsSql, at: Surroundings) -> exp.Expr:
    type_ = _type_of(name, facts)
    value = at.name("fact" if name in facts.pack.facts else "column", name)
    if type_.is_quotient:
        value = at.rounded(name) or rounded(value)
    return reasons_sql.text(value, type_)


def _type_of(name: str, facts: FactsSql) -> ValueType:
    if name.startswith("param."):
        return facts.in_force.type(name.removeprefix("param."))
    if name in facts.pack.facts:
        return facts.pack.facts[name].value.type
    names = Names(facts.pack.currency, (), {}, {}, {})
    return scope_of_rule("person", names).symbols[name].type


def _counts(rules: list[Rule]) -> exp.Select:
    columns: list[exp.Expr] = []
    for rule in rules:
        flag = exp.column(f"rule__{rule.id}", "h")
        for word, held in (("fired", flag), ("unknown", flag.copy().is_(exp.Null()))):
            count = exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=held.copy()))
            columns.append(exp.alias_(count, f"{word}__{rule.id}"))
    return exp.select(*(columns or [exp.Literal.number(0)])).from_(exp.to_table("hits", alias="h"))


__all__ = ["WARNING_COLUMNS", "Fact", "Node", "Statement", "compile_statement", "with_steps", "write"]
