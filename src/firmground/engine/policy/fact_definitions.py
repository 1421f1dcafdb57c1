"""Facts: put in the order in which they can be computed, their windows and expressions read."""

from __future__ import annotations

from firmground.engine.policy import structure_mistakes as wrong
from firmground.engine.policy.analysis import analyse
from firmground.engine.policy.expressions import Expression
from firmground.engine.policy.fact_units import check_fact_unit, fact_symbol
from firmground.engine.policy.mistakes import PolicyMistake, WindowColumn
from firmground.engine.policy.model import Fact, Window
from firmground.engine.policy.parsing import is_name, references
from firmground.engine.policy.reading import at, key_place, place_of
from firmground.engine.policy.scopes import Names, scope_of_fact, scope_of_unknown_when
from firmground.engine.policy.source import Mapping, Scalar, Sequence, Tree
from firmground.engine.policy.structure import FactDefinition, FactsFile
from firmground.engine.policy.units import Unit, parse_unit
from firmground.engine.policy.values import ValueKind
from firmground.engine.policy.windows import parse_window
from firmground.engine.tables import COMMON, TABLES
from firmground.engine.tables.schema import LAKE_COLUMNS
from firmground.errors import nearest

_COLUMNS = {c.name for t in TABLES.values() for c in (*t.columns, *COMMON)} | {"as_of", "param", *LAKE_COLUMNS}
_WINDOW_KEYS = ("window", "offset", "on")


def read_facts(file: FactsFile, tree: Tree, names: Names) -> tuple[dict[str, Fact], list[PolicyMistake]]:
    """The facts in the order of their dependence, and every mistake. Fills `names.facts`, also for unsound ones."""
    mistakes: list[PolicyMistake] = []
    facts: dict[str, Fact] = {}
    order, circles = _ordered(file)
    in_circles = {name for circle in circles for name in circle}
    for name in in_circles:
        names.facts[name] = fact_symbol(name, file.root[name].of, None, file.root[name].unit, names)
    for circle in circles:
        found = "Facts are defined by each other in a circle: " + " -> ".join(circle)
        expected = "facts that can be computed one after the other"
        mistakes.append(wrong.CycleOfFacts(found=found, expected=expected, place=key_place(tree, circle[0])))
    mistakes += [mistake for name in in_circles for mistake in _read(name, file.root[name], tree, names)[1]]
    for name in order:
        definition = file.root[name]
        if name in _COLUMNS:
            found = f"`{name}` is the name of a column"
            mistakes.append(wrong.BadName(found=found, expected="a name of its own", place=key_place(tree, name)))
        elif not is_name(name):
            found = f"`{name}` cannot be written in an expression"
            expected = "a name that is no word of SQL"
            mistakes.append(wrong.BadName(found=found, expected=expected, place=key_place(tree, name)))
        fact, found_here = _read(name, definition, tree, names)
        mistakes += found_here
        expression = fact.value if fact else None
        names.facts[name] = fact_symbol(name, definition.of, expression, definition.unit, names)
        if fact is not None:
            facts[name] = fact
    return {name: facts[name] for name in order if name in facts}, mistakes


def _ordered(file: FactsFile) -> tuple[list[str], list[list[str]]]:
    """Names in an order in which each comes after those it names, else as in the file; and the circles."""
    named = {}
    for name, fact in file.root.items():
        named_here = references(fact.value) | references(fact.unknown_when or "null")
        named[name] = [other for other in file.root if other in named_here]
    order: list[str] = []
    circles: list[list[str]] = []
    done: set[str] = set()
    for first in file.root:
        # Facts on the way from `first`, each with what it still has to visit; no recursion, chains may be long.
        path = {first: iter(named[first])} if first not in done else {}
        while path:
            name, others = next(reversed(path.items()))
            other = next(others, None)
            if other is None:
                del path[name]
                done.add(name)
                order.append(name)
            elif other in path:
                way = list(path)
                circles.append([*way[way.index(other) :], other])
            elif other not in done:
                path[other] = iter(named[other])
    in_circles = {name for circle in circles for name in circle}
    return [name for name in order if name not in in_circles], circles


