"""From staged text to judged rows: cells by mapping, persons by ID number, types, and every mistake of a bad row."""

from __future__ import annotations

from collections.abc import Collection

from firmground.engine.policy.model import Pack
from firmground.engine.records.judging.checks import Check, checks_of, literal, typed
from firmground.engine.records.sources.mapping import Cell, Mapping
from firmground.engine.records.store.registry import Registry
from firmground.engine.records.store.workspace import Workspace
from firmground.engine.tables import COMMON, Table

BETWEEN = "\x1f"  # stands between the parts of a mistake in the list of a bad row


def make_cells(work: Workspace, mapping: Mapping, headings: list[str], table: Table) -> list[str]:
    """Make the view `cells`: row_no, at, part, broken and the text of each column. Returns the columns filled.

    `raw` of rows taken up again has row_no and part; without these they are counted.
    """
    is_taken_up = "row_no" in work.connection.table("raw").columns
    records = mapping.records()
    columns = [c.name for c in (*table.columns, *COMMON) if any(c.name in cells for cells in records)]
    if any("id_number" in cells for cells in records) and "id_number" not in columns:
        columns.append("id_number")
    place = {heading: f"r.c{number}" for number, heading in enumerate(headings)}
    selects = []
    for part, cells in enumerate(records):
        chosen = ", ".join(f'{_cell(cells.get(c), c, mapping, place)} as "{c}"' for c in columns)
        number, where = f"coalesce(r.place, r.rowid) * {len(records)} + {part + 1}", ""
        if is_taken_up:
            number, where = "r.row_no", f" where r.part = {part}"
        selects.append(
            f"select {number} as row_no, r.rowid as at, {part} as part, r.broken, {chosen} from raw as r{where}"
        )
    work.connection.execute("create view cells as " + " union all ".join(selects))
    return columns


def _cell(cell: Cell | None, column: str, mapping: Mapping, place: dict[str, str]) -> str:
    if cell is None:
        return "cast(null as varchar)"
    if cell.heading is None:
        return f"nullif({literal(cell.constant or '')}, '')"
    text = place[cell.heading]
    nothing = ", ".join(literal(word) for word in ("", *mapping.nulls))
    value = f"case when {text} in ({nothing}) then null else {text} end"
    codes = mapping.values.get(column)
    if codes:
        whens = " ".join(f"when {literal(theirs)} then {literal(ours)}" for theirs, ours in codes.items())
        value = f"nullif(case {value} {whens} else {value} end, '')"
    return value


def match_persons(work: Workspace, registry: Registry, table: Table, mapping: Mapping, columns: list[str]) -> None:
    """Make `matched`: for rows with an ID number in place of a person, how many members fit, and who.

    The rows of a positive list are all matched, also by person_id; who is in two households is one person there.
    """
    if mapping.derives is not None:
        _match_listed(work, registry, columns)
        return
    if table.name == "persons" or "id_number" not in columns:
        work.connection.execute(
            "create table matched (row_no bigint, matches bigint, household_id varchar, person_id varchar)"
        )
        return
    when = table.moment or (table.span or ("",))[0]
    day = f'try_cast(c."{when}" as date)' if when in columns else "cast(null as date)"
    given = [name for name in ("household_id", "person_id") if name in columns]
    same = "".join(f" and (c.{name} is null or c.{name} = p.{name})" for name in given)
    work.connection.execute(
        "create table matched as select c.row_no, count(distinct row(p.household_id, p.person_id)) as matches, "
        "min(p.household_id) as household_id, min(p.person_id) as person_id from cells as c "
        f"join ({registry.people}) as p on p.id_number = c.id_number{same} "
        f"and (p.member_from is null or p.member_from <= {day}) and (p.member_to is null or p.member_to > {day}) "
        "group by c.row_no"
    )


