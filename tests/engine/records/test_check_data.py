"""check_data finds what is wrong with a lake's files, and what its rows say that cannot be so."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import firmground
from engine.records.lakes import OTHER_VILLAGE, VILLAGE, LakeUnderTest, income
from firmground.engine.records import DataCheck, LakeDamaged, check_data, compact, import_file, undo
from firmground.engine.records.store.lake import NotALake

AS_OF = date(2022, 6, 1)


def _found(check: DataCheck) -> dict[tuple[str, str], int]:
    assert check.problems is not None
    return {(count.problem, count.table): count.rows for count in check.problems}


def _said(lake: LakeUnderTest, **options: Any) -> list[tuple[str, str]]:
    """File and id of every damage."""
    return [(str(error.place), error.id) for error in check_data(lake.path, **options).damage]


def _lines(lake: LakeUnderTest, as_of: date = AS_OF) -> list[dict[str, str | None]]:
    check = check_data(lake.path, as_of=as_of, listed=True)
    assert check.lines is not None
    return [{name: value for name, value in row.items() if value is not None} for row in check.lines.to_pylist()]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def _alter(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-20] + b"\xff" + content[-19:])


def _other_rows(path: Path) -> None:
    pq.write_table(pq.read_table(path).slice(1), path)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, registered: Path) -> Path:
    """A lake with every kind of file: a settled list, quarantine taken up in part, a full extract, a kept run."""
    lake = LakeUnderTest(tmp_path_factory.mktemp("filled"))
    shutil.copytree(registered, lake.path)
    lake.deliver("income", [income(1, record_id="r1"), income("x")])
    rows = [income(2, record_id="r1"), income(3, household_id="H3")]
    lake.deliver("income", rows, delivers="everything from always to 2022-12-31")
    lake.deliver("households", f"household_id,area_code\nH3,{VILLAGE}\n")
    lake.retry()
    undo(lake.path, "D000004")
    compact(lake.path)
    firmground.scan(lake.path, "cn", AS_OF)
    return lake.path


@pytest.fixture
def full(tmp_path: Path, filled: Path) -> LakeUnderTest:
    """That lake, the test's own."""
    shutil.copytree(filled, tmp_path / "lake")
    return LakeUnderTest(tmp_path)


def test_a_whole_lake_has_nothing_wrong(full: LakeUnderTest) -> None:
    before = full.snapshot()

    check = check_data(full.path, as_of=AS_OF, every_state=True)

    assert check.damage == ()
    assert check.left_over == ()
    assert check.problems == ()
    assert check.runs == 1
    assert full.snapshot() == before


@pytest.mark.parametrize("damage", [_cut, _alter, Path.unlink, _other_rows, lambda path: path.write_bytes(b"")])
def test_every_file_of_the_lake_that_is_damaged_is_named(full: LakeUnderTest, damage: Callable[[Path], None]) -> None:
    last_of_all = ("manifest/0000000008.json", "runs/cn-20220601-1.json")  # that these are gone, nothing tells
    for name in full.snapshot():
        if name in last_of_all and damage is Path.unlink:
            continue
        if damage is _other_rows and not name.endswith(".parquet"):
            continue
        if name.startswith("quarantine/") and name.endswith(".csv"):
            continue  # for people, who may take it away
        if damage is _alter and name.endswith((".json", ".yaml")):
            continue  # a letter may be another one and yet be read
        kept = (full.path / name).read_bytes()
        damage(full.path / name)

        check = check_data(full.path, every_state=True)

        assert name in [str(error.place) for error in check.damage], name
        assert check.problems is None
        assert all(error.exit_code == 3 and error.found for error in check.damage)
        (full.path / name).write_bytes(kept)


