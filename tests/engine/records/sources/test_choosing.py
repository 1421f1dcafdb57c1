"""A file is read by the kind of file whose headings it has; what does not fit is said per kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmground.engine.policy import pack_folder
from firmground.engine.records import import_file, retry
from firmground.engine.records.sources.choosing import NoKindFits, SeveralKindsFit, TableNotTold

_REGISTER = "户编号,行政区划代码,农户属性,家庭住址,立户日期\nH1,620102001001,一般户,,\n"


def _file(folder: Path, text: str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_kind_of_file_is_found_by_its_headings(tmp_path: Path) -> None:
    report = import_file(_file(tmp_path, _REGISTER), source="public_security", data=tmp_path / "lake")

    assert (report.table, report.file_kind, report.accepted) == ("households", "households", 1)


def test_of_two_headings_for_a_column_a_file_may_have_either(tmp_path: Path) -> None:
    text = _REGISTER.replace("户编号", "户号").replace("行政区划代码", "村组代码")

    report = import_file(_file(tmp_path, text), source="public_security", data=tmp_path / "lake")

    assert report.accepted == 1


def test_a_file_that_no_kind_fits_is_refused_with_what_each_lacks(tmp_path: Path) -> None:
    text = _REGISTER.replace("农户属性", "属性")

    with pytest.raises(NoKindFits, match=r"for `households` it lacks 农户属性; for `persons` it lacks 人员编号, 姓名"):
        import_file(_file(tmp_path, text), source="public_security", data=tmp_path / "lake")
    assert not (tmp_path / "lake" / "manifest").exists()


def test_our_own_names_come_in_from_a_department_that_has_a_source_file(tmp_path: Path) -> None:
    file = _file(tmp_path, "household_id,area_code\nH1,620102001001\n")

    report = import_file(file, table="households", source="public_security", data=tmp_path / "lake")

    assert (report.file_kind, report.accepted) == ("", 1)


@pytest.mark.parametrize("source", [None, "somebody"])
def test_without_table_and_source_file_the_table_is_asked_for(tmp_path: Path, source: str | None) -> None:
    with pytest.raises(TableNotTold, match="public_security"):
        import_file(_file(tmp_path, _REGISTER), source=source, data=tmp_path / "lake")


def test_a_mapping_tells_table_and_source_and_wins_over_the_pack(tmp_path: Path) -> None:
    mapping = _file(
        tmp_path, "source: civil_affairs\ntable: households\ncolumns: {household_id: 户编号, area_code: 行政区划代码}\n"
    )

    report = import_file(
        _file(tmp_path, _REGISTER, "register.csv"), mapping=mapping, source=None, data=tmp_path / "lake"
    )

    assert (report.table, report.source, report.file_kind) == ("households", "civil_affairs", "civil_affairs")


def test_a_file_that_may_be_each_of_two_kinds_is_refused(tmp_path: Path) -> None:
    one = "{table: households, columns: {household_id: 户编号, area_code: 行政区划代码}}"
    mapping = _file(tmp_path, f"files:\n  one: {one}\n  two: {one}\n", "two.yaml")

    with pytest.raises(SeveralKindsFit, match="`one`, `two`"):
        import_file(_file(tmp_path, _REGISTER), mapping=mapping, data=tmp_path / "lake")


def test_a_source_that_the_pack_does_not_list_is_named(tmp_path: Path) -> None:
    file = _file(tmp_path, "household_id,area_code\nH1,620102001001\n")

    unknown = import_file(file, table="households", source="parish", data=tmp_path / "one")
    known = import_file(file, table="households", source="banks", data=tmp_path / "two")

    assert any("does not list the source parish" in note for note in unknown.notes)
    assert known.notes == ()


def test_waiting_rows_are_taken_up_by_the_kind_of_file_they_came_in_as(tmp_path: Path) -> None:
    example = pack_folder("cn") / "sources" / "examples" / "water_unsafe_water.csv"
    waiting = import_file(example, source="water", data=tmp_path / "lake")
    assert waiting.accepted == 0
    register = example.with_name("public_security_households.csv")
    import_file(register, source="public_security", data=tmp_path / "lake")

    (report,) = retry(tmp_path / "lake")

    assert (report.accepted, report.quarantined, report.file_kind) == (8, 1, "unsafe_water")


def test_a_mapping_of_another_table_than_the_one_asked_for_is_refused(tmp_path: Path) -> None:
    mapping = _file(tmp_path, "table: households\ncolumns: {household_id: 户编号, area_code: 行政区划代码}\n", "m.yaml")

    with pytest.raises(NoKindFits, match=r"no file of the table `persons`.*--as households"):
        import_file(_file(tmp_path, _REGISTER), table="persons", mapping=mapping, data=tmp_path / "lake")


def test_one_row_of_our_own_names_comes_in_where_the_department_has_two_rows_of_headings(tmp_path: Path) -> None:
    file = _file(tmp_path, "household_id,kind,amount,occurred_on\nH1,transfer,300,2022-05-05\n")

    report = import_file(file, table="income", source="civil_affairs", data=tmp_path / "lake")

    assert (report.file_kind, report.rows) == ("", 1)
