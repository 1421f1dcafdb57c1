"""The proposal itself: a source file as text, with the reason beside each line and what a person has to decide."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from firmground.engine.policy.model import Pack
from firmground.engine.records.guessing.fitting import Fit, Placed
from firmground.engine.records.guessing.known import Known
from firmground.engine.records.guessing.profiles import Profile
from firmground.engine.records.guessing.words import words
from firmground.engine.records.reading.staging import Staged

_PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*")
_WORDS_OF_YAML = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Proposal:
    """What a file seems to hold.

    text: a source file that is read as it stands. columns: column -> heading, of those that it proposes. open: what a
    person has to decide. unplaced: headings that nothing is proposed for.
    """

    text: str
    table: str
    columns: dict[str, str]
    open: tuple[str, ...]
    unplaced: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The proposal for a program."""
        return asdict(self)


def propose(
    name: str, staged: Staged, fit: Fit, seen: list[Profile], known: list[Known], pack: Pack, source: str | None
) -> Proposal:
    """The proposal for a file. name: of the file; source: as it was given."""
    sheet = _Sheet(name, staged, fit, seen, known, pack, source or (fit.model.source if fit.model else None))
    lines = [*sheet.head(), *sheet.form(), *sheet.columns(), *sheet.values(), *sheet.others()]
    placed = {each.heading for each in fit.placed}
    unplaced = tuple(heading for number, heading in enumerate(staged.headings) if number not in placed)
    if unplaced:
        lines.append("# Headings that nothing is proposed for: " + ", ".join(map(_shown, unplaced)))
    sure = {each.column: staged.headings[each.heading] for each in fit.placed if each.is_sure}
    return Proposal("\n".join(lines) + "\n", fit.table.name, sure, tuple(sheet.open), unplaced)