def test_damage_says_what_was_found_and_what_was_expected(lake: LakeUnderTest) -> None:
    (path,) = lake.path.glob("records/households/*.parquet")
    _alter(path)

    (error,) = check_data(lake.path).damage

    assert isinstance(error, LakeDamaged)
    assert str(error.place) == "records/households/D000001.parquet"
    assert error.found.startswith("The file is not as it was written (sha256 ")
    assert error.expected.startswith("sha256 ")
    assert error.expected not in error.found
    assert error.hint == "Restore it from a backup."


def test_files_of_earlier_states_are_looked_at_when_asked(full: LakeUnderTest) -> None:
    _cut(full.path / "records/income/D000003.parquet")  # compacted since

    assert _said(full) == []
    assert _said(full, every_state=True) == [("records/income/D000003.parquet", "FG-L007")]


def test_a_manifest_that_counts_other_rows_than_the_file_is_found(lake: LakeUnderTest) -> None:
    path = lake.path / "manifest/0000000002.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["tables"]["persons"][0]["rows"] = 3
    path.write_text(json.dumps(manifest), encoding="utf-8")

    (error,) = check_data(lake.path).damage

    assert (str(error.place), error.found) == ("records/persons/D000002.parquet", "The file holds 2 rows")
    assert error.expected == "3, as the manifest says"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda m: m["deliveries"].pop(0), "The state 3 does not list the deliveries of the state before"),
        (
            lambda m: m["deliveries"][0].update(sha256="0"),
            "The state 3 does not list the deliveries of the state before",
        ),
        (lambda m: m["tables"].pop("persons"), "The state 3 has 0 rows of persons"),
        (lambda m: m["members"][0].update(rows=5), "The manifest says otherwise of members/D000002.parquet"),
    ],
)
def test_a_state_that_does_not_go_on_from_the_one_before_is_found(
    lake: LakeUnderTest, change: Callable[[dict[str, Any]], object], found: str
) -> None:
    lake.deliver("households", f"household_id,area_code\nH3,{VILLAGE}\n")
    undo(lake.path, "D000003")
    path = lake.path / "manifest/0000000003.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")

    damage = check_data(lake.path).damage

    assert any(error.found.startswith(found) and str(error.place) == "manifest/0000000003.json" for error in damage)


@pytest.mark.parametrize("lost", ["0000000001.json", "0000000002.json"])
def test_a_gap_in_the_states_is_found(lake: LakeUnderTest, lost: str) -> None:
    lake.deliver("income", [income(1)])
    (lake.path / "manifest" / lost).unlink()

    assert _said(lake) == [(f"manifest/{lost}", "FG-L004")]


def test_states_lost_at_the_end_are_found_and_no_import_writes_over_them(lake: LakeUnderTest) -> None:
    for amount in (1, 2):
        lake.deliver("income", [income(amount)])
    for lost in ("0000000003.json", "0000000004.json"):
        (lake.path / "manifest" / lost).unlink()
    before = lake.snapshot()

    said = _said(lake)
    with pytest.raises(LakeDamaged, match="is of a later one"):
        lake.deliver("income", [income(3)])

    assert ("records/income/D000004.parquet", "FG-L007") in said
    assert lake.snapshot() == before


def test_a_state_that_only_a_run_remembers_is_found(full: LakeUnderTest) -> None:
    newest = max((full.path / "manifest").glob("*.json"))
    newest.unlink()

    (error,) = (error for error in check_data(full.path).damage if str(error.place).startswith("runs/"))

    assert error.found == "The run was made of the state 8 of the lake, and the newest is 7"


def test_a_run_that_only_a_later_one_remembers_is_found(full: LakeUnderTest) -> None:
    firmground.scan(full.path, "cn", AS_OF)
    (full.path / "runs/cn-20220601-1.json").unlink()

    (error,) = check_data(full.path).damage

    assert error.found == "The run goes on from the run cn-20220601-1, which is missing"


