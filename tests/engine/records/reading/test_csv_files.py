"""CSV files as departments write them: every row is accepted or waits with its cells, and what is no CSV is refused."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import cast

import duckdb
import pyarrow.parquet as pq
import pytest

from engine.records.lakes import LakeUnderTest, contents, income, quarantined
from firmground.engine.records import ImportReport, import_file
from firmground.engine.records.reading.content import look
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.refusals import FileEmpty, FileUnreadable, HeadingUnfit, WrongEncoding
from firmground.engine.records.reading.staging import stage
from firmground.engine.records.sources.mapping import ColumnMissing
from firmground.errors import FirmgroundError

_HEAD = "household_id,kind,amount,occurred_on"
_ONE, _TWO, _BAD = ("H1,wage,1,2022-03-01", "H1,wage,2,2022-03-01", "H1,wage,12O0,2022-03-01")


def _lines(*lines: str, end: str = "\n") -> str:
    return "".join(line + end for line in lines)


def _amounts(lake: LakeUnderTest) -> list[Decimal]:
    return [row["amount"] for row in lake.all_rows("income")]


def _kept(report: ImportReport) -> list[tuple[object, ...]]:
    """The cells of the quarantined rows, as they are kept exactly."""
    assert report.quarantine_file is not None
    rows = pq.read_table(report.quarantine_file.with_suffix(".parquet")).to_pylist()
    return [tuple(cell for name, cell in row.items() if name.startswith("c")) for row in rows]


@pytest.mark.parametrize(
    ("text", "row_of_mistake"),
    [
        (_lines(_HEAD, _ONE, _TWO, _BAD), 4),
        ("\ufeff" + _lines(_HEAD, _ONE, _TWO, _BAD), 4),
        (_lines(_HEAD, _ONE, _TWO, _BAD, end="\r\n"), 4),
        ("\ufeff" + _lines(_HEAD, _ONE, _TWO, _BAD, end="\r\n"), 4),
        (_lines(_HEAD, _ONE, _TWO, _BAD, end="\r"), 4),
        (_lines(_HEAD, _ONE, _TWO, _BAD).rstrip(), 4),
        (_lines(_HEAD, _ONE, _TWO, _BAD, "", "", ""), 4),
        (_lines(_HEAD, _ONE, _TWO, _BAD, "", "", end="\r\n"), 4),
        (_lines(_HEAD, "", _ONE, "", _TWO, _BAD), 6),
        (f"{_HEAD}\r\n{_ONE}\n{_TWO}\r\n{_BAD}\n", 4),
        (_lines(_HEAD, _ONE, _TWO, _BAD).replace("wage", '"wage"').replace("household_id", '"household_id"'), 4),
        (_lines(_HEAD, _ONE + ",,", _TWO, _BAD), 4),
        (_lines(_HEAD + ",remark", _ONE + ',"a, b"', _TWO + ',"two\r\nlines, and ""words"""', _BAD + ","), 4),
    ],
    ids=[
        "plain",
        "with a BOM",
        "CRLF",
        "CRLF with a BOM",
        "CR",
        "no last line end",
        "blank lines at the end",
        "blank lines at the end, CRLF",
        "blank lines between",
        "mixed line ends",
        "quoted",
        "empty cells beyond the heading",
        "commas, line ends and quotes in cells",
    ],
)
def test_every_row_of_a_sound_file_comes_in(lake: LakeUnderTest, text: str, row_of_mistake: int) -> None:
    report = lake.deliver("income", text.encode())

    assert (report.rows, report.accepted, report.quarantined) == (3, 2, 1)
    assert _amounts(lake) == [1, 2]
    assert quarantined(report)[0]["_row"] == str(row_of_mistake)


@pytest.mark.parametrize(
    ("line", "found", "kept"),
    [
        ("H1,wage,5", "3 cells instead of 4", ("H1", "wage", "5", None)),
        (f'{_ONE},"x, y",z', '6 cells instead of 4: "x, y",z', ("H1", "wage", "1", "2022-03-01")),
        ('H1,"wage"s,5,2022-03-01', "',' expected after '\"'", ('H1,"wage"s,5,2022-03-01', None, None, None)),
        ('H1,"wage" ,5,2022-03-01', "',' expected after '\"'", ('H1,"wage" ,5,2022-03-01', None, None, None)),
        ('H1,"wage,5,2022-03-01', "unexpected end of data", ('H1,"wage,5,2022-03-01', None, None, None)),
        ("  ", "1 cells instead of 4", ("  ", None, None, None)),
        (
            f"H1,wage,{'1' * 1_000_001},2022-03-01",
            "field larger than field limit (1000000)",
            (f"H1,wage,{'1' * 1_000_001},2022-03-01", None, None, None),
        ),
    ],
    ids=["short", "long", "text after a quote", "space after a quote", "unended quote", "spaces", "huge"],
)
def test_a_broken_row_waits_whole_and_the_others_come_in(
    lake: LakeUnderTest, line: str, found: str, kept: tuple[str | None, ...]
) -> None:
    report = lake.deliver("income", _lines(_HEAD, _ONE, line, _TWO))

    assert (report.rows, report.accepted, report.quarantined) == (3, 2, 1)
    assert _amounts(lake) == [1, 2]
    assert _kept(report) == [kept]
    assert [(m.id, m.first_row) for m in report.mistakes] == [("FG-R023", 3)]
    assert report.quarantine_file is not None
    assert found in report.quarantine_file.read_text(encoding="utf-8").replace('""', '"')


