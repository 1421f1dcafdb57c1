"""The page of tables, from the schema."""

from __future__ import annotations

from firmground.engine.scan.results.output import WARNINGS
from firmground.engine.tables import COMMON, TABLES
from firmground.engine.tables.schema import LAKE_COLUMNS, MONEY, NUMBER, Column, Table, Type
from firmground.interfaces.cli.reference.markdown import code, table

INTRODUCTION = f"""# Tables

What departments deliver, and what a scan gives. Ids, codes and grades are text and keep every digit. Dates are ISO
dates. Money is DECIMAL{MONEY} in the lake's currency, other numbers are DECIMAL{NUMBER}. An empty cell means that
nothing is known. Kinds are listed by the policy pack. A column marked *personal* never enters facts, reasons or runs.
"""


def tables_page() -> str:
    """The page."""
    parts = [INTRODUCTION, *(_table(each) for each in TABLES.values()), _common(), _lake(), _warnings()]
    return "\n".join(parts)


def _table(each: Table) -> str:
    key = ", ".join(code(name) for name in (*(("source",) if each.by_source else ()), *each.key))
    lines = [f"## {each.name}\n", f"{each.title}."]
    lines.append(f"Key of a row without a record_id: {key}." if key else "Rows without a record_id all count.")
    if each.span:
        lines.append(f"A row lasts from {code(each.span[0])} until {code(each.span[1])}.")
    if each.moment:
        lines.append(f"A row happens on {code(each.moment)}.")
    return " ".join(lines[:1]) + "\n" + " ".join(lines[1:]) + "\n\n" + _columns(each.columns)


def _columns(columns: tuple[Column, ...]) -> str:
    rows = [[code(c.name), _type(c), "yes" if c.required else "", _meaning(c)] for c in columns]
    return table(["column", "type", "required", "meaning"], rows)


def _type(column: Column) -> str:
    return ", ".join(code(each) for each in column.codes) if column.codes else str(column.type)


def _meaning(column: Column) -> str:
    return column.title + (" (*personal*)" if column.personal else "")


def _common() -> str:
    return "## Columns of every table\n\n" + _columns(COMMON)


def _lake() -> str:
    rows = [[code(name), meaning] for name, meaning in LAKE_COLUMNS.items()]
    return (
        "## Columns that the lake adds\n\nIn the Parquet files under `records/`, beside a table's own columns.\n\n"
        + table(["column", "meaning"], rows)
    )


def _warnings() -> str:
    rows = [[code(name), _arrow(str(type)), meaning] for name, (type, meaning) in WARNINGS.items()]
    rows.append([code("change"), "text", "only with `--since`: `new`, `continuing` or `ended`"])
    return (
        "## warnings\n\nWhat a scan gives: one row per household and rule, in order of `household_id` and `rule`.\n\n"
        + table(["column", "type", "meaning"], rows)
    )


def _arrow(type_name: str) -> str:
    return {"string": str(Type.TEXT), "date32[day]": str(Type.DATE)}[type_name]
