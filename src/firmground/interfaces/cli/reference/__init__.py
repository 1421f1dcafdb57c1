"""The reference pages, written from the running program: what it can do is what they say.

`python -m firmground.interfaces.cli.reference docs/reference` writes them; a test fails when they differ.
"""

from __future__ import annotations

import json
from pathlib import Path

from firmground.engine.policy.json_schema import schemas
from firmground.interfaces.cli.reference.commands import commands_page
from firmground.interfaces.cli.reference.conversions import conversions_page
from firmground.interfaces.cli.reference.errors import errors_page
from firmground.interfaces.cli.reference.packs import packs_page
from firmground.interfaces.cli.reference.reports import reports_page
from firmground.interfaces.cli.reference.tables import tables_page

NOTE = (
    "<!-- Written by `python -m firmground.interfaces.cli.reference docs/reference`; edit the program instead. -->\n\n"
)


def pages() -> dict[str, str]:
    """Every file of the reference: name below docs/reference -> text."""
    markdown = {
        "commands.md": commands_page(),
        "tables.md": tables_page(),
        "errors.md": errors_page(),
        "packs.md": packs_page(),
        "conversions.md": conversions_page(),
        "reports.md": reports_page(),
    }
    written = {name: NOTE + text for name, text in markdown.items()}
    for file, schema in schemas().items():
        written[f"schemas/{Path(file.partition('/')[0]).stem}.schema.json"] = (
            json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        )
    return written


def write_pages(folder: Path) -> None:
    """Write every page below `folder`, and take away schemas that are no longer made."""
    made = pages()
    (folder / "schemas").mkdir(parents=True, exist_ok=True)
    for stale in (folder / "schemas").glob("*.schema.json"):
        if f"schemas/{stale.name}" not in made:
            stale.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