@pytest.mark.parametrize(
    "name",
    ["records/income/other.parquet", "records/notes.txt", "settled/D000001.parquet", "members/deep/in/x", "notes.txt",
     "manifest/old.json", "deliveries/D1.json", "quarantine/D000001.csv", "held/x", "runs/notes.txt", "packs/cn.json",
     "runs/cn-20220601-1.csv"],
)  # fmt: skip
def test_a_file_that_nobody_wrote_is_foreign(lake: LakeUnderTest, name: str) -> None:
    (lake.path / name).parent.mkdir(parents=True, exist_ok=True)
    (lake.path / name).write_text("foreign", encoding="utf-8")

    assert _said(lake) == [(name, "FG-L060")]


def test_what_stopped_work_left_is_no_damage(lake: LakeUnderTest) -> None:
    left = ["records/income/D000003.parquet", "settled/income-0000000003.parquet", "members/C0000000003.parquet",
            "deliveries/D000003.json", "quarantine/D000003.csv", "held/D000003-0000000003.parquet", ".new-5.yaml",
            "manifest/.new-5-3", "runs/cn-20220601-1.parquet", "runs/.new-x", f"packs/{'0' * 64}.json"]  # fmt: skip
    for name in left:
        (lake.path / name).parent.mkdir(parents=True, exist_ok=True)
        (lake.path / name).write_text("half", encoding="utf-8")
    (lake.path / ".staging-x").mkdir()

    check = check_data(lake.path)
    lake.deliver("income", [income(1, person_id="p1")])

    assert check.damage == ()
    assert check.left_over == tuple(sorted([*left, ".staging-x"]))
    assert check_data(lake.path).left_over == tuple(sorted(name for name in left if name.startswith(("runs", "packs"))))


def test_a_link_in_place_of_a_file_is_followed_and_a_foreign_one_is_foreign(
    lake: LakeUnderTest, tmp_path: Path
) -> None:
    path = lake.path / "records/households/D000001.parquet"
    path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    (lake.path / "records/loop").symlink_to("loop")
    os.mkfifo(lake.path / "records/pipe")

    assert _said(lake) == [("records/loop", "FG-L060"), ("records/pipe", "FG-L060")]


def test_a_report_of_another_delivery_is_found(lake: LakeUnderTest) -> None:
    shutil.copy(lake.path / "deliveries/D000001.json", lake.path / "deliveries/D000002.json")

    assert _said(lake) == [("deliveries/D000002.json", "FG-L031")]


def test_a_folder_that_is_no_lake_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(NotALake):
            check_data(path)


def test_a_lake_to_which_nothing_came_in_is_whole(lake: LakeUnderTest) -> None:
    for folder in lake.path.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)

    check = check_data(lake.path)

    assert (check.version, check.damage, check.problems) == (0, (), ())


@pytest.mark.parametrize(
    ("first", "second", "months"),
    [
        ({}, {}, ["2022-03"]),
        ({"person_id": "p1"}, {"person_id": "p1"}, ["2022-03"]),
        ({}, {"occurred_on": "2022-03-31"}, ["2022-03"]),
        ({}, {"occurred_on": "2022-04-01"}, []),
        ({}, {"kind": "transfer"}, []),
        ({}, {"household_id": "H2"}, []),
        ({}, {"person_id": "p1"}, []),
        ({"covers_from": "2022-01-01", "covers_to": "2022-03-31"}, {"occurred_on": "2022-01-31"}, ["2022-01"]),
        ({"covers_from": "2022-01-01", "covers_to": "2022-03-31"}, {"occurred_on": "2021-12-31"}, []),
        ({"occurred_on": "2022-01-01"}, {"covers_from": "2022-01-10", "covers_to": "2022-02-01"}, ["2022-01"]),
    ],
)
def test_income_of_one_month_and_kind_from_two_sources_is_listed(
    lake: LakeUnderTest, first: dict[str, str], second: dict[str, str], months: list[str]
) -> None:
    for amount, source, more in ((1, "water", first), (2, "civil_affairs", second)):
        lake.deliver("income", [income(amount, **more), income(5, **more)], source=source)

    lines = _lines(lake)

    ids = {name: first[name] for name in ("person_id",) if name in first}
    assert lines == [
        {"problem": "income_from_two_sources", "table": "income", "household_id": "H1", **ids,
         "source": "civil_affairs", "other_source": "water", "detail": f"wage {month}"}
        for month in months
    ]  # fmt: skip