def _match_listed(work: Workspace, registry: Registry, columns: list[str]) -> None:
    by_person = "person_id" in columns
    same = " and c.household_id = p.household_id" if "household_id" in columns else ""
    day = "try_cast(c.valid_from as date)"
    pairs = ["c.person_id = p.person_id"] if by_person else []
    if "id_number" in columns:
        pairs.append("c.id_number = p.id_number" + (" and c.person_id is null" if by_person else ""))
    selects = [
        "select c.row_no, count(distinct p.person_id) as matches, min(p.household_id) as household_id, "
        f"min(p.person_id) as person_id from cells as c join ({registry.people}) as p on {pair}{same} "
        f"and (p.member_from is null or p.member_from <= {day}) and (p.member_to is null or p.member_to > {day}) "
        "group by c.row_no"
        for pair in pairs
    ]
    work.connection.execute("create table matched as " + " union all ".join(selects))


def judge(
    work: Workspace,
    registry: Registry,
    table: Table,
    mapping: Mapping,
    pack: Pack,
    columns: list[str],
    *,
    converted: Collection[str] = (),
    plain: Collection[str] = (),
) -> None:
    """Make `typed` (row_no, household_no, every column in its type, is_bad) and `bad` (row_no, at, part, mistakes).

    converted and plain: columns that convert_cells named. The rows of a positive list must name members.
    """
    is_list = mapping.derives is not None
    checks = checks_of(table, pack, columns, mapping.rounded, converted, plain, is_list=is_list)
    by_match = is_list or ("id_number" in columns and table.name != "persons")
    joined = _joined(registry, table, columns, by_match=by_match)
    values = []
    for column in (*table.columns, *COMMON):
        value = typed(column) if column.name in columns else f"cast(null as {_sql_type(typed(column))})"
        if column.name in ("household_id", "person_id") and by_match:
            own = f'c."{column.name}"' if column.name in columns else "null"
            value = f"coalesce({own}, m.{column.name})"
        values.append(f'{value} as "{column.name}"')
    bad = " or ".join(f"coalesce({check.condition}, false)" for check in checks)
    number = "cast(null as integer)" if table.name in ("areas", "households") else "h.household_no"
    work.connection.execute(
        f"create table typed as select c.row_no, c.at, c.part, {number} as household_no, {', '.join(values)}, "
        f"{bad} as is_bad from {joined}"
    )
    mistakes = ", ".join(f"case when {check.condition} then {_mistake(check)} end" for check in checks)
    work.connection.execute(
        "create table bad as select c.row_no, c.at, c.part, "
        f"list_filter([{mistakes}], lambda x: x is not null) as mistakes "
        f"from {joined} where c.row_no in (select t.row_no from typed as t where t.is_bad)"
    )


def _sql_type(value: str) -> str:
    """The type that a cell would have been cast to; text and booleans are plain."""
    if value.startswith("try_cast("):
        return value.rsplit(" as ", 1)[1].removesuffix(")")
    return "boolean" if value.startswith("case") else "varchar"


def _mistake(check: Check) -> str:
    mark = literal(BETWEEN)
    found = f"replace(coalesce(cast({check.found} as varchar), ''), {mark}, ' ')"
    parts = (literal(check.mistake.id), literal(check.column), found, literal(check.expected))
    return f" || {mark} || ".join(parts)


def _joined(registry: Registry, table: Table, columns: list[str], *, by_match: bool) -> str:
    """The cells with their household `h`, area `a` and matched person `m`."""
    joined = "cells as c"
    if by_match:
        joined += " left join matched as m on m.row_no = c.row_no"
    if table.name not in ("areas", "households"):
        own = "c.household_id" if "household_id" in columns else "null"
        household = f"coalesce({own}, m.household_id)" if by_match else own
        joined += f" left join ({registry.households}) as h on h.household_id = {household}"
    if table.name in ("households", "shocks") and "area_code" in columns:
        joined += f" left join ({registry.areas}) as a on a.code = c.area_code"
    return joined
