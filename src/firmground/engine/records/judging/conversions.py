"""Cells that are written otherwise than the lake writes them, read by stated rules; the report says each.

A cell is plain, or a chain of steps makes it plain, or it stays as it came and the checks refuse it. The cells of a
column that are all plain cost one look; of the others each different text is converted once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firmground.engine.records.delivery import Delivery
from firmground.engine.records.judging import spelling_steps as steps
from firmground.engine.records.judging.checks import (
    DAY,
    FREE_TEXT,
    TIME,
    came,
    literal,
    not_a_date,
    not_a_number,
    not_a_time,
)
from firmground.engine.records.judging.spelling_steps import Step
from firmground.engine.records.report import Conversion
from firmground.engine.records.sources.mapping import Mapping
from firmground.engine.records.store.workspace import Workspace
from firmground.engine.tables import Column, Table, Type
from firmground.engine.tables.schema import MONEY, NUMBER

_PLAIN = {
    Type.DATE: DAY,
    Type.TIME: TIME,
    Type.MONEY: f"-?[0-9]*[.]?[0-9]{{0,{MONEY[1]}}}",
    Type.NUMBER: f"-?[0-9]*[.]?[0-9]{{0,{NUMBER[1]}}}",
    Type.BOOLEAN: "(?i)true|false|yes|no|1|0",
    Type.TEXT: r"[!-&(-\-/-~]([ -\-/-~]*[!-\-/-~])?",  # no point, nor an apostrophe before it
}
_ID_NUMBER = Column("id_number", personal=True)  # where it stands for a person


@dataclass(frozen=True)
class _Rule:
    """How the cells of a column are read. plain: which need no look; result: what a conversion may give, of `t`."""

    column: Column
    plain: str
    steps: tuple[Step, ...]
    result: str = "true"

    @property
    def other(self) -> str:
        """Whether a cell may not be plain."""
        return f"not ({self.plain})"


def convert_cells(
    work: Workspace, delivery: Delivery, columns: list[str], *, currency: str, area_codes: str | None = None
) -> tuple[tuple[Conversion, ...], frozenset[str]]:
    """Convert the cells of `cells`. Returns what was done, by column and kind, and the columns with plain cells alone.

    A column of which a cell was converted gets a second one beside it, `came(column)`: the cell as it came, or null.
    currency: of the lake; area_codes: SQL of the known codes where the tree of areas is China's.
    """
    rules = list(_rules(delivery.table, columns, delivery.mapping, currency, area_codes))
    if not rules:
        return (), frozenset()
    looks = ", ".join(f"coalesce(bool_or({rule.other}), false)" for rule in rules)
    is_other = work.one(f"select {looks} from cells as c where c.broken is null")
    changed = [rule for rule, other in zip(rules, is_other, strict=True) if other and _spell(work, rule)]
    if changed:
        _replace(work, changed)
    plain = frozenset(rule.column.name for rule, other in zip(rules, is_other, strict=True) if not other)
    return tuple(conversion for rule in changed for conversion in _said(work, rule.column, delivery)), plain


def _rules(
    table: Table, columns: list[str], mapping: Mapping, currency: str, area_codes: str | None
) -> Iterator[_Rule]:
    for name in columns:
        column = table.column(name) or _ID_NUMBER
        if column.name in FREE_TEXT:
            continue
        cell = f'c."{name}"'
        plain = f"regexp_full_match({cell}, {literal(_PLAIN[column.type])})"
        cleaning = tuple(steps.cleaning(name, mapping))
        if column.type is Type.TEXT:
            yield _code(column, plain, cleaning, mapping, _upper_areas(table, name, columns, area_codes))
        elif column.type is Type.DATE:
            is_end = name == "covers_to" or (table.span is not None and name == table.span[1])
            own = steps.dates(mapping.dates, is_end=is_end)
            yield _Rule(column, plain, (*cleaning, *own), f"not {not_a_date('t')}")
        elif column.type is Type.TIME:
            yield _Rule(column, plain, (*cleaning, *steps.times(mapping.dates)), f"not {not_a_time('t')}")
        elif column.type is Type.BOOLEAN:
            result = f"regexp_full_match(t, '{_PLAIN[Type.BOOLEAN]}')"
            yield _Rule(column, plain, (*cleaning, *steps.yes_or_no()), result)
        else:
            yield _number(column, plain, cleaning, mapping, currency)


def _number(column: Column, plain: str, cleaning: tuple[Step, ...], mapping: Mapping, currency: str) -> _Rule:
    digits, most = MONEY if column.type is Type.MONEY else NUMBER
    places = None if column.name in mapping.rounded else most
    if places is None:
        plain = f"regexp_full_match(c.\"{column.name}\", '-?[0-9]*[.]?[0-9]*')"
    own = steps.numbers(places, currency if column.type is Type.MONEY else None)
    value = f"try_cast(t as decimal({digits}, {most}))"
    return _Rule(column, plain, (*cleaning, *own), f"not {not_a_number('t', value, places)}")


def _code(column: Column, plain: str, cleaning: tuple[Step, ...], mapping: Mapping, areas: str | None) -> _Rule:
    cell, digits = f'c."{column.name}"', mapping.digits.get(column.name)
    if column.name == "id_number":
        plain = f"regexp_full_match({cell}, '[0-9]{{17}}[0-9X]')"
    if digits:
        plain += f" and length({cell}) >= {digits}"
    if areas:
        plain += f" and not suffix({cell}, '00')"
    return _Rule(column, plain, (*cleaning, *steps.codes(column.name, digits, areas)))


def _upper_areas(table: Table, column: str, columns: list[str], area_codes: str | None) -> str | None:
    """SQL of the known codes, where a column may name an upper area; the areas of the file itself are known too."""
    if area_codes is None or (table.name, column) not in (
        ("shocks", "area_code"),
        ("areas", "parent"),
        ("areas", "replaced_by"),
    ):
        return None
    own = " union all select code from cells" if table.name == "areas" else ""
    return f"select code from ({area_codes}{own}) where code is not null"


def _spelled(column: Column) -> str:
    return f'"{column.name} spelled"'


def _spell(work: Workspace, rule: _Rule) -> bool:
    """Make the table of texts that are converted: cell, became (null: an empty cell), kinds. Returns if any is."""
    name = rule.column.name
    query = (
        f'select distinct c."{name}" as cell, c."{name}" as t, [] :: varchar[] as kinds from cells as c '
        f"where c.broken is null and {rule.other}"
    )
    for step in rule.steps:
        said = f"case when became is distinct from t then list_append(kinds, {literal(step.kind)}) else kinds end"
        query = (
            f"select cell, became as t, {said if step.kind else 'kinds'} as kinds "
            f"from (select cell, t, kinds, {step.sql} as became from ({query}))"
        )
    work.connection.execute(
        f"create table {_spelled(rule.column)} as select cell, t as became, list_distinct(kinds) as kinds "
        f"from ({query}) where t is distinct from cell and (t is null or {rule.result})"
    )
    return bool(work.one(f"select 1 from {_spelled(rule.column)} limit 1"))


def _replace(work: Workspace, rules: list[_Rule]) -> None:
    """Put what cells became in their place, and the cells as they came beside them."""
    names = [rule.column.name for rule in rules]
    became = ", ".join(
        f'case when s{i}.cell is null then c."{name}" else s{i}.became end as "{name}"' for i, name in enumerate(names)
    )
    beside = ", ".join(f's{i}.cell as "{came(name)}"' for i, name in enumerate(names))
    joins = " ".join(
        f'left join {_spelled(rule.column)} as s{i} on s{i}.cell = c."{rule.column.name}" and c.broken is null'
        for i, rule in enumerate(rules)
    )
    work.connection.execute(
        f"create table converted_cells as select c.* replace ({became}), {beside} from cells as c {joins}"
    )
    work.connection.execute("drop view cells")
    work.connection.execute("alter table converted_cells rename to cells")


def _said(work: Workspace, column: Column, delivery: Delivery) -> Iterator[Conversion]:
    query = (
        "select kind, count(*), min(row_no), first(cell order by row_no), first(became order by row_no) from ("
        f"select c.row_no, s.cell, coalesce(s.became, '') as became, unnest(s.kinds) as kind from cells as c "
        f'join {_spelled(column)} as s on s.cell = c."{came(column.name)}") group by kind order by 2 desc, 1'
    )
    parts = len(delivery.mapping.records())
    for kind, rows, first_row, cell, became in work.connection.execute(query).fetchall():
        example, value = ("(hidden)", "(hidden)") if column.personal else (cell[:60], became[:60])
        yield Conversion(kind, column.name, rows, (first_row - 1) // parts + delivery.first_row, example, value)
