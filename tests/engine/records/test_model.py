"""Random files, delivered, corrected, withdrawn and retried: the lake answers as a model written from contracts.md."""

from __future__ import annotations

import csv
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import EXAMPLES
from engine.records.lakes import HOUSEHOLDS, OTHER_VILLAGE, VILLAGE, LakeUnderTest
from engine.records.model import COMMON, HEADINGS, Cells, Line, Model, moment
from engine.records.model import written as as_file
from firmground.engine.records import ImportReport, Lake

_IDS = ("H1", "H2", "H3", "H4")
_TIMES = tuple(datetime(2022, 6, day, 16, tzinfo=UTC) for day in (1, 2, 3, 4))
_OWN_TIMES = ("", "", "2022-06-02", "2022-06-03T00:00:00", "2022-06-02T16:00:00Z", "2022-06-04T12:00:00.000001+08:00")
_COMMON = st.tuples(
    st.sampled_from(("", "r1", "r2", "s|r", "1:r")),
    st.sampled_from(("", "", "false", "true")),
    st.sampled_from(("", "a", "a|", "b")),
    st.sampled_from(_OWN_TIMES),
)
_OWN = {
    "households": st.tuples(st.sampled_from(_IDS), st.sampled_from((VILLAGE, OTHER_VILLAGE))),
    "jobs": st.tuples(
        st.sampled_from(_IDS), st.sampled_from(("p1", "p2")), st.sampled_from(("j1", "j2")), st.just("2022-03-01")
    ),
    "income": st.tuples(
        st.sampled_from(_IDS), st.just("wage"), st.sampled_from(("1", "0.10", "999999999999.99")), st.just("2022-03-01")
    ),
}
_SPOILT = {  # table -> place of a cell, what may stand there
    "households": (1, ("", "999999999999", " 1" + VILLAGE, "=cmd()")),
    "jobs": (3, ("", "2022-02-30", "01/03/2022", '=HYPERLINK("x")', "line\nbreak")),
    "income": (2, ("", "12O0", "1200 or so", "-5", "1.9E+18", "1,20", 'a "word"', "\u3000", "NaN")),
}


@st.composite
def _lines(draw: st.DrawFn, table: str) -> list[Line]:
    return [draw(_line(table)) for _ in range(draw(st.integers(1, 5)))]


@st.composite
def _line(draw: st.DrawFn, table: str) -> Line:
    cells: Cells = (*draw(_OWN[table]), *draw(_COMMON))
    spoilt = draw(st.sampled_from((None, None, None, "cell", "short", "long")))
    if spoilt == "cell":
        place, texts = _SPOILT[table]
        cells = (*cells[:place], draw(st.sampled_from(texts)), *cells[place + 1 :])
    elif spoilt == "short":
        cells = cells[:-1]
    elif spoilt == "long":
        cells = (*cells, draw(st.sampled_from(("x", " ", "=1+1"))))
    return Line(cells, spoilt is not None)


@st.composite
def _delivery(draw: st.DrawFn) -> tuple[str, list[Line], bytes, str | None, datetime]:
    table = draw(st.sampled_from(tuple(HEADINGS)))
    lines = draw(_lines(table))
    written = as_file(
        table,
        lines,
        line_end=draw(st.sampled_from(("\n", "\r\n"))),
        quoting=draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))),
        has_bom=draw(st.booleans()),
    )
    return table, lines, written, draw(st.sampled_from((None, "a", "c"))), draw(st.sampled_from(_TIMES))


def _counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return report.rows, report.accepted, report.quarantined, report.repeated, report.waiting


def _check_rows(lake: LakeUnderTest, model: Model) -> None:
    moments = {row.received_at for rows in model.rows.values() for row in rows}
    times = [None, *(at + timedelta(microseconds=step) for at in sorted(moments) for step in (-1, 0))]
    for table in HEADINGS:
        kept = {row["row_id"]: row for row in lake.all_rows(table)}
        expected = {row.row_id: (row.source, row.received_at) for row in model.rows[table]}
        assert {id_: (row["source"], row["received_at"]) for id_, row in kept.items()} == expected
        for known_at in times:
            counted = [row["row_id"] for row in lake.counting(table, known_at)]
            assert counted == model.counting(table, known_at), (table, known_at)


def _check_quarantine(lake: LakeUnderTest, model: Model) -> None:
    """Every row in quarantine is there with its cells, byte for byte."""
    kept = {}
    for entry in Lake.open(lake.path).manifest().deliveries:
        if entry.quarantine is not None:
            for row in pq.read_table(lake.path / entry.quarantine.path).to_pylist():
                width = len(HEADINGS[entry.table]) + len(COMMON)
                cells = [row[f"c{place}"] or "" for place in range(width)]
                kept[entry.number, row["row_no"]] = tuple(cells)
    expected = {}
    for row in model.quarantine:
        width = len(HEADINGS[row.table]) + len(COMMON)
        expected[row.delivery, row.number] = (*row.line.cells[:width], *[""] * (width - len(row.line.cells)))
    assert kept == expected


@settings(max_examples=max(1, EXAMPLES // 2))
@given(
    deliveries=st.lists(_delivery(), min_size=1, max_size=4), repeated=st.booleans(), retried_after=st.integers(0, 4)
)
def test_a_lake_answers_as_the_contract_says(
    registered: Path,
    deliveries: list[tuple[str, list[Line], bytes, str | None, datetime]],
    repeated: bool,
    retried_after: int,
) -> None:
    model = Model()
    first = [Line((id_, VILLAGE, "", "", "", ""), is_spoiled=False) for id_ in ("H1", "H2")]
    model.deliver("households", first, HOUSEHOLDS.encode(), None, moment("2020-01-01"))
    model.deliveries += 1  # the persons of the lake that is copied
    with tempfile.TemporaryDirectory() as folder:
        lake = LakeUnderTest(Path(folder))
        shutil.copytree(registered, lake.path)

        for number, (table, lines, content, source, at) in enumerate(deliveries + deliveries[:repeated]):
            report = lake.deliver(table, content, source=source, received_at=at)
            assert _counts(report) == model.deliver(table, lines, content, source, at)
            assert report.rows == report.accepted + report.quarantined + report.repeated
            if number == retried_after:
                assert [_counts(report) for report in lake.retry()] == model.retry()

        _check_rows(lake, model)
        _check_quarantine(lake, model)
