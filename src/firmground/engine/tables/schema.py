"""Columns, types, keys and spans of every table that a department may deliver."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from firmground.errors import FirmgroundError, nearest


class Type(StrEnum):
    """What a column holds. Ids and codes are text: they keep every digit and leading zero."""

    TEXT = "text"
    DATE = "date"
    TIME = "time"
    MONEY = "money"
    NUMBER = "number"
    BOOLEAN = "boolean"


MONEY = (18, 2)  # digits and places of a money column
NUMBER = (28, 12)  # digits and places of `attributes.value`


@dataclass(frozen=True)
class Column:
    """One column. `codes` closes the list of values; `personal` columns never enter facts, reasons or runs."""

    name: str
    type: Type = Type.TEXT
    required: bool = False
    personal: bool = False
    codes: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Table:
    """One table.

    key: the columns that identify a row without a record_id; empty where such rows all count.
    span: the columns of begin and end, where a row lasts; moment: the column of the day, where it happens once.
    by_source: whether the source is part of the key without a record_id.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    by_source: bool = False
    span: tuple[str, str] | None = None
    moment: str | None = None

    def column(self, name: str) -> Column | None:
        """The column of that name among the table's own and the common ones, or None."""
        return next((c for c in (*self.columns, *COMMON) if c.name == name), None)

    @property
    def names_a_person(self) -> bool:
        """Whether rows may name a person (and so count only while that person is a member)."""
        return self.name != "persons" and any(c.name == "person_id" for c in self.columns)


def _c(name: str, type: Type = Type.TEXT, title: str = "", **more: object) -> Column:
    return Column(name, type, title=title, **more)  # type: ignore[arg-type]


COMMON: tuple[Column, ...] = (
    _c("record_id", title="id of the row, unique within its source and table"),
    _c("deleted", Type.BOOLEAN, "true withdraws the row's key until a later row"),
    _c("source", title="who delivered the row"),
    _c("received_at", Type.TIME, "when it was received, UTC"),
)

LAKE_COLUMNS: dict[str, str] = {
    "row_id": "number of the row: delivery times 2^32 plus row of the file; later rows have larger numbers",
    "household_no": "number of the household within this lake",
    "member_no": "number of the pair (household, person) within this lake; null without a person",
}

_HOUSEHOLD = _c("household_id", required=True, title="household")
_PERSON = _c("person_id", title="person; empty: the whole household")
_KIND = _c("kind", required=True, title="kind, from the pack's tables.yaml")

