"""Policy packs: read from a folder, checked, and turned into objects that the compiler understands."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from zoneinfo import available_timezones

from firmground.engine.areas import SHIPPED as SHIPPED_TREES
from firmground.engine.policy import structure_mistakes as wrong
from firmground.engine.policy.definitions import Definitions
from firmground.engine.policy.mistakes import PolicyMistake, UnitDoesNotFit, UnknownCode, UnknownUnit
from firmground.engine.policy.model import Level, Pack
from firmground.engine.policy.reading import place_of, read_model
from firmground.engine.policy.source import LARGEST, Mapping, Scalar, Tree, read_yaml
from firmground.engine.policy.source_files import FOLDER as SOURCES
from firmground.engine.policy.source_files import PackWords, SourceFile, check_source_file, read_source_file
from firmground.engine.policy.structure import FILES, FORMAT, MODELS, PolicyFile
from firmground.errors import FirmgroundError, Place, nearest


class PackUnsound(FirmgroundError):
    """A pack holds mistakes, listed in `mistakes` in the order of its files."""

    id = "FG-P000"

    def __init__(self, name: str, mistakes: tuple[PolicyMistake, ...]) -> None:
        number = f"{len(mistakes)} mistake{'s' if len(mistakes) != 1 else ''}"
        super().__init__(found=f"The pack `{name}` holds {number}", hint=f"See `firmground check {name}`.")
        self.mistakes = mistakes


def shipped_packs() -> tuple[str, ...]:
    """Names of the packs that come with the product."""
    folder = Path(str(resources("firmground").joinpath("packs")))
    return tuple(sorted(path.name for path in folder.iterdir() if (path / "policy.yaml").is_file()))


def pack_folder(name: str | Path) -> Path:
    """The folder of a pack, by its shipped name or its path. Raises UnknownPack with the nearest name."""
    if isinstance(name, str) and name in shipped_packs():
        return Path(str(resources("firmground").joinpath("packs", name)))
    folder = Path(name)
    try:
        if folder.is_dir():
            return folder
    except OSError:  # the name is longer than the system takes
        pass
    close = nearest(str(name), shipped_packs())
    raise wrong.UnknownPack(
        found=f"There is no pack `{name}`",
        expected="a folder with a policy.yaml, or one of " + ", ".join(shipped_packs()),
        hint=f"Did you mean `{close}`?" if close else "",
    )


def load_pack(name: str | Path) -> Pack:
    """A sound pack. name: of a shipped pack, or a folder.

    Raises UnknownPack, or PackUnsound with every mistake.
    """
    pack, mistakes = _read(pack_folder(name))
    if pack is None or mistakes:
        raise PackUnsound(str(name), mistakes)
    return pack


def check_pack(name: str | Path) -> tuple[PolicyMistake, ...]:
    """Every mistake of a pack, in the order of its files; empty for a sound one. Raises UnknownPack."""
    return _read(pack_folder(name))[1]


def _read(folder: Path) -> tuple[Pack | None, tuple[PolicyMistake, ...]]:
    mistakes: list[PolicyMistake] = []
    contents: dict[str, bytes] = {}
    lines: dict[str, list[str]] = {}
    trees: dict[str, Tree] = {}
    for path in sorted(folder.glob("*.y*ml")):
        if path.name not in FILES:
            close = nearest(path.name, FILES)
            hint = f"Did you mean `{close}`?" if close else ""
            found = f"A pack has no file {path.name}"
            mistakes.append(wrong.UnknownFile(found=found, expected=", ".join(FILES), hint=hint, place=_file(path)))
    for name in FILES:
        path = folder / name
        if not path.is_file():
            found = f"{name} is no file" if path.exists() else f"The file {name} is missing"
            mistakes.append(wrong.MissingFile(found=found, expected=", ".join(FILES), place=_file(path)))
            continue
        with path.open("rb") as file:
            contents[name] = file.read(LARGEST + 1)
        lines[str(path)] = _lines(contents[name])
        tree, found_here = read_yaml(contents[name], str(path))
        mistakes += found_here
        if tree is not None:
            trees[name] = tree
    source_files = []
    for path in sorted((folder / SOURCES).glob("*.y*ml")):
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        lines[str(path)] = _lines(content)
        source_file, found_here = read_source_file(content, str(path))
        mistakes += found_here
        source_files += [source_file] if source_file is not None else []
    newer = _newer(trees.get("policy.yaml"))
    if newer is not None:
        return None, _in_order([newer], lines)
    pack = _build(folder, trees, contents, source_files, mistakes)
    return pack, _in_order(mistakes, lines)


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8-sig", errors="replace").splitlines()


def _file(path: Path) -> Place:
    return Place(str(path))


def _newer(policy: Tree | None) -> PolicyMistake | None:
    """A pack of a newer format is refused before its unknown keys are called mistakes."""
    written = policy.items.get("format") if isinstance(policy, Mapping) else None
    if not isinstance(written, Scalar) or not re.fullmatch(r"[1-9][0-9]{0,8}", written.text):
        return None
    if int(written.text) <= FORMAT:
        return None
    return wrong.NewerFormat(
        found=f"The pack has format {written.text}",
        expected=f"format {FORMAT}, which this version of Firmground reads",
        hint="Use a newer version of Firmground, or the pack's version for this one.",
        place=written.place,
    )


def _build(
    folder: Path,
    trees: dict[str, Tree],
    contents: dict[str, bytes],
    source_files: list[SourceFile],
    mistakes: list[PolicyMistake],
) -> Pack | None:
    models = {}
    for name, tree in trees.items():
        model, found = read_model(MODELS[name], tree)
        mistakes += found
        if model is not None:
            models[name] = model
    trees = {**trees, **{f"{SOURCES}/{Path(each.file).name}": each.tree for each in source_files}}
    policy = models.get("policy.yaml")
    if not isinstance(policy, PolicyFile):
        definitions = Definitions(_stand_in(trees.get("policy.yaml")), models, trees)
        definitions.read()
        mistakes += [mistake for mistake in definitions.mistakes if not isinstance(mistake, _SAID_BY_POLICY)]
        return None
    definitions = Definitions(policy, models, trees)
    definitions.read()
    mistakes += definitions.mistakes
    _check_policy(policy, trees["policy.yaml"], mistakes)
    words = PackWords(
        sources=tuple(policy.sources),
        kinds=definitions.kinds if "tables.yaml" in models else None,
        population_groups=tuple(policy.population_groups),
        risks=tuple(policy.risks),
    )
    mistakes += [mistake for each in source_files for mistake in check_source_file(each, words)]
    if mistakes:
        return None
    levels = tuple(Level(name, title, number) for number, (name, title) in enumerate(policy.levels.items(), 1))
    return Pack(
        id=policy.id,
        version=policy.version,
        title=policy.title,
        languages=tuple(policy.languages),
        currency=policy.currency,
        time_zone=policy.time_zone,
        levels=levels,
        area_tree=policy.areas,
        population_groups=policy.population_groups,
        risks=policy.risks,
        severities=policy.severities,
        kinds=definitions.kinds,
        sources={name: source.title for name, source in policy.sources.items()},
        source_ranks=definitions.source_ranks,
        parameters=definitions.parameters,
        facts=definitions.facts,
        rules=definitions.rules,
        digest=digest_of(contents),
        folder=folder,
        source_files={each.stem: each for each in source_files},
        files=contents,
    )


# What cannot be judged while policy.yaml is unsound: it declares the words that these mistakes are about.
_SAID_BY_POLICY = (
    wrong.MissingTranslation,
    wrong.UnknownLanguage,
    wrong.NotDeclared,
    wrong.UnknownArea,
    UnitDoesNotFit,
    UnknownCode,
    UnknownUnit,
)


def _stand_in(tree: Tree | None) -> PolicyFile:
    """A policy with the words that an unsound policy.yaml does declare, so that the other files are checked at once."""
    written = tree.items if isinstance(tree, Mapping) else {}
    groups, units, currency = (written.get(key) for key in ("population_groups", "units", "currency"))
    return PolicyFile.model_construct(
        languages=[],
        currency=currency.text if isinstance(currency, Scalar) else "",
        areas=None,
        population_groups={name: {} for name in groups.items} if isinstance(groups, Mapping) else {},
        risks={},
        severities={},
        units={name: {} for name in units.items} if isinstance(units, Mapping) else {},
        sources={},
    )


def _check_policy(policy: PolicyFile, tree: Tree, mistakes: list[PolicyMistake]) -> None:
    if policy.time_zone not in _time_zones():
        close = nearest(policy.time_zone, _time_zones())
        mistakes.append(
            wrong.UnknownChoice(
                found=f"There is no time zone `{policy.time_zone}`",
                expected="a name of the IANA list such as Asia/Shanghai",
                hint=f"Did you mean `{close}`?" if close else "",
                place=place_of(tree, "time_zone"),
            )
        )
    if policy.areas is not None and policy.areas not in SHIPPED_TREES:
        close = nearest(policy.areas, SHIPPED_TREES)
        mistakes.append(
            wrong.UnknownChoice(
                found=f"There is no shipped area tree `{policy.areas}`",
                expected=", ".join(SHIPPED_TREES),
                hint=f"Did you mean `{close}`?" if close else "",
                place=place_of(tree, "areas"),
            )
        )


@cache
def _time_zones() -> frozenset[str]:
    """Every time zone that this machine knows; read from its disk once."""
    return frozenset(available_timezones())


def digest_of(contents: dict[str, bytes]) -> str:
    """The digest by which a pack is known, from the contents of its files by name."""
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(f"{name}\0{len(contents[name])}\0".encode())
        digest.update(contents[name])
    return digest.hexdigest()


def _in_order(mistakes: list[PolicyMistake], lines: dict[str, list[str]]) -> tuple[PolicyMistake, ...]:
    """Mistakes by file, line and column, each with the line it stands in. lines: of each file, by its path."""
    rank = {name: position for position, name in enumerate(FILES)}
    for mistake in mistakes:
        place = mistake.place
        text = lines.get(place.file, []) if place else []
        if place and 0 < place.line <= len(text) and not mistake.excerpt:
            mistake.excerpt = text[place.line - 1]

    def order(mistake: PolicyMistake) -> tuple[int, str, int, int, str]:
        place = mistake.place or Place("")
        return (rank.get(Path(place.file).name, len(rank)), place.file, place.line, place.column, mistake.id)

    return tuple(sorted(mistakes, key=order))
