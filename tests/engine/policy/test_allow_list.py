"""Expressions can do nothing but compute, and nothing else in a pack can do more than be named.

What is tried is refused with a place, or it compiles to one query that reads only the pack's relations, by functions
that the compiler itself writes.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import date
from pathlib import Path

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

import firmground
from engine.policy.packs import copy_of_sound
from firmground.engine.policy import check_pack
from firmground.engine.tables import TABLES

AS_OF = date(2022, 6, 1)
TITLE = "title: {en: A, zh: 甲}"
# Where expressions stand: file, and an entry of it on one line.
ENTRIES = {
    "when": ("rules.yaml", "{TITLE, risk: income, severity: low, when: %s, reasons: [members], source: practice}"),
    "when of a person": (
        "rules.yaml",
        "{TITLE, risk: income, severity: low, of: person, when: %s, reasons: [age], source: practice}",
    ),
    "value over facts": ("facts.yaml", "{TITLE, value: %s}"),
    "value over rows": ("facts.yaml", "{TITLE, from: persons, value: %s}"),
    "unknown_when": ("facts.yaml", "{TITLE, value: members > 0, unknown_when: %s}"),
}
HOSTILE = [
    json.loads('"' + line.replace('"', '\\"') + '"')
    for line in (Path(__file__).parent / "hostile.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("# ")
]
LONG = {
    "4,001 characters": "members" + " " * 3990 + "> 0 ",
    "100,000 characters": "members > 0 and " * 6_250 + "true",
    "10,000 brackets": "(" * 10_000 + "members" + ")" * 10_000,
    "brackets as deep as allowed": "(" * 20 + "members > 0" + ")" * 20,
    "brackets one deeper": "(" * 21 + "members > 0" + ")" * 21,
    "not 1,000 times": "not " * 995 + "true",
    "minus 2,000 times": "- " * 1_990 + "members > 0",
    "plus 1,900 times": "1+" * 1_900 + "1 > 0",
    "and as often as allowed": "true and " * 98 + "true",
    "and once more often": "true and " * 100 + "true",
    "or 400 times": "true or " * 400 + "true",
    "case in case": "case when " * 90 + "true" + " then true end" * 90,
    "coalesce in coalesce": "coalesce(" * 19 + "true" + ")" * 19,
    "400 texts": "area_code in (" + ", ".join(f"'{n}'" for n in range(100, 500)) + ")",
    "1,000 dots": "members" + ".a" * 1_000,
    "1,000 quotation marks": "area_code = '" + "''" * 1_000 + "'",
}
READ = {*TABLES, "member_numbers", "area_ancestors"}
WRITTEN = {  # functions, by the compiler, as sqlglot calls them when it reads DuckDB's or Spark's text
    *("Abs", "And", "Case", "Cast", "Chr", "Coalesce", "Count", "Day", "Greatest", "GroupConcat", "If", "Least"),
    *("LogicalOr", "Max", "Min", "Month", "Nullif", "Or", "Replace", "Round", "Sum", "Trim", "TryCast", "TsOrDsToDate"),
    *("Year", "ArrayAgg", "ArrayToString", "SortArray", "ArraySort", "ArrayJoin", "ArrayConcatAgg"),
}


def entry(name: str, where: str, text: str) -> str:
    """A line of a pack's file with an expression at a place of it."""
    return f"{name}: {ENTRIES[where][1].replace('TITLE', TITLE) % json.dumps(text)}\n"


def pack_with(folder: Path, where: str, texts: list[str]) -> tuple[Path, int]:
    """The sound pack with one more entry per expression, and the line before the first of them."""
    pack = copy_of_sound(folder)
    path = pack / ENTRIES[where][0]
    before = path.read_text(encoding="utf-8")
    lines = (entry(f"h{number}", where, text) for number, text in enumerate(texts))
    path.write_text(before + "".join(lines), encoding="utf-8")
    return pack, before.count("\n")


def not_refused(folder: Path, where: str, texts: list[str]) -> list[str]:
    """The expressions that are not refused; those that are, are refused in their own line."""
    pack, before = pack_with(folder, where, texts)
    refused: set[int] = set()
    for mistake in check_pack(pack):
        place = mistake.place
        assert place is not None
        assert Path(place.file).name == ENTRIES[where][0]
        assert before < place.line <= before + len(texts), str(mistake)
        assert place.column > 0, str(mistake)
        assert mistake.expected, str(mistake)
        refused.add(place.line - before - 1)
    return [text for number, text in enumerate(texts) if number not in refused]