_ALL = (
    Table(
        "areas",
        "Areas, from the nation to the village",
        (
            _c("code", required=True, title="code of the area"),
            _c("name", required=True, title="name"),
            _c("parent", title="code of the area above"),
            _c("valid_from", Type.DATE, "first day"),
            _c("valid_to", Type.DATE, "last day"),
            _c("replaced_by", title="code of the successor; the area reads as it"),
        ),
        key=("code",),
        span=("valid_from", "valid_to"),
    ),
    Table(
        "households",
        "Households",
        (
            _HOUSEHOLD,
            _c("area_code", required=True, title="code of the finest area"),
            _c("population_group", title="population group of the pack"),
            _c("head_person_id", title="person who heads the household"),
            _c("address", personal=True, title="address"),
            _c("hamlet", personal=True, title="hamlet"),
            _c("registered_on", Type.DATE, "day of registration; not scanned before it"),
        ),
        key=("household_id",),
    ),
    Table(
        "persons",
        "Persons and their membership of households",
        (
            _c("person_id", required=True, title="person"),
            _HOUSEHOLD,
            _c("name", personal=True, title="name"),
            _c("id_number", personal=True, title="number of the identity document"),
            _c("phone", personal=True, title="telephone"),
            _c("sex", codes=("f", "m"), title="sex"),
            _c("birth_date", Type.DATE, "date of birth"),
            _c(
                "relationship",
                codes=("head", "spouse", "child", "parent", "other"),
                title="relationship to the head",
            ),
            _c("labour_capacity", codes=("full", "partial", "none"), title="capacity to work"),
            _c("member_from", Type.DATE, "first day of membership; empty: always"),
            _c("member_to", Type.DATE, "end of membership: not a member from this day"),
        ),
        key=("household_id", "person_id", "member_from"),
        span=("member_from", "member_to"),
    ),
    Table(
        "income",
        "Income",
        (
            _HOUSEHOLD,
            _PERSON,
            _KIND,
            _c("amount", Type.MONEY, "amount received", required=True),
            _c("cost", Type.MONEY, "cost of earning it"),
            _c("occurred_on", Type.DATE, "day", required=True),
            _c("covers_from", Type.DATE, "first day the row speaks for; lower-ranked sources are silent there"),
            _c("covers_to", Type.DATE, "last day the row speaks for"),
        ),
        moment="occurred_on",
    ),
    Table(
        "spending",
        "Spending",
        (
            _HOUSEHOLD,
            _PERSON,
            _KIND,
            _c("amount", Type.MONEY, "amount spent", required=True),
            _c("reimbursed", Type.MONEY, "part that was reimbursed"),
            _c("occurred_on", Type.DATE, "day", required=True),
        ),
        moment="occurred_on",
    ),
    Table(
        "jobs",
        "Spells of work",
        (
            _HOUSEHOLD,
            _c("person_id", required=True, title="person"),
            _c("job_id", required=True, title="id of the spell"),
            _c("started_on", Type.DATE, "first day", required=True),
            _c("ended_on", Type.DATE, "end: not in work from this day"),
            _c("end_reason", title="why it ended"),
            _c("place", codes=("county", "province", "other_province", "abroad"), title="where"),
            _c(
                "channel",
                codes=("market", "public_welfare_post", "workshop", "self_employed"),
                title="how the work was found",
            ),
            _c("employer", title="employer"),
            _c("monthly_wage", Type.MONEY, "wage of a month"),
        ),
        key=("job_id",),
        by_source=True,
        span=("started_on", "ended_on"),
    ),
    Table(
        "conditions",
        "Conditions of persons and homes",
        (
            _HOUSEHOLD,
            _PERSON,
            _KIND,
            _c("grade", title="grade, text"),
            _c("valid_from", Type.DATE, "first day", required=True),
            _c("valid_to", Type.DATE, "end: no longer so from this day"),
        ),
        key=("household_id", "person_id", "kind", "valid_from"),
        by_source=True,
        span=("valid_from", "valid_to"),
    ),
    Table(
        "shocks",
        "Shocks to a household or an area",
        (
            _c("household_id", title="household; or area_code"),
            _c("area_code", title="area struck; or household_id"),
            _PERSON,
            _KIND,
            _c("loss", Type.MONEY, "loss in money"),
            _c("occurred_on", Type.DATE, "day", required=True),
        ),
        key=("household_id", "area_code", "kind", "occurred_on"),
        by_source=True,
        moment="occurred_on",
    ),
    Table(
        "attributes",
        "Attributes: weights, scales, consumption, land",
        (
            _HOUSEHOLD,
            _PERSON,
            _KIND,
            _c("value", Type.NUMBER, "value"),
            _c("text", title="value in words"),
            _c("valid_from", Type.DATE, "first day; empty: always"),
            _c("valid_to", Type.DATE, "end: no longer so from this day"),
        ),
        key=("household_id", "person_id", "kind", "valid_from"),
        by_source=True,
        span=("valid_from", "valid_to"),
    ),
    Table(
        "outcomes",
        "Outcomes of visits to clues",
        (
            _HOUSEHOLD,
            _c("risk", required=True, title="risk of the clue"),
            _c("rule", title="rule that raised it"),
            _c("clue_on", Type.DATE, "day of the clue", required=True),
            _c("decided_on", Type.DATE, "day of the decision"),
            _c("outcome", required=True, codes=("confirmed", "dismissed"), title="what the visit found"),
            _c("visits", Type.NUMBER, "number of visits"),
        ),
        key=("household_id", "risk", "rule", "clue_on"),
        by_source=True,
        moment="clue_on",
    ),
)

TABLES: dict[str, Table] = {t.name: t for t in _ALL}


class UnknownTable(FirmgroundError):
    """A table is named that Firmground does not know."""

    id = "FG-C010"
    exit_code = 2


def table(name: str) -> Table:
    """The table of that name. Raises UnknownTable with the nearest known name."""
    if name in TABLES:
        return TABLES[name]
    close = nearest(name, TABLES)
    raise UnknownTable(
        found=f"There is no table `{name}`",
        expected=", ".join(TABLES),
        hint=f"Did you mean `{close}`?" if close else "",
    )


def arrow_type(type: Type) -> pa.DataType:
    """The Arrow (and Parquet) type of a column type. Times are UTC."""
    return {
        Type.TEXT: pa.string(),
        Type.DATE: pa.date32(),
        Type.TIME: pa.timestamp("us", tz="UTC"),
        Type.MONEY: pa.decimal128(*MONEY),
        Type.NUMBER: pa.decimal128(*NUMBER),
        Type.BOOLEAN: pa.bool_(),
    }[type]