@pytest.mark.parametrize(
    "cell",
    ['12 "or" so', "1,200", "1\n2", "1\r\n2", "\t1", " 1 ", "1\x00", "１", "\u2063", "'1", "=1+1", '"', "NA", "𝟏", "۱"],
)
def test_a_quarantined_cell_is_kept_to_the_byte(lake: LakeUnderTest, cell: str) -> None:
    written = '"' + cell.replace('"', '""') + '"'

    report = lake.deliver("income", _lines(_HEAD + ",remark", f"{_BAD},{written}").encode())

    assert report.quarantined == 1
    assert _kept(report) == [("H1", "wage", "12O0", "2022-03-01", cell)]


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"", FileEmpty, "is empty"),
        (b"\xef\xbb\xbf", FileEmpty, "is empty"),
        (f"{_HEAD}\n".encode(), FileEmpty, "a heading and no rows"),
        (_HEAD.encode(), FileEmpty, "a heading and no rows"),
        (f"{_HEAD}\r\n\r\n".encode(), FileEmpty, "a heading and no rows"),
        (b"\n\n", HeadingUnfit, "The first line of file1.csv is blank"),
        (_lines(_HEAD + ",amount", _ONE + ",2").encode(), HeadingUnfit, "The heading `amount` stands twice"),
        (_lines(_HEAD + ",", _ONE + ",2").encode(), HeadingUnfit, "The heading of column 5 of file1.csv is empty"),
        (_lines('"' + _HEAD, _ONE).encode(), HeadingUnfit, "cannot be read"),
        ((_HEAD + ",x" * 2_000).encode(), HeadingUnfit, "2004 headings. Expected: at most 2000"),
        (b"x," * 900_000, HeadingUnfit, "900001 headings. Expected: at most 2000"),
        (_lines(_HEAD.replace("amount", "amt"), _ONE).encode(), ColumnMissing, "needs the column `amount`"),
        (f"{_HEAD}\nH1,".encode() + b"\xed\xa0\x80,5,2022-03-01\n", WrongEncoding, "Line 2"),
    ],
    ids=str,
)
def test_a_file_that_is_no_table_is_refused_and_the_lake_stays_as_it_was(
    lake: LakeUnderTest, content: bytes, error: type[FirmgroundError], says: str
) -> None:
    before = lake.snapshot()

    with pytest.raises(error, match=says):
        lake.deliver("income", content)

    assert lake.snapshot() == before


def test_a_wrong_byte_far_down_refuses_the_whole_file(lake: LakeUnderTest) -> None:
    rows = _lines(_HEAD, *[_ONE] * 20_000).encode()

    with pytest.raises(WrongEncoding, match="Line 20002 of the file"):
        lake.deliver("income", rows + b"H1,wage,\xff,2022-03-01\n")
    assert _amounts(lake) == []


def test_a_column_that_nothing_uses_is_named_and_kept_with_quarantined_rows(lake: LakeUnderTest) -> None:
    report = lake.deliver("income", _lines(_HEAD + ",amont", _ONE + ",x", _BAD + ",y"))

    assert report.unused == ("amont",)
    assert report.accepted == 1
    assert quarantined(report)[0]["amont"] == "y"


def test_a_missing_optional_column_reads_as_null(lake: LakeUnderTest) -> None:
    lake.deliver("income", _lines(_HEAD, _ONE))

    (row,) = lake.all_rows("income")
    assert {row[name] for name in ("cost", "person_id", "covers_from", "record_id", "deleted", "member_no")} == {None}


def test_a_missing_column_says_which_headings_are_needed(lake: LakeUnderTest) -> None:
    with pytest.raises(ColumnMissing) as refused:
        lake.deliver("income", _lines(_HEAD.replace("amount", "amont"), _ONE))

    assert refused.value.found == "The table `income` needs the column `amount`, which the file does not have"
    assert refused.value.expected == "the headings household_id, kind, amount, occurred_on"
    assert "`amont`" in refused.value.hint


def test_a_folder_a_missing_file_and_a_pipe_are_refused_before_anything_is_made(new_lake: LakeUnderTest) -> None:
    pipe, folder = new_lake.folder / "pipe", new_lake.folder / "folder"
    os.mkfifo(pipe)
    folder.mkdir()

    for path, says in ((folder, "is a folder"), (pipe, "is no ordinary file"), (Path("no.csv"), "cannot be read")):
        with pytest.raises(FileUnreadable, match=says):
            import_file(path, table="income", data=new_lake.path)
    assert not new_lake.path.exists()


