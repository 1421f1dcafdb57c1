"""Cells that are written otherwise than the lake writes them: what they are read as, what is refused, what is said."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.records.lakes import ID_NUMBER, OTHER_VILLAGE, VILLAGE, LakeUnderTest, income, quarantined
from firmground.engine.records import ImportReport, Lake
from firmground.engine.records.deliveries import last_report
from firmground.engine.records.judging.conversion_kinds import KINDS, Example
from firmground.engine.tables import TABLES, Type

_GOOD: dict[str, dict[str, object]] = {
    "households": {"household_id": "H8", "area_code": VILLAGE},
    "persons": {"person_id": "p8", "household_id": "H1"},
    "income": income(1200),
    "jobs": {"household_id": "H1", "person_id": "p1", "job_id": "j8", "started_on": "2022-01-01"},
    "shocks": {"household_id": "", "area_code": OTHER_VILLAGE, "kind": "disaster", "occurred_on": "2022-01-01"},
    "outcomes": {"household_id": "H1", "risk": "income", "clue_on": "2022-01-01", "outcome": "confirmed"},
}
_SHANGHAI = ZoneInfo("Asia/Shanghai")


def value(table: str, column: str, text: str) -> object:
    """What the lake holds for a text that is written as the lake writes it."""
    found = TABLES[table].column(column)
    assert found is not None
    if not text:
        return None
    if found.type is Type.DATE:
        return date.fromisoformat(text)
    if found.type is Type.TIME:
        return datetime.fromisoformat(text).replace(tzinfo=_SHANGHAI)
    if found.type in (Type.MONEY, Type.NUMBER):
        return Decimal(text)
    return text == "true" if found.type is Type.BOOLEAN else text


def _groups() -> dict[tuple[str, str, bool], list[tuple[str, Example]]]:
    """The examples of the reference by table, by what the mapping must say, and by whether they are refused."""
    groups: dict[tuple[str, str, bool], list[tuple[str, Example]]] = {}
    for kind in KINDS:
        for example in kind.examples:
            key = (example.column.split(".")[0], example.mapping, bool(example.error))
            groups.setdefault(key, []).append((kind.id, example))
    return groups


def _deliver(lake: LakeUnderTest, table: str, more: str, examples: list[tuple[str, Example]]) -> ImportReport:
    """One row per example."""
    changes = [{example.column.split(".")[1]: example.cell} for _, example in examples]
    names = {**{name: "" for change in changes for name in change}, **_GOOD[table]}
    mapping = lake.file(f"columns: {{{', '.join(f'{name}: {name}' for name in names)}}}\n{more}\n")
    return lake.deliver(table, [{**names, **change} for change in changes], mapping=mapping)


@pytest.mark.parametrize("group", [key for key in _groups() if not key[2]], ids=str)
def test_every_cell_that_the_reference_accepts_becomes_what_it_says(
    lake: LakeUnderTest, group: tuple[str, str, bool]
) -> None:
    table, more, _ = group
    examples = _groups()[group]

    report = _deliver(lake, table, more, examples)

    assert report.mistakes == ()
    kept = lake.all_rows(table)[-len(examples) :]
    columns = [example.column.split(".")[1] for _, example in examples]
    expected = [value(table, name, example.becomes) for name, (_, example) in zip(columns, examples, strict=True)]
    assert [row[name] for name, row in zip(columns, kept, strict=True)] == expected
    changed = {(kind, example.column.split(".")[1]) for kind, example in examples if example.becomes != example.cell}
    assert changed <= {(conversion.kind, conversion.column) for conversion in report.conversions}


@pytest.mark.parametrize("group", [key for key in _groups() if key[2]], ids=str)
def test_every_cell_that_the_reference_refuses_waits_as_it_came(
    lake: LakeUnderTest, group: tuple[str, str, bool]
) -> None:
    table, more, _ = group
    examples = _groups()[group]

    report = _deliver(lake, table, more, examples)

    assert report.conversions == ()
    for (_, example), row in zip(examples, quarantined(report), strict=True):
        name = example.column.split(".")[1]
        mistakes = zip(row["_error"].split(" | "), row["_column"].split(" | "), strict=True)
        assert row[name].removeprefix("'") == example.cell.removeprefix("'")  # one more makes it inert
        assert (example.error, name) in mistakes, example


def test_a_file_of_plain_cells_says_no_conversion(lake: LakeUnderTest) -> None:
    rows = [income(amount, record_id="r-1.5", deleted="No") for amount in ("1200", "-0", "0.1", ".5", "5.", "-.5")]

    report = lake.deliver("income", rows)

    assert report.conversions == ()


def test_the_report_says_each_conversion_of_each_column_with_its_first_row(lake: LakeUnderTest) -> None:
    rows = [income("5"), income("￥1,200", occurred_on="2022/3/1"), income("7元"), income("12O0", household_id=" H1")]

    report = lake.deliver("income", rows)

    assert [tuple(vars(conversion).values()) for conversion in report.conversions] == [
        ("spaces", "household_id", 1, 5, " H1", "H1"),
        ("currency", "amount", 2, 3, "￥1,200", "1200"),
        ("groups", "amount", 1, 3, "￥1,200", "1200"),
        ("date_form", "occurred_on", 1, 3, "2022/3/1", "2022-03-01"),
    ]
    stored = last_report(Lake.open(lake.path), str(report.delivery))
    assert stored["conversions"] == list(report.as_dict()["conversions"])
    assert len(stored["conversions"]) == 4


def test_rows_of_several_records_are_counted_as_the_spreadsheet_does(lake: LakeUnderTest) -> None:
    mapping = lake.file(
        "columns: {household_id: h, occurred_on: d}\n"
        "rows: [{kind: {value: wage}, amount: a}, {kind: {value: transfer}, amount: b}]\n"
    )

    report = lake.deliver("income", "h,d,a,b\nH1,2022-03-01,1,2\nH1,2022-03-01,1,2元\n", mapping=mapping)

    assert [(c.kind, c.rows, c.first_row) for c in report.conversions] == [("currency", 1, 3)]


def test_personal_cells_are_not_shown(lake: LakeUnderTest) -> None:
    spoilt = ID_NUMBER.lower()

    as_person = lake.deliver("persons", [{"person_id": "p8", "household_id": "H2", "id_number": spoilt}])
    in_place = lake.deliver("income", [income(5, household_id="", id_number=spoilt)])

    for report in (as_person, in_place):
        assert [(c.kind, c.example, c.became) for c in report.conversions] == [("id_number", "(hidden)", "(hidden)")]
        assert spoilt not in str(report.as_dict())


def test_quarantine_keeps_and_shows_cells_as_they_came(lake: LakeUnderTest) -> None:
    row = {
        "household_id": "\u3000H1",
        "kind": "medical",
        "amount": "1,200元",
        "reimbursed": "0.12万 ",
        "occurred_on": "x",
    }
    both = {**row, "occurred_on": "2022.3.1", "reimbursed": "0.1201万"}

    report = lake.deliver("spending", [row, both])

    first, second = quarantined(report)
    assert {name: first[name] for name in row} == row
    assert {name: second[name] for name in row} == both
    assert (second["_column"], second["_found"]) == ("reimbursed", "0.1201万")
    assert [(m.column, m.example) for m in report.mistakes] == [("occurred_on", "x"), ("reimbursed", "0.1201万")]


def test_rows_taken_up_again_are_converted_by_the_new_mapping(lake: LakeUnderTest) -> None:
    names = "columns: {household_id: household_id, kind: kind, amount: amount, occurred_on: occurred_on}\n"
    lake.deliver("income", [income("1,200", occurred_on="05/06/2022")], mapping=lake.file(names))

    (report,) = lake.retry(mapping=lake.file(names + "dates: month first\n"))

    assert report.accepted == 1
    assert [(row["amount"], row["occurred_on"]) for row in lake.counting("income")] == [
        (Decimal("1200.00"), date(2022, 5, 6))
    ]
    assert {conversion.kind for conversion in report.conversions} == {"groups", "day_or_month_first"}


def test_codes_and_words_for_nothing_are_looked_up_once_more_after_cleaning(lake: LakeUnderTest) -> None:
    mapping = lake.file(
        "columns: {person_id: p, household_id: h, sex: s, birth_date: b}\n"
        '"null": [无]\nvalues: {sex: {"1": m, "2": f, （男）: m}}\n'
    )

    report = lake.deliver(
        "persons", "p,h,s,b\np4,H1,1, 无\np5,H1,２,\np6,H1, （男） ,2001.2.3\np7,H1,（男）,无\n", mapping=mapping
    )

    assert report.accepted == 4
    assert [(row["sex"], row["birth_date"]) for row in lake.all_rows("persons")[-4:]] == [
        ("m", None),
        ("f", None),
        ("m", date(2001, 2, 3)),
        ("m", None),
    ]


def test_a_required_cell_of_spaces_is_missing(lake: LakeUnderTest) -> None:
    report = lake.deliver("income", [income(" \u3000")])

    (row,) = quarantined(report)
    assert (row["_error"], row["_column"], row["_found"]) == ("FG-R001", "amount", " \u3000")


_WAGES = ["5,000 ugx", "UGX5000", "5000元", "¥5000", "CNY 5000"]


def test_another_currency_than_the_lakes_is_refused(new_lake: LakeUnderTest) -> None:
    new_lake.deliver("areas", "code,name\na1,One\n", pack="consumption_line")
    new_lake.deliver("households", "household_id,area_code\nH1,a1\n")
    jobs = [{**_GOOD["jobs"], "job_id": f"j{n}", "monthly_wage": wage} for n, wage in enumerate(_WAGES)]

    report = new_lake.deliver("jobs", jobs)

    assert [row["monthly_wage"] for row in new_lake.all_rows("jobs")] == [Decimal(5000)] * 2
    assert [row["monthly_wage"] for row in quarantined(report)] == _WAGES[2:]


def test_text_for_people_stays_as_it_came(lake: LakeUnderTest) -> None:
    row = {"name": "'Ｗang ", "phone": "+86 138", "person_id": "p8", "household_id": "H1"}

    report = lake.deliver("persons", [row])

    assert report.conversions == ()
    kept = lake.all_rows("persons")[-1]
    assert (kept["name"], kept["phone"]) == ("'Ｗang ", "+86 138")


def test_a_person_in_two_households_is_kept_in_both(lake: LakeUnderTest) -> None:
    report = lake.deliver("persons", [{"person_id": "p1", "household_id": "H2", "id_number": ID_NUMBER}])

    assert report.accepted == 1
    assert sorted(row["household_id"] for row in lake.counting("persons") if row["person_id"] == "p1") == ["H1", "H2"]


def test_a_broken_row_waits_whole_and_nothing_of_it_is_converted(lake: LakeUnderTest) -> None:
    report = lake.deliver("income", "household_id,kind,amount,occurred_on\n H1,wage,1元\n")

    assert [m.id for m in report.mistakes] == ["FG-R023"]
    assert report.conversions == ()


@pytest.mark.parametrize(
    ("area_code", "expected"),
    [
        ("620102001000", "620102001"),  # a township in twelve digits
        ("620102000000", "620102"),
        ("620102", "620102"),
        (VILLAGE, VILLAGE),
    ],
)
def test_a_shock_may_name_an_upper_area_in_twelve_digits(lake: LakeUnderTest, area_code: str, expected: str) -> None:
    report = lake.deliver("shocks", [{**_GOOD["shocks"], "area_code": area_code}])

    assert report.accepted == 1
    assert lake.counting("shocks")[0]["area_code"] == expected


def test_zeros_after_the_code_above_are_taken_off_unless_the_file_has_that_area(lake: LakeUnderTest) -> None:
    rows = (
        "code,name,parent\n62,Gansu,\n620199,Own,620000\n620199100,Far,620199000000\n620199100001,Near,620199100000\n"
    )
    rows += "620198000,Odd,62\n620198000001,Odder,620198000\n"

    report = lake.deliver("areas", rows)

    assert report.mistakes == ()
    assert [(row["code"], row["parent"]) for row in lake.counting("areas")] == [
        ("62", None),
        ("620199", "62"),
        ("620199100", "620199"),
        ("620199100001", "620199100"),
        ("620198000", "62"),
        ("620198000001", "620198000"),
    ]