def test_income_that_does_not_count_any_more_is_no_problem(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1)], source="water")
    report = lake.deliver("income", [income(2)], source="housing")
    assert _found(check_data(lake.path)) == {("income_from_two_sources", "income"): 1}

    undo(lake.path, str(report.delivery))

    assert _found(check_data(lake.path)) == {}


def test_three_sources_are_three_pairs(lake: LakeUnderTest) -> None:
    for amount, source in enumerate(("water", "housing", "education")):
        lake.deliver("income", [income(amount)], source=source)

    pairs = [(line["source"], line["other_source"]) for line in _lines(lake)]

    assert pairs == [("education", "housing"), ("education", "water"), ("housing", "water")]


def _spell(job: str, start: str, end: str = "", **more: str) -> dict[str, str]:
    return {"household_id": "H1", "person_id": "p1", "job_id": job, "started_on": start, "ended_on": end, **more}


@pytest.mark.parametrize(
    ("ours", "theirs", "details"),
    [
        (("2022-01-01", "2022-03-01"), ("2022-02-28", ""), ["b began on 2022-02-28", "ended on 2022-03-01"]),
        (("2022-01-01", "2022-03-01"), ("2022-03-01", ""), []),
        (("2022-01-01", ""), ("2022-03-01", "2022-04-01"), ["b began on 2022-03-01", "is open"]),
        (("2022-03-01", ""), ("2022-01-01", "2022-03-02"), ["a began on 2022-03-01", "ended on 2022-03-02"]),
        (("2022-01-01", ""), ("2022-01-01", ""), ["b began on 2022-01-01", "is open"]),
        (("2022-01-01", ""), ("2022-02-01", "2022-02-01"), []),
    ],
)
def test_spells_of_work_from_two_sources_that_overlap_are_listed(
    lake: LakeUnderTest, ours: tuple[str, str], theirs: tuple[str, str], details: list[str]
) -> None:
    lake.deliver("jobs", [_spell("a", *ours)], source="agriculture")
    lake.deliver("jobs", [_spell("b", *theirs)], source="housing")

    told = [f"job {details[0]}, one from the other source {details[1]}"] if details else []
    assert [line["detail"] for line in _lines(lake)] == told


def test_spells_of_one_source_and_of_other_people_are_no_problem(lake: LakeUnderTest) -> None:
    lake.deliver("jobs", [_spell("a", "2022-01-01"), _spell("b", "2022-01-01")], source="housing")
    lake.deliver("jobs", [_spell("c", "2022-01-01", household_id="H2", person_id="p2")], source="water")

    assert _lines(lake) == []


def test_a_long_spell_is_not_forgotten_behind_a_short_one(lake: LakeUnderTest) -> None:
    lake.deliver("jobs", [_spell("a", "2022-01-01"), _spell("b", "2022-01-02", "2022-01-05")], source="housing")
    lake.deliver("jobs", [_spell("c", "2022-03-01")], source="water")

    (line,) = _lines(lake)

    assert (line["source"], line["other_source"]) == ("water", "housing")
    assert line["detail"] == "job c began on 2022-03-01, one from the other source is open"