def _read(name: str, definition: FactDefinition, tree: Tree, names: Names) -> tuple[Fact | None, list[PolicyMistake]]:
    windows, mistakes = _windows(name, definition, tree)
    scope = scope_of_fact(definition.of, definition.from_, names)
    value, found = analyse(definition.value, place_of(tree, name, "value"), scope)
    mistakes += found
    unknown: Expression | None = None
    if definition.unknown_when is not None:
        place = place_of(tree, name, "unknown_when")
        around = scope_of_unknown_when(definition.of, names)
        unknown, found = analyse(definition.unknown_when, place, around, needs=ValueKind.BOOLEAN)
        mistakes += found
    if definition.unit is not None:
        unit = parse_unit(definition.unit, names.words, place_of(tree, name, "unit"))
        if not isinstance(unit, Unit):
            mistakes.append(unit)
    place = key_place(tree, name)
    if value is not None and not mistakes:
        at_unit = place_of(tree, name, "unit") if definition.unit else place
        mistakes += check_fact_unit(value, definition.unit, windows, at_unit, names)
    if value is None or mistakes:
        return None, mistakes
    fact = Fact(
        name=name,
        title=definition.title,
        unit=definition.unit,
        of=definition.of,
        from_table=definition.from_,
        windows=windows,
        value=value,
        unknown_when=unknown,
        source=definition.source,
        place=place,
    )
    return fact, []


def _windows(name: str, definition: FactDefinition, tree: Tree) -> tuple[tuple[Window, ...], list[PolicyMistake]]:
    """The fact's windows; `open` for persons unless said."""
    written = at(tree, (name, "window")) if definition.window is not None else None
    several = isinstance(written, Sequence) and len(written.items) > 1
    beside = [key for key in ("on", "offset") if getattr(definition, key) is not None]
    if beside and (written is None or several):
        found = f"`{beside[0]}` stands beside " + ("several windows" if several else "no window")
        place = key_place(tree, name, beside[0])
        return (), [WindowColumn(found=found, expected="it within the window that it is for", place=place)]
    if definition.from_ is None:
        if written is None:
            return (), []
        found = "A fact over other facts has a window"
        place = key_place(tree, name, "window")
        return (), [wrong.WindowMissing(found=found, expected="no window, or `from:`", place=place)]
    table = TABLES[definition.from_]
    if written is None:
        if definition.from_ != "persons":
            found = f"The fact over `{definition.from_}` has no window"
            expected = "`window:` such as 12 full months, open or ever"
            return (), [wrong.WindowMissing(found=found, expected=expected, place=key_place(tree, name))]
        window, found_here = parse_window("open", None, None, table, key_place(tree, name))
        return (window,) if window else (), list(found_here)
    items = written.items if isinstance(written, Sequence) else (written,)
    if not items:
        found = "No window stands in the list"
        return (), [wrong.WrongShape(found=found, expected="at least one window", place=written.place)]
    windows: list[Window] = []
    mistakes: list[PolicyMistake] = []
    for item in items:
        parts, wrong_parts = _window_parts(item, definition, single=len(items) == 1)
        mistakes += wrong_parts
        if parts is None:
            continue
        inner = {key: place_of(item, key) for key in _WINDOW_KEYS if isinstance(item, Mapping) and key in item.items}
        places = {key: place_of(tree, name, key) for key in beside} | inner
        window, wrong_here = parse_window(parts[0], parts[1], parts[2], table, item.place, places)
        mistakes += wrong_here
        if window is not None:
            windows.append(window)
    return tuple(windows), mistakes


def _window_parts(
    item: Tree, definition: FactDefinition, *, single: bool
) -> tuple[tuple[str, str | None, str | None] | None, list[PolicyMistake]]:
    """(window, offset, on) of one window, with the fact's own offset and on if it has one window."""
    outer = (definition.offset, definition.on) if single else (None, None)
    if isinstance(item, Scalar):
        return (item.text, *outer), []
    if not isinstance(item, Mapping):
        found = "A list stands within the list of windows"
        return None, [wrong.WrongShape(found=found, expected="a window", place=item.place)]
    mistakes: list[PolicyMistake] = []
    texts: dict[str, str] = {}
    for key, value in item.items.items():
        if key not in _WINDOW_KEYS:
            close = nearest(key, _WINDOW_KEYS)
            hint = f"Did you mean `{close}`?" if close else ""
            found = f"The key `{key}` is not known here"
            expected = ", ".join(_WINDOW_KEYS)
            mistakes.append(wrong.UnknownKey(found=found, expected=expected, hint=hint, place=item.keys[key]))
        elif isinstance(value, Scalar):
            texts[key] = value.text
        else:
            mistakes.append(
                wrong.WrongShape(found="A list or mapping stands here", expected="a text", place=value.place)
            )
    if "window" not in texts and not mistakes:
        mistakes.append(
            wrong.MissingKey(found="Something is missing here", expected="the key `window`", place=item.place)
        )
    if mistakes:
        return None, mistakes
    return (texts["window"], texts.get("offset", outer[0]), texts.get("on", outer[1])), []
