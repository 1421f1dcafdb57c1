"""Every mistake that a row can have: what it is called, and what the quarantine file says of it."""

from __future__ import annotations

import pytest

from engine.records.lakes import ID_NUMBER, OTHER_VILLAGE, VILLAGE, LakeUnderTest, income, quarantined
from firmground.engine.records.judging.mistakes import RowMistake
from firmground.errors import every_error

_GOOD: dict[str, dict[str, object]] = {
    "areas": {"code": "a8", "name": "Eight"},
    "households": {"household_id": "H8", "area_code": VILLAGE, "population_group": "general"},
    "persons": {"person_id": "p8", "household_id": "H1"},
    "income": income(1200),
    "spending": {"household_id": "H1", "kind": "medical", "amount": "10", "occurred_on": "2022-03-01"},
    "jobs": {"household_id": "H1", "person_id": "p1", "job_id": "j8", "started_on": "2022-01-01"},
    "conditions": {"household_id": "H1", "kind": "disability", "valid_from": "2022-01-01"},
    "shocks": {"household_id": "H1", "area_code": "", "kind": "disaster", "occurred_on": "2022-01-01"},
    "outcomes": {"household_id": "H1", "risk": "income", "clue_on": "2022-01-01", "outcome": "confirmed"},
}
_DATE, _AMOUNT, _NUMBER = "a date such as 2022-05-31", "an amount such as 1200.50", "a number such as 0.75"
_TEXT = "text without spaces around it or control characters"
_WHOLE = "every digit, as text"
_STRUCK = "a household, or an area where the kind may strike one"
_RISKS = "income, illness, spending, employment, disability, education, housing, water, insurance, disaster, labour"

