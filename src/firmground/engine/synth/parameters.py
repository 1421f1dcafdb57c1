"""What synthetic registries are made of: every share, amount and span of days that shapes a draw.

Most are choices (`practice`), some follow published figures; `source` says which. The page on synthetic registries
lists them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

PRACTICE = "practice"
_STRUCTURE = "China Youth Daily 2020-07-08"


@dataclass(frozen=True)
class Described:
    """One parameter in words: what it is called, its value, the unit, what it means, where it is from."""

    name: str
    value: float | tuple[float, ...]
    unit: str
    words: str
    source: str


def _drawn(default: Any, unit: str, words: str, source: str = PRACTICE) -> Any:
    return field(default=default, metadata={"unit": unit, "words": words, "source": source})


@dataclass(frozen=True)
class Parameters:
    """Shares are from 0 to 1 of what the words name; money is in CNY; ages in completed years."""

    village_skew: float = _drawn(1.5, "power", "how much larger the first villages of an area are; 1 is all alike")
    lifted_out: float = _drawn(0.35, "share", "households lifted out of poverty; the others are `general`")
    late_registration: float = _drawn(0.001, "share", "households registered in the last 60 days")
    # households and persons
    sizes: tuple[float, ...] = _drawn(
        (0.10, 0.17, 0.23, 0.26, 0.15, 0.06, 0.03), "share", "households of 1, 2, 3, ... persons"
    )
    head_age: tuple[float, float] = _drawn((28, 72), "years", "age of the head, from and to; 3 persons and more")
    small_head_age: tuple[float, float] = _drawn((45, 84), "years", "age of the head, from and to; 1 or 2 persons")
    head_male: float = _drawn(0.8, "share", "heads that are men")
    couple: float = _drawn(0.88, "share", "second persons that are the spouse; else a parent or a child")
    with_parent: float = _drawn(0.3, "share", "third persons that are a parent of the head, who is 60 at most")
    child_gap: tuple[float, float] = _drawn((22, 38), "years", "how much younger than the head a child is")
    child_to: float = _drawn(34, "years", "up to which age a child lives at home")
    no_members: float = _drawn(0.0005, "share", "households whose members all left a month ago")
    moved_in: float = _drawn(0.02, "share", "persons after the second who joined in the last 2 years")
    moved_out: float = _drawn(0.02, "share", "persons after the second who left in the last 2 years")
    no_capacity: float = _drawn(0.03, "share", "persons of 16 to 71 without labour capacity")
    no_capacity_old: float = _drawn(0.75, "share", "persons of 72 and more without labour capacity")
    partial_capacity: float = _drawn(0.09, "share", "persons of 16 to 59 with partial labour capacity; above, all")
    # spells of work
    in_work: float = _drawn(0.76, "share", "persons of 22 to 59 who can work, with a spell of work")
    in_work_young: float = _drawn(0.35, "share", "the same of 17 to 21")
    in_work_old: float = _drawn(0.35, "share", "the same of 60 to 69")
    spell_days: tuple[float, float] = _drawn((60, 1160), "days", "length of the latest spell so far, from and to")
    job_ended: float = _drawn(0.05, "share", "latest spells that ended in the last 182 days")
    earlier_spell: float = _drawn(0.5, "share", "workers with a spell before, at most 60 days earlier")
    in_county: float = _drawn(0.461, "share", "spells in the county: 1305.47 of 2830.91", _STRUCTURE)
    in_province: float = _drawn(0.179, "share", "spells elsewhere in the province: 506.65 of 2830.91", _STRUCTURE)
    abroad: float = _drawn(0.005, "share", "spells outside the province that are abroad")
    posts: float = _drawn(0.153, "share", "spells on public-welfare posts, all in the county: 433.2", _STRUCTURE)
    workshops: float = _drawn(0.014, "share", "spells in assistance workshops, all in the county: 39.4", _STRUCTURE)
    self_employed: float = _drawn(0.05, "share", "other spells that are self-employment, without a wage")
    # income
    spread: float = _drawn(0.25, "log", "standard deviation of the logarithm of a household's level of income")
    general_level: float = _drawn(1.15, "factor", "level of income of general households")
    wage_month: float = _drawn(1950.0, "CNY", "middle wage of a month")
    post_wage_month: float = _drawn(850.0, "CNY", "wage of a month on a public-welfare post")
    outside_wage: float = _drawn(1.2, "factor", "wages outside the county against those inside")
    paid_monthly: float = _drawn(0.3, "share", "households whose wages are known by month; the others' by quarter")
    february_wage: float = _drawn(0.6, "factor", "wage of February outside the county: the Spring Festival")
    has_business: float = _drawn(0.75, "share", "households that farm or trade, beside all with self-employment")
    business_year: float = _drawn(10500.0, "CNY", "middle business income of a year, before cost")
    business_cost: float = _drawn(0.30, "share", "middle cost in business income")
    season: float = _drawn(0.25, "share", "how much more business brings in September, and less in March")
    transfer_year: float = _drawn(1900.0, "CNY", "middle transfer to a person in a year, where somebody has a wage")
    support_year: float = _drawn(8000.0, "CNY", "the same where nobody has one: pensions and allowances")
    property_year: float = _drawn(900.0, "CNY", "middle property income of a year, in 40 % of households")
    income_fell: float = _drawn(0.012, "share", "households whose wages and business shrank 12 full months ago")
    income_fell_to: float = _drawn(0.5, "factor", "what was left of them")
    no_income_known: float = _drawn(0.004, "share", "households without any income row")
    # spending
    medical: float = _drawn(0.35, "share", "households with medical spending in a year")
    medical_heavy: float = _drawn(0.008, "share", "households with 20,000 to 80,000 of it, before reimbursement")
    reimbursed: tuple[float, float] = _drawn((0.45, 0.75), "share", "medical spending that is reimbursed, from and to")
    education: float = _drawn(0.5, "share", "persons of 6 to 21 with fees, in September")
    other_spending: float = _drawn(0.12, "share", "households with other spending in a year")
    # conditions of persons and households
    serious_illness: float = _drawn(0.006, "share", "persons seriously ill in the last 1000 days")
    chronic_illness: float = _drawn(0.06, "share", "persons over 35 with a chronic illness")
    disability: float = _drawn(0.02, "share", "persons with a disability, of grades 1 to 4")
    dropout: float = _drawn(0.004, "share", "children of 7 to 15 out of school")
    uninsured: float = _drawn(0.0025, "share", "persons without medical insurance")
    unsafe_housing: float = _drawn(0.003, "share", "households in unsafe housing")
    unsafe_water: float = _drawn(0.003, "share", "households without safe water")
    minimum_living: float = _drawn(0.20, "share", "households with the allowance, where nobody has a wage")
    minimum_living_wage: float = _drawn(0.03, "share", "the same where somebody has one")
    condition_ended: float = _drawn(0.2, "share", "conditions that have ended")
    # shocks
    village_event: float = _drawn(0.08, "share", "villages struck in a year, on one day from May to September")
    event_reach: float = _drawn(0.2, "share", "households of the village that it strikes")
    event_of_area: float = _drawn(0.2, "share", "such events that are one row for the village")
    shock: float = _drawn(0.012, "share", "households struck alone in a year")
    loss: tuple[float, float] = _drawn((1000, 31000), "CNY", "loss by a disaster or accident, from and to; mostly low")
    # outcomes of visits
    visited: float = _drawn(0.5, "share", "happenings of the records that led to a clue and a visit")
    visited_loss: float = _drawn(10000, "CNY", "loss from which a disaster or accident is such a happening")
    confirmed: float = _drawn(0.041, "share", "decided clues that a visit confirmed: 5 of 122", "qinan.gov.cn")
    late_decision: float = _drawn(0.05, "share", "decisions after the 15 days")

    def described(self) -> list[Described]:
        """Each parameter in words, for the documentation."""
        return [Described(name=f.name, value=getattr(self, f.name), **f.metadata) for f in fields(self)]
