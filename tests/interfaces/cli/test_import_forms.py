"""Protected workbooks and databases on the command line: no password is ever an option or in what is printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.records.reading.books import protected, xlsx

Firmground = Callable[..., Any]
_ROWS = [("household_id", "kind", "amount", "occurred_on"), ("H1", "wage", 5, "2022-03-01")]
_SESAME = "开门 sesame"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A protected workbook of one row of income."""
    path = tmp_path / "wages.xlsx"
    path.write_bytes(protected(xlsx({"s": _ROWS}), _SESAME))
    return path


@pytest.mark.parametrize("written", [f"{_SESAME}\n", f"\ufeff{_SESAME}\r\nanother line\n", _SESAME])
def test_the_first_line_of_a_file_is_the_password(firmground: Firmground, lake: Path, book: Path, written: str) -> None:
    password_file = book.with_name("password.txt")
    password_file.write_text(written, encoding="utf-8", newline="")

    said = firmground("import", book, "--as", "income", "--data", lake, "--password-file", password_file)

    assert (said.code, said.err) == (0, "")
    assert "1 accepted" in said.out


@pytest.mark.parametrize(
    ("written", "code", "id"),
    [
        (None, 3, "FG-L041"),
        (b"open", 3, "FG-L041"),
        (b"", 2, "FG-C001"),
        (b"\nx", 2, "FG-C001"),
        (b"\xff", 2, "FG-C001"),
    ],
)
def test_without_the_password_nothing_comes_in(
    firmground: Firmground, lake: Path, book: Path, written: bytes | None, code: int, id: str
) -> None:
    password_file = book.with_name("password.txt")
    password_file.write_bytes(written or b"")
    options = () if written is None else ("--password-file", password_file)

    said = firmground("import", book, "--as", "income", "--data", lake, *options)

    assert (said.code, said.out) == (code, "")
    assert id in said.err
    assert "open\n" not in said.err


@pytest.mark.parametrize(
    ("file", "options", "says"),
    [
        ("postgresql://host/db", (), "what to read from it"),
        ("wages.csv", ("--query", "select 1"), "FILE is no database"),
        ("postgresql://me:s3cret@host/db", ("--query", "select 1"), "PGPASSWORD"),
        ("postgresql://host/db", ("--query", "nowhere.sql"), "no file `nowhere.sql`"),
        ("postgresql://host/db", ("--query", ""), "The query is empty"),
    ],
)
def test_a_query_goes_with_a_database_and_without_a_password(
    firmground: Firmground, lake: Path, file: str, options: tuple[str, ...], says: str
) -> None:
    said = firmground("import", file, "--as", "income", "--data", lake, *options)

    assert (said.code, said.out) == (2, "")
    assert says in said.err
    assert "s3cret" not in said.err


def test_a_query_may_stand_in_a_file(firmground: Firmground, lake: Path, tmp_path: Path) -> None:
    (tmp_path / "wages.sql").write_text("select 1", encoding="utf-8")

    said = firmground(
        "import", "postgresql://127.0.0.1:1/db", "--query", tmp_path / "wages.sql", "--as", "income", "--data", lake
    )

    assert said.code == 3
    assert "FG-L046" in said.err
