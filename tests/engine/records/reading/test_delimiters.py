"""Text files with any delimiter, title lines, and headings of several rows."""

from __future__ import annotations

import pytest

from engine.records.lakes import LakeUnderTest, quarantined
from engine.records.reading.staged import read_bytes
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.refusals import FileEmpty, FormUnfit, HeadingUnfit

_TEXT = "household_id,kind,amount,occurred_on\nH1,wage,1,2022-03-01\nH1,wage,12O0,2022-03-01\n"


@pytest.mark.parametrize(
    ("delimiter", "said"),
    [(",", None), (";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_found_out_and_said(
    lake: LakeUnderTest, delimiter: str, said: str | None, line_end: str
) -> None:
    report = lake.deliver("income", _TEXT.replace(",", delimiter).replace("\n", line_end).encode())

    assert report.notes == ((f"The cells of the file are divided by {said}.",) if said else ())
    assert (report.accepted, [row["_row"] for row in quarantined(report)]) == (1, ["3"])


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a;"b, c";d\n1;"2,5";3\n', [("1", "2,5", "3")]),
        ("a;b,c;d\n1,5;2,5;3\n", [("1,5", "2,5", "3")]),
        ("a,b|c\n1,2\n", [("1", "2")]),
        ('a\tb\n"1"\t2\n', [("1", "2")]),
        ("a,b\n1,x;y;z\n2,p;q\n", [("1", "x;y;z"), ("2", "p;q")]),
        ("a\n1\n2\n", [("1",), ("2",)]),
        ("a\n1;2\n", [("1;2",)]),
    ],
)
def test_other_delimiters_inside_cells_do_not_divide_them(text: str, rows: list[tuple[str, ...]]) -> None:
    assert read_bytes(text.encode()).rows == rows


@pytest.mark.parametrize("delimiter", ["^", "~", "，", "'", "\\", " ", "\x01", "𝄞"])
def test_any_one_character_can_be_said_to_divide(delimiter: str) -> None:
    text = f'a{delimiter}b\n1{delimiter}"2{delimiter}3"\n'

    read = read_bytes(text.encode(), Form(delimiter=delimiter))

    assert (read.headings, read.rows, read.notes) == (["a", "b"], [("1", f"2{delimiter}3")], ())


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n", "\r", "\x00"])
def test_what_cannot_divide_is_refused(delimiter: str) -> None:
    with pytest.raises(FormUnfit, match="does not stand between cells"):
        read_bytes(b"a,b\n1,2\n", Form(delimiter=delimiter))


@pytest.mark.parametrize(
    ("text", "headings", "numbers", "notes"),
    [
        ("工资表\na,b\n1,2\n\n3,4\n", ["a", "b"], [3, 5], ("Row 1 above the heading was left out as a title.",)),
        ("工资表,\n,\na,b\n1,2\n", ["a", "b"], [4], ("Rows 1 to 2 above the heading were left out as a title.",)),
        ("\na,b\n1,2\n", ["a", "b"], [3], ("Row 1 above the heading was left out as a title.",)),
        (
            "单位：民政局,,日期：2022\na,b,c\n1,2,3\n",
            ["a", "b", "c"],
            [3],
            ("Row 1 above the heading was left out as a title.",),
        ),
        ("a:x,b:y\n1,2\n", ["a:x", "b:y"], [2], ()),
        (
            "id,收入,,支出,\n,工资,补贴,医疗,教育\n1,2,3,4,5\n",
            ["id", "收入/工资", "收入/补贴", "支出/医疗", "支出/教育"],
            [3],
            ("The heading spans rows 1 to 2; its names are joined, such as `收入/工资`.",),
        ),
        ("a,b,\n1,2,\n", ["a", "b"], [2], ()),
        ("a,,b\n1,,2\n", ["a", "b"], [2], ()),
        (
            "a\nx\ny,z\n",
            ["a"],
            [2, 3],
            ("The file was read line by line, because some of its rows are broken: these are in quarantine.",),
        ),
    ],
    ids=[
        "title",
        "title and gap",
        "blank first",
        "who and when",
        "colons",
        "two rows",
        "right",
        "between",
        "one column",
    ],
)
def test_the_heading_is_found_below_titles_and_over_rows(
    text: str, headings: list[str], numbers: list[int], notes: tuple[str, ...]
) -> None:
    read = read_bytes(text.encode())

    assert (read.headings, read.numbers, read.notes) == (headings, numbers, notes)


@pytest.mark.parametrize("quoted", [False, True])
def test_rows_to_skip_and_rows_of_the_heading_can_be_said(quoted: bool) -> None:
    text = 'title,of it\nid,sum\nid,"of"\n1,2\n' if quoted else "title,of it\nid,sum\nid,of\n1,2\n"

    read = read_bytes(text.encode(), Form(skip_rows=1, heading_rows=2))

    assert (read.headings, read.rows, read.numbers, read.notes) == (["id", "sum/of"], [("1", "2")], [4], ())


def test_a_said_heading_is_not_moved() -> None:
    read = read_bytes("工资表\na,b\n1,2\n".encode(), Form(skip_rows=1))

    assert (read.headings, read.numbers, read.notes) == (["a", "b"], [3], ())


@pytest.mark.parametrize("form", [Form(skip_rows=-1), Form(heading_rows=0), Form(skip_rows=3), Form(heading_rows=99)])
def test_rows_that_the_file_does_not_have_are_refused(form: Form) -> None:
    with pytest.raises(FormUnfit):
        read_bytes(b"a,b\n1,2\n", form)


def test_a_column_without_a_heading_that_holds_a_cell_is_refused() -> None:
    with pytest.raises(HeadingUnfit, match="The heading of column 2 of file"):
        read_bytes(b"a,,b\n1,,2\n1,x,2\n")


def test_a_title_and_a_heading_alone_are_no_rows() -> None:
    with pytest.raises((FileEmpty, HeadingUnfit)):
        read_bytes("工资表\n\n".encode())
