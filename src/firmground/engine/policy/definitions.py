"""From the models of a pack's files to parameters, kinds, facts and rules, with every mistake in what they say."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import BaseModel

from firmground.engine.areas import SHIPPED as SHIPPED_TREES
from firmground.engine.areas import AreaTree
from firmground.engine.policy import structure_mistakes as wrong
from firmground.engine.policy.fact_definitions import read_facts
from firmground.engine.policy.fact_units import fact_symbol
from firmground.engine.policy.mistakes import PolicyMistake, UnknownCode
from firmground.engine.policy.model import Fact, Kind, Parameter, ParameterRow, Rule
from firmground.engine.policy.parsing import is_name, references
from firmground.engine.policy.reading import at, key_place, place_of
from firmground.engine.policy.rule_definitions import read_rules
from firmground.engine.policy.scopes import Names
from firmground.engine.policy.source import Mapping, Scalar, Sequence, Tree
from firmground.engine.policy.structure import (
    FactsFile,
    ParameterDefinition,
    ParametersFile,
    PolicyFile,
    RulesFile,
    TablesFile,
)
from firmground.engine.policy.units import Unit, parse_unit
from firmground.errors import Place, nearest

OF_SOURCES = "sources/"  # what the names of source files begin with
_KINDS = ("income", "spending", "conditions", "shocks", "attributes")


class Definitions:
    """What a pack defines. Call `read`; then `mistakes` is complete and the rest is sound if it is empty."""

    def __init__(self, policy: PolicyFile, models: dict[str, BaseModel], trees: dict[str, Tree]) -> None:
        self.policy = policy
        self.models = models
        self.trees = trees
        self.mistakes: list[PolicyMistake] = []
        self.kinds: dict[str, dict[str, Kind]] = {}
        self.source_ranks: dict[str, int] = {}
        self.parameters: dict[str, Parameter] = {}
        self.facts: dict[str, Fact] = {}
        self.rules: dict[str, Rule] = {}

    def read(self) -> None:
        """Read every file that has the right structure."""
        for file, tree in self.trees.items():
            self._check_titles(file, tree)
        self._read_tables()
        self._read_parameters()
        names = Names(
            currency=self.policy.currency,
            unit_words=tuple(self.policy.units),
            kinds=self.kinds,
            population_groups=self.policy.population_groups,
            parameters=self.parameters,
            unsound_parameters=self._written("parameters.yaml", "param."),
        )
        for name in self._written("facts.yaml", ""):
            self._stand_in(name, names)
        facts, rules = self.models.get("facts.yaml"), self.models.get("rules.yaml")
        if isinstance(facts, FactsFile):
            self.facts, found = read_facts(facts, self.trees["facts.yaml"], names)
            self.mistakes += found
        if isinstance(rules, RulesFile):
            self.rules, found = read_rules(rules, self.trees["rules.yaml"], names, self.policy)
            self.mistakes += found
        if "tables.yaml" not in self.models:
            self.mistakes = [mistake for mistake in self.mistakes if not isinstance(mistake, UnknownCode)]

    def _written(self, file: str, before: str) -> tuple[str, ...]:
        """Every name that a file defines, soundly or not; if it cannot be read, those that others need from it.

        before: what stands before such a name in an expression.
        """
        tree = self.trees.get(file)
        if isinstance(tree, Mapping):
            return tuple(tree.items)
        facts, rules = self.models.get("facts.yaml"), self.models.get("rules.yaml")
        used: set[str] = set()
        for fact in facts.root.values() if isinstance(facts, FactsFile) else ():
            used |= references(fact.value) | references(fact.unknown_when or "null")
        for rule in rules.root.values() if isinstance(rules, RulesFile) else ():
            used |= references(rule.when) | set(rule.reasons)
        return tuple(sorted(name.removeprefix(before) for name in used if name.startswith("param.") == bool(before)))

    def _stand_in(self, name: str, names: Names) -> None:
        """A fact that could not be read stands in for itself, so that its mistake is reported once."""
        facts = self.models.get("facts.yaml")
        if not isinstance(facts, FactsFile) or name not in facts.root:
            of = at(self.trees["facts.yaml"], (name, "of")) if "facts.yaml" in self.trees else None
            person = isinstance(of, Scalar) and of.text == "person"
            names.facts[name] = fact_symbol(name, "person" if person else "household", None, None, names)

    # titles

    def _check_titles(self, file: str, tree: Tree) -> None:
        """Every title, and every source that is told per language, in every language."""
        told = [(f"title of {owner}", title) for owner, title in _titles(file, tree)]
        told += [(f"source of {owner}", source) for owner, source in _sources(file, tree)]
        answers = at(tree, ("answers",)) if file.startswith(OF_SOURCES) and _has(tree, "answers") else None
        told += [("key `answers`", answers)] if isinstance(answers, Mapping) else []
        for what, title in told:
            for language in self.policy.languages:
                written = title.items.get(language)
                if written is None or (isinstance(written, Scalar) and written.quoted and not written.text.strip()):
                    self.mistakes.append(
                        wrong.MissingTranslation(
                            found=f"The {what} has no `{language}`",
                            expected=" and ".join(self.policy.languages),
                            place=title.place,
                        )
                    )
            for language, place in title.keys.items():
                if language not in self.policy.languages:
                    found = f"`{language}` is not a language of this pack"
                    expected = ", ".join(self.policy.languages)
                    self.mistakes.append(wrong.UnknownLanguage(found=found, expected=expected, place=place))

    # tables.yaml

    def _read_tables(self) -> None:
        tables = self.models.get("tables.yaml")
        if not isinstance(tables, TablesFile):
            return
        tree = self.trees["tables.yaml"]
        tree_keys = tree.items if isinstance(tree, Mapping) else {}
        for table in _KINDS:
            defined = getattr(tables, table)
            kinds = defined.kinds if defined else {}
            named = at(tree, (table, "kinds"))
            self.kinds[table] = {
                name: Kind(name, kind.title, kind.unit, kind.may_name_area) for name, kind in kinds.items()
            }
            if table in tree_keys and isinstance(named, Mapping):  # kinds with a mistake of their own
                self.kinds[table] |= {name: Kind(name, {}) for name in named.items if name not in kinds}
            for name, kind in kinds.items():
                path = (table, "kinds", name)
                if kind.unit is not None:
                    self._check_unit(kind.unit, place_of(tree, *path, "unit"))
                if kind.unit is not None and table != "attributes":
                    found = f"Kinds of `{table}` have no unit of their own"
                    place = key_place(tree, *path, "unit")
                    self.mistakes.append(
                        wrong.UnknownKey(found=found, expected="`unit` with attributes only", place=place)
                    )
                if kind.may_name_area and table != "shocks":
                    found = f"Rows of `{table}` never name an area"
                    place = key_place(tree, *path, "may_name_area")
                    self.mistakes.append(
                        wrong.UnknownKey(found=found, expected="`may_name_area` with shocks", place=place)
                    )
        self.source_ranks = dict(tables.sources)
        for name in tables.sources:
            if name not in self.policy.sources:
                self._not_declared("source", name, list(self.policy.sources), key_place(tree, "sources", name))

    def _check_unit(self, unit: str, place: Place) -> None:
        words = (self.policy.currency, *Names("", (), {}, {}, {}).words[1:], *self.policy.units)
        found = parse_unit(unit, words, place)
        if not isinstance(found, Unit):
            self.mistakes.append(found)

    def _not_declared(self, what: str, name: str, known: list[str], place: Place) -> None:
        close = nearest(name, known)
        self.mistakes.append(
            wrong.NotDeclared(
                found=f"policy.yaml declares no {what} `{name}`",
                expected=", ".join(known) or f"a {what} that policy.yaml declares",
                hint=f"Did you mean `{close}`?" if close else "",
                place=place,
            )
        )

    # parameters.yaml

    def _read_parameters(self) -> None:
        parameters = self.models.get("parameters.yaml")
        if not isinstance(parameters, ParametersFile):
            return
        tree = self.trees["parameters.yaml"]
        for name, defined in parameters.root.items():
            if not is_name(f"param.{name}"):
                found = f"`param.{name}` cannot be written in an expression"
                place = key_place(tree, name)
                self.mistakes.append(wrong.BadName(found=found, expected="a name that is no word of SQL", place=place))
            self._check_unit(defined.unit, place_of(tree, name, "unit"))
            rows = tuple(
                ParameterRow(
                    value=row.value,
                    from_on=row.from_,
                    to_on=row.to,
                    area=row.area,
                    group=row.group,
                    source=row.source,
                    place=place_of(tree, name, "values", number),
                )
                for number, row in enumerate(defined.values)
            )
            self.parameters[name] = Parameter(name, defined.title, defined.unit, rows, key_place(tree, name))
            self._check_values(name, defined, rows, tree)

    def _check_values(
        self, name: str, defined: ParameterDefinition, rows: tuple[ParameterRow, ...], tree: Tree
    ) -> None:
        seen: dict[tuple[str | None, str | None, date], ParameterRow] = {}
        for number, row in enumerate(rows):
            path = (name, "values", number)
            if row.group is not None and row.group not in self.policy.population_groups:
                groups = list(self.policy.population_groups)
                self._not_declared("population group", row.group, groups, place_of(tree, *path, "group"))
            if row.area is not None:
                self._check_area(row.area, place_of(tree, *path, "area"))
            if row.to_on is not None and row.to_on < row.from_on:
                found = f"The value ends on {row.to_on}, before it begins"
                place = place_of(tree, *path, "to")
                self.mistakes.append(wrong.WrongForm(found=found, expected="a day from `from` on", place=place))
            if (row.area, row.group, row.from_on) in seen:
                found = f"`{name}` has two values from {row.from_on} on for the same area and group"
                self.mistakes.append(wrong.DoubledValue(found=found, expected="one", place=row.place))
            seen[row.area, row.group, row.from_on] = row
        self._check_gaps(name, rows)

    def _check_gaps(self, name: str, rows: tuple[ParameterRow, ...]) -> None:
        """A general value at every date from the parameter's first date on."""
        general = sorted((r for r in rows if r.area is None and r.group is None), key=lambda r: r.from_on)
        place = self.parameters[name].place
        first = min(row.from_on for row in rows)
        if not general or general[0].from_on > first:
            until = f" before {general[0].from_on}" if general else ""
            found = f"`{name}` has no value{until} for households without an area or group of its own"
            expected = f"a value without `area` and `group` from {first} on"
            self.mistakes.append(wrong.ParameterGap(found=found, expected=expected, place=place))
            return
        held_until: date | None = general[0].to_on
        for row in general[1:]:
            if held_until is not None and row.from_on > held_until + timedelta(days=1):
                break
            held_until = None if held_until is None or row.to_on is None else max(held_until, row.to_on)
        if held_until is not None:
            found = f"`{name}` has no value after {held_until}"
            later = [row.from_on for row in general if row.from_on > held_until]
            if later:
                found = f"`{name}` has no value from {held_until + timedelta(days=1)} to {min(later)}"
            self.mistakes.append(wrong.ParameterGap(found=found, expected="a value at every date", place=place))

    def _check_area(self, code: str, place: Place) -> None:
        if self.policy.areas not in SHIPPED_TREES:
            return  # the data bring the areas; codes that never match do no harm
        tree = AreaTree.shipped(str(self.policy.areas))
        if code not in tree:
            found = f"There is no area {code} in the area tree `{self.policy.areas}`"
            self.mistakes.append(wrong.UnknownArea(found=found, expected="the code of an area", place=place))


