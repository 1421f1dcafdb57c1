"""A tree of areas, shipped or of a lake's own: columns in Arrow, looked up by code.

Level 1 is the widest. An area with `replaced_by` reads as its successor wherever a code is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from firmground.errors import FirmgroundError, nearest

SHIPPED = {"china": "china.parquet"}


class UnknownAreaTree(FirmgroundError):
    """A pack names a shipped area tree that does not exist."""

    id = "FG-P090"


class AreaCircle(FirmgroundError):
    """Areas whose parents or successors run in a circle."""

    id = "FG-L090"


class AreaTree:
    """Areas by code. Build it with `shipped` or `from_table`."""

    def __init__(self, rows: pa.Table) -> None:
        """rows: code, name, and where there are any parent and replaced_by; one row per code."""
        for name in ("parent", "replaced_by"):
            if name not in rows.column_names:
                rows = rows.append_column(name, pa.nulls(rows.num_rows, pa.string()))
        self._rows = rows.select(["code", "name", "parent", "replaced_by"]).combine_chunks()

    @staticmethod
    def shipped(name: str) -> AreaTree:
        """A tree that comes with the product. Raises UnknownAreaTree with the nearest name."""
        if name not in SHIPPED:
            close = nearest(name, SHIPPED)
            hint = f"Did you mean `{close}`?" if close else ""
            raise UnknownAreaTree(
                found=f"There is no shipped area tree `{name}`", expected=", ".join(SHIPPED), hint=hint
            )
        return _shipped(name)

    @staticmethod
    def path(file: str) -> Path:
        """Where a shipped tree's Parquet file lies."""
        return Path(str(files("firmground.engine.areas").joinpath("data", file)))

    @staticmethod
    def from_table(rows: pa.Table) -> AreaTree:
        """A tree from rows of the table `areas`. Raises AreaCircle."""
        tree = AreaTree(rows)
        above = tree._above
        for circle in circles(above, above):
            raise AreaCircle(found=f"What lies above the area {circle[0]} runs in a circle")
        return tree

    @cached_property
    def _place(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self._rows.column("code").to_pylist())}

    @cached_property
    def _parents(self) -> list[str | None]:
        parents: list[str | None] = self._rows.column("parent").to_pylist()
        return parents

    @cached_property
    def _successors(self) -> dict[str, str]:
        replaced = self._rows.filter(pc.is_valid(self._rows.column("replaced_by")))
        codes, successors = replaced.column("code").to_pylist(), replaced.column("replaced_by").to_pylist()
        return dict(zip(codes, successors, strict=True))

    @cached_property
    def _above(self) -> dict[str, str | None]:
        """Each code and what is read next on the way up: its successor if it was replaced, else its parent."""
        return {**dict(zip(self._place, self._parents, strict=True)), **self._successors}

    @cached_property
    def _standing(self) -> dict[str, str]:
        """The codes whose last successor was found."""
        return {}

    def __contains__(self, code: object) -> bool:
        return code in self._place

    def __len__(self) -> int:
        return len(self._parents)

    def known_codes(self) -> pa.Array:
        """Every code."""
        return self._rows.column("code").combine_chunks()

    def successor(self, code: str) -> str:
        """The code that stands for this one today: itself unless it was replaced. Raises AreaCircle."""
        passed: dict[str, None] = {}
        last = code
        while last in self._successors and last not in self._standing:
            if last in passed:
                raise AreaCircle(found=f"The successors of the area {code} run in a circle")
            passed[last] = None
            last = self._successors[last]
        last = self._standing.get(last, last)
        self._standing.update(dict.fromkeys(passed, last))
        return last

    def replaced(self) -> pa.Table:
        """area_code, successor: one row per code that was replaced."""
        codes = list(self._successors)
        return pa.table(
            {
                "area_code": pa.array(codes, pa.string()),
                "successor": pa.array([self.successor(code) for code in codes], pa.string()),
            }
        )

    def name(self, code: str) -> str | None:
        """The name of an area, None if the code is not known."""
        place = self._place.get(self.successor(code))
        return None if place is None else self._rows.column("name")[place].as_py()

    def ancestors(self, code: str) -> tuple[str, ...]:
        """What lies above an area, nearest first; empty for the top and for unknown codes. Raises AreaCircle."""
        own = self.successor(code)
        above: dict[str, None] = {}
        place = self._place.get(own)
        while place is not None and self._parents[place] is not None:
            parent = self.successor(str(self._parents[place]))
            if parent == own or parent in above:
                raise AreaCircle(found=f"What lies above the area {code} runs in a circle")
            above[parent] = None
            place = self._place.get(parent)
        return tuple(above)

    def level(self, code: str) -> int:
        """The level of an area, 1 for the widest."""
        return len(self.ancestors(code)) + 1

    def under(self, code: str, level: int) -> list[str]:
        """Codes of a level that lie below an area (or are it), in order of code."""
        table = self._table
        chosen = table.filter(pc.equal(table.column("level"), level)).column("code").to_pylist()
        return sorted(c for c in chosen if c == code or code in self.ancestors(c))

    @cached_property
    def _table(self) -> pa.Table:
        return self.table()

    def table(self) -> pa.Table:
        """code, name, parent (the successor's code), level: one row per area that was not replaced."""
        present = self._rows.filter(pc.is_null(self._rows.column("replaced_by")))
        if not self._successors:
            level = self._levels(present)
            return present.select(["code", "name", "parent"]).append_column("level", level)
        parents = [None if p is None else self.successor(p) for p in present.column("parent").to_pylist()]
        rows = present.select(["code", "name"]).append_column("parent", pa.array(parents, pa.string()))
        return rows.append_column("level", self._levels(rows))

    def _levels(self, rows: pa.Table) -> pa.Array:
        """Levels by walking down from the top, one pass per level."""
        codes, parents = rows.column("code").to_pylist(), rows.column("parent").to_pylist()
        level: dict[str, int] = {}
        for code, parent in zip(codes, parents, strict=True):
            if parent is None:
                level[code] = 1
        found = level
        while found:
            found = {c: level[p] + 1 for c, p in zip(codes, parents, strict=True) if c not in level and p in level}
            level |= found
        return pa.array([level.get(code, 1) for code in codes], pa.int32())

    def ancestors_table(self, codes: pa.Array | None = None) -> pa.Table:
        """area_code, ancestor_code, depth (0 for the area itself): what lies above each of `codes` (None: all)."""
        wanted = (self.known_codes() if codes is None else pc.unique(codes)).to_pylist()
        area: list[str] = []
        ancestor: list[str] = []
        depth: list[int] = []
        for code in wanted:
            if code is None:
                continue
            chain = (self.successor(code), *self.ancestors(code))
            area += [code] * len(chain)
            ancestor += chain
            depth += range(len(chain))
        columns = {"area_code": area, "ancestor_code": ancestor}
        table = {name: pa.array(values, pa.string()) for name, values in columns.items()}
        return pa.table({**table, "depth": pa.array(depth, pa.int32())})


def circles(above: Mapping[str, str | None], codes: Iterable[str]) -> Iterator[list[str]]:
    """Every circle that is met on the way up from some codes, once, each of its codes followed by what is above it."""
    done: set[str] = set()
    for start in codes:
        passed: dict[str, None] = {}
        code: str | None = start
        while code is not None and code not in done and code not in passed:
            passed[code] = None
            code = above.get(code)
        if code in passed:
            way = list(passed)
            yield way[way.index(str(code)) :]
        done |= passed.keys()


@cache
def _shipped(name: str) -> AreaTree:
    return AreaTree(pq.read_table(AreaTree.path(SHIPPED[name])))
