"""What each operation of the expression language becomes, in both dialects: pairs.txt, expression and then statement.

The pack is the small one with one fact more, `x`. Below the expression stand the columns that it becomes, step by step.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from sqlglot import exp, parse_one

import firmground
from engine.scan.lakes import AS_OF, small_pack
from firmground.engine.policy.analysis import FUNCTIONS
from firmground.engine.policy.expressions import AGGREGATES, COMPARISONS
from firmground.engine.policy.model import Pack
from firmground.engine.scan.compile import node_sql
from firmground.engine.scan.compile.statement import compile_statement

FILE = Path(__file__).parent / "pairs.txt"
DIALECTS = ("duckdb", "spark")


@dataclass(frozen=True)
class Pair:
    """An expression, where it stands, and the columns expected: (dialect, step, SQL)."""

    title: str
    where: str
    expression: str
    columns: tuple[tuple[str, str, str], ...]

    @property
    def fact(self) -> str:
        """The fact in facts.yaml."""
        places = dict(part.split(" ", 1) for part in self.where.split("; ") if part != "over facts")
        lines = ["x:", "  title: {en: X, zh: X}", f"  value: {self.expression}"]
        return "\n".join([*lines, *(f"  {key}: {value}" for key, value in places.items())]) + "\n"


def read_pairs() -> list[Pair]:
    pairs = []
    for block in FILE.read_text(encoding="utf-8").strip().split("\n\n"):
        title, where, expression, *columns = block.split("\n")
        found = [re.fullmatch(r"(\w+) (\w+): (.+)", line) for line in columns]
        assert all(found), block
        rows = tuple((m[1], m[2], m[3]) for m in found if m)
        pairs.append(Pair(title.removeprefix("# "), where.removeprefix("- "), expression.removeprefix("- "), rows))
    return pairs


PAIRS = read_pairs()
WithFact = Callable[[str], Pack]


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> WithFact:
    def with_fact(fact: str) -> Pack:
        folder = small_pack(tmp_path_factory.mktemp("pair"))
        with (folder / "facts.yaml").open("a", encoding="utf-8") as facts:
            facts.write(fact)
        return firmground.load_pack(folder)

    return cache(with_fact)


def columns_of(pack: Pack) -> tuple[tuple[str, str, str], ...]:
    """The columns of `x` in every step, in both dialects."""
    statement = compile_statement(pack, AS_OF)
    found = []
    for dialect in DIALECTS:
        for step, query in statement.ctes:
            for column in query.find_all(exp.Alias):
                if column.alias in ("x", "x__raw") and column.parent is query:
                    sql = column.this.sql(dialect, identify=True)
                    found.append((dialect, step, sql))
    return tuple(found)


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.title for pair in PAIRS])
def test_an_expression_becomes_the_statement_written_beside_it(pair: Pair, packs: WithFact) -> None:
    found = columns_of(packs(pair.fact))

    assert "\n".join(map(" ".join, found)) == "\n".join(map(" ".join, pair.columns))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_pair_is_text_that_its_dialect_reads(dialect: str) -> None:
    for sql in (sql for pair in PAIRS for written, _, sql in pair.columns if written == dialect):
        assert parse_one(sql, read=dialect).sql(dialect, identify=True) == sql


def test_every_operation_of_the_language_has_a_pair(packs: WithFact) -> None:
    nodes = [node for pair in PAIRS for node in packs(pair.fact).facts["x"].value.node.walk()]
    known = {*node_sql._SIMPLE, *COMPARISONS, *AGGREGATES, *FUNCTIONS, "+", "-", "*", "/", "neg"}

    assert known - {node.op for node in nodes} == set()
    assert any(node.where is not None for node in nodes)
