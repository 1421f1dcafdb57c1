"""The key of a row: rows of one key are versions of one thing."""

from __future__ import annotations

from firmground.engine.tables import Table

ENTITY = {"households": "household_id", "areas": "code"}  # tables of which one row per id counts, whatever its key


def key_sql(table: Table, alias: str) -> str:
    """The key of a row as text; null for rows that all count. Source and record_id, else the table's own columns.

    Each part is written with its length before it, so that no two keys are the same text whatever their parts hold.
    """

    def part(column: str) -> str:
        text = f'cast({alias}."{column}" as varchar)'
        return f"coalesce(length({text}) || ':' || {text}, '~')"

    with_id = " || ".join(["'r'", part("source"), part("record_id")])
    columns = (("source",) if table.by_source else ()) + table.key
    own = " || ".join(["'k'", *map(part, columns)]) if table.key else "null"
    return f"case when {alias}.record_id is not null then {with_id} else {own} end"


def key_hash_sql(table: Table, alias: str) -> str:
    """A number that rows of one key have in common, quicker to find than the key; null for rows that all count."""

    def hashed(columns: tuple[str, ...]) -> str:
        names = ", ".join(f'{alias}."{column}"' for column in columns)
        return f"hash({names})"

    columns = (("source",) if table.by_source else ()) + table.key
    own = hashed(columns) if table.key else "null"
    return f"case when {alias}.record_id is not null then {hashed(('source', 'record_id'))} else {own} end"
