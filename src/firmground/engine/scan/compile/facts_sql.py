"""Facts of households and persons as steps of the statement.

One step per record table and grain, then the joins, then one step per depth of facts over facts. A fact with
`unknown_when` is first computed as NAME__raw; a fact that is a division also gets NAME__rounded in the step after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from firmground.engine.policy.expressions import Expression, Node
from firmground.engine.policy.model import Fact, Pack, Rule, WindowKind
from firmground.engine.policy.scopes import HOUSEHOLD_COLUMNS
from firmground.engine.scan.compile.in_force import InForce
from firmground.engine.scan.compile.node_sql import Surroundings, day, node_sql, over_no_rows, rounded, stored
from firmground.engine.scan.compile.windows_sql import condition, envelope, open_at
from firmground.engine.tables import TABLES

Steps = list[tuple[str, exp.Select]]
_COUNT_OF_MEMBERS = "members__count"


def column_of(alias: str, name: str) -> exp.Expr:
    """A qualified column."""
    return exp.column(name, alias)


def star(alias: str) -> exp.Expr:
    """All columns of a step."""
    return exp.Column(this=exp.Star(), table=exp.to_identifier(alias))


@dataclass
class FactsSql:
    """The steps of a pack's facts at a date. Call `steps` first; then the names of the last steps are known."""

    pack: Pack
    as_of: date
    in_force: InForce
    last_step: str = "facts"
    last_person_step: str = "members"
    rounded_in: dict[str, set[str]] = field(default_factory=dict)  # step -> facts with a rounded column there

    def __post_init__(self) -> None:
        facts = self.pack.facts.values()
        self.of_person = [f for f in facts if f.of == "person"]
        self.of_household = [f for f in facts if f.of == "household"]
        over_persons = [f for f in facts if f.from_table == "persons"]
        self.persons_need_flag = any(all(w.kind is not WindowKind.OPEN for w in f.windows) for f in over_persons)

    # what names mean

    def around_household(self, alias: str) -> Surroundings:
        """Names in an expression over the household's facts, which stand in the step called `alias`."""
        done = self.rounded_in.get(self.last_step, set())
        return self._around(lambda op, name: column_of(alias, name), alias, dict.fromkeys(done, alias))

    def around_person(self, person: str, household: str) -> Surroundings:
        """Names in a rule of a person: own facts and columns in `person`, the household's in `household`."""

        def name_of(op: str, name: str) -> exp.Expr:
            fact = self.pack.facts.get(name) if op == "fact" else None
            of_household = fact.of == "household" if fact else name in HOUSEHOLD_COLUMNS
            return column_of(household if of_household else person, name)

        done = dict.fromkeys(self.rounded_in.get(self.last_step, ()), household)
        done |= dict.fromkeys(self.rounded_in.get(self.last_person_step, ()), person)
        return self._around(name_of, household, done)

    def reason_column(self, rule: Rule, name: str) -> str:
        """The column of `hits` that holds a reason; empty where the value is the same for all."""
        if name.startswith("param."):
            parameter = name.removeprefix("param.")
            return f"param__{parameter}" if self.in_force.differs(parameter) else ""
        fact = self.pack.facts.get(name)
        if rule.of == "person" and (fact.of == "person" if fact else name not in HOUSEHOLD_COLUMNS):
            return f"reason__{rule.id}__{name}"
        return f"{name}__rounded" if fact and fact.value.type.is_quotient else name

    def _around(self, name_of: object, parameters: str, done: dict[str, str]) -> Surroundings:
        def parameter(name: str) -> exp.Expr:
            if self.in_force.differs(name):
                return column_of(parameters, f"param__{name}")
            return self.in_force.literal(name)

        def rounded_column(name: str) -> exp.Expr | None:
            return column_of(done[name], f"{name}__rounded") if name in done else None

        return Surroundings(self.as_of, name_of, parameter, rounded_column)  # type: ignore[arg-type]

    # the steps

    def steps(self) -> Steps:
        """Every step up to the facts of all scanned households with members."""
        over_records = [f for f in self.pack.facts.values() if f.from_table not in (None, "persons")]
        of_table: dict[tuple[str, str], list[Fact]] = {}
        for fact in over_records:
            of_table.setdefault((str(fact.from_table), fact.of), []).append(fact)
        scanned = self._scanned()
        steps: Steps = [("members", self._members())]
        if any(of == "household" and TABLES[table].names_a_person for table, of in of_table):
            steps.append(("not_members", self._not_members()))
        if any(table == "shocks" for table, _ in of_table):
            steps.append(("struck", _struck()))
        steps += [(f"{t}_of_persons", self._records(t, fs, of)) for (t, of), fs in of_table.items() if of == "person"]
        steps += self._person_steps([t for t, of in of_table if of == "person"])
        steps += [(f"{t}_facts", self._records(t, fs, of)) for (t, of), fs in of_table.items() if of == "household"]
        steps.append(("persons_facts", self._persons_facts()))
        steps += self._household_steps([t for t, of in of_table if of == "household"])
        return [("scanned", scanned), *steps]

    def _differing(self, expressions: Iterable[Expression | None]) -> list[str]:
        """Parameters in expressions whose value differs between households."""
        names = [n for e in expressions if e is not None for n in e.names("parameter")]
        return [n for n in dict.fromkeys(names) if self.in_force.differs(n)]

    def _all_differing(self) -> list[str]:
        expressions = [f.value for f in self.pack.facts.values()]
        expressions += [f.unknown_when for f in self.pack.facts.values() if f.unknown_when]
        expressions += [r.when for r in self.pack.rules.values()]
        named = [
            n.removeprefix("param.") for r in self.pack.rules.values() for n in r.reasons if n.startswith("param.")
        ]
        return list(dict.fromkeys([*self._differing(expressions), *(n for n in named if self.in_force.differs(n))]))

    def _scanned(self) -> exp.Select:
        """Households of the date, with the parameters that differ between them."""
        columns = [column_of("h", c) for c in ("household_no", "household_id", *HOUSEHOLD_COLUMNS)]
        for name in self._all_differing():
            columns.append(exp.alias_(self.in_force.case(name), f"param__{name}"))
        registered = column_of("h", "registered_on")
        select = exp.select(*columns).from_(exp.to_table("households", alias="h"))
        for area in self.in_force.areas:
            alias = self.in_force.area_alias(area)
            on = exp.and_(
                column_of(alias, "area_code").eq(column_of("h", "area_code")),
                column_of(alias, "ancestor_code").eq(exp.Literal.string(area)),
            )
            select = select.join(exp.to_table("area_ancestors", alias=alias), on=on, join_type="left")
        return select.where(exp.or_(registered.is_(exp.Null()), registered.copy() <= day(self.as_of)))

    def _members(self) -> exp.Select:
        """Members at the date; with `is_member` also others, where a fact looks at past memberships."""
        used: dict[str, None] = {}
        expressions = [f.value for f in self.pack.facts.values() if f.of == "person" or f.from_table == "persons"]
        expressions += [f.unknown_when for f in self.of_person if f.unknown_when]
        expressions += [r.when for r in self.pack.rules.values() if r.of == "person"]
        for expression in expressions:
            used |= dict.fromkeys(expression.names("column"))
        for rule in self.pack.rules.values():
            used |= dict.fromkeys(n for n in rule.reasons if rule.of == "person")
        for fact in self.pack.facts.values():
            if fact.from_table == "persons":
                used |= dict.fromkeys(w.on for w in fact.windows if w.on)
        if self.persons_need_flag:
            used |= dict.fromkeys(("member_from", "member_to"))
        known = [c.name for c in TABLES["persons"].columns if not c.personal and c.name in used]
        names = [
            "household_no",
            "member_no",
            "person_id",
            *(n for n in known if n not in ("person_id", "household_id")),
        ]
        columns = [column_of("p", name) for name in names]
        is_open = open_at(TABLES["persons"], "p", self.as_of)
        if self.persons_need_flag:
            columns.append(exp.alias_(exp.paren(is_open), "is_member"))
        differing = self._differing([f.value for f in self.of_person] + [f.unknown_when for f in self.of_person])
        differing += self._differing([f.value for f in self.pack.facts.values() if f.from_table == "persons"])
        columns += [column_of("s", f"param__{n}") for n in dict.fromkeys(differing)]
        select = exp.select(*columns).from_(exp.to_table("persons", alias="p"))
        if differing:
            on = column_of("s", "household_no").eq(column_of("p", "household_no"))
            select = select.join(exp.to_table("scanned", alias="s"), on=on)
        return select if self.persons_need_flag else select.where(is_open.copy())

    def _not_members(self) -> exp.Select:
        """Pairs of household and person that some row names and that are no membership at the date."""
        on: exp.Expr = column_of("m", "member_no").eq(column_of("n", "member_no"))
        if self.persons_need_flag:
            on = exp.and_(on, column_of("m", "is_member"))
        select = exp.select(column_of("n", "member_no")).from_(exp.to_table("member_numbers", alias="n"))
        select = select.join(exp.to_table("members", alias="m"), on=on, join_type="left")
        return select.where(column_of("m", "member_no").is_(exp.Null()))

    def _records(self, table_name: str, facts: list[Fact], of: str) -> exp.Select:
        """The facts of one record table, grouped by household or by the pair of household and person."""
        table = TABLES[table_name]
        key = "household_no" if of == "household" else "member_no"
        source = "struck" if table_name == "shocks" else table_name
        span = envelope(facts, self.as_of)
        columns = [column_of("r", key)]
        for fact in facts:
            at = self._around_rows(fact, span)
            columns.append(exp.alias_(stored(node_sql(fact.value.node, at), fact.value.type), self._first_name(fact)))
        select = exp.select(*columns).from_(exp.to_table(source, alias="r"))
        if self._differing([f.value for f in facts]):
            on = column_of("s", "household_no").eq(column_of("r", "household_no"))
            select = select.join(exp.to_table("scanned", alias="s"), on=on)
        if of == "person":
            select = select.where(column_of("r", "member_no").is_(exp.Null()).not_())
        elif table.names_a_person:
            on = column_of("x", "member_no").eq(column_of("r", "member_no"))
            select = select.join(exp.to_table("not_members", alias="x"), on=on, join_type="left")
            select = select.where(column_of("x", "member_no").is_(exp.Null()))
        if span:
            seen = column_of("r", span[0])
            select = select.where(seen > day(span[1]), seen.copy() <= day(span[2]))
        return select.group_by(column_of("r", key))

    def around_rows(self, fact: Fact) -> Surroundings:
        """Names in an expression over the rows `r` of the fact's table, beside their household `s`."""
        return self._around_rows(fact, None)

    def not_members(self) -> exp.Select:
        """Pairs of household and person that some row names and that are no membership at the date."""
        return self._not_members()

    @property
    def differing(self) -> list[str]:
        """Parameters in use whose value differs between households."""
        return self._all_differing()

    def _around_rows(self, fact: Fact, span: tuple[str, date, date] | None) -> Surroundings:
        table = TABLES[str(fact.from_table)]
        conditions = [condition(w, table, "r", self.as_of) for w in fact.windows]
        if span and len(conditions) == 1 and envelope([fact], self.as_of) == span:
            conditions = []
        required = {c.name for c in table.columns if c.required}

        def parameter(name: str) -> exp.Expr:
            if self.in_force.differs(name):
                return column_of("s", f"param__{name}")
            return self.in_force.literal(name)

        return Surroundings(
            self.as_of,
            lambda op, name: column_of("r", name),
            parameter,
            in_window=exp.and_(*conditions) if conditions else None,
            nullable=lambda name: name not in required,
        )

    def _first_name(self, fact: Fact) -> str:
        return f"{fact.name}__raw" if fact.unknown_when else fact.name

    def _joined(
        self, base: exp.Select, facts: list[Fact], tables: list[str], suffix: str, on: str, key: str
    ) -> exp.Select:
        """The base with the facts of each table's step beside it; without rows, what a fact is over no rows."""
        for table in tables:
            alias = f"{table}{suffix}"
            held: exp.Expr = column_of(alias, key).eq(column_of(on, key))
            if suffix == "_of_persons" and self.persons_need_flag:
                held = exp.and_(held, column_of(on, "is_member"))
            base = base.join(exp.to_table(alias), on=held, join_type="left")
            for fact in (f for f in facts if f.from_table == table):
                name = self._first_name(fact)
                base = base.select(
                    exp.alias_(self._or_none(fact, column_of(alias, name), column_of(alias, key), on), name)
                )
        return base

    def _or_none(self, fact: Fact, found: exp.Expr, key: exp.Expr, parameters: str) -> exp.Expr:
        at = self._around(lambda op, name: exp.Null(), parameters, {})
        nothing = over_no_rows(fact.value.node, at)
        if isinstance(nothing, exp.Null):
            return found
        if fact.value.node.op in ("sum", "count"):
            return stored(exp.Coalesce(this=found, expressions=[nothing]), fact.value.type)
        return exp.case().when(key.is_(exp.Null()), stored(nothing, fact.value.type)).else_(found)

    def _person_steps(self, tables: list[str]) -> Steps:
        direct = [f for f in self.of_person if f.from_table]
        if not self.of_person:
            return []
        base = exp.select(star("m")).from_(exp.to_table("members", alias="m"))
        steps: Steps = [("person_facts", self._joined(base, direct, tables, "_of_persons", "m", "member_no"))]
        steps += self._depths(self.of_person, "person_facts")
        self.last_person_step = steps[-1][0]
        return steps

    def _persons_facts(self) -> exp.Select:
        """Facts over members, and their count, without which a household is not judged."""
        facts = [f for f in self.of_household if f.from_table == "persons"]
        counted: exp.Expr = exp.Count(this=exp.Star())
        if self.persons_need_flag:
            counted = exp.Filter(this=counted, expression=exp.Where(this=column_of("p", "is_member")))
        columns = [column_of("p", "household_no"), exp.alias_(counted, _COUNT_OF_MEMBERS)]
        done = dict.fromkeys(self.rounded_in.get(self.last_person_step, ()), "p")
        for fact in facts:
            at = self._around(lambda op, name: column_of("p", name), "p", done)
            conditions = [
                column_of("p", "is_member")
                if w.kind is WindowKind.OPEN
                else condition(w, TABLES["persons"], "p", self.as_of)
                for w in fact.windows
                if w.kind is not WindowKind.OPEN or self.persons_need_flag
            ]
            in_window = exp.and_(*conditions) if conditions else None
            at = Surroundings(at.as_of, at.name, at.parameter, at.rounded, in_window)
            columns.append(exp.alias_(stored(node_sql(fact.value.node, at), fact.value.type), self._first_name(fact)))
        select = exp.select(*columns).from_(exp.to_table(self.last_person_step, alias="p"))
        return select.group_by(column_of("p", "household_no"))

    def _household_steps(self, tables: list[str]) -> Steps:
        over_persons = [self._first_name(f) for f in self.of_household if f.from_table == "persons"]
        base = exp.select(star("s"), *[column_of("p", n) for n in over_persons])
        base = base.from_(exp.to_table("scanned", alias="s"))
        on = column_of("p", "household_no").eq(column_of("s", "household_no"))
        base = base.join(exp.to_table("persons_facts", alias="p"), on=on)
        if self.persons_need_flag:
            base = base.where(column_of("p", _COUNT_OF_MEMBERS) > 0)
        direct = [f for f in self.of_household if f.from_table not in (None, "persons")]
        steps: Steps = [("facts", self._joined(base, direct, tables, "_facts", "s", "household_no"))]
        steps += self._depths(self.of_household, "facts")
        self.last_step = steps[-1][0]
        return steps

    def _depths(self, facts: list[Fact], first: str) -> Steps:
        """One step per depth of facts over facts; each also rounds the divisions of the step before it."""
        depth: dict[str, int] = {}
        for fact in facts:  # in the order of their dependence
            own = [] if fact.from_table else [depth.get(n, 0) + 1 for n in fact.value.names("fact")]
            known = [depth.get(n, 0) + 1 for n in fact.unknown_when.names("fact")] if fact.unknown_when else []
            least = 0 if fact.from_table and not fact.unknown_when else 1
            depth[fact.name] = max([least, *own, *known])
        quotients = [f.name for f in facts if f.value.type.is_quotient]
        last = max([*depth.values(), *(depth[q] + 1 for q in quotients)], default=0)
        steps: Steps = []
        before, rounded_before = first, set[str]()
        for number in range(1, last + 1):
            fresh = [f for f in facts if depth[f.name] == number]
            due = [q for q in quotients if depth[q] == number - 1]
            at = self._around(lambda op, name: column_of("f", name), "f", dict.fromkeys(rounded_before, "f"))
            columns = [star("f")]
            columns += [exp.alias_(rounded(column_of("f", q)), f"{q}__rounded") for q in due]
            columns += [exp.alias_(self._derived(fact, at), fact.name) for fact in fresh]
            name = f"{first}_{number + 1}"
            steps.append((name, exp.select(*columns).from_(exp.to_table(before, alias="f"))))
            rounded_before = rounded_before | set(due)
            self.rounded_in[name] = rounded_before
            before = name
        return steps

    def _derived(self, fact: Fact, at: Surroundings) -> exp.Expr:
        value = (
            column_of("f", f"{fact.name}__raw")
            if fact.from_table
            else stored(node_sql(fact.value.node, at), fact.value.type)
        )
        if fact.unknown_when is None:
            return value
        return exp.case().when(node_sql(fact.unknown_when.node, at), exp.Null()).else_(value)


