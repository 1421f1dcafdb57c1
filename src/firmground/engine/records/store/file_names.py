"""How a file is named to DuckDB: as itself alone, whatever characters its name has.

DuckDB takes `[`, `*` and `?` in a name for patterns that may fit other files, and `key=value` in a folder's name for a
column of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_PATTERN = re.compile(r"[\[*?]")


def source_literal(path: Path) -> str:
    """The SQL literal of a file to be read."""
    return target_literal(Path(pattern_of(path)))


def pattern_of(path: Path) -> str:
    """The pattern that fits this file and no other."""
    return _PATTERN.sub(lambda found: f"[{found.group()}]", str(path.absolute()))


def target_literal(path: Path) -> str:
    """The SQL literal of a file to be written: its name is no pattern."""
    return "'" + str(path).replace("'", "''") + "'"


def parquet_sql(paths: Iterable[Path]) -> str:
    """The SQL of all rows in Parquet files."""
    names = ", ".join(source_literal(path) for path in paths)
    return f"read_parquet([{names}], union_by_name = true, hive_partitioning = false)"