def test_a_link_to_a_file_is_the_file(lake: LakeUnderTest) -> None:
    link = lake.folder / "link.csv"
    link.symlink_to(lake.file(_lines(_HEAD, _ONE)))

    report = import_file(link, table="income", data=lake.path)

    assert (report.file, report.accepted) == ("link.csv", 1)


@pytest.mark.parametrize(
    "name",
    ["it's.csv", 'a "b"; drop table raw; --.csv', "w[1].csv", "w*.csv", "w?.csv", "=cmd.csv", "名册.csv", "-x.csv"],
)
def test_whatever_its_name_a_file_is_read_alone(lake: LakeUnderTest, name: str) -> None:
    lake.file(_lines(_HEAD, _TWO, _TWO), "w1.csv")
    lake.file(_lines(_HEAD, _TWO, _TWO, _TWO), "wx.csv")

    report = import_file(lake.file(_lines(_HEAD, _ONE), name), table="income", data=lake.path)

    assert (report.file, report.accepted) == (name, 1)
    assert _amounts(lake) == [1]


def test_names_of_folders_are_no_columns(lake: LakeUnderTest) -> None:
    folder = lake.folder / "source=mine" / "deleted=true"
    folder.mkdir(parents=True)
    path = folder / "income.csv"
    path.write_text(_lines(_HEAD, _ONE), encoding="utf-8")

    import_file(path, table="income", data=lake.path)

    (row,) = lake.all_rows("income")
    assert (row["source"], row["deleted"]) == ("unnamed", None)


@pytest.mark.parametrize("name", ["la'ke", "lake[1]", "la*ke", "year=2022", "湖 1"])
def test_a_lake_may_have_any_name(lake: LakeUnderTest, name: str) -> None:
    path = lake.path.rename(lake.folder / name)

    for text in (_lines(_HEAD, _ONE), _lines(_HEAD, _ONE, _BAD)):
        report = import_file(lake.file(text), table="income", data=path)

    assert (report.accepted, report.quarantined) == (1, 1)
    assert "manifest/0000000004.json" in contents(path)


def test_headings_that_are_sql_are_only_headings(lake: LakeUnderTest) -> None:
    heading = '"amount"\') from raw; drop table raw; --'
    mapping = lake.file(
        f"columns: {{household_id: h, kind: {{value: wage}}, amount: '{heading.replace(chr(39), chr(39) * 2)}', "
        "occurred_on: o}\n"
    )
    quoted = '"' + heading.replace('"', '""') + '"'

    report = lake.deliver("income", f"h,o,{quoted}\nH1,2022-03-01,5\nH1,2022-03-01,x\n", mapping=mapping)

    assert (report.accepted, report.quarantined) == (1, 1)
    assert quarantined(report)[0][heading] == "x"


def test_eighteen_digits_and_leading_zeros_survive(lake: LakeUnderTest) -> None:
    long, zeros = "620102199001011234", "000000000000000007"

    lake.deliver("jobs", f"household_id,person_id,job_id,started_on\nH1,{long},{zeros},2022-03-01\n")

    (row,) = lake.all_rows("jobs")
    assert (row["person_id"], row["job_id"]) == (long, zeros)


def test_a_file_that_is_written_while_it_is_read_is_refused(lake: LakeUnderTest) -> None:
    path = lake.file([income(1)])
    before = lake.snapshot()

    def write(what: str, done: int, total: int | None) -> None:
        path.write_text(path.read_text(encoding="utf-8") + "H1,wage,2,2022-03-01\n", encoding="utf-8")

    with pytest.raises(FileUnreadable, match="was changed while it was read"):
        import_file(path, table="income", data=lake.path, progress=write)
    assert lake.snapshot() == before


def test_broken_rows_are_told_in_a_sentence(lake: LakeUnderTest) -> None:
    report = lake.deliver("income", "household_id,kind,amount,occurred_on\nH1,wage,1,2022-03-01\nH1,wage,2\n")

    assert report.notes == (
        "The file was read line by line, because some of its rows are broken: these are in quarantine.",
    )


@pytest.mark.parametrize("trouble", [duckdb.OutOfMemoryException, duckdb.IOException])
def test_a_disk_that_is_full_is_not_taken_for_a_broken_file(lake: LakeUnderTest, trouble: type[Exception]) -> None:
    path = lake.file([income(1)])

    with duckdb.connect(":memory:") as connection, pytest.raises(trouble, match="no room"):
        stage(cast("duckdb.DuckDBPyConnection", _Full(connection, trouble)), look(path), Form(), lake.folder)


class _Full:
    """A connection without room for what DuckDB reads of a CSV file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, trouble: type[Exception]) -> None:
        self._connection, self._trouble = connection, trouble

    def execute(self, statement: str) -> object:
        """Refuse to read a CSV file."""
        if "read_csv" in statement:
            raise self._trouble("no room")
        return self._connection.execute(statement)

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)
