"""Worked examples of a pack tried: every example is one household, scanned in memory as a lake's would be.

Unless an example says otherwise, its household has one adult member `p1` with full labour capacity and lives in an area
of the finest level for which no parameter has a value of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from firmground.engine.areas import AreaTree
from firmground.engine.policy.model import Pack
from firmground.engine.scan.examples.files import Example, read_examples
from firmground.engine.scan.examples.rows import Row
from firmground.engine.scan.memory import scan_tables
from firmground.engine.tables import TABLES, arrow_type
from firmground.errors import Place

DEFAULT_PERSON = "p1"
_MADE_UP = "area"  # code where areas come with the data and an example names none


@dataclass(frozen=True)
class ExampleResult:
    """What became of one example. `differences`: one sentence per expectation that did not hold; empty if it passed."""

    name: str
    place: Place
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.differences


@dataclass(frozen=True)
class RuleCoverage:
    """How many passed examples show a rule firing, staying silent, and its boundary from either side."""

    rule: str
    fired: int
    silent: int
    boundary_fired: int
    boundary_silent: int

    @property
    def missing(self) -> tuple[str, ...]:
        """What no example shows yet, in words."""
        sides = {
            "fires": self.fired,
            "stays silent": self.silent,
            "fires on its boundary": self.boundary_fired,
            "stays silent on its boundary": self.boundary_silent,
        }
        return tuple(side for side, number in sides.items() if not number)


@dataclass(frozen=True)
class ExamplesTried:
    """The results in the order of the files, and the coverage of every rule in the pack's order."""

    results: tuple[ExampleResult, ...]
    coverage: tuple[RuleCoverage, ...]

    @property
    def passed(self) -> bool:
        """Whether every example holds; coverage is not part of it."""
        return all(result.passed for result in self.results)

    def as_dict(self) -> dict[str, Any]:
        """The results for a program."""
        return {
            "passed": self.passed,
            "examples": [
                {
                    "name": result.name,
                    "file": result.place.file,
                    "line": result.place.line,
                    "passed": result.passed,
                    "differences": list(result.differences),
                }
                for result in self.results
            ],
            "coverage": {c.rule: {**_counts(c), "missing": list(c.missing)} for c in self.coverage},
        }


def try_examples(pack: Pack) -> ExamplesTried:
    """Try every worked example of a pack.

    Raises ExamplesUnsound if they cannot be read, NoValueInForce for a date before a parameter's first value.
    """
    examples = read_examples(pack)
    tree = AreaTree.shipped(pack.area_tree) if pack.area_tree else None
    default_area = area_without_values(pack, tree)
    found: dict[str, dict[str, Row]] = {}
    for together in _scanned_together(examples):
        found |= _scan(pack, together, tree, default_area)
    results = tuple(ExampleResult(e.name, e.place, _differences(e, found[e.name])) for e in examples)
    return ExamplesTried(results, _coverage(pack, examples, results))


def area_without_values(pack: Pack, tree: AreaTree | None) -> str:
    """A code of the finest level in whose line no parameter has a value for an area; made up without a tree."""
    special = {row.area for parameter in pack.parameters.values() for row in parameter.rows if row.area}
    if tree is None:
        code = _MADE_UP
        while code in special:
            code += "_"
        return code
    for code in reversed(tree.known_codes().to_pylist()):
        line = (code, *tree.ancestors(code))
        if len(line) == len(pack.levels) and not special.intersection(line):
            return str(code)
    return str(tree.known_codes()[0])


def _scanned_together(examples: Iterable[Example]) -> list[list[Example]]:
    """Examples of one date in one scan, but alone where one brings areas or a shock of an area that others live in."""
    together: dict[object, list[Example]] = {}
    for example in examples:
        strikes_area = any(row.get("area_code") for row in example.tables.get("shocks", ()))
        alone = strikes_area or "areas" in example.tables
        together.setdefault(example.name if alone else example.as_of, []).append(example)
    return list(together.values())


def _scan(pack: Pack, examples: list[Example], tree: AreaTree | None, default_area: str) -> dict[str, dict[str, Row]]:
    """Warnings per example and rule."""
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    names: dict[str, str] = {}
    for number, example in enumerate(examples, 1):
        household_id = f"example {number}"
        names[household_id] = example.name
        rows["households"].append({"area_code": default_area, **example.household, "household_id": household_id})
        for table, given in {"persons": [default_person(example.as_of)], **example.tables}.items():
            rows[table] += [_placed(row, household_id) for row in given]
    tables = {name: _arrow(name, given) for name, given in rows.items() if given}
    areas = AreaTree.from_table(tables.pop("areas")) if "areas" in tables else tree
    judged = scan_tables(tables, pack, examples[0].as_of, areas=areas)
    found: dict[str, dict[str, Row]] = {name: {} for name in names.values()}
    for warning in judged.warnings.to_pylist():
        found[names[warning["household_id"]]][warning["rule"]] = warning
    return found


def default_person(as_of: date) -> Row:
    """The member of an example that names none: born 40 years before the year of the as-of date."""
    return {"person_id": DEFAULT_PERSON, "birth_date": date(as_of.year - 40, 1, 1), "labour_capacity": "full"}


def _placed(row: Row, household_id: str) -> Row:
    return row if row.get("area_code") else {**row, "household_id": household_id}


def _arrow(name: str, rows: list[Row]) -> pa.Table:
    schema = pa.schema([(column.name, arrow_type(column.type)) for column in TABLES[name].columns])
    return pa.Table.from_pylist(rows, schema=schema)


def _differences(example: Example, found: dict[str, Row]) -> tuple[str, ...]:
    differences = [f"`{rule}` stayed silent and was expected to fire" for rule in sorted(example.fires - set(found))]
    for rule in sorted(example.silent & set(found)):
        reasons = found[rule]["reasons"]
        differences.append(f"`{rule}` fired and was expected to stay silent; its reasons: {reasons}")
    for rule, expected in example.reasons.items():
        if rule in found:
            reasons = json.loads(found[rule]["reasons"])
            differences += [
                f"`{rule}` gives {name} as {_shown(reasons.get(name))} and was expected to give {_shown(value)}"
                for name, value in expected.items()
                if reasons.get(name) != value
            ]
    for rule, persons in example.persons.items():
        named = found[rule]["person_ids"] if rule in found else None
        if rule in found and persons != (json.loads(named) if named is not None else None):
            wanted = "no person" if persons is None else ", ".join(persons)
            differences.append(f"`{rule}` names {named or 'no person'} and was expected to name {wanted}")
    return tuple(differences)


def _shown(value: str | None) -> str:
    return "null" if value is None else f'"{value}"'


def _coverage(
    pack: Pack, examples: tuple[Example, ...], results: tuple[ExampleResult, ...]
) -> tuple[RuleCoverage, ...]:
    passed = [example for example, result in zip(examples, results, strict=True) if result.passed]

    def of(rule: str) -> RuleCoverage:
        fires = [example for example in passed if rule in example.fires]
        silent = [example for example in passed if rule in example.silent]
        tried = [sum(example.boundary == rule for example in side) for side in (fires, silent)]
        return RuleCoverage(rule, len(fires), len(silent), *tried)

    return tuple(of(rule) for rule in pack.rules)


def _counts(coverage: RuleCoverage) -> dict[str, int]:
    return {
        "fired": coverage.fired,
        "silent": coverage.silent,
        "boundary_fired": coverage.boundary_fired,
        "boundary_silent": coverage.boundary_silent,
    }
