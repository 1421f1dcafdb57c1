"""`bench import` measures what it says it measures: both readers read every row of the same file."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Firmground = Callable[..., Any]


def test_bench_import_reads_every_row_with_both_readers(firmground: Firmground) -> None:
    answer = firmground("bench", "import", "--rows", "1234", "--json")

    told = json.loads(answer.out)
    assert answer.code == 0
    assert told["rows"] == told["duckdb"]["rows"] == told["firmground"]["rows"] == 1234
    assert told["ratio"] > 0
    first, *_, last = told["firmground"]["steps"]
    assert (first, last) == ("looking over the file", "publishing")


def test_bench_import_shows_the_ratio_and_the_steps(firmground: Firmground) -> None:
    answer = firmground("bench", "import", "--rows", "1")

    assert answer.code == 0
    assert "times as long" in answer.out
    assert "settling corrections" in answer.out
