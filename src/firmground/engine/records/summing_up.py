"""The counts of an import's report."""

from __future__ import annotations

from firmground.engine.policy.model import Pack
from firmground.engine.records.delivery import Delivery
from firmground.engine.records.judging.cells import BETWEEN
from firmground.engine.records.judging.checks import NOBODY, more_places
from firmground.engine.records.judging.mistakes import PersonNotFound, UnknownHousehold
from firmground.engine.records.report import MistakeCount
from firmground.engine.records.store.workspace import Workspace
from firmground.engine.tables.schema import NUMBER

UNNAMED = "unnamed"  # the source of rows of which nobody said who delivered them
_SHOWN = 5  # unlisted sources in a note
_MOST = 200  # kinds of mistakes in a report; the quarantine file has all


def counted(work: Workspace) -> tuple[int, int, int]:
    """Rows, quarantined rows, and those of them whose only mistake is that household or person is not known."""
    rows, bad = work.one("select count(*), count(*) filter (where is_bad) from typed")
    household = f"starts_with(mistakes[1], '{UnknownHousehold.id}{BETWEEN}')"
    person = f"starts_with(mistakes[1], '{PersonNotFound.id}{BETWEEN}id_number{BETWEEN}{NOBODY}')"
    waiting = work.one(f"select count(*) from bad where len(mistakes) = 1 and ({household} or {person})")[0]
    return int(str(rows)), int(str(bad)), int(str(waiting))


def mistakes_of(work: Workspace, delivery: Delivery) -> tuple[MistakeCount, ...]:
    """Every kind of mistake with its number of rows, the most frequent first. Personal cells are not shown."""
    parts = len(delivery.mapping.records())
    found = work.connection.execute(
        "select p[1] as id, p[2] as col, count(*) as n, first(p[4] order by row_no), min(row_no), "
        "first(p[3] order by row_no) from (select b.row_no, string_split(m, ?) as p "
        "from (select row_no, unnest(mistakes) as m from bad) as b) group by 1, 2 order by n desc, 1, 2 limit ?",
        [BETWEEN, _MOST],
    ).fetchall()
    counts = []
    for id_, column, rows, expected, first_row, example in found:
        definition = delivery.table.column(column)
        hidden = column == "id_number" or (definition is not None and definition.personal)
        shown = "(hidden)" if hidden or not column else str(example)[:60]
        counts.append(MistakeCount(id_, column, rows, expected, (first_row - 1) // parts + delivery.first_row, shown))
    return tuple(counts)


def rounded_of(work: Workspace, delivery: Delivery) -> tuple[str, ...]:
    """For each column that the mapping rounds, a note of how many accepted numbers lost places."""
    notes = []
    for column in delivery.mapping.rounded:
        longer = more_places(f'c."{column}"', NUMBER[1])
        query = f"select count(*) from cells as c join typed as t using (row_no) where {longer} and not t.is_bad"
        rows = int(str(work.one(query)[0]))
        notes.append(f"{rows:,} numbers in `{column}` had more than {NUMBER[1]} decimal places and were rounded.")
    return tuple(notes)


def unlisted_of(work: Workspace, delivery: Delivery, pack: Pack) -> tuple[str, ...]:
    """A note that names the sources of accepted rows that the pack does not list; they are believed last."""
    own = work.connection.execute(
        "select distinct source from typed where not is_bad and source is not null order by source"
    ).fetchall()
    named = dict.fromkeys(([] if delivery.source == UNNAMED else [delivery.source]) + [name for (name,) in own])
    unlisted = [name for name in named if name not in pack.sources]
    if not unlisted or not pack.sources:
        return ()
    shown = ", ".join(unlisted[:_SHOWN]) + (f" and {len(unlisted) - _SHOWN:,} more" if len(unlisted) > _SHOWN else "")
    return (f"The pack `{pack.id}` does not list the source {shown}. Its rows count, with the lowest rank.",)