class _Sheet:
    """The lines of a proposal, and what is open."""

    def __init__(
        self,
        name: str,
        staged: Staged,
        fit: Fit,
        seen: list[Profile],
        known: list[Known],
        pack: Pack,
        source: str | None,
    ) -> None:
        self._name, self._staged, self._fit, self._seen = name, staged, fit, seen
        self._known, self._pack, self._source = known, pack, source
        self.open: list[str] = []

    def head(self) -> Iterator[str]:
        """What the file is, and how it is written."""
        yield f"# What {_shown(self._name)} seems to hold. Read each line, decide those with `?`, and import with it:"
        yield "#   firmground import FILE --mapping THIS_FILE --data DIR --dry-run"
        for note in self._staged.notes:
            yield f"# {_shown(note)}"
        if self._source and _NAME.fullmatch(self._source):
            yield _line(f"source: {self._source}", f"as in {self._fit.model.origin}" if self._fit.model else "as given")
        else:
            yield self._ask("source", f"who delivers it, such as {', '.join(self._pack.sources) or 'civil_affairs'}")
        model = self._fit.model
        why = f"all headings of {model.origin}" if model else "by its headings; wrong? give --as TABLE"
        yield _line(f"table: {self._fit.table.name}", why)
        yield _line("delivers: changes", "? or: everything from A to B, if it is the whole list each time")

    def form(self) -> Iterator[str]:
        """How the file is written, where that is not found in most files."""
        found = self._staged.found
        for key in ("encoding", "delimiter", "sheet", "heading_rows", "skip_rows"):
            value = getattr(found, key)
            if value is not None:
                yield _line(f"{key}: {_quoted(value) if isinstance(value, str) else value}", "as this file is written")

    def columns(self) -> Iterator[str]:
        """Each column with its heading or constant, and what is missing."""
        yield "columns:" if any(each.is_sure for each in self._fit.placed) or self._constants() else "columns: {}"
        names = {column.name: number for number, column in enumerate(self._fit.table.columns)}
        for each in sorted(self._fit.placed, key=lambda placed: names.get(placed.column, len(names))):
            cell = f"{each.column}: {_quoted(self._staged.headings[each.heading])}"
            if each.is_sure:
                yield _line("  " + cell, each.why)
            else:
                yield "  " + self._ask(cell, each.why)
        for column, constant in self._constants().items():
            yield _line(f"  {column}: {{value: {_quoted(constant)}}}", f"as in {self._model_origin()}")
        mentioned = {each.column for each in self._fit.placed}
        for column in self._fit.missing:
            if column not in mentioned and column not in self._constants():
                yield "  " + self._ask(column, self._needed(column))

    def _constants(self) -> dict[str, str]:
        model = self._fit.model
        cells = model.mapping.records()[0] if model else {}
        return {column: cell.constant for column, cell in cells.items() if cell.constant is not None}

    def _model_origin(self) -> str:
        return self._fit.model.origin if self._fit.model else ""

    def _needed(self, column: str) -> str:
        codes = self._codes(column)
        if codes:
            return f"a heading, or {{value: ...}} with one of {', '.join(codes)}"
        return "a heading; every row needs it" + (", or an id_number" if column.endswith("_id") else "")

    def _codes(self, column: str) -> tuple[str, ...]:
        """The codes that a column takes; none if any text may stand in it."""
        if column == "kind":
            return tuple(self._pack.kinds.get(self._fit.table.name, {}))
        named = {"population_group": self._pack.population_groups, "risk": self._pack.risks}
        if column in named:
            return tuple(named[column])
        found = self._fit.table.column(column)
        return found.codes if found is not None else ()

    def values(self) -> Iterator[str]:
        """What the codes of the file mean."""
        lines = [line for each in self._fit.placed for line in self._values_of(each)]
        if any(not line.lstrip().startswith("#") for line in lines):
            yield "values:"
        yield from lines

    def _values_of(self, placed: Placed) -> Iterator[str]:
        codes, profile = self._codes(placed.column), self._seen[placed.heading]
        if not codes or not placed.is_sure:
            return
        meant = self._meanings(placed.column, codes)
        unknown = [value for value in profile.values if value not in codes and value not in meant]
        found = {value: meant[value] for value in profile.values if value in meant and value not in codes}
        if found:
            yield f"  {placed.column}:"
        elif unknown and profile.repeats:
            yield f"  # {placed.column}:"
        for value, (ours, origin) in found.items():
            yield _line(f"    {_quoted(value)}: {_quoted(ours)}", origin)
        expected = f"one of {', '.join(codes)}"
        if not profile.values and profile.filled:
            yield "  " + self._ask(f"{placed.column}: the codes in it are too many to list", expected)
        elif unknown and not (profile.repeats or found):
            yield "  " + self._ask(f"{placed.column}: {len(unknown)} texts, not shown as they may be names", expected)
        else:
            for value in unknown:
                yield "    " + self._ask(f"{_quoted(value)}: ", f"{placed.column}: {expected}")

    def _meanings(self, column: str, codes: tuple[str, ...]) -> dict[str, tuple[str, str]]:
        """The file's code -> ours and where that is from."""
        meant = {theirs: (ours, "by its word") for theirs, ours in words().values.get(column, {}).items()}
        for each in reversed(self._known):
            if column != "kind" or each.table == self._fit.table.name:
                named = each.mapping.values.get(column, {})
                meant |= {theirs: (ours, f"as in {each.origin}") for theirs, ours in named.items()}
        return {theirs: (ours, why) for theirs, (ours, why) in meant.items() if ours in codes}

    def others(self) -> Iterator[str]:
        """What else is known of such files, and of the dates in this one."""
        model = self._fit.model.mapping if self._fit.model else None
        if model and model.nulls:
            yield _line(f"null: [{', '.join(map(_quoted, model.nulls))}]", f"as in {self._model_origin()}")
        if model and model.digits:
            digits = ", ".join(f"{column}: {count}" for column, count in model.digits.items())
            yield _line(f"digits: {{{digits}}}", f"as in {self._model_origin()}")
        if model and model.rounded:
            yield _line(f"round: [{', '.join(model.rounded)}]", f"as in {self._model_origin()}")
        if model and model.dates:
            yield _line(f"dates: {model.dates}", f"as in {self._model_origin()}")
        elif any(self._seen[each.heading].year_last and each.is_sure for each in self._fit.placed):
            yield self._ask("dates: day first", "or month first, for days such as 05/06/2022")
        if model and model.rows:
            yield f"# {self._model_origin()} makes {len(model.rows)} records of each row; take its `rows` over."
        if model and model.derives:
            ages, area = model.derives.ages, model.derives.area
            more = f", ages: {{from: {ages.from_}, to: {ages.to}}}" if ages else ""
            more += f", area: {_quoted(area)}" if area else ""
            derives = f"derives: {{kind: {model.derives.kind}, from: missing members{more}}}"
            yield _line(derives, f"as in {self._model_origin()}")

    def _ask(self, what: str, expected: str) -> str:
        self.open.append(f"{what.strip().rstrip(':')}: {expected}")
        return _line(f"# ? {what}", expected)


def _line(text: str, why: str) -> str:
    return f"{text:<44}  # {_shown(why)}"


def _quoted(text: str) -> str:
    """A text as a word of YAML."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS_OF_YAML:
        return text
    return json.dumps(text, ensure_ascii=False)


def _shown(text: str) -> str:
    """A text within a comment: on one line, without what cannot be seen."""
    return "".join(character if character.isprintable() else " " for character in text)
