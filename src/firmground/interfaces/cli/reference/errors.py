"""The page of errors, from the classes themselves."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module

import firmground
from firmground.errors import FirmgroundError, every_error
from firmground.interfaces.cli.reference.markdown import table

FAMILIES = {
    "FG-C": "The command line",
    "FG-P": "Policy packs",
    "FG-R": "Rows, written beside them into quarantine",
    "FG-L": "The lake and imports",
    "FG-S": "Scans, explanations and results",
    "FG-Y": "Synthetic registries",
}

INTRODUCTION = """# Errors

Every error says where it is, what was found, what was expected and what to do, and carries an id of this page.
"""


def errors() -> list[type[FirmgroundError]]:
    """Every error that the program can give, in order of its id."""
    for module in pkgutil.walk_packages(firmground.__path__, "firmground."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    return sorted(every_error(), key=lambda error: error.id)


def errors_page() -> str:
    """The page."""
    parts = [INTRODUCTION]
    known = errors()
    for prefix, title in FAMILIES.items():
        rows = [_row(error) for error in known if error.id.startswith(prefix)]
        if rows:
            parts.append(f"## {title}\n\n" + table(["id", "exit code", "error", "what happened"], rows))
    return "\n".join(parts)


def _row(error: type[FirmgroundError]) -> list[str]:
    return [f"`{error.id}`", str(error.exit_code), error.__name__, inspect.getdoc(error) or ""]
