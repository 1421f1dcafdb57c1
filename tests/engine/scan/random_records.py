"""Records at random: few households, dates on and around the ends of windows, and empty cells wherever they may be."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from engine.scan.random_packs import GROUPS, KINDS, LEAVES
from engine.scan.reference_expressions import Row
from firmground.engine.tables import TABLES, arrow_type

RECORD_TABLES = ("income", "spending", "jobs", "conditions", "shocks", "attributes")
TABLE_NAMES = ("households", "persons", *RECORD_TABLES)
_MONEY = [Decimal(text) for text in ("0.00", "0.01", "33.33", "66.67", "100.00", "250.50", "99999.99")]


def days(as_of: date) -> st.SearchStrategy[date]:
    """Days around the date and around the ends of its windows."""
    first = as_of.replace(day=1)
    edges = [as_of, first, as_of.replace(month=1, day=1), date(as_of.year - 1, 1, 1), date(2024, 2, 29)]
    edges += [_month_start(first, months) for months in (1, 2, 3, 6, 12, 13, 24)]
    near = [day + timedelta(days=shift) for day in edges for shift in (-1, 0, 1)]
    same_day = [as_of - timedelta(days=number) for number in (28, 29, 30, 31, 59, 89, 92, 364, 365, 366)]
    return st.one_of(st.sampled_from(near + same_day), st.dates(date(as_of.year - 3, 1, 1), as_of))


def _month_start(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


@st.composite
def registries(draw: Any, as_of: date) -> dict[str, list[Row]]:
    """Tables of a small registry, every row with all columns that may be asked for."""
    tables: dict[str, list[Row]] = {name: [] for name in TABLE_NAMES}
    for number in range(draw(st.integers(1, 4))):
        household = f"h{number}"
        tables["households"].append(_household(draw, household, as_of))
        people = [f"{household}-{k}" for k in range(draw(st.integers(0, 3)))]
        tables["persons"] += [_person(draw, household, person, as_of) for person in people]
        for table in RECORD_TABLES:
            for _ in range(draw(st.integers(0, 3))):
                tables[table].append(_record(draw, table, household, people, as_of))
    if draw(st.booleans()):
        area = draw(st.sampled_from(["n", "n1", "n11"]))
        row = _record(draw, "shocks", "h0", [], as_of)
        tables["shocks"].append({**row, "household_id": None, "area_code": area, "person_id": None})
    tables["jobs"] = [{**row, "job_id": f"j{number}"} for number, row in enumerate(tables["jobs"])]
    return tables


def _household(draw: Any, household: str, as_of: date) -> Row:
    return {
        "household_id": household,
        "area_code": draw(st.sampled_from(LEAVES)),
        "population_group": draw(st.sampled_from([None, *GROUPS])),
        "registered_on": draw(st.one_of(st.none(), st.none(), days(as_of))),
    }


def _person(draw: Any, household: str, person: str, as_of: date) -> Row:
    begin = draw(st.one_of(st.none(), st.none(), days(as_of)))
    return {
        "household_id": household,
        "person_id": person,
        "sex": draw(st.sampled_from([None, "f", "m"])),
        "birth_date": draw(st.one_of(st.none(), st.dates(date(1940, 1, 1), as_of), st.just(date(2004, 2, 29)))),
        "relationship": None,
        "labour_capacity": draw(st.sampled_from([None, "full", "partial", "none"])),
        "member_from": begin,
        "member_to": _end(draw, begin, as_of),
    }


def _end(draw: Any, begin: date | None, as_of: date) -> date | None:
    end: date | None = draw(st.one_of(st.none(), st.none(), days(as_of)))
    return None if end is None or (begin is not None and end < begin) else end


def _record(draw: Any, table: str, household: str, people: list[str], as_of: date) -> Row:
    person = draw(st.sampled_from([None, *people])) if table != "jobs" else draw(st.sampled_from(people or ["nobody"]))
    row: Row = {"household_id": household, "person_id": person}
    money = st.one_of(st.sampled_from(_MONEY), st.decimals(0, 99999, places=2))
    maybe_money = st.one_of(st.none(), money)
    if table != "jobs":
        row["kind"] = draw(st.sampled_from(KINDS))
    if table in ("income", "spending", "shocks"):
        row["occurred_on"] = draw(days(as_of))
    if table in ("jobs", "conditions", "attributes"):
        begin, end = ("started_on", "ended_on") if table == "jobs" else ("valid_from", "valid_to")
        row[begin] = draw(st.one_of(st.none(), days(as_of)) if table == "attributes" else days(as_of))
        row[end] = _end(draw, row[begin], as_of)
    if table == "income":
        row |= {"amount": draw(money), "cost": draw(maybe_money), "covers_from": None, "covers_to": None}
    if table == "spending":
        row["amount"] = draw(money)
        reimbursed = draw(maybe_money)
        row["reimbursed"] = None if reimbursed is None else min(reimbursed, row["amount"])
    if table == "shocks":
        row |= {"loss": draw(maybe_money), "area_code": None}
    if table == "attributes":
        row |= {"value": draw(st.one_of(st.none(), st.decimals(-1000, 99999, places=4))), "text": None}
    if table == "jobs":
        row |= {"monthly_wage": draw(maybe_money), "end_reason": None, "employer": None}
        row["place"] = draw(st.sampled_from([None, "county", "abroad"]))
        row["channel"] = draw(st.sampled_from([None, "market", "workshop"]))
    return row


def arrow(tables: dict[str, list[Row]]) -> dict[str, pa.Table]:
    """The rows as Arrow tables."""
    made = {}
    for name, rows in tables.items():
        fields = [(column.name, arrow_type(column.type)) for column in TABLES[name].columns]
        made[name] = pa.Table.from_pylist(rows, schema=pa.schema(fields))
    return made


def area_rows(parents: dict[str, str | None]) -> pa.Table:
    """The areas as rows of the table `areas`."""
    return pa.table(
        {
            "code": pa.array(list(parents), pa.string()),
            "name": pa.array(list(parents), pa.string()),
            "parent": pa.array(list(parents.values()), pa.string()),
        }
    )