@pytest.mark.parametrize(
    ("since", "until", "is_listed"),
    [
        ("", "", True),
        ("2022-06-01", "", True),
        ("2022-06-02", "", False),
        ("", "2022-06-02", True),
        ("", "2022-06-01", False),
    ],
)
def test_a_person_in_two_households_at_the_day_is_listed_once(
    lake: LakeUnderTest, since: str, until: str, is_listed: bool
) -> None:
    text = f"person_id,household_id,member_from,member_to\np2,H1,{since},{until}\n"
    lake.deliver("persons", text, source="public_security")

    lines = _lines(lake)

    first, second = ("H1", "H2")
    sources = {"source": "public_security", "other_source": "unnamed"}
    line = {"problem": "member_of_two_households", "table": "persons", "household_id": first, "person_id": "p2",
            **sources, "detail": f"also in {second}"}  # fmt: skip
    assert lines == ([line] if is_listed else [])


def test_a_person_in_very_many_households_is_one_line(lake: LakeUnderTest) -> None:
    homes = [f"M{number}" for number in range(9)]
    lake.deliver("households", "household_id,area_code\n" + "".join(f"{home},{VILLAGE}\n" for home in homes))
    lake.deliver("persons", "person_id,household_id\n" + "".join(f"px,{home}\n" for home in homes))

    (line,) = _lines(lake)

    assert (line["household_id"], line["detail"]) == ("M0", "also in M1, M2, M3, M4, M5 and 3 more")


def test_records_of_a_person_who_was_never_in_the_household_are_listed(lake: LakeUnderTest) -> None:
    lake.deliver("persons", "person_id,household_id,member_from,member_to\np3,H1,2020-01-01,2021-01-01\n")
    rows = [
        income(1, person_id="p1"),
        income(1, person_id="p2"),
        income(2, person_id="p2"),
        income(1, person_id="p3"),
        income(1),
    ]

    lake.deliver("income", rows, source="water")

    assert _lines(lake) == [
        {"problem": "person_not_in_household", "table": "income", "household_id": "H1", "person_id": "p2",
         "source": "water", "detail": "2 rows"}
    ]  # fmt: skip


def test_records_of_a_person_whose_membership_was_undone_are_listed(lake: LakeUnderTest) -> None:
    report = lake.deliver("persons", "person_id,household_id\np9,H2\n")
    lake.deliver("spending", "household_id,person_id,kind,amount,occurred_on\nH2,p9,medical,5,2022-03-01\n")
    assert _lines(lake) == []

    undo(lake.path, str(report.delivery))

    assert [(line["table"], line["detail"]) for line in _lines(lake)] == [("spending", "1 row")]


def test_areas_that_nobody_knows_any_more_are_listed(lake: LakeUnderTest) -> None:
    lake.deliver("shocks", f"area_code,kind,occurred_on\n{OTHER_VILLAGE},disaster,2022-03-01\n")
    assert _lines(lake) == []

    lake.deliver("areas", f"code,name\n{OTHER_VILLAGE},Somewhere\n")

    assert [(line["table"], line["household_id"], line["detail"]) for line in _lines(lake)] == [
        ("households", "H1", f"area {VILLAGE}"), ("households", "H2", f"area {VILLAGE}")
    ]  # fmt: skip


def test_examples_are_few_and_lines_are_given_only_when_asked(lake: LakeUnderTest) -> None:
    for amount, source in enumerate(("water", "housing")):
        rows = [income(amount, occurred_on=f"2022-0{month}-01") for month in range(1, 7)]
        lake.deliver("income", rows, source=source)

    check = check_data(lake.path)

    assert check.lines is None
    assert check.problems is not None
    (count,) = check.problems
    assert count.rows == 6
    assert [line["detail"] for line in count.examples] == ["wage 2022-01", "wage 2022-02", "wage 2022-03"]


def test_imports_may_go_on_while_a_lake_is_looked_over(lake: LakeUnderTest) -> None:
    path, seen = lake.file([income(1, record_id="r")]), []

    def meanwhile(what: str, done: int, total: int | None) -> None:
        if not seen:
            seen.append(what)
            import_file(path, table="income", data=lake.path)
            compact(lake.path)

    check = check_data(lake.path, progress=meanwhile)

    assert seen
    assert (check.damage, check.left_over, check.version) == ((), (), 2)
