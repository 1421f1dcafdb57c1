"""YAML read as a tree that knows where everything stands. Scalars stay text: `6000` is not yet a number.

Only plain YAML is taken: no tags, no anchors or aliases, no doubled keys, no file of more than a megabyte. So a pack
can neither make objects nor grow in memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from firmground.engine.policy.mistakes import PolicyMistake
from firmground.errors import Place

LARGEST = 1_000_000  # bytes of one file
MOST = 200_000  # words, lists and mappings of one file; the parser takes a second for 20,000
DEEPEST = 30  # lists and mappings within each other; a pack needs 7
_ESCAPES = {"'": re.compile("''"), '"': re.compile(r"\\(x..|u.{4}|U.{8}|.|$)")}


class NotYaml(PolicyMistake):
    """The file is not YAML: a bracket or quotation mark is missing, or something is indented wrongly."""

    id = "FG-P001"


class NotPlainYaml(PolicyMistake):
    """The file uses a tag, an anchor or an alias, which packs do without, or nests too deeply."""

    id = "FG-P003"


class DoubledKey(PolicyMistake):
    """A key stands twice in one mapping; one of the two would be lost."""

    id = "FG-P004"


class FileTooLarge(PolicyMistake):
    """A file of a pack has more than a megabyte, or 200,000 words, lists and mappings (a source file 20,000)."""

    id = "FG-P005"


class NotUtf8(PolicyMistake):
    """A file of a pack is not UTF-8 text."""

    id = "FG-P006"


@dataclass(frozen=True)
class Scalar:
    """A word or number as text; `is_null` for an empty value, `quoted` where quotation marks make it text for sure."""

    place: Place
    text: str
    quoted: bool

    @property
    def is_null(self) -> bool:
        """Whether nothing stands here."""
        return not self.quoted and self.text in ("", "~", "null")


@dataclass(frozen=True)
class Sequence:
    """A list."""

    place: Place
    items: tuple[Tree, ...]


@dataclass(frozen=True)
class Mapping:
    """Keys and values, with the place of each key."""

    place: Place
    items: dict[str, Tree]
    keys: dict[str, Place]


Tree = Scalar | Sequence | Mapping


def read_yaml(content: bytes, file: str, most: int = MOST) -> tuple[Tree | None, list[PolicyMistake]]:
    """The tree of a file's content, or None, and what is wrong with it. file: the name that mistakes carry.

    most: words, lists and mappings that it may have.
    """
    whole = Place(file)
    if len(content) > LARGEST:
        found = f"The file has more than {LARGEST} bytes"
        return None, [FileTooLarge(found=found, expected="less", place=whole)]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _position(content[: error.start].decode("utf-8-sig"))
        found = f"The byte {content[error.start]:#04x} is not UTF-8"
        expected = "text in UTF-8, as which the file can be saved anew"
        return None, [NotUtf8(found=found, expected=expected, place=Place(file, line, column))]
    try:
        mistakes = _not_plain(text, file, most)
        if mistakes:
            return None, mistakes
        node = YAML(typ="rt", pure=True).compose(text)
    except (YAMLError, ValueError) as error:
        return None, [_not_yaml(error, text, file)]
    if node is None:
        return Mapping(Place(file, 1, 1), {}, {}), []
    mistakes = []
    return _tree(node, file, text.splitlines(), mistakes), mistakes


def _position(before: str) -> tuple[int, int]:
    """Line and column of what follows a text."""
    line = before.count("\n") + 1
    return line, len(before) - before.rfind("\n")


def _not_plain(text: str, file: str, most: int) -> list[PolicyMistake]:
    mistakes: list[PolicyMistake] = []
    depth = 0
    for number, event in enumerate(YAML(typ="rt", pure=True).parse(text)):
        found = None
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        place = Place(file, event.start_mark.line + 1, event.start_mark.column + 1)
        if number > most:
            found = f"More than {most} words, lists and mappings stand before this place"
            return [*mistakes, FileTooLarge(found=found, expected="fewer, or several files", place=place)]
        if depth > DEEPEST:
            found = f"Lists and mappings stand within each other {depth} deep"
            return [*mistakes, NotPlainYaml(found=found, expected=f"at most {DEEPEST} deep", place=place)]
        if isinstance(event, AliasEvent):
            found = f"The alias `*{event.anchor}` stands here"
        elif getattr(event, "anchor", None):
            found = f"The anchor `&{event.anchor}` stands here"
        elif getattr(event, "tag", None):
            found = f"The tag `{str(event.tag).replace('tag:yaml.org,2002:', '!!')}` stands here"
        if found:
            mistakes.append(NotPlainYaml(found=found, expected="the value itself", place=place))
    return mistakes


def _not_yaml(error: Exception, text: str, file: str) -> PolicyMistake:
    if isinstance(error, ReaderError):
        place = Place(file, *_position(text[: error.position]))
        found = f"The character U+{ord(text[error.position]):04X} stands here"
        return NotYaml(found=found, expected="characters that can be seen", place=place)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file)
    problem = error.problem if isinstance(error, MarkedYAMLError) and error.problem else str(error)
    if "'\\t'" in problem:
        return NotYaml(found="A tab stands here", expected="spaces, by which YAML is indented", place=place)
    begun = getattr(error, "context_mark", None) if problem.startswith(("expected", "found unexpected end")) else None
    hint = f"What is not closed begins in line {begun.line + 1}." if begun is not None and begun is not mark else ""
    expected = "YAML such as `name: value`"
    return NotYaml(found=f"This is not YAML: {problem}", expected=expected, hint=hint, place=place)


def _tree(node: Node, file: str, lines: list[str], mistakes: list[PolicyMistake]) -> Tree:
    place = Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, ScalarNode):
        quoted = node.style in ("'", '"')
        if quoted:
            place = Place(place.file, place.line, place.column + 1)
        text = str(node.value).replace("\a", "")  # the parser marks folds with it
        return Scalar(_over_lines(place, node, text, lines), text, quoted)
    if isinstance(node, SequenceNode):
        return Sequence(place, tuple(_tree(child, file, lines, mistakes) for child in node.value))
    if not isinstance(node, MappingNode):  # pragma: no cover - the parser knows three kinds of nodes
        raise TypeError(type(node).__name__)
    items: dict[str, Tree] = {}
    keys: dict[str, Place] = {}
    for key_node, value_node in node.value:
        key_place = Place(file, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        key = str(key_node.value) if isinstance(key_node, ScalarNode) else "?"
        if key in items:
            found = f"The key `{key}` stands here for the second time"
            expected = f"it once; the first is in line {keys[key].line}"
            mistakes.append(DoubledKey(found=found, expected=expected, place=key_place))
            continue
        items[key] = _tree(value_node, file, lines, mistakes)
        if value_node.start_mark.index == value_node.end_mark.index:  # nothing written: the parser stands elsewhere
            items[key] = replace(items[key], place=key_place)
        keys[key] = key_place
    return Mapping(place, items, keys)


def _over_lines(place: Place, node: ScalarNode, text: str, lines: list[str]) -> Place:
    """The place of a text, with where each part of it begins, if it is written over several lines or with escapes."""
    is_block = node.style in (">", "|")
    first, last = node.start_mark.line, node.end_mark.line
    quotes = node.style in _ESCAPES
    starts: list[tuple[int, int, int]] = []
    offset = 0
    for number in range(first + is_block, min(last + 1, len(lines))):
        begin = node.start_mark.column + quotes if number == first else 0
        end = node.end_mark.column - quotes if number == last and not is_block else None
        for column, part in _parts(lines[number][begin:end], node.style):
            found = text.find(part, offset)
            if found < 0:  # the line after a block
                break
            starts.append((found, number + 1, begin + column + 1))
            offset = found + len(part)
    return Place(place.file, place.line, place.column, tuple(starts) if len(starts) > 1 or is_block else ())


def _parts(line: str, style: str | None) -> list[tuple[int, str]]:
    """The parts of a line that stand in the text as they are written, each with its column from 0."""
    parts: list[tuple[int, str]] = []
    begin = 0
    escapes = _ESCAPES[style].finditer(line) if style in _ESCAPES else ()
    for start, end in [*(match.span() for match in escapes), (len(line), len(line))]:
        part = line[begin:start]
        begin, column = end, begin + (len(part) - len(part.lstrip()) if not parts else 0)
        part = part.lstrip() if not parts else part
        part = part.rstrip() if end == len(line) else part
        if part:
            parts.append((column, part))
    return parts
