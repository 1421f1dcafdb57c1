"""The queries that find the records behind facts: which rows of a table enter which facts, and which are set aside."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlglot import exp

from firmground.engine.policy.expressions import AGGREGATES, Node
from firmground.engine.policy.model import Fact
from firmground.engine.policy.scopes import column_names
from firmground.engine.records.settling.events import CAUSES
from firmground.engine.scan.compile.facts_sql import column_of
from firmground.engine.scan.compile.node_sql import Surroundings, day, node_sql
from firmground.engine.scan.compile.statement import Statement, with_steps, write
from firmground.engine.scan.compile.windows_sql import condition, open_at
from firmground.engine.tables import TABLES

ABOUT = ("household_id", "source", "record_id", "received_at", "row_id")
Steps = list[tuple[str, exp.Select]]


def own_columns(table_name: str) -> list[str]:
    """The columns of a table that an explanation shows: none that is personal."""
    return [name for name in column_names(TABLES[table_name]) if name != "household_id"]


def records_sql(statement: Statement, table_name: str) -> str:
    """Rows of a record table that count, one row per row and household that it concerns.

    Columns: household_id, source, record_id, received_at, row_id, what expressions may see of the row; `is_member`
    (false for a row that names somebody who is no member at the date), `is_later` (begins after the date), `is_in_time`
    (in the windows of a fact), and `in__FACT` for each fact that the row enters.
    """
    if table_name == "persons":
        return _persons_sql(statement)
    table = TABLES[table_name]
    steps = dict(statement.ctes)
    needed: Steps = [("scanned", steps["scanned"]), ("members", steps["members"])]
    rows = table_name
    if table_name == "shocks":
        needed.append(("shocks_of_households", _shocks_of_households()))
        rows = "shocks_of_households"
    member: exp.Expr = exp.true()
    if table.names_a_person:
        member = exp.paren(column_of("x", "member_no").is_(exp.Null()))
        needed.append(("not_members", steps.get("not_members", statement.facts.not_members())))
    columns = _columns(table_name, member, statement)
    facts = [f for f in statement.pack.facts.values() if f.from_table == table_name]
    for fact in facts:
        at = statement.facts.around_rows(fact)
        columns.append(exp.alias_(_enters(fact, at, table_name, statement), f"in__{fact.name}"))
    columns.append(exp.alias_(_in_time(facts, table_name, statement), "is_in_time"))
    query = exp.select(*columns).from_(exp.to_table(rows, alias="r"))
    query = query.join(exp.to_table("scanned", alias="s"), on=_same("household_no", "s", "r"))
    if table.names_a_person:
        query = query.join(exp.to_table("not_members", alias="x"), on=_same("member_no", "x", "r"), join_type="left")
    return write(with_steps(query.order_by(column_of("r", "row_id")), tuple(needed)), "duckdb")


def _persons_sql(statement: Statement) -> str:
    """As records_sql, of memberships: a row enters a fact over persons as its member does."""
    last = statement.facts.last_person_step
    names = [name for name, _ in statement.ctes]
    needed = statement.ctes[: names.index(last) + 1]
    is_open = exp.paren(open_at(TABLES["persons"], "r", statement.as_of))
    columns = _columns("persons", is_open, statement)
    facts = [f for f in statement.pack.facts.values() if f.from_table == "persons"]
    around = statement.facts.around_person("p", "s")
    done = statement.facts.rounded_in.get(last, set())
    for fact in facts:
        at = Surroundings(
            statement.as_of,
            lambda op, name: column_of("p" if op == "fact" else "r", name),
            around.parameter,
            lambda name: column_of("p", f"{name}__rounded") if name in done else None,
        )
        columns.append(exp.alias_(_enters(fact, at, "persons", statement), f"in__{fact.name}"))
    columns.append(exp.alias_(_in_time(facts, "persons", statement), "is_in_time"))
    query = exp.select(*columns).from_(exp.to_table("persons", alias="r"))
    query = query.join(exp.to_table("scanned", alias="s"), on=_same("household_no", "s", "r"))
    same: exp.Expr = _same("member_no", "p", "r")
    if statement.facts.persons_need_flag:
        begins = exp.NullSafeEQ(this=column_of("p", "member_from"), expression=column_of("r", "member_from"))
        same = exp.and_(same, begins)
    query = query.join(exp.to_table(last, alias="p"), on=same, join_type="left")
    return write(with_steps(query.order_by(column_of("r", "row_id")), needed), "duckdb")


def _same(column: str, left: str, right: str) -> exp.Expr:
    return column_of(left, column).eq(column_of(right, column))


def _columns(table_name: str, member: exp.Expr, statement: Statement) -> list[exp.Expr]:
    table = TABLES[table_name]
    begin = table.moment or (table.span or ("",))[0]
    later = exp.Coalesce(this=column_of("r", begin) > day(statement.as_of), expressions=[exp.false()])
    columns = [column_of("s", "household_id"), *(column_of("r", c) for c in ABOUT[1:])]
    columns += [column_of("r", c) for c in own_columns(table_name)]
    return [*columns, exp.alias_(member, "is_member"), exp.alias_(later, "is_later")]


def _shocks_of_households() -> exp.Select:
    """Shocks of households, and those of an area for every household below it, with loss unknown, as the scan does."""
    kept = [*ABOUT[1:], *(c for c in own_columns("shocks") if c != "loss")]
    own = exp.select(*[column_of("r", c) for c in ("household_no", "member_no", "loss", *kept)])
    own = own.from_(exp.to_table("shocks", alias="r"))
    own = own.where(column_of("r", "household_no").is_(exp.Null()).not_())
    loss = exp.alias_(exp.cast(exp.Null(), "decimal(18, 2)"), "loss")
    area = exp.select(column_of("h", "household_no"), column_of("r", "member_no"), loss)
    area = area.select(*[column_of("r", c) for c in kept]).from_(exp.to_table("shocks", alias="r"))
    above = column_of("a", "ancestor_code").eq(column_of("r", "area_code"))
    area = area.join(exp.to_table("area_ancestors", alias="a"), on=above)
    area = area.join(exp.to_table("scanned", alias="h"), on=_same("area_code", "h", "a"))
    area = area.where(column_of("r", "household_no").is_(exp.Null()))
    return exp.union(own, area, distinct=False)  # type: ignore[return-value]


def _enters(fact: Fact, at: Surroundings, table_name: str, statement: Statement) -> exp.Expr:
    """Whether a row is in the fact's windows and one of its aggregates takes it."""
    held: list[exp.Expr] = [_in_windows(fact, table_name, statement)]
    held.append(exp.or_(*[_takes(n, at) for n in fact.value.node.walk() if n.op in AGGREGATES]))
    if fact.of == "person":
        held.append(column_of("r", "member_no").is_(exp.Null()).not_())
    return exp.Coalesce(this=exp.paren(exp.and_(*held)), expressions=[exp.false()])


