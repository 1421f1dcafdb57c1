"""Whether areas that come in have a place: what they name is known, and none stands above itself or replaces itself.

A circle is looked for at every time that rows become known, for a scan may ask what was known then. Which row of a code
counts at a time is said as `settling` says it: of each key the latest row, of each code the latest of these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

import pyarrow as pa

from firmground.engine.areas import circles
from firmground.engine.records.delivery import Delivery
from firmground.engine.records.judging.cells import BETWEEN
from firmground.engine.records.judging.checks import literal
from firmground.engine.records.judging.mistakes import AreaAboveItself, RowMistake, UnknownArea
from firmground.engine.records.row_numbers import ROWS_PER_DELIVERY
from firmground.engine.records.settling.keys import key_sql
from firmground.engine.records.store.workspace import Workspace

_NAMED = ("parent", "replaced_by")


@dataclass(frozen=True, slots=True)
class _Row:
    """An area as a row tells it. row_no: in the file that comes in, from 1; 0 for a row of the lake."""

    received_at: int
    row_id: int
    key: str
    code: str
    parent: str | None
    replaced_by: str | None
    is_withdrawal: bool
    row_no: int
    is_bad: bool

    @property
    def above(self) -> str | None:
        """What is read next on the way up."""
        return self.replaced_by or self.parent


Faults = dict[tuple[int, str], type[RowMistake]]  # by row and column


def judge_places(work: Workspace, delivery: Delivery, lake_rows: str | None) -> None:
    """Add to `typed` and `bad` the rows of areas that have no place. lake_rows: SQL of all areas in the lake."""
    rows = [_Row(*row) for row in work.connection.execute(_rows_sql(delivery, lake_rows)).fetchall()]
    found = _faults(rows)
    if not found:
        return
    connection, mark = work.connection, literal(BETWEEN)
    listed = [
        {"row_no": row_no, "named": column, "id": mistake.id, "expected": mistake.expected_words}
        for (row_no, column), mistake in found.items()
    ]
    connection.register("misplaced", pa.Table.from_pylist(listed))
    connection.execute("update typed set is_bad = true where row_no in (select row_no from misplaced)")
    cell = f"replace(case m.named when 'parent' then t.parent else t.replaced_by end, {mark}, ' ')"
    text = f" || {mark} || ".join(("m.id", "m.named", cell, "m.expected"))
    connection.execute(
        f"create table placeless as select m.row_no, list({text} order by m.named) as mistakes "
        "from misplaced as m join typed as t using (row_no) group by m.row_no"
    )
    connection.unregister("misplaced")
    connection.execute(
        "create or replace table bad as select t.row_no, t.at, t.part, "
        "list_concat(coalesce(b.mistakes, []), coalesce(p.mistakes, [])) as mistakes from typed as t "
        "left join bad as b using (row_no) left join placeless as p using (row_no) where t.is_bad"
    )


def _rows_sql(delivery: Delivery, lake_rows: str | None) -> str:
    """The areas of the file and of the lake, each row once, in the order in which they become known."""
    key = key_sql(delivery.table, "r")
    moment = f"cast({literal(delivery.received_at.isoformat())} as timestamptz)"
    fresh = (
        f"select t.* replace (coalesce(t.source, {literal(delivery.source)}) as source, "
        f"coalesce(t.received_at, {moment}) as received_at), "
        f"{delivery.number * ROWS_PER_DELIVERY} + t.row_no as row_id from typed as t where t.code is not null"
    )
    columns = f"epoch_us(r.received_at), r.row_id, {key}, r.code, r.parent, r.replaced_by, coalesce(r.deleted, false)"
    each = [f"select {columns}, r.row_no, r.is_bad from ({fresh}) as r"]
    if lake_rows:
        each.append(f"select {columns}, 0, false from ({lake_rows}) as r")
    return " union all ".join(each) + " order by 1, 2"


def _faults(rows: list[_Row]) -> Faults:
    """What is wrong with rows of the file. A row without a place gives none to others, so it is asked again."""
    found: Faults = {}
    bad = {row.row_no for row in rows if row.is_bad}
    while True:
        states = _States()
        new: Faults = {}
        for known in states.each(row for row in rows if row.row_no not in bad):
            for row in known:
                new[row.row_no, "replaced_by" if row.replaced_by else "parent"] = AreaAboveItself
        if not new:
            new = {fault: UnknownArea for fault in _unknown(rows, set(states.counting), bad) if fault not in found}
        if not new:
            return found
        found |= new
        bad |= {row_no for row_no, _ in new}


class _States:
    """What is known of areas as rows come in one after the other."""

    def __init__(self) -> None:
        self.counting: dict[str, _Row] = {}  # by code
        self._latest: dict[str, _Row] = {}  # by key
        self._alive: dict[str, dict[str, _Row]] = defaultdict(dict)  # by code and key
        self._above: dict[str, str | None] = {}

    def each(self, rows: Iterator[_Row]) -> Iterator[list[_Row]]:
        """Rows of the file that stand in a circle, for each time at which one is closed. rows: in order of time."""
        for _, arriving in groupby(rows, key=lambda row: row.received_at):
            changed = self._take(arriving)
            for circle in circles(self._above, changed):
                own = [self.counting[code] for code in circle if self.counting[code].row_no]
                if own:
                    yield own

    def _take(self, arriving: Iterator[_Row]) -> Collection[str]:
        """Returns the codes of which another row counts now."""
        codes: dict[str, None] = {}
        for row in arriving:
            codes[row.code] = None
            before = self._latest.get(row.key)
            if before is not None:
                codes[before.code] = None
                self._alive[before.code].pop(row.key, None)
            self._latest[row.key] = row
            if not row.is_withdrawal:
                self._alive[row.code][row.key] = row
        for code in codes:
            alive = self._alive[code].values()
            if alive:
                last = max(alive, key=lambda row: (row.received_at, row.row_id))
                self.counting[code], self._above[code] = last, last.above
            else:
                self.counting.pop(code, None)
                self._above.pop(code, None)
        return codes


def _unknown(rows: list[_Row], known: set[str], bad: Collection[int]) -> list[tuple[int, str]]:
    """Rows of the file and their columns that name a code that is not known once such rows are left out."""
    given: dict[str, int] = defaultdict(int)  # by code, how many rows give it
    naming: dict[str, list[tuple[_Row, str]]] = defaultdict(list)
    for row in rows:
        if row.is_withdrawal:
            continue
        if row.row_no not in bad:
            given[row.code] += 1
        if row.row_no:
            for column in _NAMED:
                code = getattr(row, column)
                if code is not None:
                    naming[code].append((row, column))
    left = set(bad)
    found: list[tuple[int, str]] = []
    waiting = [code for code in naming if code not in known]
    while waiting:
        for row, column in naming.pop(waiting.pop(), ()):
            found.append((row.row_no, column))
            if row.row_no in left:
                continue
            left.add(row.row_no)
            given[row.code] -= 1
            if not given[row.code]:
                waiting.append(row.code)
    return found