def _titles(file: str, tree: Tree) -> list[tuple[str, Mapping]]:
    """Every title of a file with the name of its owner; by where it stands, for anything may be named `title`."""
    written: list[tuple[str, Tree]] = []
    if file == "policy.yaml":
        written += [("the pack", at(tree, ("title",)))] if _has(tree, "title") else []
        written += [entry for key in _WORDS for entry in _entries(tree, key)]
        written += _titled(_entries(tree, "sources"))
    elif file == "tables.yaml":
        written += [entry for table in _KINDS for entry in _titled(_entries(tree, table, "kinds"))]
    elif file.startswith(OF_SOURCES):
        written += [("the file", at(tree, ("title",)))] if _has(tree, "title") else []
        written += _titled(_entries(tree, "files"))
    else:
        written += _titled(_entries(tree))
    return [(owner, title) for owner, title in written if isinstance(title, Mapping)]


def _has(tree: Tree, key: str) -> bool:
    return isinstance(tree, Mapping) and key in tree.items


def _entries(tree: Tree, *path: str) -> list[tuple[str, Tree]]:
    """Names and values of the mapping at a path; none if something else stands there."""
    for step in path:
        if not _has(tree, step):
            return []
        tree = at(tree, (step,))
    return [(f"`{name}`", value) for name, value in tree.items.items()] if isinstance(tree, Mapping) else []


def _sources(file: str, tree: Tree) -> list[tuple[str, Mapping]]:
    """Every source that is told per language, with the name of its owner."""
    if file not in ("parameters.yaml", "facts.yaml", "rules.yaml"):
        return []
    owners = _entries(tree)
    if file == "parameters.yaml":
        lists = [(owner, at(value, ("values",))) for owner, value in owners if _has(value, "values")]
        owners = [(owner, row) for owner, rows in lists if isinstance(rows, Sequence) for row in rows.items]
    told = [(owner, at(value, ("source",))) for owner, value in owners if _has(value, "source")]
    return [(owner, source) for owner, source in told if isinstance(source, Mapping)]


def _titled(entries: list[tuple[str, Tree]]) -> list[tuple[str, Tree]]:
    return [(name, at(value, ("title",))) for name, value in entries if _has(value, "title")]


_WORDS = ("levels", "population_groups", "risks", "severities", "units")  # keys of policy.yaml that titles follow