def _struck() -> exp.Select:
    """Shocks of households, and those of an area for every household below it, with loss unknown."""
    columns = ("household_no", "member_no", "kind", "loss", "occurred_on", "area_code")
    own = exp.select(*[column_of("r", c) for c in columns]).from_(exp.to_table("shocks", alias="r"))
    own = own.where(column_of("r", "household_no").is_(exp.Null()).not_())
    below = [
        column_of("h", "household_no"),
        exp.alias_(exp.cast(exp.Null(), "int"), "member_no"),
        column_of("r", "kind"),
        exp.alias_(exp.cast(exp.Null(), "decimal(18, 2)"), "loss"),
        column_of("r", "occurred_on"),
        column_of("r", "area_code"),
    ]
    area = exp.select(*below).from_(exp.to_table("shocks", alias="r"))
    area = area.join(
        exp.to_table("area_ancestors", alias="a"), on=column_of("a", "ancestor_code").eq(column_of("r", "area_code"))
    )
    area = area.join(
        exp.to_table("households", alias="h"), on=column_of("h", "area_code").eq(column_of("a", "area_code"))
    )
    area = area.where(column_of("r", "household_no").is_(exp.Null()))
    return exp.union(own, area, distinct=False)  # type: ignore[return-value]


__all__ = ["FactsSql", "Node", "Steps", "column_of", "star"]
