"""Changes that an explanation asks for, made to the records of a household.

Each fact of the pack `cn` is brought to a value by the plainest rows: one is added, or those that stand against it are
taken away. Nothing here knows the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from firmground.engine.scan.explanation.changes import need_of
from firmground.engine.scan.explanation.conditions import Change
from firmground.engine.scan.explanation.explained import Part

CENT = Decimal("0.01")
THIS_YEAR, PRIOR_YEAR = ("2021-06-01", "2022-05-31"), ("2020-06-01", "2021-05-31")  # of 12 full months before June 2022
LAST_3_MONTHS, LAST_2_MONTHS, LAST_6_MONTHS = "2022-03-02", "2022-04-02", "2021-12-02"
TODAY = "2022-06-01"
Row = dict[str, str]


@dataclass(frozen=True)
class Leaf:
    """One leaf of a change: the name of a fact, and the value that it is to have (None: unknown), or a further one."""

    fact: str
    value: Decimal | bool | None
    rises: bool = True


def ways(change: Change, parts: dict[int, Part]) -> Iterator[list[Leaf]]:
    """Each way in which a change can be made: all leaves of one way together. None where a limit is unknown."""
    if change.atom is not None:
        need = need_of(change, parts[change.atom.number])
        if need is None or need.limit is not None:
            yield [leaf_of(change, parts[change.atom.number])]
    elif change.op == "one":
        for part in change.parts:
            yield from ways(part, parts)
    else:
        firsts = [next(ways(part, parts), None) for part in change.parts]
        if None not in firsts:
            yield [leaf for leaves in firsts for leaf in leaves or ()]


def leaf_of(change: Change, part: Part) -> Leaf:
    """The value a leaf asks for: exactly the limit that is stated, or the next cent beyond it."""
    node = part.atom.node
    need = need_of(change, part)
    if need is None:
        if node.op == "is null":
            return Leaf(node.args[0].name, None if change.wanted else Decimal(1))
        return Leaf(node.name, change.wanted)
    limit = Decimal(str(need.limit))
    step = Decimal(1) if need.what.type.is_whole else CENT
    if need.op in (">=", ">"):
        value = limit.quantize(CENT, ROUND_CEILING)
        return Leaf(need.what.name, value + step if need.op == ">" and value == limit else value)
    value = limit.quantize(CENT, ROUND_FLOOR)
    return Leaf(need.what.name, value - step if need.op == "<" and value == limit else value, rises=False)


class Household:
    """The rows of one household, to be changed. person: whom facts of a person are about."""

    def __init__(self, tables: dict[str, list[Row]], person: str | None) -> None:
        self.tables = tables
        self.members = [
            row["person_id"] for row in tables["persons"] if not row["member_to"] or row["member_to"] > TODAY
        ]
        self.person = person or self.members[0]

    def bring(self, leaves: list[Leaf]) -> None:
        """Change records so that each fact has its value; of two values for one, the further."""
        furthest: dict[str, Leaf] = {}
        for leaf in map(self._of_household, leaves):
            known = furthest.get(leaf.fact)
            if known is None or (leaf.value is not None and known.value is not None and _is_further(leaf, known)):
                furthest[leaf.fact] = leaf
        for leaf in sorted(
            furthest.values(), key=lambda leaf: "business" in leaf.fact
        ):  # shares of a sum after the sum
            _WAYS[leaf.fact](self, leaf.value)

    def _of_household(self, leaf: Leaf) -> Leaf:
        """Income per person is income of the household."""
        if leaf.fact != "net_income_pc_12m":
            return leaf
        value = None if leaf.value is None else leaf.value * Decimal(len(self.members))
        return Leaf("net_income_12m", value, leaf.rises)

    def _add(self, table: str, **cells: str) -> None:
        household = self.tables["households"][0]["household_id"]
        if "job_id" in cells:
            cells["job_id"] = f"{household}-{cells['job_id']}"  # a department's id of one job
        self.tables[table].append({"household_id": household, **cells})

    def _drop(self, table: str, stands_against: Callable[[Row], bool]) -> None:
        self.tables[table] = [row for row in self.tables[table] if not stands_against(row)]

    # income and spending

    def _net(self, span: tuple[str, str], kind: str | None = None) -> Decimal:
        rows = [
            r for r in self.tables["income"] if span[0] <= r["occurred_on"] <= span[1] and kind in (None, r["kind"])
        ]
        return sum((Decimal(r["amount"]) - Decimal(r.get("cost") or 0) for r in rows), Decimal(0))

    def income(self, span: tuple[str, str], target: Decimal | bool | None) -> None:
        if target is None:
            self._drop("income", lambda row: span[0] <= row["occurred_on"] <= span[1])
            return
        self._earn(span, "wage", Decimal(target) - self._net(span))

    def _earn(self, span: tuple[str, str], kind: str, more: Decimal) -> None:
        amount, cost = (more, Decimal(0)) if more > 0 else (Decimal(0), -more)
        self._add("income", kind=kind, amount=f"{amount}", cost=f"{cost}", occurred_on=span[0])

    def business(self, span: tuple[str, str], target: Decimal | bool | None) -> None:
        """The same income in all: what business gains, wages lose."""
        more = Decimal(target or 0) - self._net(span, "business")
        self._earn(span, "business", more)
        self._earn(span, "wage", -more)

    def spending(self, kinds: tuple[str, ...], target: Decimal | bool | None) -> None:
        inside = lambda row: THIS_YEAR[0] <= row["occurred_on"] <= THIS_YEAR[1]  # noqa: E731
        self._drop("spending", lambda row: inside(row) and (row["kind"] in kinds or not kinds))
        self._add("spending", kind=(*kinds, "other")[0], amount=f"{target}", occurred_on="2022-02-10")

    def lately(self, kind: str, wanted: Decimal | bool | None) -> None:
        self._drop("income", lambda row: row["kind"] == kind and LAST_3_MONTHS <= row["occurred_on"] <= TODAY)
        if wanted:
            self._add("income", kind=kind, amount="1", occurred_on=TODAY)

    # work

    def open_job(self, people: list[str], wanted: Decimal | bool | None) -> None:
        self._drop("jobs", lambda row: row["person_id"] in people and not "" < row["ended_on"] <= TODAY)
        if wanted:
            self._add("jobs", person_id=people[0], job_id="new", started_on=TODAY, ended_on="", place="county")

    def ended_job(self, people: list[str], since: str, wanted: Decimal | bool | None) -> None:
        self._drop("jobs", lambda row: row["person_id"] in people and since <= row["ended_on"] <= TODAY)
        for number in range(int(wanted or 0)):
            self._add(
                "jobs",
                person_id=people[0],
                job_id=f"ended{number}",
                started_on="2021-01-01",
                ended_on=TODAY,
                place="abroad",
                channel="workshop",
            )

    def capacity(self, wanted: Decimal | bool | None) -> None:
        for row in self.tables["persons"]:
            row["labour_capacity"] = "none" if wanted else "full"

    # conditions and shocks

    def condition(self, kind: str, wanted: Decimal | bool | None, *, person: str = "") -> None:
        self._drop("conditions", lambda row: row["kind"] == kind and person in ("", row["person_id"]))
        if wanted:
            self._add("conditions", kind=kind, person_id=person, grade="1", valid_from=TODAY)

    def guarantees(self, count: Decimal | bool | None) -> None:
        for number, kind in enumerate(("unsafe_housing", "unsafe_water", "uninsured")):
            self.condition(kind, number < int(count or 0))

    def child_out_of_school(self, wanted: Decimal | bool | None) -> None:
        for person in self.members:
            self.condition("dropout", False, person=person)
        if wanted:
            self.age(Decimal(10))
            self.condition("dropout", True, person=self.person)

    def age(self, years: Decimal | bool | None) -> None:
        row = next(row for row in self.tables["persons"] if row["person_id"] == self.person)
        row["birth_date"] = str(date(2022 - int(years or 0), 6, 1))

    def shock(self, kinds: tuple[str, ...], wanted: Decimal | bool | None) -> None:
        self._drop("shocks", lambda row: row["kind"] in kinds and LAST_6_MONTHS <= row["occurred_on"] <= TODAY)
        if wanted:
            self._add("shocks", kind=kinds[0], loss="10000", occurred_on=TODAY)


_WAYS: dict[str, Callable[[Household, Decimal | bool | None], None]] = {
    "net_income_12m": lambda h, v: h.income(THIS_YEAR, v),
    "prior_net_income_12m": lambda h, v: h.income(PRIOR_YEAR, v),
    "business_income_12m": lambda h, v: h.business(THIS_YEAR, v),
    "prior_business_income_12m": lambda h, v: h.business(PRIOR_YEAR, v),
    "has_business_income_3m": lambda h, v: h.lately("business", v),
    "has_transfer_income_3m": lambda h, v: h.lately("transfer", v),
    "net_medical_spending_12m": lambda h, v: h.spending(("medical",), v),
    "net_spending_12m": lambda h, v: h.spending((), v),
    "anyone_works": lambda h, v: h.open_job(h.members, v),
    "has_open_job": lambda h, v: h.open_job([h.person], v),
    "jobs_ended_3m": lambda h, v: h.ended_job(h.members, LAST_3_MONTHS, v),
    "outside_job_ended_3m": lambda h, v: h.ended_job([h.person], LAST_3_MONTHS, v),
    "post_or_workshop_ended_2m": lambda h, v: h.ended_job([h.person], LAST_2_MONTHS, v),
    "nobody_can_work": lambda h, v: h.capacity(v),
    "new_serious_illness_3m": lambda h, v: h.condition("serious_illness", v),
    "new_severe_disability_3m": lambda h, v: h.condition("disability", v),
    "dropout_open": lambda h, v: h.condition("dropout", v, person=h.person),
    "age": lambda h, v: h.age(v),
    "any_school_dropout": lambda h, v: h.child_out_of_school(v),
    "unsafe_housing_open": lambda h, v: h.condition("unsafe_housing", v),
    "unsafe_water_open": lambda h, v: h.condition("unsafe_water", v),
    "uninsured_open": lambda h, v: h.condition("uninsured", v),
    "open_guarantees_besides_school": lambda h, v: h.guarantees(v),
    "big_loss_6m": lambda h, v: h.shock(("disaster", "accident"), v),
    "death_6m": lambda h, v: h.shock(("death",), v),
    "production_struck_6m": lambda h, v: h.shock(("crop_failure", "livestock_disease", "price_fall"), v),
    "loan_overdue_6m": lambda h, v: h.shock(("loan_overdue",), v),
}


def _is_further(leaf: Leaf, than: Leaf) -> bool:
    assert leaf.value is not None and than.value is not None
    return leaf.value > than.value if leaf.rises else leaf.value < than.value
