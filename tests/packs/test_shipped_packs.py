"""The packs that come with the product: sound, shown by worked examples, and known to no line of code."""

from __future__ import annotations

from pathlib import Path

import pytest

import firmground
from firmground.engine.policy import check_pack, load_pack, shipped_packs
from firmground.engine.scan.examples.worked_examples import ExamplesTried, try_examples

CODE = Path(firmground.__file__).parent
_tried: dict[str, ExamplesTried] = {}


@pytest.fixture(params=shipped_packs())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tried(name: str) -> ExamplesTried:
    if name not in _tried:
        _tried[name] = try_examples(load_pack(name))
    return _tried[name]


def test_three_packs_are_shipped():
    assert shipped_packs() == ("cn", "consumption_line", "graduation")


def test_a_shipped_pack_is_sound(name: str):
    assert [str(mistake) for mistake in check_pack(name)] == []


def test_every_worked_example_of_a_shipped_pack_holds(tried: ExamplesTried):
    failed = {f"{r.place} {r.name}": r.differences for r in tried.results if not r.passed}

    assert failed == {}
    assert tried.results


def test_every_rule_of_a_shipped_pack_is_shown_fired_silent_and_on_its_boundary(name: str, tried: ExamplesTried):
    assert {c.rule: c.missing for c in tried.coverage} == dict.fromkeys(load_pack(name).rules, ())


def test_every_fact_and_parameter_of_a_shipped_pack_is_used(name: str):
    pack = load_pack(name)
    expressions = [e for f in pack.facts.values() for e in (f.value, f.unknown_when) if e is not None]
    expressions += [rule.when for rule in pack.rules.values()]
    reasons = {reason for rule in pack.rules.values() for reason in rule.reasons}
    facts = {n for e in expressions for n in e.names("fact")} | reasons
    parameters = {n for e in expressions for n in e.names("parameter")}

    assert [n for n in pack.facts if n not in facts] == []
    assert [n for n in pack.parameters if n not in parameters] == []


def test_every_risk_and_severity_of_a_shipped_pack_is_used(name: str):
    pack = load_pack(name)

    assert {rule.risk for rule in pack.rules.values()} == set(pack.risks)
    assert {rule.severity for rule in pack.rules.values()} == set(pack.severities)


def test_the_packs_differ_in_currency_levels_and_kinds():
    packs = [load_pack(name) for name in shipped_packs()]

    assert len({pack.currency for pack in packs}) == len(packs)
    assert len({tuple(level.name for level in pack.levels) for pack in packs}) == len(packs)
    assert len({str(sorted(pack.kinds.items())) for pack in packs}) == len(packs)


@pytest.mark.parametrize("pack", ["graduation", "consumption_line"])
def test_no_line_of_code_knows_a_pack_of_another_country(pack: str):
    files = [path for path in CODE.rglob("*.py") if "packs" not in path.relative_to(CODE).parts]
    naming = [str(path.relative_to(CODE)) for path in files if pack in path.read_text(encoding="utf-8")]

    assert naming == []
    assert files
