"""Source files: read at their places, and held against the tables and the words of a pack."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from firmground.engine.policy import structure_mistakes as wrong
from firmground.engine.policy.mistakes import PolicyMistake
from firmground.engine.policy.reading import key_place, place_of, read_model
from firmground.engine.policy.source import Mapping as TreeMapping
from firmground.engine.policy.source import Scalar, Sequence, Tree, read_yaml
from firmground.engine.policy.source_structure import CellDefinition, KindOfFile, SourceStructure
from firmground.engine.tables import COMMON, TABLES, Table, Type
from firmground.errors import Place, nearest

FOLDER = "sources"  # of a pack
_OF_KINDS = tuple(KindOfFile.model_fields)
Path = tuple[str | int, ...]

MOST = 20_000  # words, lists and mappings of one file: any user may bring one as a mapping


@dataclass(frozen=True)
class SourceFile:
    """A source file or mapping as read. file: its name, as errors show it; tree: where everything stands."""

    file: str
    structure: SourceStructure
    tree: Tree
    text: str

    @property
    def stem(self) -> str:
        """The name of the file without folder and ending."""
        return PurePath(self.file).stem

    def kinds(self) -> dict[str, tuple[KindOfFile, Path]]:
        """Name of each kind of file -> the kind, and the path where it stands; a lone one is named for its source."""
        if isinstance(self.tree, TreeMapping) and "files" in self.tree.items:
            return {name: (kind, ("files", name)) for name, kind in self.structure.files.items()}
        return {self.structure.source or "": (self.structure, ())}


@dataclass(frozen=True)
class PackWords:
    """What a pack declares, against which its source files are held. kinds: None where tables.yaml is unsound."""

    sources: tuple[str, ...]
    kinds: Mapping[str, Collection[str]] | None
    population_groups: tuple[str, ...]
    risks: tuple[str, ...]

    def codes(self, table: Table, column: str) -> tuple[str, ...] | None:
        """The codes that a column takes; None if any text may stand in it."""
        if column == "kind":
            return None if self.kinds is None else tuple(self.kinds.get(table.name, ()))
        if column in ("population_group", "risk"):
            return self.population_groups if column == "population_group" else self.risks
        found = table.column(column)
        return found.codes or None if found is not None else None


def read_source_file(content: bytes, file: str) -> tuple[SourceFile | None, list[PolicyMistake]]:
    """A source file or mapping, and what is wrong with its structure. file: the name that mistakes carry."""
    tree, mistakes = read_yaml(content, file, MOST)
    if tree is None:
        return None, mistakes
    tree = _as_texts(tree)
    structure, found = read_model(SourceStructure, tree)
    mistakes += found
    if structure is None:
        return None, mistakes
    if structure.files and isinstance(tree, TreeMapping):
        for key in (key for key in tree.items if key in _OF_KINDS):
            mistakes.append(
                wrong.UnknownKey(
                    found=f"The key `{key}` stands beside `files`",
                    expected="it below the name of a kind of file",
                    place=key_place(tree, key),
                )
            )
    return SourceFile(file, structure, tree, content.decode("utf-8-sig")), mistakes


def _as_texts(tree: Tree) -> Tree:
    """The tree with every word a text: `null` and `~` are words that cells of a file may hold."""
    if isinstance(tree, Scalar):
        return replace(tree, quoted=tree.quoted or tree.text != "")
    if isinstance(tree, Sequence):
        return replace(tree, items=tuple(_as_texts(item) for item in tree.items))
    return replace(tree, items={key: _as_texts(value) for key, value in tree.items.items()})


def check_source_file(source: SourceFile, words: PackWords) -> Iterator[PolicyMistake]:
    """What a pack's source file says that its tables and the pack do not have."""
    name = source.structure.source
    if name is None:
        place = Place(source.file, 1, 1)
        yield wrong.MissingKey(found="Something is missing here", expected="the key `source`", place=place)
    elif name not in words.sources:
        yield wrong.NotDeclared(
            found=f"policy.yaml declares no source `{name}`",
            expected=", ".join(words.sources) or "a source that policy.yaml declares",
            hint=_meant(name, words.sources),
            place=place_of(source.tree, "source"),
        )
    elif name != source.stem:
        yield wrong.OtherFileName(
            found=f"The file of the source `{name}` is called {PurePath(source.file).name}",
            expected=f"{FOLDER}/{name}.yaml",
            place=place_of(source.tree, "source"),
        )
    for kind, path in source.kinds().values():
        if kind.table is None:
            place = key_place(source.tree, *path) if path else Place(source.file, 1, 1)
            yield wrong.MissingKey(found="Something is missing here", expected="the key `table`", place=place)
            continue
        yield from _check_kind(kind, TABLES[kind.table], path, source.tree, words)


