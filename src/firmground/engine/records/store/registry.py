"""What the lake knows when rows come in: households and their numbers, areas, people, pairs of household and person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from firmground.engine.areas import SHIPPED, AreaTree
from firmground.engine.policy.model import Pack
from firmground.engine.records.row_numbers import ROWS_PER_DELIVERY
from firmground.engine.records.store.file_names import parquet_sql
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.manifest import DataFile, Manifest


@dataclass(frozen=True)
class Registry:
    """SQL of what the lake knows: households (household_id, household_no), areas (code), people, pairs (member_no).

    numbers: of every household that was ever known, as `households`; a number is never given to another.
    """

    households: str
    numbers: str
    areas: str
    people: str
    pairs: str


def rows_of(lake: Lake, files: tuple[DataFile, ...]) -> str | None:
    """SQL of all rows in files of the lake, None if there are none."""
    if not files:
        return None
    return f"select * from {parquet_sql(lake.path / file.path for file in files)}"


def registry_of(lake: Lake, manifest: Manifest, pack: Pack) -> Registry:
    """SQL of the registry in a state of the lake."""
    households = rows_of(lake, manifest.tables.get("households", ()))
    areas, persons = manifest.has_rows("areas"), manifest.has_rows("persons")
    pairs = rows_of(lake, manifest.members)
    no_household = "select cast(null as varchar) as household_id, cast(null as integer) as household_no where false"
    numbers = f"select distinct household_id, household_no from ({households})" if households else no_household
    return Registry(
        households=_known(households, manifest) if households else no_household,
        numbers=numbers,
        areas=f"select distinct code from ({counting_sql(lake, manifest, 'areas')})" if areas else _shipped(pack),
        people=counting_sql(lake, manifest, "persons") if persons else _no_people(),
        pairs=pairs or "select cast(null as integer) as household_no, '' as person_id, 0 as member_no where false",
    )


def _known(households: str, manifest: Manifest) -> str:
    """Households of which some delivery tells that was not undone; those that were withdrawn are known."""
    undone = ", ".join(str(d.number) for d in manifest.deliveries if d.table == "households" and d.undone_at)
    where = f" where row_id // {ROWS_PER_DELIVERY} not in ({undone})" if undone else ""
    return f"select distinct household_id, household_no from ({households}){where}"


def readable(lake: Lake, manifest: Manifest) -> list[Path]:
    """The files that the SQL of a registry and of the rows of a state of the lake reads."""
    tree = lake.settings.area_tree
    shipped = [AreaTree.path(SHIPPED[tree])] if tree else []
    return [*(lake.path / file.path for file in manifest.files()), *shipped]


def _shipped(pack: Pack) -> str:
    if not pack.area_tree:
        return "select cast(null as varchar) as code where false"
    return f"select code from {parquet_sql([AreaTree.path(SHIPPED[pack.area_tree])])}"


def counting_sql(lake: Lake, manifest: Manifest, table: str) -> str:
    """SQL of those rows of a table that count now; the table has rows."""
    all_rows = rows_of(lake, manifest.tables[table])
    settled = manifest.settled.get(table)
    if settled is None:
        return f"select * from ({all_rows})"
    rows = rows_of(lake, (settled,))
    return f"select p.* from ({all_rows}) as p anti join ({rows}) as s on s.row_id = p.row_id and s.until_at is null"


def _no_people() -> str:
    return (
        "select '' as household_id, '' as person_id, '' as id_number, cast(null as date) as member_from, "
        "cast(null as date) as member_to, cast(null as date) as birth_date where false"
    )
