"""The files of worked examples of a pack, `tests/*.yaml`: read with positions, checked, and turned into examples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, RootModel

from firmground.engine.areas import AreaTree
from firmground.engine.policy.model import Pack
from firmground.engine.policy.reading import at, key_place, place_of, read_model
from firmground.engine.policy.source import Mapping, Tree, read_yaml
from firmground.engine.policy.structure import Day, Text
from firmground.engine.scan.examples.rows import ExampleMistake, GivenRows, Row, unknown
from firmground.errors import FirmgroundError, Place

FOLDER = "tests"


class ExamplesUnsound(FirmgroundError):
    """The worked examples of a pack hold mistakes, listed in `mistakes` in the order of their files."""

    id = "FG-S050"

    def __init__(self, pack: Pack, mistakes: Iterable[FirmgroundError]) -> None:
        self.mistakes = tuple(mistakes)
        number = f"{len(self.mistakes)} mistake{'s' if len(self.mistakes) != 1 else ''}"
        super().__init__(found=f"The worked examples of the pack `{pack.id}` hold {number}")


class DoubledExample(ExampleMistake):
    """Two worked examples of a pack have one name, so that a report could not tell them apart."""

    id = "FG-S054"


class BoundaryNotExpected(ExampleMistake):
    """A worked example tries the boundary of a rule without saying whether the rule fires."""

    id = "FG-S055"


class NothingExpected(ExampleMistake):
    """A worked example expects nothing, or expects one rule both to fire and to stay silent."""

    id = "FG-S056"


class ExpectDefinition(BaseModel):
    """What an example expects; at least one key."""

    model_config = ConfigDict(extra="forbid")
    fires: list[str] = Field(default_factory=list, description="rules that fire")
    not_: list[str] = Field(default_factory=list, alias="not", description="rules that stay silent")
    only: list[str] | None = Field(None, description="exactly the rules that fire")
    reasons: dict[str, dict[str, str | None]] = Field(
        default_factory=dict, description="rule -> reason -> value as text; the rule fires"
    )
    persons: dict[str, list[str] | None] = Field(
        default_factory=dict, description="rule -> its persons in order, nothing for the household; the rule fires"
    )


class ExampleDefinition(BaseModel):
    """A worked example: records in, warnings out."""

    model_config = ConfigDict(extra="forbid")
    name: Text = Field(description="what the example shows, as a promise")
    as_of: Day = Field(description="date of the scan")
    given: dict[str, object] | None = Field(
        None, description="columns of the household, and rows of persons and of record tables"
    )
    expect: ExpectDefinition
    boundary: str | None = Field(None, description="rule whose boundary this example tries")


class ExamplesFile(RootModel[list[ExampleDefinition]]):
    """tests/*.yaml: worked examples."""


@dataclass(frozen=True)
class Example:
    """A worked example. `household` holds the household's own columns, `tables` the rows of the tables it names.

    fires and silent: the rules that it names with what they do; only: whether no other rule fires.
    reasons and persons: of rules that fire.
    """

    name: str
    place: Place
    as_of: date
    household: Row
    tables: dict[str, list[Row]]
    fires: frozenset[str]
    silent: frozenset[str]
    only: bool
    reasons: dict[str, dict[str, str | None]]
    persons: dict[str, list[str] | None]
    boundary: str | None


def read_examples(pack: Pack) -> tuple[Example, ...]:
    """Every worked example of a pack, in the order of files and lines; empty without a folder `tests`.

    Raises ExamplesUnsound with every mistake.
    """
    area_tree = AreaTree.shipped(pack.area_tree) if pack.area_tree else None
    examples: list[Example] = []
    mistakes: list[FirmgroundError] = []
    for path in sorted((pack.folder / FOLDER).glob("*.yaml")):
        content = path.read_bytes()
        tree, found = read_yaml(content, str(path))
        here: list[FirmgroundError] = [*found]
        if tree is not None:
            examples += _examples(pack, area_tree, tree, here)
        mistakes += _with_excerpts(here, content)
    mistakes += _doubled(examples)
    if mistakes:
        raise ExamplesUnsound(pack, mistakes)
    return tuple(examples)


def _examples(pack: Pack, area_tree: AreaTree | None, tree: Tree, mistakes: list[FirmgroundError]) -> list[Example]:
    if isinstance(tree, Mapping) and not tree.items:
        return []  # an empty file
    model, structural = read_model(ExamplesFile, tree)
    mistakes += structural
    if model is None:
        return []
    examples = []
    rows = GivenRows(pack, area_tree, mistakes)
    for number, defined in enumerate(model.root):
        given = at(tree, (number, "given")) if defined.given is not None else None
        household, tables = rows.read(given)
        expect = defined.expect
        only = expect.only is not None
        fires = frozenset((*expect.fires, *(expect.only or ()), *expect.reasons, *expect.persons))
        silent = frozenset(expect.not_) | (frozenset(pack.rules) - fires if only else frozenset())
        mistakes += _expectations(pack, defined, tree, number)
        examples.append(
            Example(
                name=defined.name,
                place=place_of(tree, number, "name"),
                as_of=defined.as_of,
                household=household,
                tables=tables,
                fires=fires,
                silent=silent,
                only=only,
                reasons=expect.reasons,
                persons=expect.persons,
                boundary=defined.boundary,
            )
        )
    return examples


def _expectations(pack: Pack, defined: ExampleDefinition, tree: Tree, number: int) -> list[FirmgroundError]:
    """What is wrong with what an example expects."""
    expect = defined.expect
    mistakes: list[FirmgroundError] = []
    rules = list(pack.rules)

    def rule(name: str, *path: str | int) -> None:
        if name not in pack.rules:
            mistakes.append(unknown("rule", name, rules, key_place(tree, number, *path)))

    for key, names in (("fires", expect.fires), ("not", expect.not_), ("only", expect.only or [])):
        for position, name in enumerate(names):
            rule(name, "expect", key, position)
    for name in expect.persons:
        rule(name, "expect", "persons", name)
    for name, reasons in expect.reasons.items():
        rule(name, "expect", "reasons", name)
        known = list(pack.rules[name].reasons) if name in pack.rules else list(reasons)
        mistakes += [
            unknown(f"reason of {name}", reason, known, key_place(tree, number, "expect", "reasons", name, reason))
            for reason in reasons
            if reason not in known
        ]
    fires = {*expect.fires, *(expect.only or ()), *expect.reasons, *expect.persons}
    place = key_place(tree, number, "expect")
    both = sorted(fires & set(expect.not_)) or sorted(fires - set(expect.only if expect.only is not None else fires))
    if both:
        found = f"`{both[0]}` is expected both to fire and to stay silent"
        mistakes.append(NothingExpected(found=found, expected="one of the two", place=place))
    elif not fires and not expect.not_ and expect.only is None:
        expected = "at least one of fires, not, only, reasons, persons"
        mistakes.append(NothingExpected(found="Nothing is expected", expected=expected, place=place))
    if defined.boundary is not None:
        rule(defined.boundary, "boundary")
        if defined.boundary not in fires | set(expect.not_) and expect.only is None:
            found = f"The example tries the boundary of `{defined.boundary}` and does not say whether it fires"
            place = place_of(tree, number, "boundary")
            mistakes.append(BoundaryNotExpected(found=found, expected="it under `fires` or `not`", place=place))
    return mistakes


def _doubled(examples: list[Example]) -> list[FirmgroundError]:
    first: dict[str, Example] = {}
    mistakes: list[FirmgroundError] = []
    for example in examples:
        known = first.setdefault(example.name, example)
        if known is not example:
            found = f"The name `{example.name}` stands here for the second time"
            expected = f"one example of that name; the first is in {known.place}"
            mistakes.append(DoubledExample(found=found, expected=expected, place=example.place))
    return mistakes


def _with_excerpts(mistakes: list[FirmgroundError], content: bytes) -> list[FirmgroundError]:
    """The mistakes of a file in the order of its lines, each with its line."""
    lines = content.decode("utf-8", errors="replace").splitlines()
    for mistake in mistakes:
        if mistake.place and 0 < mistake.place.line <= len(lines) and not mistake.excerpt:
            mistake.excerpt = lines[mistake.place.line - 1]
    return sorted(mistakes, key=lambda m: (m.place.line, m.place.column) if m.place else (0, 0))