# id, table, cells that differ from a good row, column, found, expected
Case = tuple[str, str, dict[str, str], str, str, str]
CASES: list[Case] = [
    ("FG-R001", "households", {"area_code": ""}, "area_code", "", "a value"),
    ("FG-R001", "income", {"amount": ""}, "amount", "", "a value"),
    ("FG-R001", "jobs", {"person_id": ""}, "person_id", "", "a value"),
    ("FG-R002", "income", {"occurred_on": "2022-02-30"}, "occurred_on", "2022-02-30", _DATE),
    ("FG-R002", "income", {"occurred_on": "2022-3-32"}, "occurred_on", "2022-3-32", _DATE),
    ("FG-R002", "income", {"occurred_on": "22/03/01"}, "occurred_on", "22/03/01", _DATE),
    ("FG-R002", "income", {"occurred_on": "4471"}, "occurred_on", "4471", _DATE),
    ("FG-R002", "income", {"occurred_on": "2022-03-01 25:00"}, "occurred_on", "2022-03-01 25:00", _DATE),
    ("FG-R002", "persons", {"birth_date": "1799-12-31"}, "birth_date", "1799-12-31", _DATE),
    ("FG-R002", "persons", {"member_to": "2201-01-01"}, "member_to", "2201-01-01", _DATE),
    (
        "FG-R030",
        "income",
        {"occurred_on": "01/03/2022"},
        "occurred_on",
        "01/03/2022",
        f"{_DATE}, or `dates: day first`",
    ),
    ("FG-R003", "income", {"amount": "12O0"}, "amount", "12O0", _AMOUNT),
    ("FG-R003", "income", {"amount": "1200 or so"}, "amount", "1200 or so", _AMOUNT),
    ("FG-R003", "income", {"amount": "1,20"}, "amount", "1,20", _AMOUNT),
    ("FG-R003", "income", {"amount": "１２O０"}, "amount", "１２O０", _AMOUNT),
    ("FG-R003", "income", {"amount": "1.9E+18"}, "amount", "1.9E+18", _AMOUNT),
    ("FG-R003", "income", {"amount": "0.005"}, "amount", "0.005", _AMOUNT),
    ("FG-R003", "income", {"amount": " 1 2"}, "amount", " 1 2", _AMOUNT),
    ("FG-R003", "income", {"cost": "NaN"}, "cost", "NaN", _AMOUNT),
    ("FG-R003", "income", {"cost": "inf"}, "cost", "inf", _AMOUNT),
    ("FG-R004", "outcomes", {"visits": "two"}, "visits", "two", _NUMBER),
    ("FG-R004", "outcomes", {"visits": "0.1234567890123"}, "visits", "0.1234567890123", _NUMBER),
    ("FG-R005", "households", {"deleted": "maybe"}, "deleted", "maybe", "true, false, 1, 0, yes or no"),
    (
        "FG-R006",
        "households",
        {"received_at": "soon"},
        "received_at",
        "soon",
        "a time such as 2022-05-31T",
    ),
    ("FG-R007", "income", {"amount": "-5"}, "amount", "-5", "0 or more"),
    ("FG-R007", "income", {"cost": "-0.01"}, "cost", "-0.01", "0 or more"),
    ("FG-R007", "spending", {"reimbursed": "-5"}, "reimbursed", "-5", "0 or more"),
    ("FG-R007", "shocks", {"loss": "-500"}, "loss", "-500", "0 or more"),
    ("FG-R008", "income", {"amount": "1000000000000"}, "amount", "1000000000000", "less than 1000000000000"),
    ("FG-R008", "outcomes", {"visits": "1000000000000"}, "visits", "1000000000000", "less than 1000000000000"),
    ("FG-R009", "persons", {"sex": "male"}, "sex", "male", "f, m"),
    ("FG-R009", "jobs", {"place": "the moon"}, "place", "the moon", "county, province, other_province, abroad"),
    ("FG-R009", "outcomes", {"outcome": "perhaps"}, "outcome", "perhaps", "confirmed, dismissed"),
    ("FG-R010", "income", {"kind": "lottery"}, "kind", "lottery", "wage, business, property, transfer"),
    ("FG-R011", "households", {"population_group": "rich"}, "population_group", "rich", "lifted_out"),
    ("FG-R012", "households", {"area_code": "999999999999"}, "area_code", "999999999999", "the code of a known area"),
    ("FG-R012", "shocks", {"household_id": "", "area_code": "1"}, "area_code", "1", "the code of a known area"),
    ("FG-R013", "income", {"household_id": "H9"}, "household_id", "H9", "a household that the registry holds; "),
    ("FG-R013", "persons", {"household_id": "H9"}, "household_id", "H9", "a household that the registry holds; "),
    ("FG-R014", "households", {"household_id": "1.9E+18"}, "household_id", "1.9E+18", _WHOLE),
    ("FG-R014", "persons", {"id_number": "1.10105E+17"}, "id_number", "1.10105E+17", _WHOLE),
    ("FG-R014", "jobs", {"job_id": "3e12"}, "job_id", "3e12", _WHOLE),
    ("FG-R015", "households", {"household_id": "H\t8"}, "household_id", "H\t8", _TEXT),
    ("FG-R015", "jobs", {"job_id": "j\u00078"}, "job_id", "j\u00078", _TEXT),
    ("FG-R015", "jobs", {"employer": "Mill\u0000er"}, "employer", "a control character", _TEXT),
    ("FG-R015", "jobs", {"job_id": "j" * 201}, "job_id", "j" * 201, _TEXT),
    ("FG-R016", "jobs", {"ended_on": "2021-12-31"}, "ended_on", "2021-12-31", "an end on or after the start"),
    ("FG-R016", "conditions", {"valid_to": "2021-12-31"}, "valid_to", "2021-12-31", "an end on or after the start"),
    (
        "FG-R016",
        "income",
        {"covers_from": "2022-03-02", "covers_to": "2022-03-01"},
        "covers_to",
        "2022-03-01",
        "an end on or after the start",
    ),
    ("FG-R017", "spending", {"reimbursed": "10.01"}, "reimbursed", "10.01", "at most the amount"),
    (
        "FG-R018",
        "persons",
        {"id_number": "110105194912310021"},
        "id_number",
        "a number that fails its check",
        "an ID number whose check character fits",
    ),
    (
        "FG-R018",
        "income",
        {"id_number": "110105194912310021"},
        "id_number",
        "a number that fails its check",
        "an ID number whose check character fits",
    ),
    ("FG-R014", "income", {"id_number": "1.10105E+17"}, "id_number", "1.10105E+17", _WHOLE),
    (
        "FG-R019",
        "income",
        {"household_id": "", "id_number": ID_NUMBER, "occurred_on": "2019-12-31"},
        "id_number",
        "0 members with this ID number",
        "the ID number of exactly one member on that day",
    ),
    ("FG-R020", "shocks", {"household_id": ""}, "area_code", "", _STRUCK),
    ("FG-R020", "shocks", {"area_code": VILLAGE}, "area_code", f"household H1 area {VILLAGE}", _STRUCK),
    (
        "FG-R020",
        "shocks",
        {"household_id": "", "area_code": OTHER_VILLAGE, "kind": "accident"},
        "area_code",
        f" area {OTHER_VILLAGE}",
        _STRUCK,
    ),
    ("FG-R021", "income", {"source": "Firmground"}, "source", "Firmground", "the department's own name"),
    (
        "FG-R024",
        "areas",
        {"parent": "a8"},
        "parent",
        "a8",
        "an area that neither stands below this one nor was replaced by it",
    ),
    ("FG-R022", "income", {"deleted": "true"}, "deleted", "true", "a record_id beside `deleted`"),
]


