"""The commands that documents show, found and run.

A document's `bash` blocks are run in their order in one fresh folder, each as a script that stops at the first error.
A `text` block after one is what it prints; a line `...` stands for any lines, `...` within a line for any text.
A comment before a block changes that: `<!-- exit 3 -->` expects this exit code, `<!-- needs spark -->` and
`<!-- needs reference data -->` are run only where those are, `<!-- not run: WHY -->` is never run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"(?:^<!-- (?P<note>[^\n]*?) -->\n)?^```bash\n(?P<script>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```$)?",
    flags=re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One script of a document, the output that is shown below it, and the exit code it should have."""

    line: int
    script: str
    output: str | None
    exit_code: int
    needs: str
    why_not_run: str


def blocks(text: str) -> list[Block]:
    """The scripts of a document in their order."""
    found = []
    for match in _BLOCK.finditer(text):
        note = match["note"] or ""
        line = text[: match.start("script")].count("\n") + 1
        code = int(note.removeprefix("exit ")) if note.startswith("exit ") else 0
        needs = note.removeprefix("needs ") if note.startswith("needs ") else ""
        reason = note.removeprefix("not run: ") if note.startswith("not run: ") else ""
        found.append(Block(line, match["script"], match["output"], code, needs, reason))
    return found


def run(document: Path, folder: Path, having: Collection[str] = ()) -> int:
    """Run the blocks of a document in `folder`, those that need something only if it is in `having`.

    Returns how many were run; fails with the block's place and what it printed.
    """
    (folder / "docs").symlink_to(PROJECT / "docs")
    done = 0
    for block in blocks(document.read_text(encoding="utf-8")):
        if block.why_not_run or (block.needs and block.needs not in having):
            continue
        place = f"{document.relative_to(PROJECT)}:{block.line}"
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.script],
            cwd=folder,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        said = f"{place}\n{ran.stdout}\n{ran.stderr}"
        assert ran.returncode == block.exit_code, said
        if block.output is not None:
            shown = ran.stdout + ran.stderr
            assert fits(block.output, shown), f"{place} shows\n{block.output}\nand the program said\n{shown}"
        done += 1
    return done


def fits(shown: str, printed: str) -> bool:
    """Whether what a document shows is what was printed, `...` standing for anything."""
    pattern = ""
    for line in shown.strip("\n").split("\n"):
        if line.strip() == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += "[^\n]*".join(map(re.escape, line.rstrip().split("..."))) + r"[ ]*\n"
    lines = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").split("\n"))
    return re.fullmatch(pattern, lines) is not None


def _environment() -> dict[str, str]:
    """This environment's programs first; wide enough for tables, and no colours."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return {**os.environ, "PATH": path, "COLUMNS": "120", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