def _takes(aggregate: Node, at: Surroundings) -> exp.Expr:
    """Whether an aggregate takes a row: its filter holds, and its value is there, or for `any` is not plainly false."""
    held: list[exp.Expr] = [exp.true()]
    if aggregate.where is not None:
        held.append(node_sql(aggregate.where, at))
    if aggregate.args:
        value = exp.paren(node_sql(aggregate.args[0], at))
        without = exp.false() if aggregate.op == "any" else exp.Null()
        held.append(exp.paren(exp.Is(this=value, expression=without)).not_())
    return exp.paren(exp.and_(*held))


def _in_windows(fact: Fact, table_name: str, statement: Statement) -> exp.Expr:
    conditions = [condition(w, TABLES[table_name], "r", statement.as_of) for w in fact.windows]
    return exp.paren(exp.and_(exp.true(), *conditions))


def _in_time(facts: list[Fact], table_name: str, statement: Statement) -> exp.Expr:
    windows = [_in_windows(fact, table_name, statement) for fact in facts]
    return exp.Coalesce(this=exp.paren(exp.or_(exp.false(), *windows)), expressions=[exp.false()])


def settled_sql(table_name: str, until: str) -> str:
    """Rows of the asked households that are settled, so that they do not count; each once.

    until: the condition on the settled list `s` at the known-at time. Also `deleted`, for the withdrawals themselves,
    and `why`: of several causes the first of CAUSES.
    """
    order = ", ".join(f"'{why}'" for why in CAUSES)
    settled = (
        f'(select s.row_id, s.why from "{table_name}__settled" as s where {until} qualify row_number() over '
        f"(partition by s.row_id order by list_position([{order}], s.why)) = 1)"
    )
    joined = f"join {settled} as s on s.row_id = r.row_id"
    return _of_asked(table_name, f"{table_name}__files", joined, "true", ", r.deleted, s.why")


def later_sql(table_name: str, known_at: datetime) -> str:
    """Rows of the asked households that were received only after the known-at time."""
    at = f"cast('{known_at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00:00' as timestamptz)"
    return _of_asked(table_name, f"{table_name}__every", "", f"r.received_at > {at}", "")


def _of_asked(table_name: str, rows: str, joined: str, where: str, more: str) -> str:
    columns = ", ".join(f'r."{c}"' for c in (*ABOUT[1:], *own_columns(table_name)))
    own = (
        f'select h.household_id, {columns}{more} from "{rows}" as r {joined} '
        f"join households as h on h.household_no = r.household_no where {where}"
    )
    if table_name != "shocks":
        return f"{own} order by row_id"
    return (
        f'{own} union all select h.household_id, {columns}{more} from "{rows}" as r {joined} '
        "join area_ancestors as a on a.ancestor_code = r.area_code "
        f"join households as h on h.area_code = a.area_code where r.household_no is null and {where} order by row_id"
    )
