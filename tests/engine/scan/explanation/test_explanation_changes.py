"""What an explanation says would have to change does change the answer."""

from __future__ import annotations

import copy
import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import firmground
from engine.scan.explanation.changed_records import Household, Leaf, Row, ways
from firmground.engine.records import import_file
from firmground.engine.scan.explanation.explained import Verdict
from firmground.engine.scan.explanation.explaining import explain
from firmground.engine.synth import write_registry

AS_OF = date(2022, 6, 1)
NEVER_BELOW_0 = ("net_spending_12m", "net_medical_spending_12m", "jobs_ended_3m", "age")
Registry = dict[str, dict[str, list[Row]]]  # household -> table -> rows


def read_registry(files: dict[str, Path]) -> Registry:
    """The rows of each household; shocks of areas are left out, for no household can change them."""
    registry: Registry = {}
    for table, file in files.items():
        with file.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                if row["household_id"]:
                    tables = registry.setdefault(row["household_id"], {name: [] for name in files})
                    tables[table].append(row)
    return registry


def import_registry(registry: Registry, folder: Path) -> Path:
    """A lake of the rows."""
    folder.mkdir()
    for table in next(iter(registry.values())):
        rows = [row for tables in registry.values() for row in tables[table]]
        if not rows:
            continue
        headings = dict.fromkeys(name for row in rows for name in row)
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(headings), restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        report = import_file(folder / f"{table}.csv", table=table, data=folder / "lake", source="synthetic")
        assert not report.quarantined
    return folder / "lake"


def is_possible(leaves: list[Leaf]) -> bool:
    """Nobody can spend less than nothing."""
    return all(leaf.fact not in NEVER_BELOW_0 or leaf.value is None or leaf.value >= 0 for leaf in leaves)


def changed(tables: dict[str, list[Row]], household: str, new: str, person: str | None, way: list[Leaf]) -> Household:
    """A copy of a household under another id, brought to where an explanation says that a rule flips."""
    renamed = copy.deepcopy(tables)
    for row in (row for rows in renamed.values() for row in rows):
        row |= {name: cell.replace(household, new) for name, cell in row.items() if name.endswith("_id")}
    copied = Household(renamed, person.replace(household, new) if person else None)
    copied.bring(way)
    return copied


@pytest.mark.parametrize("households", [40, pytest.param(400, marks=pytest.mark.slow)])
def test_each_change_that_is_stated_flips_its_rule(tmp_path: Path, households: int) -> None:
    written = write_registry(tmp_path / "files", households=households, seed=3, as_of=AS_OF, progress=None)
    registry = read_registry({name: Path(file) for name, file in written.files.items() if name != "outcomes"})
    pack = firmground.load_pack("cn")
    before = firmground.scan(import_registry(registry, tmp_path / "before"), pack, AS_OF)
    after: Registry = {}
    flipped: dict[str, tuple[Verdict, list[Leaf]]] = {}
    for explanation in explain(before.question, list(registry), with_records=False):
        for verdict in explanation.verdicts:
            for single in verdict.persons or ([verdict] if verdict.rule.of == "household" else []):
                assert single.change is not None
                parts = {part.atom.number: part for part in single.parts}
                for way in filter(is_possible, ways(single.change, parts)):
                    old, new = explanation.household_id, f"C{len(after)}"
                    after[new] = changed(registry[old], old, new, single.person_id, way).tables
                    flipped[new] = (single, way)

    scan = firmground.scan(import_registry(after, tmp_path / "after"), pack, AS_OF)

    warned = {(w["household_id"], w["rule"]): json.loads(w["person_ids"] or "null") for w in scan.warnings.to_pylist()}
    for new, (single, way) in flipped.items():
        fires = (new, single.rule.id) in warned
        if single.person_id is not None:
            ending = single.person_id.rpartition("-")[2]
            fires = any(id_ == f"{new}-{ending}" for id_ in warned.get((new, single.rule.id), []))
        assert fires is (single.fires is not True), (new, single.rule.id, way)
    assert {single.rule.id for single, _ in flipped.values()} == set(pack.rules)
    assert Decimal(len(flipped)) > 20 * households
