"""What the cells of each column look like. A profile says shapes, never what a cell of a person holds."""

from __future__ import annotations

from dataclasses import dataclass

from firmground.engine.records.judging.checks import gb_11643, literal
from firmground.engine.records.store.registry import Registry
from firmground.engine.records.store.workspace import Workspace

SEEN = 20_000  # rows from which a profile is made
_MOST_VALUES, _LONGEST_VALUE, _LONGEST_CODE = 20, 20, 2  # a code of digits has at most two
_DATE = (
    r"[0-9]{4}([-/.年])[0-9]{1,2}([-/.月][0-9]{0,2}日?)?([ T].*)?|(19|20)[0-9]{6}|(19|20)[0-9]{4}"
    r"|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}"  # which may be day or month first
)
_YEAR_LAST = "[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}"
_SERIAL = "[1-5][0-9]{4}"  # how spreadsheets number days
_AMOUNT = r"[-+¥￥]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?元?|[-+¥￥]?[0-9]{1,12}([.][0-9]+)?(元|万|万元)?"
_NUMBER_OF_PERSON = "[0-9]{17}[0-9Xx]|[0-9]{15}"


_SHARES = ("dates", "year_last", "serials", "amounts", "numbers", "id_numbers", "households", "persons", "areas")


@dataclass(frozen=True)
class Profile:
    """Shares of the filled cells of a column, from 0 to 1, in the first rows of a file.

    numbers: that have the form of an ID number; id_numbers: of which the check is right; households, persons, areas:
    that the lake knows. distinct: how many cells differ. values: these, where they are few and short.
    """

    filled: int
    distinct: int
    values: tuple[str, ...]
    dates: float
    year_last: float
    serials: float
    amounts: float
    numbers: float
    id_numbers: float
    households: float
    persons: float
    areas: float

    @property
    def repeats(self) -> bool:
        """Whether the cells are codes, most likely: few and short, each of them used twice on average."""
        return bool(self.values) and self.filled >= 2 * self.distinct


def profiles(work: Workspace, headings: list[str], registry: Registry) -> list[Profile]:
    """The profile of each column of `raw`, in the order of the headings."""
    return [_profile(work, f"c{place}", registry) for place in range(len(headings))]


def _profile(work: Workspace, column: str, registry: Registry) -> Profile:
    cells = f"(select trim({column}) as cell from raw limit {SEEN}) where cell <> ''"
    work.connection.execute(f"create or replace temp table profiled as select cell from {cells}")
    shapes = [
        f"regexp_full_match(cell, {literal(shape)})"
        for shape in (_DATE, _YEAR_LAST, _SERIAL, _AMOUNT, _NUMBER_OF_PERSON)
    ]
    shapes.append(f"({gb_11643('upper(cell)')})")
    known = {
        "household_id": registry.households,
        "person_id": registry.people,
        "code": registry.areas,
    }
    shapes += [f"cell in (select {name} from ({sql}))" for name, sql in known.items()]
    counts = ", ".join(f"count(*) filter (where {shape})" for shape in shapes)
    found = [int(str(n)) for n in work.one(f"select count(*), count(distinct cell), {counts} from profiled")]
    filled, distinct = found[0], found[1]
    shares = [count / filled if filled else 0.0 for count in found[2:]]
    named = dict(zip(_SHARES, shares, strict=True))
    return Profile(filled=filled, distinct=distinct, values=_values(work, distinct, named), **named)


def _values(work: Workspace, distinct: int, shares: dict[str, float]) -> tuple[str, ...]:
    """The cells that differ where they are few, short, and neither days nor amounts nor ids."""
    others = max(share for name, share in shares.items() if name != "amounts")
    if not 0 < distinct <= _MOST_VALUES or others >= 0.5:
        return ()
    cells = [
        str(cell) for (cell,) in work.connection.execute("select distinct cell from profiled order by 1").fetchall()
    ]
    longest = _LONGEST_CODE if shares["amounts"] >= 0.5 else _LONGEST_VALUE
    return tuple(cells) if all(len(cell) <= longest for cell in cells) else ()
