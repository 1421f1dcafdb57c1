"""Text files in any usual encoding: found out by content and said, and what fits none is refused with its line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records.lakes import LakeUnderTest, quarantined
from engine.records.reading.staged import read_bytes
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.refusals import FormUnfit, WrongEncoding

_TEXT = (
    "household_id,kind,amount,occurred_on,备注\nH1,wage,1,2022-03-01,张三的工资\nH1,wage,12O0,2022-03-01,李四，补发\n"
)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "The file is in UTF-16."),
        ("utf-16-le", "The file is in UTF-16."),
        ("utf-16-be", "The file is in UTF-16."),
        ("gb18030", "The file is in GB18030."),
        ("gbk", "The file is in GB18030."),
        ("gb2312", "The file is in GB18030."),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_encoding_is_found_out_and_said(
    lake: LakeUnderTest, encoding: str, said: str | None, line_end: str
) -> None:
    report = lake.deliver("income", _TEXT.replace("\n", line_end).encode(encoding))

    assert report.notes == ((said,) if said else ())
    assert (report.accepted, report.quarantined) == (1, 1)
    (row,) = quarantined(report)
    assert (row["备注"], row["_row"]) == ("李四，补发", "3")


def test_a_file_far_into_which_the_first_chinese_cell_stands_is_read_whole(lake: LakeUnderTest) -> None:
    line = "H1,wage,1,2022-03-01,\n"
    text = _TEXT.replace("12O0", "3").replace("备注\n", "remark\n" + line * 20_000).replace("张三的工资", "")

    report = lake.deliver("income", text.encode("gb18030"))

    assert (report.accepted, report.notes) == (20_002, ("The file is in GB18030.",))
    assert sum(row["amount"] for row in lake.all_rows("income")) == Decimal(20_004)


def test_the_same_file_is_known_by_its_bytes_as_sent(lake: LakeUnderTest) -> None:
    lake.deliver("income", _TEXT.encode("gb18030"))

    assert lake.deliver("income", _TEXT.encode("gb18030")).repeated == 2
    assert lake.deliver("income", _TEXT.encode("utf-8")).repeated == 0


def test_characters_of_four_bytes_are_kept(lake: LakeUnderTest) -> None:
    report = lake.deliver("income", _TEXT.replace("李四", "𠮷䶮㑇").encode("gb18030"))

    assert quarantined(report)[0]["备注"] == "𠮷䶮㑇，补发"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (_TEXT.encode("gb18030") + b"H1,wage,1,2022-03-01,\xff\n", "Line 4 of the file file1.csv is not GB18030"),
        (_TEXT.encode() + "H1,wage,1,2022-03-01,张\n".encode("gb18030"), "Line "),
        ("naïve,é\nà,ü\n".encode("latin-1"), "Line 1 of the file file1.csv is not"),
        ("x\n" + "électricité\nRénée\nHelène\n".replace("é\n", "éa\n"), "Line 2 of the file file1.csv is not UTF-8"),
        ("編號,姓名,備註\n1,陳大文,無\n".encode("big5"), "Line 1 of the file file1.csv is not"),
        (_TEXT.encode("utf-16") + b"\x00", "is not UTF-16"),
        (_TEXT.encode("utf-32"), "is in UTF-32"),
    ],
    ids=["broken GB18030", "half UTF-8, half GB18030", "Latin", "Latin that fits", "Big5", "odd UTF-16", "UTF-32"],
)
def test_what_fits_no_encoding_is_refused_with_its_line(lake: LakeUnderTest, content: bytes | str, says: str) -> None:
    before = lake.snapshot()

    with pytest.raises(WrongEncoding, match=says):
        lake.deliver("income", content.encode("latin-1") if isinstance(content, str) else content)

    assert lake.snapshot() == before


def test_an_encoding_that_is_said_is_not_found_out() -> None:
    content = "編號,姓名\n1,陳大文\n".encode("big5")

    read = read_bytes(content, Form(encoding="Big5"))

    assert read.headings == ["編號", "姓名"]
    assert read.rows == [("1", "陳大文")]
    assert read.notes == ("The file is in big5.",)


@pytest.mark.parametrize("name", ["gb18031", "rot13", "unicode_escape", "idna", "utf-7", "", "\x00", "undefined"])
def test_an_unknown_encoding_is_refused(name: str) -> None:
    with pytest.raises(FormUnfit, match="is not known"):
        read_bytes(b"a,b\n1,2\n", Form(encoding=name))


_CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4E60, codec="gb2312"), min_size=1, max_size=9)


@given(cells=st.lists(_CHINESE, min_size=1, max_size=5), encoding=st.sampled_from(("utf-8", "gb18030", "utf-16")))
def test_whatever_the_encoding_the_cells_are_the_same(cells: list[str], encoding: str) -> None:
    text = "名称,数\n" + "".join(f"{cell},{number}\n" for number, cell in enumerate(cells))

    read = read_bytes(text.encode(encoding))

    assert read.rows == [(cell, str(number)) for number, cell in enumerate(cells)]
