"""A complete list of who has something becomes the condition of the members whom it leaves out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import EXAMPLES
from engine.records.lakes import ID_NUMBER, LakeUnderTest, contents, quarantined
from firmground.engine.records import ImportReport, import_file, undo
from firmground.engine.records.positive_lists import LaterList, ListUnfit, ManyMissing, OlderList
from firmground.engine.records.report import Derivation
from firmground.engine.records.sources.mapping import ColumnMissing

MAPPING = "derives: {kind: uninsured, from: missing members}\ncolumns: {person_id: person}\n"
VILLAGE, OTHER_VILLAGE = "620102001001", "620102001002"
_MAY, _JUNE, _JULY = date(2022, 5, 31), date(2022, 6, 30), date(2022, 7, 31)


def listing(lake: LakeUnderTest, persons: list[str], *, on: date, mapping: str = MAPPING, **more: Any) -> ImportReport:
    """Bring a list of persons that was received on a day."""
    written = lake.folder / "list.yaml"
    written.write_text(mapping, encoding="utf-8")
    heading = more.pop("heading", "person")
    file = lake.file(f"{heading},note\n" + "".join(f"{person},{on}\n" for person in persons))
    options = {"source": "insurance", "received_at": on, "yes": True, **more}
    return import_file(file, table="conditions", data=lake.path, mapping=written, **options)


def uninsured(lake: LakeUnderTest, **when: Any) -> list[tuple[str, str, str]]:
    """Person, first day and last day of each condition that counts, those that never held left out."""
    rows = lake.counting("conditions", **when)
    spans = [(row["person_id"], str(row["valid_from"]), str(row["valid_to"] or "")) for row in rows]
    return sorted(span for span in spans if span[1] != span[2])


def _said(report: ImportReport) -> Derivation:
    assert report.derivation is not None
    return report.derivation


def test_a_member_who_is_not_in_the_list_has_the_condition_from_its_day(lake: LakeUnderTest) -> None:
    report = listing(lake, ["p1"], on=_MAY)

    assert uninsured(lake) == [("p2", "2022-05-31", "")]
    assert (report.rows, report.accepted, report.quarantined) == (1, 1, 0)
    assert _said(report) == Derivation("uninsured", _MAY, None, members=2, listed=1, begun=1, ended=0, open=0)
    row = lake.counting("conditions")[0]
    assert (row["household_id"], row["kind"], row["source"]) == ("H2", "uninsured", "insurance")
    assert row["household_no"] == 2 and row["member_no"] is not None


def test_a_member_who_is_missing_again_has_one_condition_since_the_first_list(lake: LakeUnderTest) -> None:
    listing(lake, ["p1"], on=_MAY)

    again = listing(lake, ["p1"], on=_JUNE)

    assert uninsured(lake) == [("p2", "2022-05-31", "")]
    assert (_said(again).begun, _said(again).open) == (0, 1)


def test_a_condition_ends_on_the_day_of_the_list_that_names_its_person(lake: LakeUnderTest) -> None:
    listing(lake, ["p1"], on=_MAY)

    report = listing(lake, ["p1", "p2"], on=_JUNE)

    assert uninsured(lake) == [("p2", "2022-05-31", "2022-06-30")]
    assert (_said(report).ended, _said(report).open) == (1, 0)
    known_before = lake.all_rows("conditions")[0]["received_at"]
    assert uninsured(lake, known_at=known_before) == [("p2", "2022-05-31", "")]


def test_the_condition_of_who_leaves_ends_with_the_next_list(lake: LakeUnderTest) -> None:
    listing(lake, ["p1"], on=_MAY)
    lake.deliver("persons", "person_id,household_id,member_to\np2,H2,2022-06-30\n")

    listing(lake, ["p1"], on=_JUNE)

    assert uninsured(lake) == [("p2", "2022-05-31", "2022-06-30")]


@pytest.mark.parametrize(("left_on", "missing"), [("2022-05-31", []), ("2022-06-01", ["p2"])])
def test_who_has_left_by_the_day_of_the_list_is_not_missing(
    lake: LakeUnderTest, left_on: str, missing: list[str]
) -> None:
    lake.deliver("persons", f"person_id,household_id,member_to\np2,H2,{left_on}\n")

    listing(lake, ["p1"], on=_MAY)

    assert [person for person, *_ in uninsured(lake)] == missing


@pytest.mark.parametrize(("registered_on", "missing"), [("2022-05-31", ["p2"]), ("2022-06-01", [])])
def test_members_of_a_household_that_is_registered_later_are_not_missing(
    lake: LakeUnderTest, registered_on: str, missing: list[str]
) -> None:
    lake.deliver("households", f"household_id,area_code,registered_on\nH2,{VILLAGE},{registered_on}\n")

    listing(lake, ["p1"], on=_MAY)

    assert [person for person, *_ in uninsured(lake)] == missing


def test_who_is_known_by_an_id_number_is_in_the_list(lake: LakeUnderTest) -> None:
    mapping = MAPPING.replace("person_id: person", "id_number: 身份证号")

    report = listing(lake, [ID_NUMBER], on=_MAY, mapping=mapping, heading="身份证号")

    assert (report.accepted, [person for person, *_ in uninsured(lake)]) == (1, ["p2"])


def test_who_is_in_two_households_is_in_the_list_of_both(lake: LakeUnderTest) -> None:
    lake.deliver("persons", f"person_id,household_id,id_number\np1,H2,{ID_NUMBER}\n")
    mapping = MAPPING.replace("person_id: person", "id_number: person")

    report = listing(lake, [ID_NUMBER], on=_MAY, mapping=mapping)

    assert (report.accepted, [person for person, *_ in uninsured(lake)]) == (1, ["p2"])
    assert _said(report).members == 3


def test_who_is_missing_in_two_households_has_the_condition_in_both(lake: LakeUnderTest) -> None:
    lake.deliver("persons", "person_id,household_id\np2,H1\n")

    listing(lake, ["p1"], on=_MAY)

    assert sorted(row["household_id"] for row in lake.counting("conditions")) == ["H1", "H2"]


def test_a_row_that_names_no_member_waits_and_ends_the_condition_once_it_does(lake: LakeUnderTest) -> None:
    mapping = MAPPING.replace("person_id: person", "id_number: person")
    number = "110105194912310126"
    report = listing(lake, [ID_NUMBER, number], on=_MAY, mapping=mapping)
    assert (report.accepted, report.quarantined, [person for person, *_ in uninsured(lake)]) == (1, 1, ["p2"])
    assert quarantined(report)[0]["_error"] == "FG-R019"
    lake.deliver("persons", f"person_id,household_id,id_number\np2,H2,{number}\n")

    taken = lake.retry()

    assert ([report.accepted for report in taken], uninsured(lake)) == ([1], [])
    assert (_said(taken[0]).begun, _said(taken[0]).ended) == (0, 1)


def test_a_row_taken_up_after_a_later_list_changes_no_condition(lake: LakeUnderTest) -> None:
    mapping = MAPPING.replace("person_id: person", "id_number: person")
    number = "110105194912310126"
    listing(lake, [ID_NUMBER, number], on=_MAY, mapping=mapping)
    listing(lake, [ID_NUMBER], on=_JUNE, mapping=mapping)
    lake.deliver("persons", f"person_id,household_id,id_number\np2,H2,{number}\n")

    taken = lake.retry()

    assert ([report.accepted for report in taken], uninsured(lake)) == ([1], [("p2", "2022-05-31", "")])


def test_only_those_of_the_ages_are_missing(lake: LakeUnderTest) -> None:
    ages = "derives: {kind: dropout, from: missing members, ages: {from: 6, to: 15}}\ncolumns: {person_id: person}\n"
    born = {"a5": "2016-06-01", "a6": "2016-05-31", "a15": "2006-06-01", "a16": "2006-05-31", "unknown": ""}
    rows = "".join(f"{person},H1,{day}\n" for person, day in born.items())
    lake.deliver("persons", "person_id,household_id,birth_date\n" + rows + "p1,H1,2012-01-01\n")

    report = listing(lake, ["p1"], on=_MAY, mapping=ages)

    assert [person for person, *_ in uninsured(lake)] == ["a15", "a6"]
    assert _said(report).members == 3


def test_who_outgrows_the_ages_has_the_condition_no_longer(lake: LakeUnderTest) -> None:
    ages = "derives: {kind: dropout, from: missing members, ages: {from: 6, to: 15}}\ncolumns: {person_id: person}\n"
    lake.deliver("persons", "person_id,household_id,birth_date\np2,H2,2006-06-15\n")
    listing(lake, ["p1"], on=_MAY, mapping=ages)

    listing(lake, ["p1"], on=_JUNE, mapping=ages)

    assert uninsured(lake) == [("p2", "2022-05-31", "2022-06-30")]


def test_a_list_of_an_area_says_nothing_of_members_elsewhere(lake: LakeUnderTest) -> None:
    lake.deliver("households", f"household_id,area_code\nH2,{OTHER_VILLAGE}\n")
    lake.deliver("persons", "person_id,household_id\np3,H1\n")
    of_village = MAPPING.replace("members}", f'members, area: "{VILLAGE}"}}')
    of_other = MAPPING.replace("members}", f'members, area: "{OTHER_VILLAGE}"}}')

    report = listing(lake, ["p1"], on=_JUNE, mapping=of_village)
    assert ([person for person, *_ in uninsured(lake)], _said(report).members) == (["p3"], 2)
    listing(lake, ["p1"], on=_MAY, mapping=of_other)

    assert uninsured(lake) == [("p2", "2022-05-31", ""), ("p3", "2022-06-30", "")]


def test_a_list_of_a_county_is_of_all_that_lies_below_it(lake: LakeUnderTest) -> None:
    listing(lake, ["p1"], on=_MAY, mapping=MAPPING.replace("members}", 'members, area: "620102"}'))

    assert [person for person, *_ in uninsured(lake)] == ["p2"]


def test_an_area_that_is_not_known_is_refused(lake: LakeUnderTest) -> None:
    with pytest.raises(ListUnfit, match="999999"):
        listing(lake, ["p1"], on=_MAY, mapping=MAPPING.replace("members}", 'members, area: "999999"}'))


def test_the_day_is_that_which_the_list_says(lake: LakeUnderTest) -> None:
    listing(lake, ["p1"], on=_MAY, mapping=MAPPING.replace("person}", "person, valid_from: {value: '2022-04-30'}}"))
    listing(lake, ["p1", "p2"], on=_JUNE, mapping=MAPPING.replace("person}", "person, valid_from: note}"))

    assert uninsured(lake) == [("p2", "2022-04-30", "2022-06-30")]


def test_a_list_of_several_days_is_refused(lake: LakeUnderTest) -> None:
    written = lake.folder / "list.yaml"
    written.write_text(MAPPING.replace("person}", "person, valid_from: day}"), encoding="utf-8")
    file = lake.file("person,day\np1,2022-05-30\np2,2022-05-31\n")

    with pytest.raises(ListUnfit, match="2 days, from 2022-05-30 to 2022-05-31"):
        import_file(file, table="conditions", data=lake.path, mapping=written)


def test_a_list_that_names_no_member_is_refused(lake: LakeUnderTest) -> None:
    before = contents(lake.path)

    with pytest.raises(ListUnfit, match="nobody who is a member"):
        listing(lake, ["somebody"], on=_MAY)

    assert contents(lake.path) == before


def test_a_list_without_persons_is_refused(lake: LakeUnderTest) -> None:
    with pytest.raises(ColumnMissing, match="person_id"):
        listing(lake, ["H1"], on=_MAY, mapping=MAPPING.replace("person_id", "household_id"))


@pytest.mark.parametrize(("day", "received"), [("2022-05-30", _JUNE), ("2022-05-31", date(2022, 5, 30))])
def test_a_list_older_than_the_last_is_refused_until_that_is_undone(
    lake: LakeUnderTest, day: str, received: date
) -> None:
    listing(lake, ["p1"], on=_MAY)
    earlier = MAPPING.replace("person}", f"person, valid_from: {{value: '{day}'}}}}")
    with pytest.raises(OlderList, match="D000003"):
        listing(lake, ["p2"], on=received, mapping=earlier)

    undo(lake.path, "D000003")
    listing(lake, ["p2"], on=received, mapping=earlier)

    assert uninsured(lake) == [("p1", day, "")]


def test_a_second_list_of_the_same_day_corrects_the_first(lake: LakeUnderTest) -> None:
    listing(lake, ["p1"], on=_MAY)

    listing(lake, ["p1", "p2"], on=_MAY)
    assert uninsured(lake) == []
    listing(lake, ["p2"], on=_MAY)

    assert uninsured(lake) == [("p1", "2022-05-31", "")]


def test_another_source_or_kind_begins_a_list_of_its_own(lake: LakeUnderTest) -> None:
    listing(lake, ["p1"], on=_JUNE)
    listing(lake, ["p2"], on=_MAY, source="another")
    listing(lake, ["p1", "p2"], on=_MAY, mapping=MAPPING.replace("uninsured", "dropout"))

    assert uninsured(lake) == [("p1", "2022-05-31", ""), ("p2", "2022-06-30", "")]


def test_undo_takes_back_what_began_and_what_ended(lake: LakeUnderTest) -> None:
    listing(lake, ["p1"], on=_MAY)
    june = listing(lake, ["p2"], on=_JUNE)
    assert uninsured(lake) == [("p1", "2022-06-30", ""), ("p2", "2022-05-31", "2022-06-30")]

    undo(lake.path, str(june.delivery))

    assert uninsured(lake) == [("p2", "2022-05-31", "")]


def test_a_list_is_not_undone_before_those_that_followed_it(lake: LakeUnderTest) -> None:
    may = listing(lake, ["p1"], on=_MAY)
    june = listing(lake, ["p1", "p2"], on=_JUNE)
    before = contents(lake.path)

    with pytest.raises(LaterList, match=str(june.delivery)):
        undo(lake.path, str(may.delivery))

    assert contents(lake.path) == before


@pytest.fixture
def village(new_lake: LakeUnderTest) -> LakeUnderTest:
    """A lake of ten members of one household."""
    new_lake.deliver("households", f"household_id,area_code\nH1,{VILLAGE}\n")
    new_lake.deliver("persons", "person_id,household_id\n" + "".join(f"m{number},H1\n" for number in range(10)))
    return new_lake


def test_a_list_that_leaves_out_more_than_a_fifth_is_refused_unless_asked_for(village: LakeUnderTest) -> None:
    eight = [f"m{number}" for number in range(8)]
    before = contents(village.path)
    with pytest.raises(ManyMissing, match="3 of 10"):
        listing(village, eight[:7], on=_MAY, yes=False)
    assert contents(village.path) == before

    listing(village, eight, on=_MAY, yes=False)
    listing(village, eight[:6], on=_JUNE, yes=False)  # two more, not four
    listing(village, eight[:3], on=_JULY, yes=True)

    assert len(uninsured(village)) == 7


def test_a_dry_run_says_what_the_list_would_do(village: LakeUnderTest) -> None:
    before = contents(village.path)

    report = listing(village, ["m1", "m2", "stranger"], on=_MAY, yes=False, dry_run=True)

    assert _said(report) == Derivation("uninsured", _MAY, None, members=10, listed=2, begun=8, ended=0, open=0)
    assert (report.accepted, report.quarantined) == (2, 1)
    assert contents(village.path) == before


def test_a_list_that_is_said_to_be_everything_is_refused(lake: LakeUnderTest) -> None:
    with pytest.raises(ListUnfit, match="everything already"):
        listing(lake, ["p1"], on=_MAY, delivers="everything from always to received")


def test_a_list_of_another_table_is_refused(lake: LakeUnderTest) -> None:
    written = lake.folder / "list.yaml"
    written.write_text("derives: {kind: uninsured, from: missing members}\ncolumns: {household_id: h, person_id: p}\n")

    with pytest.raises(ListUnfit, match="persons"):
        import_file(lake.file("h,p\nH1,p3\n"), table="persons", data=lake.path, mapping=written)


def test_a_list_is_not_taken_up_as_another(lake: LakeUnderTest) -> None:
    listing(lake, ["p1", "stranger"], on=_MAY)
    other: Path = lake.folder / "other.yaml"
    other.write_text(MAPPING.replace("uninsured", "dropout"), encoding="utf-8")

    with pytest.raises(ListUnfit, match="another list"):
        lake.retry(mapping=other)


def test_ids_with_marks_in_them_are_kept_apart(new_lake: LakeUnderTest) -> None:
    new_lake.deliver("households", f"household_id,area_code\na,{VILLAGE}\na:b,{VILLAGE}\nz,{VILLAGE}\n")
    new_lake.deliver("persons", "person_id,household_id\nb:c,a\nc,a:b\nz,z\n")

    listing(new_lake, ["z"], on=_MAY)

    assert [person for person, *_ in uninsured(new_lake)] == ["b:c", "c"]


@settings(max_examples=max(1, EXAMPLES // 6))
@given(steps=st.lists(st.tuples(st.sampled_from(["list", "list", "move", "undo"]), st.integers(0, 15)), max_size=7))
def test_open_conditions_are_the_members_missing_in_the_last_list_that_stands(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bits of a number say which of four persons a list names, or who is a member from then on."""
    lake = LakeUnderTest(tmp_path_factory.mktemp("lists"))
    lake.deliver("households", f"household_id,area_code\nH1,{VILLAGE}\n", received_at=date(2022, 1, 1))
    persons = ["m0", "m1", "m2", "m3"]
    present = set(persons)
    standing: list[tuple[str, set[str]]] = []  # delivery, and who was missing in it
    lake.deliver("persons", "person_id,household_id\n" + "".join(f"{person},H1\n" for person in persons))
    for number, (what, bits) in enumerate(steps):
        day = date(2022, 2, 1 + number)
        chosen = {person for place, person in enumerate(persons) if bits >> place & 1}
        if what == "move":
            present = chosen
            gone = (f"{person},H1,{'' if person in present else '2022-01-01'},{number}\n" for person in persons)
            lake.deliver("persons", "person_id,household_id,member_to,phone\n" + "".join(gone))
        elif what == "undo" and standing:
            undo(lake.path, standing.pop()[0])
        elif what == "list" and chosen & present:
            report = listing(lake, sorted(chosen), on=day)
            assert report.accepted == len(chosen & present)
            standing.append((str(report.delivery), present - chosen))

        rows = lake.counting("conditions")
        open_now = {row["person_id"] for row in rows if row["valid_to"] is None}
        assert open_now == (standing[-1][1] if standing else set())
        assert all(row["valid_to"] is None or row["valid_to"] >= row["valid_from"] for row in rows)
