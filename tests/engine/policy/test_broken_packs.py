"""One broken file per mistake: it is reported at its place, in these words, and alone.

`broken/MISTAKE/` holds one file of the sound pack with one mistake in it. Its first line is the message. A second line
`# padded: N`, `# removed` or `# folder` says what the test does to the file, where git could not hold it.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import pytest

import firmground.engine.policy
from engine.policy.packs import copy_of_sound, mistakes
from firmground.engine.policy.mistakes import PolicyMistake
from firmground.errors import FirmgroundError, every_error

BROKEN = sorted((Path(__file__).parent / "broken").iterdir())
PROGRAM = Path(firmground.engine.policy.__file__).parent
Site = tuple[str, int]  # module, first line of the call that makes a mistake


@dataclass
class Found:
    """Mistakes of each broken pack, and the calls in the program that made them."""

    mistakes: dict[str, list[str]] = field(default_factory=dict)
    reached: set[Site] = field(default_factory=set)


def broken_file(case: Path) -> Path:
    """The one file of a case."""
    (file,) = (path for path in case.rglob("*") if path.is_file())
    return file


def broken_pack(folder: Path, case: Path) -> Path:
    """The sound pack with the broken file in it."""
    source = broken_file(case)
    content = source.read_bytes()
    second = [*content.split(b"\n"), b""][1]
    pack = copy_of_sound(folder)
    target = pack / source.relative_to(case)
    if second in (b"# removed", b"# folder"):
        target.unlink()
    if second == b"# folder":
        target.mkdir()
    if second.startswith(b"# padded: "):
        content = content.ljust(int(second.removeprefix(b"# padded: ")))
    if second not in (b"# removed", b"# folder"):
        target.write_bytes(content)
    return pack


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What every broken pack gives, read once, and which places in the program made it."""
    sites = dict(mistakes_made())
    found = Found()
    make = FirmgroundError.__init__

    def noting(self: FirmgroundError, **fields: object) -> None:
        found.reached.update(site for site, last in sites.items() if stands_in(site, last, sys._getframe()))
        make(self, **fields)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(FirmgroundError, "__init__", noting)
        for case in BROKEN:
            pack = broken_pack(tmp_path_factory.mktemp(case.name), case)
            found.mistakes[case.name] = mistakes(pack)
    return found


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_a_broken_file_gives_its_message_at_its_place_and_nothing_else(case: Path, found: Found) -> None:
    message = broken_file(case).read_bytes().split(b"\n")[0].decode().removeprefix("# ")

    assert found.mistakes[case.name] == [message]


def test_every_id_of_a_mistake_in_a_pack_has_a_broken_file() -> None:
    shown = {word for case in BROKEN for word in broken_file(case).read_bytes().split(b"\n")[0].split()}
    known = {error.id for error in every_error(PolicyMistake) if error.exit_code == 3}

    assert known
    assert {id_ for id_ in known if id_.encode() not in shown} == set()


def test_every_place_in_the_program_that_makes_a_mistake_is_reached_by_a_broken_file(found: Found) -> None:
    sites = {site for site, _ in mistakes_made()}

    assert sites
    assert {f"{module}.py:{line}" for module, line in sites - found.reached} == set()


def mistakes_made() -> Iterator[tuple[Site, int]]:
    """Every call in the program that makes a mistake of a pack, with its last line."""
    names = {error.__name__ for error in every_error(PolicyMistake) if error.exit_code == 3}
    for path in PROGRAM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or _name(node.func) == "isinstance":
                continue
            if names & {_name(part) for part in (node.func, *node.args)}:
                assert node.end_lineno is not None
                yield (path.stem, node.lineno), node.end_lineno


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def stands_in(site: Site, last: int, frame: FrameType | None) -> bool:
    """Whether the program stands between the first and last line of a call, or in something called from there."""
    while frame is not None:
        path = Path(inspect.getfile(frame))
        if path.parent == PROGRAM and path.stem == site[0] and site[1] <= frame.f_lineno <= last:
            return True
        frame = frame.f_back
    return False
