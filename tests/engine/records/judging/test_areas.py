"""Areas come in with what stands above them: no unknown code, no circle, whatever the order of the rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records.lakes import LakeUnderTest, quarantined
from firmground.engine.areas import circles
from firmground.engine.records import ImportReport

_NATION = "code,name,parent,replaced_by\nn,Nation,,\n"
_MARCH, _APRIL, _MAY = (datetime(2022, month, 1, tzinfo=UTC) for month in (3, 4, 5))


def _areas(*rows: str) -> str:
    return "code,name,parent,replaced_by\n" + "".join(f"{row}\n" for row in rows)


def _mistakes(report: ImportReport) -> list[tuple[str, str, str]]:
    """Line of the file, id and column of each mistake, in the order of the file."""
    if not report.quarantined:
        return []
    return [(row["_row"], row["_error"], row["_column"]) for row in quarantined(report)]


def _codes(lake: LakeUnderTest, known_at: datetime | None = None) -> dict[str, tuple[str | None, str | None]]:
    return {row["code"]: (row["parent"], row["replaced_by"]) for row in lake.counting("areas", known_at)}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("a,A,a,",), [("2", "FG-R024", "parent")]),
        (("a,A,,a",), [("2", "FG-R024", "replaced_by")]),
        (("a,A,b,", "b,B,a,"), [("2", "FG-R024", "parent"), ("3", "FG-R024", "parent")]),
        (("a,A,,b", "b,B,,a"), [("2", "FG-R024", "replaced_by"), ("3", "FG-R024", "replaced_by")]),
        (("a,A,b,", "b,B,,a"), [("2", "FG-R024", "parent"), ("3", "FG-R024", "replaced_by")]),
        (("a,A,b,", "b,B,a,n"), []),
        (("a,A,x,",), [("2", "FG-R012", "parent")]),
        (("a,A,n,x",), [("2", "FG-R012", "replaced_by")]),
        (("a,A,y,x",), [("2", "FG-R012 | FG-R012", "parent | replaced_by")]),
        (("c,C,b,", "b,B,a,", "a,A,x,", "d,D,n,"), [(line, "FG-R012", "parent") for line in ("2", "3", "4")]),
        (("c,C,a,", "a,A,a,"), [("2", "FG-R012", "parent"), ("3", "FG-R024", "parent")]),
        (("c,C,a,", "a,,n,"), [("2", "FG-R012", "parent"), ("3", "FG-R001", "name")]),
        (("c,C,b,", "b,B,a,", "a,A,n,", "old,Old,n,c"), []),
    ],
)
def test_an_area_without_a_place_waits(
    new_lake: LakeUnderTest, rows: tuple[str, ...], expected: list[tuple[str, str, str]]
) -> None:
    new_lake.deliver("areas", _NATION)

    report = new_lake.deliver("areas", _areas(*rows))

    assert _mistakes(report) == expected
    bad = {int(line) - 2 for line, _, _ in expected}
    assert set(_codes(new_lake)) == {"n"} | {row[: row.index(",")] for n, row in enumerate(rows) if n not in bad}


def test_a_circle_that_a_file_closes_with_the_lake_stays_open(new_lake: LakeUnderTest) -> None:
    new_lake.deliver("areas", _areas("c1,One,,c2", "c2,Two,,"))

    report = new_lake.deliver("areas", _areas("c2,Two,,c1"))

    assert [(m.id, m.column, m.example) for m in report.mistakes] == [("FG-R024", "replaced_by", "c1")]
    assert _codes(new_lake) == {"c1": (None, "c2"), "c2": (None, None)}


def test_areas_can_be_turned_around_in_one_file(new_lake: LakeUnderTest) -> None:
    new_lake.deliver("areas", _areas("a,A,b,", "b,B,,"))

    report = new_lake.deliver("areas", _areas("b,B,a,", "a,A,,"))

    assert report.quarantined == 0
    assert _codes(new_lake) == {"a": (None, None), "b": ("a", None)}


def test_a_withdrawn_area_gives_no_place_and_closes_no_circle(new_lake: LakeUnderTest) -> None:
    new_lake.deliver("areas", _areas("a,A,b,", "b,B,,"))

    report = new_lake.deliver("areas", "code,name,parent,deleted\na,A,,true\nb,B,c,\nc,C,,\nd,D,a,\n")

    assert _mistakes(report) == [("5", "FG-R012", "parent")]
    assert new_lake.deliver("areas", _areas("c,C,b,")).quarantined == 1  # b stands below c by now
    assert new_lake.deliver("areas", "code,name,parent,deleted\nb,B,nowhere,true\n").quarantined == 0
    assert set(_codes(new_lake)) == {"c"}


def test_no_time_ever_knew_a_circle(new_lake: LakeUnderTest) -> None:
    new_lake.deliver("areas", _areas("a,A,b,", "b,B,,"), received_at=_MARCH)
    new_lake.deliver("areas", _areas("a,A,,"), received_at=_MAY)

    late = new_lake.deliver("areas", _areas("b,B,a,"), received_at=_APRIL)
    assert _mistakes(late) == [("2", "FG-R024", "parent")]
    again = new_lake.deliver("areas", _areas("b,New B,a,"), received_at=_MAY)

    assert again.quarantined == 0
    assert _codes(new_lake) == {"a": (None, None), "b": ("a", None)}
    assert _codes(new_lake, _APRIL) == {"a": ("b", None), "b": (None, None)}


def test_the_area_of_another_source_that_counts_again_closes_no_circle(new_lake: LakeUnderTest) -> None:
    heading = "code,name,parent,source,record_id,deleted\n"
    new_lake.deliver("areas", heading + "a,A,b,one,1,\nb,B,,one,2,\n")
    new_lake.deliver("areas", heading + "a,A,,two,1,\n")

    report = new_lake.deliver("areas", heading + "b,B,a,three,1,\na,A,,two,1,true\n")

    assert _mistakes(report) == [("2", "FG-R024", "parent")]
    assert _codes(new_lake) == {"a": ("b", None), "b": (None, None)}


def test_what_waits_for_an_area_comes_in_when_it_is_known(new_lake: LakeUnderTest) -> None:
    assert new_lake.deliver("areas", _areas("v,Village,t,", "t,Town,c,", "n,Nation,,")).quarantined == 2
    new_lake.deliver("areas", _areas("c,County,n,"))

    (report,) = new_lake.retry()

    assert (report.accepted, report.quarantined) == (2, 0)
    assert _codes(new_lake)["v"] == ("t", None)


def test_a_dry_run_says_the_same(new_lake: LakeUnderTest) -> None:
    report = new_lake.deliver("areas", _areas("a,A,a,", "b,B,x,", "c,C,,"), dry_run=True)

    assert (report.accepted, {(m.id, m.first_row) for m in report.mistakes}) == (1, {("FG-R024", 2), ("FG-R012", 3)})
    assert not new_lake.path.exists()


_CODES = st.sampled_from("abcd")
_ROWS = st.tuples(_CODES, st.none() | _CODES, st.none() | _CODES, st.booleans(), st.sampled_from([_MARCH, _APRIL]))


@given(files=st.lists(st.lists(_ROWS, min_size=1, max_size=5), min_size=1, max_size=3))
def test_whatever_comes_in_is_a_tree_at_every_time(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, str | None, str | None, bool, datetime]]]
) -> None:
    lake = LakeUnderTest(tmp_path_factory.mktemp("areas"))
    for rows in files:
        lake.deliver(
            "areas",
            [
                {
                    "code": code,
                    "name": f"{code} of {len(files)}",
                    "parent": parent or "",
                    "replaced_by": successor or "",
                    "deleted": str(deleted),
                    "received_at": at.isoformat(),
                }
                for code, parent, successor, deleted, at in rows
            ],
        )
    lake.retry()

    for known_at in (_MARCH, _APRIL, None):
        known = _codes(lake, known_at)
        assert list(circles({code: successor or parent for code, (parent, successor) in known.items()}, known)) == []