def _check_kind(kind: KindOfFile, table: Table, path: Path, tree: Tree, words: PackWords) -> Iterator[PolicyMistake]:
    yield from _check_columns(kind, table, path, tree)
    yield from _check_filled(kind, table, path, tree)
    for column, codes in kind.values.items():
        for theirs, ours in codes.items():
            taken = words.codes(table, column)
            if ours and taken is not None and ours not in taken:
                yield _no_code(ours, column, table, taken, tree, (*path, "values", column, theirs))
    for at, cells in _records(kind, path):
        for column, cell in cells.items():
            taken = words.codes(table, column)
            if cell.constant and taken is not None and cell.constant not in taken:
                yield _no_code(cell.constant, column, table, taken, tree, (*at, column, "value"))
    if kind.derives is not None:
        at = (*path, "derives", "kind")
        known = words.codes(TABLES["conditions"], "kind")
        if table.name != "conditions":
            found = f"Rows of `{table.name}` are not derived from a list"
            place = key_place(tree, *path, "derives")
            yield wrong.UnknownKey(found=found, expected="`derives` with conditions", place=place)
        elif known is not None and kind.derives.kind not in known:
            yield _no_code(kind.derives.kind, "kind", table, known, tree, at)


def columns_of(table: Table) -> list[str]:
    """The columns that a file may fill; in tables that name a person, an ID number may stand for the person."""
    return [*(c.name for c in (*table.columns, *COMMON)), *(["id_number"] if table.names_a_person else [])]


def _check_columns(kind: KindOfFile, table: Table, path: Path, tree: Tree) -> Iterator[PolicyMistake]:
    """Every column that is named, and is none of the table or not of the type needed there."""
    known = columns_of(table)
    numbers = [column.name for column in table.columns if column.type is Type.NUMBER]
    texts = [name for name in known if (column := table.column(name)) is None or column.type is Type.TEXT]
    named = [(known, (*at, column)) for at, cells in _records(kind, path) for column in cells]
    named += [(known, (*path, "values", column)) for column in kind.values]
    named += [(texts, (*path, "digits", column)) for column in kind.digits]
    for taken, at in named:
        if at[-1] not in taken:
            yield _no_column(str(at[-1]), table, taken, known, key_place(tree, *at))
    for number, name in enumerate(kind.round):
        if name not in numbers:
            yield _no_column(name, table, numbers, known, place_of(tree, *path, "round", number))


def _no_column(column: str, table: Table, taken: list[str], known: list[str], place: Place) -> wrong.ColumnUnfit:
    found = f"`{table.name}` has no column `{column}`"
    if column in known:
        found = f"The column `{column}` of `{table.name}` cannot stand here"
    return wrong.ColumnUnfit(
        found=found, expected=", ".join(taken) or "nothing", hint=_meant(column, taken), place=place
    )


def _check_filled(kind: KindOfFile, table: Table, path: Path, tree: Tree) -> Iterator[PolicyMistake]:
    """Every required column that some record does not fill."""
    is_list = kind.derives is not None and table.name == "conditions"
    for at, cells in list(_records(kind, path))[1 if kind.rows else 0 :]:
        for column in missing_columns({*kind.columns, *cells}, table, is_list=is_list):
            yield wrong.ColumnNotFilled(
                found=f"Nothing fills the column `{column}`, which every row of `{table.name}` needs",
                expected="its heading, or {value: ...}",
                place=key_place(tree, *at),
            )


def missing_columns(filled: set[str], table: Table, *, is_list: bool = False) -> list[str]:
    """The required columns that nothing fills; an ID number may stand for the person and the household.

    is_list: rows of a positive list name a person, which stands for its household too; the kind is derived, and the day
    is that on which the list was received if nothing else is said.
    """
    by_number = "id_number" in filled and table.names_a_person
    if is_list:
        return [] if by_number or "person_id" in filled else ["person_id"]
    stood_for = ("household_id", "person_id") if by_number else ()
    return [c.name for c in table.columns if c.required and c.name not in filled and c.name not in stood_for]


def _records(kind: KindOfFile, path: Path) -> Iterator[tuple[Path, Mapping[str, CellDefinition]]]:
    """The columns of each record, with the path at which they stand: those of all records first."""
    yield (*path, "columns"), kind.columns
    for number, cells in enumerate(kind.rows):
        yield (*path, "rows", number), cells


def _no_code(code: str, column: str, table: Table, taken: tuple[str, ...], tree: Tree, at: Path) -> wrong.CodeNotTaken:
    return wrong.CodeNotTaken(
        found=f"The column `{column}` of `{table.name}` does not take `{code}`",
        expected=", ".join(taken) or f"a {column} that the pack declares",
        hint=_meant(code, taken),
        place=place_of(tree, *at),
    )


def _meant(name: str, known: list[str] | tuple[str, ...]) -> str:
    close = nearest(name, known)
    return f"Did you mean `{close}`?" if close else ""