def assert_harmless(pack: Path) -> None:
    """The pack compiles to one query over known relations by known functions, on each backend."""
    for dialect in ("duckdb", "spark"):
        text = firmground.sql(pack, AS_OF, backend=dialect)
        (tree,) = read_again(text, dialect)
        assert isinstance(tree, exp.Select | exp.Union)
        steps = {step.alias for step in tree.find_all(exp.CTE)}
        tables = {table.sql() for table in tree.find_all(exp.Table)}
        assert {table.split(" AS ")[0].strip('"`') for table in tables} <= READ | steps
        named = {
            node.name if isinstance(node, exp.Anonymous) else type(node).__name__ for node in tree.find_all(exp.Func)
        }
        assert named <= WRITTEN
        assert list(tree.find_all(exp.Command, exp.Placeholder, exp.Lambda, exp.Window)) == []


def read_again(text: str, dialect: str) -> list[exp.Expr | None]:
    """The statements of a text; this reader recurses deeper into the brackets of a long condition than the writer."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10 * limit)
    try:
        return sqlglot.parse(text, dialect=dialect)
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize("where", ENTRIES)
def test_a_hostile_expression_is_refused_in_its_line_or_does_nothing_but_compute(
    where: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        harmless = not_refused(tmp_path / "hostile", where, HOSTILE)

    assert caplog.records == []
    assert len(HOSTILE) - len(harmless) > len(harmless)
    pack, _ = pack_with(tmp_path / "harmless", where, harmless)
    assert [str(mistake) for mistake in check_pack(pack)] == []
    assert_harmless(pack)


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_or_deep_expression_is_refused_in_its_line_or_compiles(text: str, tmp_path: Path) -> None:
    for text_left in not_refused(tmp_path / "long", "when", [text]):
        pack, _ = pack_with(tmp_path / "harmless", "when", [text_left])
        assert_harmless(pack)


def test_as_many_brackets_and_operations_as_allowed_compile_and_no_more(tmp_path: Path) -> None:
    texts = [LONG[name] for name in LONG if "as allowed" in name or "more" in name or "deeper" in name]

    harmless = not_refused(tmp_path, "when", texts)

    assert harmless == [LONG["brackets as deep as allowed"], LONG["and as often as allowed"]]


WORDS = [
    *("members", "age", "net_income_12m", "area_code", "population_group", "param.monitoring_line", "as_of", "amount"),
    *("0", "1", "2", "'x'", "null", "true", "+", "-", "*", "/", "(", ")", "<", "=", "<>", "and", "or", "not", "in"),
    *("is", "between", "case", "when", "then", "else", "end", "filter", "where", "sum(", "count()", "any(", ","),
    *("select", "from", "income", "read_csv(", ";", "--", "/*", "::", "[", "]", "{", "}", '"', "'", "`", "$$", "."),
]
SOUND_EXPRESSIONS = [
    "net_income_pc_12m < param.monitoring_line",
    "population_group = 'general' and not members > 1",
    "coalesce(net_income_12m, 0) + 0 * net_income_12m >= net_income_12m / members * members",
    "case when members between 0 and 1 then area_code in ('11', '12') else registered_on < as_of end",
    "completed_years(registered_on) is null or least(members, income_rows_12m) = abs(-members)",
]
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from(["insert", "delete", "replace"]), st.sampled_from(WORDS)), max_size=4
)


@given(st.sampled_from(SOUND_EXPRESSIONS), CHANGES)
def test_a_changed_expression_is_refused_in_its_line_or_does_nothing_but_compute(
    tmp_path_factory: pytest.TempPathFactory, text: str, changes: list[tuple[float, str, str]]
) -> None:
    words = text.split(" ")
    for where, change, word in changes:
        at = min(int(where * len(words)), len(words) - 1)
        words[at : at + (change != "insert")] = [] if change == "delete" and len(words) > 1 else [word]

    folder = tmp_path_factory.mktemp("changed")
    for left in not_refused(folder / "changed", "when", [" ".join(words)]):
        pack, _ = pack_with(folder / "harmless", "when", [left])
        assert_harmless(pack)
