"""A statement as text that people read and run: no control characters, and the relations it reads before it."""

from __future__ import annotations

import re

import pyarrow as pa
from sqlglot import exp

from firmground.engine.scan.backends.duckdb import views
from firmground.engine.scan.compile.statement import Statement, with_steps, write
from firmground.engine.scan.relations import Relations

_CONTROLS = re.compile(r"([\x00-\x1f\x7f-\x9f\u2028\u2029])")
_TYPES = {
    pa.string(): "varchar",
    pa.date32(): "date",
    pa.bool_(): "boolean",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.timestamp("us", tz="UTC"): "timestamptz",
}


def statement_text(statement: Statement, dialect: str) -> str:
    """The statement in a dialect; a line break within a text is written as `chr(10)`."""
    return write(with_steps(statement.warnings, statement.ctes).transform(_spelled_out), dialect)


def _spelled_out(node: exp.Expr) -> exp.Expr:
    if not isinstance(node, exp.Literal) or not node.is_string or not _CONTROLS.search(node.name):
        return node
    parts = [part for part in _CONTROLS.split(node.name) if part]
    pieces = [_chr(part) if _CONTROLS.fullmatch(part) else exp.Literal.string(part) for part in parts]
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = exp.DPipe(this=whole, expression=piece, safe=True)
    return whole


def _chr(character: str) -> exp.Expr:
    return exp.Anonymous(this="CHR", expressions=[exp.Literal.number(ord(character))])


def relations_text(relations: Relations) -> str:
    """DuckDB statements that make the relations: views over the lake's files, small tables with their rows."""
    made = [f"create or replace temp view {name} as\n{text};" for name, text in views(relations)]
    tables = [f"create or replace temp table {name} as\n{_rows(rows)};" for name, rows in relations.tables.items()]
    return "\n".join(tables + made) + "\n"


def _rows(rows: pa.Table) -> str:
    columns = [f'cast("{field.name}" as {_type(field.type)}) as "{field.name}"' for field in rows.schema]
    names = ", ".join(f'"{name}"' for name in rows.column_names)
    values = ",\n".join("  (" + ", ".join(_text(value) for value in row.values()) + ")" for row in rows.to_pylist())
    if not values:
        values = "  (" + ", ".join("null" for _ in rows.column_names) + ")"
    nothing = "" if rows.num_rows else " where false"
    return f"select {', '.join(columns)} from (values\n{values}\n) as v({names}){nothing}"


def _type(type_: pa.DataType) -> str:
    if pa.types.is_decimal(type_):
        return f"decimal({type_.precision}, {type_.scale})"
    return _TYPES[type_]


def _text(value: object) -> str:
    return "null" if value is None else exp.Literal.string(str(value)).sql(dialect="duckdb")
