"""What synthetic registries are made of. Every figure is a choice, not an observation; docs list them all.

The wage share near 70 % follows the published structure of income of people lifted out of poverty (2021); the level of
income follows the published 14,342 CNY per person of 2022.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields


@dataclass(frozen=True)
class Parameters:
    """Shares are of households or persons as said; money in CNY; each field's words stand in its metadata."""

    lifted_out: float = field(default=0.35, metadata={"words": "share of households lifted out of poverty"})
    late_registration: float = field(default=0.001, metadata={"words": "share registered in the last 60 days"})
    no_members: float = field(default=0.0005, metadata={"words": "share of households whose members all left"})
    moved_in: float = field(default=0.02, metadata={"words": "share of persons who joined in the last 2 years"})
    moved_out: float = field(default=0.02, metadata={"words": "share of persons who left in the last 2 years"})
    in_work: float = field(default=0.72, metadata={"words": "share of persons of 16 to 64 with a spell of work"})
    job_ended: float = field(default=0.05, metadata={"words": "share of spells that ended in the last 6 months"})
    outside_county: float = field(default=0.55, metadata={"words": "share of spells outside the county"})
    wage_month: float = field(default=2000.0, metadata={"words": "middle wage of a month"})
    spread: float = field(default=0.28, metadata={"words": "standard deviation of the logarithm of income"})
    business_year: float = field(default=11000.0, metadata={"words": "middle business income of a year, before cost"})
    business_cost: float = field(default=0.30, metadata={"words": "middle share of cost in business income"})
    transfer_year: float = field(
        default=1900.0, metadata={"words": "middle transfer income of a person and year, in households with a wage"}
    )
    support_year: float = field(
        default=8000.0, metadata={"words": "middle transfer income of a person and year, in households without a wage"}
    )
    property_year: float = field(default=900.0, metadata={"words": "middle property income of a year"})
    income_fell: float = field(default=0.012, metadata={"words": "share whose income halved in the last 12 months"})
    no_income_known: float = field(default=0.004, metadata={"words": "share without any income row"})
    medical: float = field(default=0.35, metadata={"words": "share with medical spending in a year"})
    medical_heavy: float = field(default=0.008, metadata={"words": "share with heavy medical spending in a year"})
    serious_illness: float = field(default=0.006, metadata={"words": "share of persons ever seriously ill"})
    chronic_illness: float = field(default=0.06, metadata={"words": "share of persons with a chronic illness"})
    disability: float = field(default=0.02, metadata={"words": "share of persons with a disability"})
    dropout: float = field(default=0.002, metadata={"words": "share of children of 6 to 15 out of school"})
    unsafe_housing: float = field(default=0.003, metadata={"words": "share of households, housing unsafe"})
    unsafe_water: float = field(default=0.003, metadata={"words": "share of households, water unsafe"})
    uninsured: float = field(default=0.0025, metadata={"words": "share of persons without medical insurance"})
    minimum_living: float = field(default=0.05, metadata={"words": "share of households with the allowance"})
    shock: float = field(default=0.03, metadata={"words": "share of households struck by a shock in 2 years"})
    outcome: float = field(default=0.02, metadata={"words": "share of households with a decided clue last year"})
    confirmed: float = field(default=0.05, metadata={"words": "share of decided clues that a visit confirmed"})

    def described(self) -> list[tuple[str, float, str]]:
        """(name, value, words) of each parameter, for the documentation."""
        return [(f.name, getattr(self, f.name), str(f.metadata["words"])) for f in fields(self)]
