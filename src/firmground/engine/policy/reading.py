"""From a tree to a model, with every structural mistake at its place."""

from __future__ import annotations

from collections.abc import Sequence as Items
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from firmground.engine.policy import structure_mistakes as wrong
from firmground.engine.policy.mistakes import PolicyMistake
from firmground.engine.policy.source import Mapping, Scalar, Sequence, Tree
from firmground.errors import Place, nearest

Model = TypeVar("Model", bound=BaseModel)
_SHAPES = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "string_type": "a text",
    "too_short": "at least one entry",
    "string_too_short": "a text",
    "source_type": "a text, or one text per language",
    "cell_type": "a heading, a list of headings, or {value: ...}",
}
_FORMS = {
    "decimal": "a number such as 6000 or 0.4, with at most 28 digits, 12 of them places",
    "finite": "a number such as 6000 or 0.4, with at most 28 digits, 12 of them places",
    "int": "a whole number",
    "bool": "yes or no",
    "date": "a date such as 2022-05-31",
    "value_error": "a date such as 2022-05-31",
}


def plain(tree: Tree) -> Any:
    """The tree as plain values: text, None, lists and dicts."""
    if isinstance(tree, Scalar):
        return None if tree.is_null else tree.text
    if isinstance(tree, Sequence):
        return [plain(item) for item in tree.items]
    return {name: plain(value) for name, value in tree.items.items()}


def at(tree: Tree, path: Items[str | int]) -> Tree:
    """What stands at a path, or the nearest thing above it."""
    for step in path:
        if isinstance(tree, Mapping) and step in tree.items:
            tree = tree.items[str(step)]
        elif isinstance(tree, Sequence) and isinstance(step, int) and step < len(tree.items):
            tree = tree.items[step]
        else:
            break
    return tree


def place_of(tree: Tree, *path: str | int) -> Place:
    """The place of what stands at a path."""
    return at(tree, path).place


def key_place(tree: Tree, *path: str | int) -> Place:
    """The place of the last key of a path."""
    above = at(tree, path[:-1])
    if isinstance(above, Mapping) and path[-1] in above.keys:
        return above.keys[str(path[-1])]
    return place_of(tree, *path)


def read_model(model: type[Model], tree: Tree) -> tuple[Model | None, list[PolicyMistake]]:
    """The model of a tree and each structural mistake, in the order of the file.

    Entries with mistakes are left out of the model, so that what the others say is checked at once too; the model is
    None where what is left does not make one.
    """
    values = plain(tree)
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        details = error.errors()
        mistakes = sorted((_mistake(each, tree, model) for each in details), key=lambda m: m.place or Place(""))
    for each in details:
        unknown_key = each["type"] == "extra_forbidden"
        _leave_out(values, each["loc"] if unknown_key else each["loc"][:1])
    try:
        return model.model_validate(values), mistakes
    except ValidationError:
        return None, mistakes


def _leave_out(values: Any, path: Items[str | int]) -> None:
    """Take what stands at a path out of plain values."""
    for step in path[:-1]:
        values = values.get(step) if isinstance(values, dict) else values[int(step)] if values else None
    if isinstance(values, dict) and path:
        values.pop(path[-1], None)


def _mistake(details: ErrorDetails, tree: Tree, model: type[BaseModel]) -> PolicyMistake:
    kind = details["type"]
    path = tuple(step for step in details["loc"] if step != "[key]")
    key = path[-1] if path else ""
    found = at(tree, path)
    shown = found.text if isinstance(found, Scalar) else ""
    if kind == "extra_forbidden":
        known = _keys_beside(model, path[:-1])
        return wrong.UnknownKey(
            found=f"The key `{key}` is not known here",
            expected=", ".join(known),
            hint=_hint(str(key), known),
            place=key_place(tree, *path),
        )
    if kind == "missing":
        return wrong.MissingKey(
            found="Something is missing here", expected=f"the key `{key}`", place=_owner(tree, path)
        )
    if kind == "literal_error":
        choices = [word.strip("'") for word in str(details.get("ctx", {}).get("expected", "")).split(", ")]
        choices = [word.strip("'") for choice in choices for word in choice.split(" or ")]
        return wrong.UnknownChoice(
            found=f"`{shown}` may not stand here",
            expected=", ".join(choices),
            hint=_hint(shown, choices),
            place=found.place,
        )
    if kind in ("string_pattern_mismatch", "string_too_long"):
        name = str(key) if "[key]" in details["loc"] else shown
        place = key_place(tree, *path) if "[key]" in details["loc"] else found.place
        pattern = str(details.get("ctx", {}).get("pattern", ""))
        expected = "at most 60 small letters, digits and single underscores, such as net_income_12m"
        if "A-Z" in pattern:
            expected = "three capital letters such as CNY"
        elif "{2,3}" in pattern:
            expected = "a language code such as en"
        return wrong.BadName(found=f"`{name}` cannot be a name here", expected=expected, place=place)
    if kind in _SHAPES:
        return wrong.WrongShape(found=_shape(found), expected=_SHAPES[kind], place=found.place)
    form = next((words for prefix, words in _FORMS.items() if kind.startswith(prefix)), details["msg"])
    if kind == "greater_than_equal":
        form = f"a whole number from {details['ctx']['ge']} on"
    elif kind == "less_than_equal":
        form = f"a whole number up to {details['ctx']['le']}"
    return wrong.WrongForm(found=f"`{shown}` does not have the form needed here", expected=form, place=found.place)


def _hint(name: str, known: Items[str]) -> str:
    close = nearest(name, known)
    return f"Did you mean `{close}`?" if close else ""


def _shape(found: Tree) -> str:
    if isinstance(found, Scalar):
        if found.text.strip() == "" or found.is_null:
            return "An empty text stands here" if found.quoted else "Nothing stands here"
        return f"The text `{found.text[:40]}` stands here"
    if not found.items:
        return "Nothing stands here"
    return "A list stands here" if isinstance(found, Sequence) else "A mapping stands here"


def _owner(tree: Tree, path: Items[str | int]) -> Place:
    """The place of the key above a missing one, or of the file's beginning."""
    return key_place(tree, *path[:-1]) if len(path) > 1 else Place(tree.place.file, 1, 1)


def _keys_beside(model: type[BaseModel], path: Items[str | int]) -> list[str]:
    """The keys that a model knows at a path."""
    current: Any = model
    for step in path:
        current = _below(current, step)
    fields = getattr(_bare(current), "model_fields", {})
    return [field.alias or name for name, field in fields.items()]


def _below(current: Any, step: str | int) -> Any:
    """The type below a step: of a model's field, of a dict's values, of a list's items."""
    current = _bare(current)
    fields = getattr(current, "model_fields", None)
    if fields is None:
        return get_args(current)[-1] if get_args(current) else None
    if "root" in fields:
        return _below(fields["root"].annotation, step)
    return next((field.annotation for name, field in fields.items() if step in (name, field.alias)), None)


def _bare(annotation: Any) -> Any:
    """An annotation without `Annotated` and without the possibility of None."""
    while get_origin(annotation) in (Annotated, Union, UnionType):
        annotation = get_args(annotation)[0]
    return annotation
