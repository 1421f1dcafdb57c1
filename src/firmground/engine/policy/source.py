"""YAML read as a tree that knows where everything stands. Scalars stay text: `6000` is not yet a number.

Only plain YAML is taken: no tags, no anchors or aliases, no doubled keys, no file of more than a megabyte. So a pack
can neither make objects nor grow in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from firmground.engine.policy.mistakes import PolicyMistake
from firmground.errors import Place

LARGEST = 1_000_000  # bytes of one file


class NotYaml(PolicyMistake):
    """The file is not YAML: a bracket or quotation mark is missing, or something is indented wrongly."""

    id = "FG-P001"


class NotPlainYaml(PolicyMistake):
    """The file uses a tag, an anchor or an alias, which packs do without."""

    id = "FG-P003"


class DoubledKey(PolicyMistake):
    """A key stands twice in one mapping; one of the two would be lost."""

    id = "FG-P004"


class FileTooLarge(PolicyMistake):
    """A file of a pack is larger than a megabyte."""

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


def read_yaml(content: bytes, file: str) -> tuple[Tree | None, list[PolicyMistake]]:
    """The tree of a file's content, or None, and what is wrong with it. file: the name that mistakes carry."""
    whole = Place(file)
    if len(content) > LARGEST:
        found = f"The file has {len(content)} bytes"
        return None, [FileTooLarge(found=found, expected=f"at most {LARGEST} bytes", place=whole)]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = f"Byte {error.start} is not UTF-8"
        return None, [NotUtf8(found=found, expected="text in UTF-8", place=Place(file, line))]
    try:
        mistakes = _not_plain(text, file)
        if mistakes:
            return None, mistakes
        node = YAML(typ="rt", pure=True).compose(text)
    except (YAMLError, RecursionError, ValueError) as error:
        return None, [_not_yaml(error, file)]
    if node is None:
        return Mapping(Place(file, 1, 1), {}, {}), []
    mistakes = []
    return _tree(node, file, text.splitlines(), mistakes), mistakes


def read_file(path: Path, file: str) -> tuple[Tree | None, list[PolicyMistake]]:
    """The tree of a file on disk."""
    return read_yaml(path.read_bytes(), file)


def _not_plain(text: str, file: str) -> list[PolicyMistake]:
    mistakes: list[PolicyMistake] = []
    for event in YAML(typ="rt", pure=True).parse(text):
        found = None
        if isinstance(event, AliasEvent):
            found = f"The alias `*{event.anchor}` stands here"
        elif getattr(event, "anchor", None):
            found = f"The anchor `&{event.anchor}` stands here"
        elif getattr(event, "tag", None):
            found = f"The tag `{event.tag}` stands here"
        if found:
            place = Place(file, event.start_mark.line + 1, event.start_mark.column + 1)
            mistakes.append(NotPlainYaml(found=found, expected="the value itself", place=place))
    return mistakes


def _not_yaml(error: Exception, file: str) -> PolicyMistake:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file)
    problem = error.problem if isinstance(error, MarkedYAMLError) and error.problem else "it nests too deeply"
    return NotYaml(found=f"This is not YAML: {problem}", expected="YAML such as `name: value`", place=place)


def _tree(node: Node, file: str, lines: list[str], mistakes: list[PolicyMistake]) -> Tree:
    place = Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, ScalarNode):
        quoted = node.style in ("'", '"')
        if quoted:
            place = Place(place.file, place.line, place.column + 1)
        text = str(node.value).replace("\a", "")  # the parser marks folds with it
        return Scalar(_over_lines(place, node, lines), text, quoted)
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
        keys[key] = key_place
    return Mapping(place, items, keys)


def _over_lines(place: Place, node: ScalarNode, lines: list[str]) -> Place:
    """The place of a text, with the beginning of each of its lines if it is written over several."""
    is_block = node.style in (">", "|")
    first, last = node.start_mark.line, node.end_mark.line
    if not is_block and first == last:
        return place
    starts: list[tuple[int, int, int]] = []
    offset = 0
    for number in range(first + is_block, min(last + 1, len(lines))):
        whole = lines[number]
        begin = node.start_mark.column if number == first else len(whole) - len(whole.lstrip())
        if number == last and is_block and (not whole.strip() or node.end_mark.column == 0):
            break
        starts.append((offset, number + 1, begin + 1))
        offset += len(whole[begin:].rstrip()) + 1
    return Place(place.file, place.line, place.column, tuple(starts))
