"""Where synthetic households live: the villages of the shipped tree below an area, or the area that was meant."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from firmground.engine.areas import AreaTree
from firmground.errors import FirmgroundError, nearest

_VILLAGE = 5  # level
_TOWNSHIP = 4


class UnknownSynthArea(FirmgroundError):
    """The area for a synthetic registry is not in the shipped tree, or no village lies below it."""

    id = "FG-Y001"
    exit_code = 2


def villages_below(area: str) -> pa.Table:
    """number (from 1, in order of code), code, name of the villages below an area or that are it.

    Raises UnknownSynthArea with the nearest code, or the nearest name if a name was given.
    """
    areas = AreaTree.shipped("china").table()
    if not area or area not in areas.column("code").to_pylist():
        meant = _meant(area.strip(), areas)
        hint = f"Did you mean {meant}?" if meant else ""
        raise UnknownSynthArea(
            found=f"There is no area `{area}` in the shipped tree",
            expected="a code of 2, 4, 6, 9 or 12 digits such as 520526",
            hint=hint,
        )
    reached = areas.filter(pc.equal(areas.column("code"), area))
    found = [reached]
    while reached.num_rows:
        reached = areas.filter(pc.is_in(areas.column("parent"), reached.column("code")))
        found.append(reached)
    below = pa.concat_tables(found)
    villages = below.filter(pc.equal(below.column("level"), _VILLAGE)).sort_by("code")
    if not villages.num_rows:
        raise UnknownSynthArea(found=f"No village lies below {area}", expected="an area with villages")
    numbers = pa.array(range(1, villages.num_rows + 1), pa.int64())
    return pa.table({"number": numbers, "code": villages.column("code"), "name": villages.column("name")})


def _meant(area: str, areas: pa.Table) -> str | None:
    """The nearest area as code and name: beside the beginning of a code, or among the names down to townships."""
    if area in areas.column("code").to_pylist():
        return _shown(area, areas.filter(pc.equal(areas.column("code"), area)).column("name")[0].as_py())
    if area.isascii() and area.isdigit():
        return _nearest_code(area, areas)
    wide = areas.filter(pc.less_equal(areas.column("level"), _TOWNSHIP)).sort_by([("level", "ascending")])
    names = wide.column("name").to_pylist()
    if not area:
        return None
    fitting = [name for name in names if area in name]
    counties = wide.filter(pc.less(wide.column("level"), _TOWNSHIP)).column("name").to_pylist()
    name = area if area in fitting else (fitting[0] if fitting else nearest(area, counties))
    return None if name is None else _shown(wide.column("code")[names.index(name)].as_py(), name)


def _nearest_code(area: str, areas: pa.Table) -> str:
    names = dict(zip(areas.column("code").to_pylist(), areas.column("name").to_pylist(), strict=True))
    known = next((area[:length] for length in (9, 6, 4, 2) if len(area) > length and area[:length] in names), None)
    beside = areas.filter(
        pc.equal(areas.column("parent"), known) if known else pc.is_null(areas.column("parent"))
    ).column("code")
    codes: list[str] = beside.to_pylist()
    same_length = [code for code in codes if len(code) == len(area)]
    if known and not same_length:
        return _shown(known, names[known])
    given = area[: len(codes[0])]
    swapped = [given[:at] + given[at + 1] + given[at] + given[at + 2 :] for at in range(len(given) - 1)]
    likely = [code for code in codes if code.startswith(given) or code in swapped]
    code = likely[0] if likely else nearest(given, codes) or min(codes, key=lambda code: abs(int(code) - int(given)))
    return _shown(code, names[code])


def _shown(code: str, name: str) -> str:
    return f"{code} {name}"