def _name(case: Case) -> str:
    return f"{case[0]} {case[1]}.{case[3]} {case[4][:20]!a}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_a_row_with_a_mistake_waits_in_quarantine_as_it_came(lake: LakeUnderTest, case: Case) -> None:
    id_, table, changes, column, found, expected = case
    good: dict[str, object] = {**dict.fromkeys(changes, ""), **_GOOD[table]}
    bad = {**good, **changes}
    if id_ == "FG-R019":
        good |= {"household_id": "H1", "id_number": ""}

    report = lake.deliver(table, [good, bad])

    assert (report.rows, report.accepted, report.quarantined, report.repeated) == (2, 1, 1, 0)
    (row,) = quarantined(report)
    assert {name: row[name] for name in bad} == {name: str(cell) for name, cell in bad.items()}
    assert row["_row"] == "3"
    mistakes = zip(*(row[name].split(" | ") for name in ("_error", "_column", "_found", "_expected")), strict=True)
    (mistake,) = [m for m in mistakes if m[0] == id_]
    assert mistake[1:3] == (column, found)
    assert mistake[3].startswith(expected)
    assert [(m.column, m.rows, m.first_row) for m in report.mistakes if m.id == id_] == [(column, 1, 3)]


def test_a_row_with_too_few_or_too_many_cells_waits_with_all_of_them(lake: LakeUnderTest) -> None:
    text = "household_id,kind,amount,occurred_on\nH1,wage,5\nH1,wage,5,2022-03-01\nH1,wage,6,2022-03-01,extra,more\n"

    report = lake.deliver("income", text)

    assert (report.accepted, report.quarantined) == (1, 2)
    short, long = quarantined(report)
    assert [m.id for m in report.mistakes] == ["FG-R023"]
    assert (short["_row"], short["_found"], short["amount"]) == ("2", "3 cells instead of 4", "5")
    assert (long["_row"], long["_found"]) == ("4", "6 cells instead of 4: extra,more")
    assert long["_expected"] == "as many cells as the heading"


def test_every_mistake_of_the_catalogue_is_tried() -> None:
    tried = {case[0] for case in CASES} | {"FG-R023"}

    assert tried == {error.id for error in every_error(RowMistake)}


def test_a_row_says_all_its_mistakes_at_once(lake: LakeUnderTest) -> None:
    report = lake.deliver("income", [income("12O0", occurred_on="2022-02-30", household_id="H9", kind="lottery")])

    (row,) = quarantined(report)
    assert row["_error"] == "FG-R003 | FG-R002 | FG-R010 | FG-R013"
    assert row["_column"] == "amount | occurred_on | kind | household_id"
    assert row["_found"] == "12O0 | 2022-02-30 | lottery | H9"


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("persons", {"birth_date": "1800-01-01", "member_to": "2200-12-31"}),
        ("persons", {"member_from": "2022-01-01", "member_to": "2022-01-01"}),
        ("income", {"amount": "999999999999.99", "cost": "0"}),
        ("income", {"amount": "0.1", "cost": "5."}),
        ("income", {"covers_from": "2022-03-01", "covers_to": "2022-03-01"}),
        ("income", {"deleted": "TRUE", "record_id": "r1"}),
        ("income", {"source": "firmground 2"}),
        ("spending", {"amount": "10.01", "reimbursed": "10.01"}),
        ("outcomes", {"visits": "0.123456789012"}),
        ("shocks", {"household_id": "", "area_code": "62"}),
        ("jobs", {"employer": " Miller\t& Sons\n", "job_id": "e12"}),
        ("jobs", {"job_id": "j" * 200}),
    ],
)
def test_a_row_on_the_right_side_of_every_limit_is_accepted(
    lake: LakeUnderTest, table: str, changes: dict[str, str]
) -> None:
    report = lake.deliver(table, [{**_GOOD[table], **changes}])

    assert report.mistakes == ()
    assert report.accepted == 1


def test_personal_cells_are_not_shown_in_the_report(lake: LakeUnderTest) -> None:
    report = lake.deliver("persons", [{"person_id": "p8", "household_id": "H1", "id_number": "1.10105E+17"}])

    assert [(m.id, m.example) for m in report.mistakes] == [("FG-R014", "(hidden)")]
    assert "1.10105E+17" not in str(report.as_dict())
