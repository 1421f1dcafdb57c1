"""Explanations and the scan say the same of every household of a registry."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import firmground
from firmground.engine.policy.model import Pack
from firmground.engine.records import import_file
from firmground.engine.scan.explanation.conditions import condition_of
from firmground.engine.scan.explanation.explained import Explained, Verdict
from firmground.engine.scan.explanation.explaining import explain
from firmground.engine.synth import write_registry

AS_OF = date(2022, 6, 1)
Warned = dict[tuple[str, str], tuple[str, str | None]]  # (household, rule) -> reasons and persons, as JSON text


def made_registry(folder: Path, households: int) -> Path:
    """A lake of a synthetic registry."""
    registry = write_registry(folder / "files", households=households, seed=11, as_of=AS_OF, progress=None)
    for table, file in registry.files.items():
        import_file(file, table=table, data=folder / "lake", source="synthetic")
    return folder / "lake"


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def warned_of(explanation: Explained) -> Warned:
    """The warnings that an explanation tells of."""
    told: Warned = {}
    for verdict in (v for v in explanation.verdicts if v.fires is True):
        concerned = [person for person in verdict.persons if person.fires is True]
        reasons = {name: _joined(name, verdict, concerned) for name in verdict.rule.reasons}
        people = as_json([person.person_id for person in concerned]) if verdict.rule.of == "person" else None
        told[explanation.household_id, verdict.rule.id] = (as_json(reasons), people)
    return told


def _joined(name: str, verdict: Verdict, concerned: list[Verdict]) -> str | None:
    """A reason as the scan writes it: of persons the values one after the other, but limits once."""
    texts = [value.text for of in concerned or [verdict] for value in of.reasons if value.name == name]
    if verdict.rule.of == "household" or name.startswith("param."):
        return texts[0]
    return ", ".join("null" if text is None else text for text in texts)


def check_agreement(lake: Path, pack: Pack, households: list[str]) -> None:
    """Rules, reasons, persons, truths and counts of all explanations against one scan."""
    scan = firmground.scan(lake, pack, AS_OF)
    expected = {(w["household_id"], w["rule"]): (w["reasons"], w["person_ids"]) for w in scan.warnings.to_pylist()}
    told: Warned = {}
    states: dict[str, int] = {}
    unknown = dict.fromkeys(pack.rules, 0)
    for explanation in explain(scan.question, households):
        told |= warned_of(explanation)
        states[explanation.state] = states.get(explanation.state, 0) + 1
        for verdict in explanation.verdicts:
            unknown[verdict.rule.id] += verdict.fires is None
            for single in verdict.persons or ([verdict] if verdict.rule.of == "household" else []):
                truths = {part.atom.number: part.truth for part in single.parts}
                assert condition_of(verdict.rule.when.node, pack.facts).truth(truths) is single.fires
        check_sums(explanation)

    assert told == expected
    assert states["judged"] == scan.counts.households
    assert states.get("without_members", 0) == scan.counts.without_members
    assert states.get("not_yet_registered", 0) == scan.counts.not_yet_registered
    assert unknown == {rule: count.unknown for rule, count in scan.counts.rules.items()}


def check_sums(explanation: Explained) -> None:
    """The rows told beside a sum, a count or a truth are those that it was made of."""
    records = explanation.records
    assert records is not None
    for fact in explanation.facts:
        rows = records.of_fact(fact.name)
        if fact.name in ("net_income_12m", "prior_net_income_12m") and fact.text is not None:
            assert sum(r.values["amount"] - r.values.get("cost", 0) for r in rows) == Decimal(fact.text)
        if fact.name in ("net_spending_12m", "net_medical_spending_12m"):
            assert sum(r.values["amount"] - r.values.get("reimbursed", 0) for r in rows) == Decimal(str(fact.text))
        if fact.name in ("members", "income_rows_12m", "jobs_ended_3m"):
            assert len(rows) == int(str(fact.text))
        if fact.name in ("anyone_works", "death_6m", "uninsured_open"):
            assert bool(rows) is (fact.text == "true")


@pytest.mark.parametrize("households", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_every_household_is_explained_as_it_was_judged(tmp_path: Path, households: int) -> None:
    lake = made_registry(tmp_path, households)
    ids = _ids(tmp_path / "files" / "households.csv")

    assert len(ids) == households
    check_agreement(lake, firmground.load_pack("cn"), ids)


def _ids(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as rows:
        return [row["household_id"] for row in csv.DictReader(rows)]
