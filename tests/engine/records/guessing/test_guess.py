"""A file that nobody has explained is given a table, columns and codes, with reasons, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.records.lakes import ID_NUMBER, LakeUnderTest, contents
from engine.records.reading.books import xlsx
from firmground.engine.policy import load_pack, pack_folder
from firmground.engine.policy.source_files import missing_columns
from firmground.engine.records import guess, import_file
from firmground.engine.records.guessing import guess as guessing
from firmground.engine.records.guessing.guess import NoHeading
from firmground.engine.records.reading.form import Form
from firmground.engine.records.sources.mapping import Mapping, mappings_of, parse_mapping
from firmground.engine.tables import TABLES

EXAMPLES = pack_folder("cn") / "sources" / "examples"


def _kinds() -> Iterator[tuple[Path, str, Mapping]]:
    """Every example file of the shipped pack, with its department and the kind of file that it is."""
    for source, file in load_pack("cn").source_files.items():
        for kind in mappings_of(file).values():
            for path in EXAMPLES.glob(f"{source}_{kind.name}.*"):
                yield path, source, kind


KINDS = list(_kinds())


def test_every_example_file_is_tried() -> None:
    assert {path for path, *_ in KINDS} == {path for path in EXAMPLES.iterdir() if path.suffix != ".md"}


@pytest.mark.parametrize(("path", "source", "kind"), KINDS, ids=[path.name for path, *_ in KINDS])
def test_a_file_of_a_department_is_known_by_its_headings(path: Path, source: str, kind: Mapping) -> None:
    proposal = guess(path)

    read = parse_mapping(proposal.text.encode(), "proposal")
    assert (read.table, read.source, read.derives) == (kind.table, source, kind.derives)
    for column, cell in kind.records()[0].items():
        proposed = read.columns[column]
        assert proposed.constant == cell.constant
        assert cell.constant is not None or proposed.heading in cell.headings
    assert proposal.open == ()


@pytest.mark.parametrize(("path", "source", "kind"), KINDS, ids=[path.name for path, *_ in KINDS])
def test_a_file_of_a_new_department_is_known_by_words_and_shapes(
    path: Path, source: str, kind: Mapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "known_mappings", lambda *lake_and_pack: [])

    proposal = guess(path, source=source)

    read = parse_mapping(proposal.text.encode(), "proposal")
    assert read.table == kind.table
    missing = missing_columns(set(read.columns), TABLES[str(kind.table)])
    assert set(missing) <= {"kind"}
    for column, cell in read.columns.items():
        assert cell.heading in kind.columns[column].headings
    assert any(each.startswith("kind: ") for each in proposal.open) == ("kind" in missing)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("medical_insurance_settlements.csv", {"encoding": "gb18030", "skip_rows": 2}),
        ("disabled_persons_federation_certificates.txt", {"encoding": "utf-16", "delimiter": "\t"}),
        ("civil_affairs_allowance_payments.xlsx", {"heading_rows": 2}),
        ("education_dropouts.csv", {}),
    ],
)
def test_how_a_file_is_written_is_proposed_and_read_so(lake: LakeUnderTest, name: str, written: dict[str, Any]) -> None:
    path = next(path for path, *_ in KINDS if path.name == name)
    source = next(source for path, source, _ in KINDS if path.name == name)

    mapping = lake.file(guess(path).text, "proposal.yaml")

    read = parse_mapping(mapping.read_bytes(), "proposal")
    assert read.form == Form(**written)
    by_guess, by_source = (
        import_file(path, data=lake.path, dry_run=True, **options)
        for options in ({"mapping": mapping}, {"source": source})
    )
    assert (by_guess.rows, by_guess.quarantined) == (by_source.rows, by_source.quarantined)


def test_a_sheet_is_named_where_others_have_rows(lake: LakeUnderTest) -> None:
    rows = [("户编号", "金额", "发放日期"), ("H1", 5, "2022-05-01")]
    path = lake.folder / "book.xlsx"
    path.write_bytes(xlsx({"明细": rows, "说明": rows}))

    assert parse_mapping(guess(path).text.encode(), "proposal").form.sheet == "明细"


def _guess(lake: LakeUnderTest, text: str, name: str = "file.csv", **more: str) -> guessing.Proposal:
    return guess(lake.file(text, name), data=lake.path, **more)


def test_a_file_with_english_headings_is_known(lake: LakeUnderTest) -> None:
    text = "Household number,Amount (CNY),Payment date,Clerk\nH1,1200.50,2022-05-01,x\nH2,80,2022-05-02,x\n"

    proposal = _guess(lake, text, "benefits.csv", source="civil_affairs")

    assert proposal.table == "income"
    expected = {"household_id": "Household number", "amount": "Amount (CNY)", "occurred_on": "Payment date"}
    assert proposal.columns == expected
    assert proposal.unplaced == ("Clerk",)
    assert proposal.open == ("kind: a heading, or {value: ...} with one of wage, business, property, transfer",)


def test_what_came_in_before_explains_the_next_file(lake: LakeUnderTest) -> None:
    mapping = lake.file("columns: {household_id: HH, kind: {value: wage}, amount: X7, occurred_on: X8}\n", "known.yaml")
    lake.deliver("income", "HH,X7,X8\nH1,5,2022-04-01\n", mapping=mapping, source="payroll")

    proposal = _guess(lake, "X8,HH,X7\n2022-05-01,H1,6\n")

    read = parse_mapping(proposal.text.encode(), "proposal")
    assert (read.table, read.source, read.columns["kind"].constant) == ("income", "payroll", "wage")
    assert proposal.columns == {"household_id": "HH", "amount": "X7", "occurred_on": "X8"}
    assert "as in D000003" in proposal.text


def test_a_list_with_one_heading_in_common_is_no_model_for_payments(lake: LakeUnderTest) -> None:
    insured = lake.file(f"身份证号\n{ID_NUMBER}\n")
    mapping = lake.folder / "insured.yaml"
    mapping.write_text(
        "source: medical_insurance\ntable: conditions\nderives: {kind: uninsured, from: missing members}\n"
        "columns: {id_number: 身份证号}\n",
        encoding="utf-8",
    )
    import_file(insured, data=lake.path, mapping=mapping, yes=True, received_at=date(2022, 5, 1))
    payments = lake.file(f"身份证号,金额,发放日期\n{ID_NUMBER},300.00,2022-05-05\n")

    assert guess(payments, data=lake.path).table == "income"


def test_ids_are_known_by_what_they_are_whatever_their_heading(lake: LakeUnderTest) -> None:
    proposal = _guess(lake, f"A,B,残疾等级,认定日期\n{ID_NUMBER},H1,2,2022-05-01\n{ID_NUMBER},H2,2,2022-05-01\n")

    assert proposal.table == "conditions"
    assert (proposal.columns["id_number"], proposal.columns["household_id"]) == ("A", "B")
    assert "100% pass the check" in proposal.text


@pytest.mark.parametrize(("cells", "is_proposed"), [("12.50", True), ("many", False)])
def test_a_word_counts_little_where_the_cells_say_otherwise(lake: LakeUnderTest, cells: str, is_proposed: bool) -> None:
    proposal = _guess(lake, f"户编号,金额,发放日期\nH1,{cells},2022-05-01\n", table="income")

    assert ("amount" in proposal.columns) == is_proposed
    assert ("# ? amount: 金额" in proposal.text) != is_proposed


def test_the_only_column_of_days_is_mentioned_and_not_taken(lake: LakeUnderTest) -> None:
    proposal = _guess(lake, "户编号,金额,XYZ\nH1,5,2022-05-01\n", table="income")

    assert "occurred_on" not in proposal.columns
    assert "# ? occurred_on: XYZ" in proposal.text


def test_codes_are_translated_and_unknown_ones_asked_for(lake: LakeUnderTest) -> None:
    rows = "".join(f"p{number},H1,{'男女'[number % 2]},2000-01-01\n" for number in range(6))

    proposal = _guess(lake, f"人员编号,户编号,性别,出生日期\n{rows}p6,H1,未说明,2000-01-01\np7,H1,未说明,2000-01-01\n")

    assert parse_mapping(proposal.text.encode(), "proposal").values == {"sex": {"男": "m", "女": "f"}}
    assert "# ? 未说明:" in proposal.text
    assert "未说明: sex: one of f, m" in proposal.open


def test_codes_that_may_be_names_are_not_shown(lake: LakeUnderTest) -> None:
    proposal = _guess(lake, "户编号,类型,金额,发放日期\nH1,张三,5,2022-05-01\nH1,李四,5,2022-05-01\n", table="income")

    assert "张三" not in proposal.text and "李四" not in proposal.text
    assert "2 texts, not shown" in proposal.text


def test_no_cell_of_a_person_is_in_a_proposal(lake: LakeUnderTest) -> None:
    people = "".join(f"p{n},H{n},王小明,{ID_NUMBER},13800138000,男,2000-01-0{n},某村某组\n" for n in range(1, 9))

    proposal = _guess(lake, "人员编号,户编号,姓名,身份证号,联系电话,性别,出生日期,备注\n" + people)

    assert proposal.table == "persons"
    for cell in ("王小明", ID_NUMBER, "13800138000", "2000-01-01", "某村某组"):
        assert cell not in proposal.text


@pytest.mark.parametrize("first", [f"{ID_NUMBER},王小明", "王小明,2000-01-01", "王小明,13800138000"])
def test_a_file_without_headings_is_refused_without_its_cells(lake: LakeUnderTest, first: str) -> None:
    with pytest.raises(NoHeading) as refused:
        _guess(lake, f"{first}\n某某,5\n")

    assert "王小明" not in str(refused.value)


def test_a_guess_changes_nothing(lake: LakeUnderTest) -> None:
    before = contents(lake.folder)

    proposal = guess(EXAMPLES / "public_security_persons.csv", data=lake.path)

    assert proposal.table == "persons"
    assert contents(lake.folder) == before


def test_a_guess_makes_no_lake(tmp_path: Path) -> None:
    guess(EXAMPLES / "public_security_persons.csv", data=tmp_path / "lake")

    assert not (tmp_path / "lake").exists()


def test_headings_with_marks_of_yaml_are_read_as_they_are(lake: LakeUnderTest) -> None:
    headings = ["户编号: #1", "金额 [元]", "'发放日期'", '"a" & {b}', "- yes", "null"]
    header = ",".join('"' + heading.replace('"', '""') + '"' for heading in headings)

    proposal = _guess(lake, f"{header}\nH1,5,2022-05-01,x,x,x\n", table="income")

    read = parse_mapping(proposal.text.encode(), "proposal")
    assert {column: cell.heading for column, cell in read.columns.items()} == {
        "household_id": headings[0],
        "amount": headings[1],
        "occurred_on": headings[2],
    }
