"""Which rows do not count, and between which times: settled when rows come in, so that a scan need not ask again.

Among rows of one key the one received last counts; a row stops counting when its successor is received. A `deleted` row
never counts. For households and areas, of several keys for one id the row received last counts.
"""

from __future__ import annotations

from datetime import datetime

import duckdb

from firmground.engine.tables import Table

_ENTITY = {"households": "household_id", "areas": "code"}


def key_sql(table: Table, alias: str) -> str:
    """The key of a row as text; null for rows that all count. Source and record_id, else the table's own columns."""

    def part(column: str) -> str:
        return f"coalesce(replace(cast({alias}.\"{column}\" as varchar), '|', '||'), '~') || '|'"

    with_id = " || ".join(["'r|'", part("source"), part("record_id")])
    columns = (("source",) if table.by_source else ()) + table.key
    own = " || ".join(["'k|'", *map(part, columns)]) if table.key else "null"
    return f"case when {alias}.record_id is not null then {with_id} else {own} end"


def settle(connection: duckdb.DuckDBPyConnection, table: Table, lake_rows: str | None, old: str | None) -> bool:
    """Make the table `settled` (row_id, from_at, until_at): what was settled before, and what `fresh` rows change.

    `fresh` holds the rows being accepted, as the lake will. lake_rows: SQL of all rows in the lake, None if there are
    none; old: SQL of what was settled before. Returns whether anything is settled at all.
    """
    _make_chains(connection, table, lake_rows)
    connection.execute(
        "create or replace temp table settled as select row_id, "
        "case when deleted then received_at else successor end as from_at, cast(null as timestamptz) as until_at "
        "from (select c.*, lead(received_at) over (partition by key order by received_at, row_id) as successor "
        "from chains as c) where deleted or successor is not null"
    )
    if table.name in _ENTITY:
        _settle_entities(connection)
    if old:
        connection.execute(
            f"insert into settled select o.row_id, o.from_at, o.until_at from ({old}) as o "
            "anti join chains as c on c.row_id = o.row_id"
        )
    return bool(connection.execute("select count(*) from settled").fetchall()[0][0])


def _make_chains(connection: duckdb.DuckDBPyConnection, table: Table, lake_rows: str | None) -> None:
    """Every row, old and fresh, of the keys (or ids of households and areas) that the fresh rows touch."""
    key = key_sql(table, "r")
    entity = _ENTITY.get(table.name)
    named = f'r."{entity}"' if entity else "cast(null as varchar)"
    column = "entity" if entity else "key"
    touched = f"select distinct {named if entity else key} as {column} from fresh as r"
    columns = "r.row_id, r.received_at, coalesce(r.deleted, false) as deleted"
    sources = ["fresh", *([f"({lake_rows})"] if lake_rows else [])]
    each = " union all ".join(f"select {key} as key, {named} as entity, {columns} from {rows} as r" for rows in sources)
    connection.execute(
        f"create or replace temp table chains as select e.* from ({each}) as e "
        f"semi join ({touched}) as t on t.{column} = e.{column}"
    )


def _settle_entities(connection: duckdb.DuckDBPyConnection) -> None:
    """Ids with rows under several keys: a row is set aside while a later row under another key counts."""
    rows = connection.execute(
        "select c.entity, c.key, c.row_id, c.received_at, c.deleted from chains as c semi join "
        "(select entity from chains group by entity having count(distinct key) > 1) as s on s.entity = c.entity "
        "order by c.entity, c.received_at, c.row_id"
    ).fetchall()
    entities: dict[str, list[tuple[str, int, datetime, bool]]] = {}
    for entity, key, row_id, received_at, deleted in rows:
        entities.setdefault(entity, []).append((key, row_id, received_at, deleted))
    for chain in entities.values():
        spans = _set_aside(chain)
        connection.execute("delete from settled where row_id in (select unnest(?))", [[r for _, r, _, _ in chain]])
        if spans:
            connection.executemany("insert into settled values (?, ?, ?)", spans)


def _set_aside(chain: list[tuple[str, int, datetime, bool]]) -> list[tuple[int, datetime, datetime | None]]:
    """Spans in which rows of one id do not count: replay the arrivals and see who counts after each."""
    times = sorted({received_at for _, _, received_at, _ in chain})
    began: dict[int, datetime] = {}
    spans: list[tuple[int, datetime, datetime | None]] = []
    for now in times:
        arrived = [row for row in chain if row[2] <= now]
        last_of_key = {key: (row_id, deleted) for key, row_id, _, deleted in arrived}
        alive = [row_id for row_id, deleted in last_of_key.values() if not deleted]
        order = {row_id: place for place, (_, row_id, _, _) in enumerate(chain)}
        counting = max(alive, key=order.__getitem__, default=None)
        for _, row_id, _, _ in arrived:
            if row_id == counting and row_id in began:
                spans.append((row_id, began.pop(row_id), now))
            elif row_id != counting and row_id not in began:
                began[row_id] = now
    return spans + [(row_id, since, None) for row_id, since in began.items()]
