"""Random deliveries, corrections, full extracts, undo, retry and compaction: what counts is what a plain model says."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from engine.records.lakes import VILLAGE, LakeUnderTest
from engine.records.settling.counting_model import RANKS, Cells, CountingModel, Extract, Row
from firmground.engine.records import Lake, compact, undo

_TIMES = (*(datetime(2022, 6, day, tzinfo=UTC) for day in (1, 2, 3)), datetime(2099, 1, 1, tzinfo=UTC))
_MONTHS = ("2022-01-15", "2022-02-01", "2022-03-31")
_SOURCES = (*RANKS, "banks", "unlisted")
_TABLES = ("income", "income", "jobs", "conditions", "households")


@dataclass(frozen=True)
class _Delivery:
    table: str
    rows: tuple[tuple[Cells, bool], ...]
    source: str
    received_at: datetime
    span: tuple[date | None, date] | None


_COMMON = st.fixed_dictionaries(
    {"record_id": st.sampled_from(("", "r1", "r2")), "deleted": st.sampled_from(("", "", "true"))}
)
_HOUSEHOLD = st.sampled_from(("H1", "H2", "H3"))
_OWN = {
    "households": st.fixed_dictionaries({"household_id": _HOUSEHOLD, "area_code": st.just(VILLAGE)}),
    "income": st.fixed_dictionaries(
        {
            "household_id": st.sampled_from(("H1", "H1", "H3")),
            "person_id": st.sampled_from(("", "", "p1")),
            "kind": st.sampled_from(("wage", "wage", "transfer")),
            "amount": st.sampled_from(("1", "2")),
            "occurred_on": st.sampled_from(_MONTHS),
            "covers_from": st.sampled_from(("", "", "2022-01-01", "2022-02-28")),
            "covers_to": st.sampled_from(("", "", "2022-03-01", "2022-04-30")),
        }
    ),
    "jobs": st.fixed_dictionaries(
        {
            "household_id": st.just("H1"),
            "person_id": st.sampled_from(("p1", "p2")),
            "job_id": st.sampled_from(("j1", "j2")),
            "started_on": st.sampled_from(_MONTHS[:2]),
            "ended_on": st.sampled_from(("", "2022-02-01", "2022-03-31")),
        }
    ),
    "conditions": st.fixed_dictionaries(
        {
            "household_id": _HOUSEHOLD,
            "person_id": st.sampled_from(("", "p1")),
            "kind": st.just("disability"),
            "valid_from": st.sampled_from(_MONTHS[:2]),
            "valid_to": st.sampled_from(("", "2022-02-01", "2022-03-31")),
        }
    ),
}
_SPOILED = {"income": "amount", "jobs": "ended_on", "conditions": "valid_to", "households": "area_code"}


@st.composite
def _deliveries(draw: st.DrawFn) -> _Delivery:
    table = draw(st.sampled_from(_TABLES))
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        cells = {**draw(_OWN[table]), **draw(_COMMON)}
        is_sound = draw(st.sampled_from((True, True, True, False)))
        if table == "income" and cells["deleted"] and not cells["record_id"]:
            cells["deleted"] = ""  # nothing to withdraw: a mistake of its own
        if not is_sound:
            cells[_SPOILED[table]] = "unreadable"
        rows.append((cells, is_sound))
    first = draw(st.sampled_from((None, date(2022, 1, 15), date(2022, 2, 1))))
    last = draw(st.sampled_from((date(2022, 2, 1), date(2022, 3, 30), date(2022, 12, 31))))
    is_full = draw(st.sampled_from((False, False, True)))
    span = (first, last) if is_full else None
    return _Delivery(table, tuple(rows), draw(st.sampled_from(_SOURCES)), draw(st.sampled_from(_TIMES)), span)


_STEPS = st.lists(
    st.one_of(_deliveries(), _deliveries(), _deliveries(), st.integers(0, 9), st.sampled_from(("retry", "compact"))),
    min_size=2,
    max_size=7,
)


class _Both:
    """A lake and the model, which must answer alike."""

    def __init__(self, folder: Path, pack: Path) -> None:
        self.lake = LakeUnderTest(folder)
        self.pack = str(pack)
        self.model = CountingModel()
        self.deliveries = 0

    def deliver(self, delivery: _Delivery) -> None:
        rows = [{**cells} for cells, _ in delivery.rows]
        rows[0]["marker"] = str(self.deliveries)  # no two files are the same
        options: dict[str, Any] = {}
        if delivery.span:
            first, last = delivery.span
            options = {"delivers": f"everything from {first or 'always'} to {last}", "yes": True}
        report = self.lake.deliver(
            delivery.table,
            rows,
            source=delivery.source,
            received_at=delivery.received_at,
            pack=self.pack if self.deliveries == 0 else None,
            **options,
        )
        self.deliveries += 1
        number = self.deliveries
        taken = [
            Row(delivery.table, number, place, delivery.source, delivery.received_at, cells, is_sound)
            for place, (cells, is_sound) in enumerate(delivery.rows, start=1)
        ]
        accepted, quarantined = self.model.take(taken)
        if delivery.span and accepted:
            keys = frozenset(row.key for row in taken)
            extract = Extract(delivery.table, number, delivery.source, *delivery.span, delivery.received_at, keys)
            self.model.extracts.append(extract)
        assert (report.rows, report.accepted, report.quarantined) == (len(taken), accepted, quarantined)

    def undo(self, place: int) -> None:
        number = 1 + place % self.deliveries
        report = undo(self.lake.path, f"D{number:06d}")
        assert report.was_undone == (number in self.model.undone)
        self.model.undo(number, report.undone_at)

    def check(self) -> None:
        rows = {row.received_at for row in self.model.rows}
        moments = sorted(rows | set(self.model.undone.values()) | {e.received_at for e in self.model.extracts})
        tick = timedelta(microseconds=1)
        times = [None, *(at + step for at in moments for step in (-tick, timedelta(0)))]
        for table in ("income", "jobs", "conditions", "households"):
            for known_at in times:
                counted = [row["row_id"] for row in self.lake.counting(table, known_at)]
                assert counted == self.model.counting(table, known_at), (table, known_at)


_FIRST = _Delivery(
    "households",
    tuple(({"household_id": id_, "area_code": VILLAGE, "record_id": "", "deleted": ""}, True) for id_ in ("H1", "H2")),
    "unlisted",
    _TIMES[0],
    None,
)


@given(steps=_STEPS)
def test_what_counts_is_what_the_model_says_at_every_known_at(ranked: Path, steps: list[_Delivery | int | str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        both = _Both(Path(folder), ranked)
        for step in (_FIRST, *steps):
            if isinstance(step, _Delivery):
                both.deliver(step)
            elif isinstance(step, int):
                both.undo(step)
            elif step == "retry":
                both.lake.retry()
                both.model.retry()
            else:
                compact(both.lake.path)
        event(f"{len(both.model.undone)} undone")
        both.check()
        assert Lake.open(both.lake.path).manifest().ranks == RANKS
