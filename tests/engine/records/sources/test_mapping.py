"""Mapping files: headings and codes of a department become ours; a wrong one is refused at its place."""

from __future__ import annotations

import pytest

from engine.records.lakes import LakeUnderTest, quarantined
from firmground.engine.records.sources.mapping import ColumnMissing, MappingUnsound

_TEXT = "户,类,元,日,性\nH1,工资,5,2022-03-01,0\nH1,别,NA,2022-03-01,9\n"
_COLUMNS = "columns: {household_id: 户, kind: 类, amount: 元, occurred_on: 日}\n"


def test_headings_codes_nulls_and_constants_become_ours(lake: LakeUnderTest) -> None:
    mapping = lake.file(
        "columns: {household_id: 户, kind: 类, amount: 元, cost: 性, occurred_on: 日, source: {value: 人社局}}\n"
        'null: ["NA", "9"]\nvalues: {kind: {工资: wage, 别: transfer}, cost: {"0": "1.50"}}\n'
    )

    report = lake.deliver("income", _TEXT, mapping=mapping)

    (row,) = lake.all_rows("income")
    assert (row["kind"], str(row["amount"]), str(row["cost"]), row["source"]) == ("wage", "5.00", "1.50", "人社局")
    assert [(m.id, m.column) for m in report.mistakes] == [("FG-R001", "amount")]
    assert quarantined(report)[0]["元"] == "NA"


def test_one_row_of_a_file_becomes_several_records_which_wait_each_for_itself(lake: LakeUnderTest) -> None:
    mapping = lake.file(
        "columns: {household_id: h, occurred_on: o}\n"
        "rows: [{amount: a, kind: {value: wage}}, {amount: b, kind: {value: transfer}}]\n"
    )

    report = lake.deliver("income", "h,o,a,b\nH1,2022-03-01,1,x\nH1,2022-03-01,3,4\n", mapping=mapping)

    assert (report.rows, report.accepted, report.quarantined) == (4, 3, 1)
    assert [(row["kind"], row["amount"]) for row in lake.all_rows("income")] == [
        ("wage", 1),
        ("wage", 3),
        ("transfer", 4),
    ]
    (row,) = quarantined(report)
    assert (row["_row"], row["a"], row["b"], row["_found"]) == ("2", "1", "x", "x")


@pytest.mark.parametrize(
    "empty", ['columns: {C, employer: {value: ""}}\n', 'columns: {C, employer: e}\nvalues: {employer: {x: ""}}\n']
)
def test_an_empty_text_is_null_wherever_it_comes_from(lake: LakeUnderTest, empty: str) -> None:
    names = "household_id: h, person_id: p, job_id: j, started_on: s"

    lake.deliver("jobs", "h,p,j,s,e\nH1,p1,j1,2022-03-01,x\n", mapping=lake.file(empty.replace("C", names)))

    assert lake.all_rows("jobs")[0]["employer"] is None


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("text\n", MappingUnsound, "1:1.*The text `text` stands here.*a mapping"),
        ("- a\n", MappingUnsound, "1:1.*A list stands here.*a mapping"),
        ("columns: {household_id: [户\n", MappingUnsound, "This is not YAML"),
        (_COLUMNS + "colums: {}\n", MappingUnsound, "2:1.*`colums` is not known here.*Did you mean `columns`"),
        (_COLUMNS.replace("amount", "amont"), MappingUnsound, "has no column `amont`.*Did you mean `amount`"),
        (_COLUMNS.replace("元", "圆"), MappingUnsound, "1:45.*The file has no heading `圆`"),
        (_COLUMNS.replace(", amount: 元", ""), ColumnMissing, "needs the column `amount`"),
        (_COLUMNS.replace("元", "{value: 1, unit: y}"), MappingUnsound, "A mapping stands here.*a heading, a list of"),
        (_COLUMNS.replace("元", "[[元]]"), MappingUnsound, "A list stands here.*a heading, a list of"),
        (_COLUMNS + "null: NA\n", MappingUnsound, "2:7.*The text `NA` stands here.*a list"),
        (_COLUMNS + "rows: {kind: 类}\n", MappingUnsound, "2:7.*A mapping stands here.*a list"),
        (_COLUMNS + "round: value\n", MappingUnsound, "2:8.*The text `value` stands here.*a list"),
        (_COLUMNS + "round: [amount]\n", MappingUnsound, "`amount` is not a column of numbers"),
        (_COLUMNS + "values: {knd: {a: b}}\n", MappingUnsound, "2:10.*has no column `knd`.*Did you mean `kind`"),
        (_COLUMNS + "values: {kind: wage}\n", MappingUnsound, "The text `wage` stands here.*a mapping"),
        (_COLUMNS + "values: {kind: {a: [b]}}\n", MappingUnsound, "A list stands here.*a text"),
        ("columns: !!python/object/apply:os.system [x]\n", MappingUnsound, "tag"),
        ("a: &a [x, x]\nb: &b [*a, *a]\ncolumns: [*b, *b]\n", MappingUnsound, "anchor"),
        ("columns: " + "[" * 5_000, MappingUnsound, "Lists and mappings stand within each other 31 deep"),
        ("columns: {household_id: " + "x" * 2_000_000 + "}\n", MappingUnsound, "megabyte|bytes|long"),
    ],
)  # fmt: skip
def test_a_wrong_or_hostile_mapping_is_refused_and_changes_nothing(
    lake: LakeUnderTest, text: str, error: type[Exception], says: str
) -> None:
    mapping, before = lake.file(text), lake.snapshot()

    with pytest.raises(error, match=says):
        lake.deliver("income", _TEXT, mapping=mapping)
    assert lake.snapshot() == before


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"columns: {household_id: \x00}\n", None])
def test_a_mapping_that_cannot_be_read_is_refused(lake: LakeUnderTest, content: bytes | None) -> None:
    mapping = lake.folder / "none.yaml" if content is None else lake.file(content)

    with pytest.raises(MappingUnsound):
        lake.deliver("income", _TEXT, mapping=mapping)


def test_texts_of_a_mapping_are_never_sql(lake: LakeUnderTest) -> None:
    hostile = "x') then null end as y from raw; drop table raw; --"
    mapping = lake.file(
        _COLUMNS.replace("}", f', source: {{value: "{hostile}"}}}}')
        + f'null: ["{hostile}"]\nvalues: {{kind: {{"{hostile}": "{hostile}", 工资: wage}}}}\n'
    )

    report = lake.deliver("income", _TEXT, mapping=mapping)

    assert report.accepted == 1
    assert [row["source"] for row in lake.all_rows("income")] == [hostile]


def test_values_with_more_places_than_the_lake_keeps_are_rounded_only_where_said(lake: LakeUnderTest) -> None:
    text = (
        "h,r,c,o,v\nH1,income,2022-03-01,confirmed,0.1234567890125\nH1,illness,2022-03-01,confirmed,-0.1234567890125\n"
    )
    columns = "columns: {household_id: h, risk: r, clue_on: c, outcome: o, visits: v}\n"
    assert lake.deliver("outcomes", text, mapping=lake.file(columns)).quarantined == 2

    (report,) = lake.retry(mapping=lake.file(columns + "round: [visits]\n"))

    assert [str(row["visits"]) for row in lake.all_rows("outcomes")] == ["0.123456789013", "-0.123456789013"]
    assert report.notes == ("2 numbers in `visits` had more than 12 decimal places and were rounded.",)
