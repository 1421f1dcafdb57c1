"""A file comes in once, a dry run changes nothing, and a lake is made by the first file that comes in."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from engine.records.lakes import HOUSEHOLDS, LakeUnderTest, contents, csv_text, income
from firmground.engine.records import Lake, import_file
from firmground.engine.records.reading.refusals import FileEmpty
from firmground.engine.records.store.lake import NewerLake, NotALake, OtherPack
from firmground.engine.records.store.manifest import ManifestDamaged
from firmground.engine.tables.schema import UnknownTable

_TEXT = csv_text([income(1), income("x")])


@pytest.mark.parametrize("name", ["same.csv", "another name.csv"])
def test_the_same_file_twice_changes_nothing_whatever_its_name(lake: LakeUnderTest, name: str) -> None:
    import_file(lake.file(_TEXT, "same.csv"), table="income", data=lake.path)
    before = lake.snapshot()

    report = import_file(lake.file(_TEXT, name), table="income", data=lake.path, source="somebody else")

    assert (report.rows, report.accepted, report.quarantined, report.repeated) == (2, 0, 0, 2)
    assert report.delivery is None
    assert report.notes == (
        "This file came in before as D000003, and its accepted rows stay as they are. `firmground import --retry "
        "--mapping YAML --data DIR` takes up the rows in quarantine with another mapping.",
    )
    assert lake.snapshot() == before


def test_the_same_file_may_come_in_as_another_table(lake: LakeUnderTest) -> None:
    text = (
        "household_id,kind,amount,occurred_on,risk,clue_on,outcome\nH1,wage,5,2022-03-01,income,2022-03-01,confirmed\n"
    )

    assert [lake.deliver(table, text).accepted for table in ("income", "outcomes")] == [1, 1]


def test_a_row_that_came_before_in_another_file_is_a_new_row(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1), income(2)])

    report = lake.deliver("income", [income(1), income(3)])

    assert (report.accepted, report.repeated) == (2, 0)
    assert [row["amount"] for row in lake.counting("income")] == [1, 2, 1, 3]


def test_a_file_that_differs_by_one_byte_is_another_file(lake: LakeUnderTest) -> None:
    lake.deliver("income", _TEXT)

    assert lake.deliver("income", _TEXT + "\n").repeated == 0


def test_a_dry_run_says_the_same_and_changes_nothing(lake: LakeUnderTest) -> None:
    text = csv_text([income(1), income("x"), income(2, household_id="H8")])
    before = lake.snapshot()

    dry = lake.deliver("income", text, dry_run=True)
    assert lake.snapshot() == before
    wet = lake.deliver("income", text)

    told = replace(wet, delivery=None, quarantine_file=None, is_dry_run=True)
    assert replace(dry, file=wet.file, received_at=wet.received_at, stored=wet.stored) == told
    again = lake.deliver("income", text, dry_run=True)
    assert (again.repeated, again.accepted) == (3, 0)


def test_a_dry_run_makes_no_lake_and_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "households.csv"
    file.write_text(HOUSEHOLDS, encoding="utf-8")

    report = import_file(file, table="households", data=tmp_path / "not" / "there", dry_run=True)

    assert (report.accepted, report.delivery) == (2, None)
    assert list(tmp_path.iterdir()) == [file]


def test_a_refused_first_file_makes_no_lake_and_binds_to_no_pack(new_lake: LakeUnderTest) -> None:
    with pytest.raises(FileEmpty):
        new_lake.deliver("households", "household_id,area_code\n")
    with pytest.raises(NotALake):
        Lake.open(new_lake.path)

    new_lake.deliver("areas", "code,name\na,A\n", pack="graduation")

    assert Lake.open(new_lake.path).settings.pack == "graduation"


def test_a_lake_keeps_its_first_pack(lake: LakeUnderTest) -> None:
    before = lake.snapshot()

    with pytest.raises(OtherPack, match="keeps the pack `cn`, and `graduation` was named"):
        lake.deliver("income", _TEXT, pack="graduation")
    assert lake.snapshot() == before
    assert lake.deliver("income", _TEXT, pack="cn").accepted == 1


def test_tables_may_come_in_any_order(new_lake: LakeUnderTest) -> None:
    assert new_lake.deliver("income", [income(1)]).waiting == 1
    assert new_lake.deliver("persons", "person_id,household_id\np1,H1\n").waiting == 1
    new_lake.deliver("households", HOUSEHOLDS)

    assert [report.accepted for report in new_lake.retry()] == [1, 1]


@pytest.mark.parametrize(
    "table", ["incom", "../income", "records/income", "warnings", "household_links", "", "income\x00"]
)
def test_a_table_that_is_not_ours_is_refused(new_lake: LakeUnderTest, table: str) -> None:
    with pytest.raises(UnknownTable):
        new_lake.deliver(table, _TEXT)
    assert not new_lake.path.exists()


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("lake.yaml", "", NotALake),
        ("lake.yaml", "format: [", NotALake),
        ("lake.yaml", "format: 2\npack: cn\ntime_zone: UTC\ncurrency: CNY\n", NewerLake),
        ("manifest/0000000002.json", "{", ManifestDamaged),
    ],
)
def test_a_damaged_or_newer_lake_is_left_alone(
    lake: LakeUnderTest, name: str, content: str, error: type[Exception]
) -> None:
    (lake.path / name).write_text(content, encoding="utf-8")
    before = lake.snapshot()

    with pytest.raises(error):
        lake.deliver("income", _TEXT)
    assert lake.snapshot() == before


def test_what_is_not_ours_in_the_folder_stays(tmp_path: Path) -> None:
    strange = (
        "records/2022.csv",
        "records/D7.parquet",
        "quarantine/D000009.xlsx",
        "settled/notes-9.txt",
        "deliveries/9",
    )
    for name in strange:
        path = tmp_path / "lake" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")

    lake = LakeUnderTest(tmp_path)
    lake.deliver("households", HOUSEHOLDS)
    lake.deliver("income", _TEXT)

    kept = contents(lake.path)
    assert {name: kept[name].decode() for name in strange} == {name: name for name in strange}


def test_no_import_changes_a_file_that_a_state_of_the_lake_names(lake: LakeUnderTest) -> None:
    states = [lake.snapshot()]
    lake.deliver("income", [income(1, record_id="x"), income("x")])
    states.append(lake.snapshot())
    lake.deliver("income", [income(2, record_id="x"), income(3, household_id="H8")])
    states.append(lake.snapshot())
    lake.deliver("households", [{"household_id": "H8", "area_code": "620102001001"}])
    lake.retry()
    states.append(lake.snapshot())

    for earlier, later in pairwise(states):
        assert {name: later.get(name) for name in earlier} == earlier


def test_rows_that_their_source_sent_before_are_named(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1, record_id=""), income(2), income(3, record_id="r")], source="aid")
    lake.deliver("income", [income(4)], source="another")

    again = lake.deliver(
        "income", [income(1, record_id=""), income(4), income(3, record_id="r"), income(9)], source="aid"
    )

    assert [note for note in again.notes if note.startswith("1 rows are equal to rows")]
    new = lake.deliver("income", [income(5)], source="aid")
    assert not [note for note in new.notes if "are equal to rows" in note]


def test_a_row_sent_again_and_taken_up_from_quarantine_too_is_named(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income(1, household_id="H9")], source="aid")
    lake.deliver("households", HOUSEHOLDS.replace("H2", "H9"))
    lake.deliver("income", [income(1, household_id="H9"), income(2)], source="aid")

    [report] = lake.retry()

    assert [note for note in report.notes if note.startswith("1 rows are equal to rows")]
