"""Packs at random: sound ones, with facts over every table, every kind of window, parameters that differ by area."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from firmground.engine.policy import load_pack
from firmground.engine.policy.model import Pack

KINDS = ("k1", "k2")
GROUPS = ("g1", "g2")
AREAS: dict[str, str | None] = {"n": None, "n1": "n", "n11": "n1", "n12": "n1", "n2": "n", "n21": "n2"}
LEAVES = ("n11", "n12", "n21")
MONEY, ROWS, YEARS, SHARE = "CNY", "row", "year", "share"
_TITLE = {"en": "t"}
OLD_AREA, SUCCESSOR = "n19", "n11"  # an area that was replaced, where a lake knows of it
_OVERRIDES = ("n", "n1", "n11", "n2", OLD_AREA)


@dataclass
class Drawn:
    """A pack while it is drawn. facts and params: name -> unit; None for what is true or false, or a date."""

    draw: Any
    files: dict[str, Any] = field(default_factory=dict)
    household: dict[str, str | None] = field(default_factory=dict)
    person: dict[str, str | None] = field(default_factory=dict)
    quotients: set[str] = field(default_factory=set)
    parameters: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def one(self, *options: Any) -> Any:
        """One of these."""
        return self.draw(st.sampled_from(options))

    def parameter(self, unit: str) -> str:
        """A parameter of a unit, made anew or drawn from those there are."""
        known = [n for n, p in self.parameters.items() if p["unit"] == unit]
        if known and self.draw(st.booleans()):
            return f"param.{self.one(*known)}"
        name = f"p{len(self.parameters)}"
        rows = [{"value": str(self.draw(values(unit))), "from": "2000-01-01", "source": "practice"}]
        for _ in range(self.draw(st.integers(0, 3))):
            row = {"value": str(self.draw(values(unit))), "source": "practice"}
            row["from"] = self.one("2000-01-01", "2021-07-01", "2022-05-31", "2022-06-01", "2024-02-29")
            area, group = self.one(None, *_OVERRIDES), self.one(None, *GROUPS)
            row |= ({"area": area} if area else {}) | ({"group": group} if group else {})
            if (area or group) and self.draw(st.booleans()):
                row["to"] = "2024-02-29"
            where = (row.get("area"), row.get("group"), row["from"])
            if where not in [(r.get("area"), r.get("group"), r["from"]) for r in rows]:
                rows.append(row)
        self.parameters[name] = {"title": _TITLE, "unit": unit, "values": rows}
        return f"param.{name}"

    def add(self, of: str, unit: str | None, definition: dict[str, Any], *, is_quotient: bool = False) -> str:
        """A fact of a household or person under a new name."""
        name = f"f{len(self.facts)}"
        self.facts[name] = {"title": _TITLE, **({"unit": unit} if unit else {}), **definition}
        if of == "person":
            self.facts[name]["of"] = "person"
        (self.household if of == "household" else self.person)[name] = unit
        if is_quotient:
            self.quotients.add(name)
        return name


def values(unit: str) -> st.SearchStrategy[Any]:
    """Values of a parameter of a unit: few, so that they meet what is computed."""
    numbers = {
        MONEY: ["100", "0.01", "250.5", "33.333333", "-5"],
        ROWS: ["1", "2", "3"],
        YEARS: ["16", "18", "60"],
        SHARE: ["0.5", "0.7", "0.333333", "1.5"],
        "CNY/row": ["100", "0.005", "33.333333", "66.67"],
        "CNY/month": ["100", "250.5"],
    }
    return st.sampled_from(numbers[unit])


@st.composite
def packs(draw: Any) -> dict[str, Any]:
    """The files of a sound pack: name -> content."""
    drawn = Drawn(draw)
    for _ in range(draw(st.integers(1, 4))):
        _record_fact(drawn, drawn.one("household", "household", "person"))
    for _ in range(draw(st.integers(0, 2))):
        drawn.one(_over_persons, _over_facts, _over_facts)(drawn)
    rules = {f"r{number}": _rule(drawn) for number in range(draw(st.integers(1, 3)))}
    return {
        "policy.yaml": {
            "format": 1,
            "id": "random",
            "version": "1",
            "title": _TITLE,
            "languages": ["en"],
            "currency": "CNY",
            "time_zone": "Asia/Shanghai",
            "levels": {"nation": _TITLE, "county": _TITLE, "village": _TITLE},
            "population_groups": dict.fromkeys(GROUPS, _TITLE),
            "risks": {"risk": _TITLE},
            "severities": {"high": _TITLE, "low": _TITLE},
        },
        "parameters.yaml": drawn.parameters,
        "tables.yaml": {
            "income": {"kinds": {k: {"title": _TITLE} for k in KINDS}},
            "spending": {"kinds": {k: {"title": _TITLE} for k in KINDS}},
            "conditions": {"kinds": {k: {"title": _TITLE} for k in KINDS}},
            "shocks": {"kinds": {k: {"title": _TITLE, "may_name_area": True} for k in KINDS}},
            "attributes": {"kinds": {k: {"title": _TITLE, "unit": MONEY} for k in KINDS}},
        },
        "facts.yaml": drawn.facts,
        "rules.yaml": rules,
    }


def written(files: dict[str, Any], folder: Path) -> Pack:
    """The pack, after its files were written and read."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")  # JSON is YAML
    return load_pack(folder)


_SPELLS = {"jobs": ("started_on", "ended_on"), "conditions": ("valid_from", "valid_to")}
_SPELLS["attributes"] = ("valid_from", "valid_to")


def _window(drawn: Drawn, table: str) -> Any:
    on = {"on": drawn.one(*_SPELLS[table])} if table in _SPELLS else {}
    full: dict[str, Any] = {"window": f"{drawn.one(1, 2, 6, 12)} full months", **on}
    if drawn.draw(st.booleans()):
        full["offset"] = f"{drawn.one(0, 1, 12)} months"
    dated = [full, {"window": f"{drawn.one(1, 3, 12)} months to date", **on}, {"window": "year to date", **on}]
    dated += [{"window": f"{drawn.one(1, 2)} full years", **on}]
    single = drawn.one(*dated, "ever", *(["open", "open"] if table in _SPELLS else []))
    return [single, drawn.one(*dated)] if drawn.draw(st.integers(0, 4)) == 0 else single


def _row_condition(drawn: Drawn, table: str) -> str:
    money = {"income": "amount", "spending": "amount", "jobs": "monthly_wage", "shocks": "loss"}.get(table)
    begin = _SPELLS.get(table, ("occurred_on", ""))[0]
    options = [f"{begin} < as_of", f"{begin} is not null"]
    if table != "jobs":
        options += ["kind = 'k1'", "kind in ('k1', 'k2')", "kind <> 'k2'"]
    if money:
        limit = drawn.parameter("CNY/month" if table == "jobs" else MONEY)
        options += [f"{money} > {limit}", f"not ({money} <= {limit})", f"{money} between 0 and {limit}"]
    if table == "income":
        options += ["cost is null", "amount > cost", "cost > amount or cost is null", "amount = coalesce(cost, amount)"]
    if table == "spending":
        options += ["reimbursed is null", "amount - reimbursed > 0"]
    if table == "jobs":
        options += ["ended_on is null", "place = 'abroad'", "channel <> 'workshop'"]
    first, second = drawn.one(*options), drawn.one(*options)
    return str(drawn.one(first, first, f"({first}) and ({second})", f"({first}) or not ({second})"))


def _amount(drawn: Drawn, table: str) -> str:
    share, limit = drawn.parameter(SHARE), drawn.parameter(MONEY)
    return str(
        drawn.one(
            *{
                "income": ["amount", "amount - coalesce(cost, 0)", f"amount * {share}", f"greatest(amount, {limit})"],
                "spending": ["amount", "amount - reimbursed", "abs(coalesce(reimbursed, 0) - amount)"],
                "jobs": ["monthly_wage * param.months", "coalesce(monthly_wage, 0) * param.months"],
                "shocks": ["loss", f"coalesce(loss, {limit})", f"least(loss, {limit})"],
            }[table]
        )
    )


def _record_fact(drawn: Drawn, of: str) -> str:
    tables = ["income", "spending", "jobs", "conditions", "shocks", "attributes"]
    table = drawn.one(*tables)
    drawn.parameters.setdefault("months", _months())
    where = f" filter (where {_row_condition(drawn, table)})" if drawn.draw(st.booleans()) else ""
    forms: list[tuple[str, str | None]] = [(f"count(){where}", ROWS), (f"any({_row_condition(drawn, table)})", None)]
    forms.append((f"count(){where} > 0", None))
    forms.append((f"max({_SPELLS.get(table, ('occurred_on', ''))[0]}){where}", None))
    if table in ("income", "spending", "shocks", "jobs"):
        amount = _amount(drawn, table)
        forms += [(f"{how}({amount}){where}", MONEY) for how in ("sum", "sum", "min", "max")]
        forms.append((f"coalesce(sum({amount}){where} / count(), 0)", "CNY/row"))
    if table == "attributes":
        forms += [(f"{how}(value) filter (where kind = 'k1')", MONEY) for how in ("sum", "max")]
        forms.append(("count(value)", ROWS))
    form, unit = drawn.one(*forms)
    definition = {"from": table, "window": _window(drawn, table), "value": form}
    return drawn.add(of, unit, definition, is_quotient=" / " in form)


def _months() -> dict[str, Any]:
    values = [{"value": "1", "from": "2000-01-01", "source": "practice"}]
    return {"title": _TITLE, "unit": "month", "values": values}


def _over_persons(drawn: Drawn) -> None:
    truths = [n for n, unit in drawn.person.items() if unit is None and " > 0" in drawn.facts[n]["value"]]
    sums = [n for n, unit in drawn.person.items() if unit == MONEY and n not in drawn.quotients]
    age = drawn.parameter(YEARS)
    forms: list[tuple[str, str | None]] = [
        ("count()", "person"),
        ("count() filter (where labour_capacity <> 'none')", "person"),
        (f"count() filter (where completed_years(birth_date) >= {age})", "person"),
        ("max(completed_years(birth_date))", YEARS),
        ("any(labour_capacity = 'full')", None),
        ("min(birth_date)", None),
    ]
    forms += [(f"any({name})", None) for name in truths] + [(f"sum({name})", MONEY) for name in sums]
    form, unit = drawn.one(*forms)
    drawn.add("household", unit, {"from": "persons", "value": form})


def _condition(drawn: Drawn, facts: dict[str, str | None]) -> str:
    """Something that is true, false or unknown, over facts."""
    name = drawn.one(*facts)
    unit = facts[name]
    value = drawn.facts[name]["value"]
    if unit in (MONEY, ROWS, YEARS, SHARE, "CNY/row"):
        other = drawn.parameter(str(unit))
        same = [n for n, u in facts.items() if u == unit]
        other = drawn.one(other, other, *same)
        return f"{name} {drawn.one('<', '<=', '>', '>=', '=', '<>')} {other}"
    if unit == "person":
        return f"{name} {drawn.one('=', '>')} {drawn.one('0', '1')}"
    if value.startswith(("max(", "min(")):
        return str(drawn.one(f"{name} < as_of", f"{name} is null"))
    return str(drawn.one(name, f"not {name}", f"{name} is true", f"{name} is null"))


def _composed(drawn: Drawn, facts: dict[str, str | None]) -> str:
    first = _condition(drawn, facts)
    if drawn.draw(st.booleans()):
        return first
    second = _condition(drawn, facts)
    return str(drawn.one(f"({first}) and ({second})", f"({first}) or ({second})", f"not (({first}) and {second})"))


def _over_facts(drawn: Drawn) -> None:
    of = drawn.one("household", "household", "person")
    facts = drawn.household if of == "household" else drawn.person
    if not facts:
        return
    money = [n for n, unit in facts.items() if unit == MONEY and n not in drawn.quotients]
    counts = [n for n, unit in facts.items() if unit == ROWS]
    forms: list[tuple[str, str | None]] = [(_composed(drawn, facts), None)]
    if money:
        one, other, share = drawn.one(*money), drawn.one(*money), drawn.parameter(SHARE)
        condition = _condition(drawn, facts)
        forms += [
            (f"{one} / {other}", SHARE),
            (f"{one} - {share} * {other}", MONEY),
            (f"case when {condition} then {one} else {other} end", MONEY),
            (f"coalesce({one}, {drawn.parameter(MONEY)})", MONEY),
            (f"greatest({one}, {other}, {drawn.parameter(MONEY)})", MONEY),
        ]
        forms += [(f"{one} / {drawn.one(*counts)}", "CNY/row")] if counts else []
    form, unit = drawn.one(*forms)
    definition = {"value": form}
    if drawn.draw(st.booleans()):
        definition["unknown_when"] = _condition(drawn, facts)
    drawn.add(of, unit, definition, is_quotient=" / " in form)


def _rule(drawn: Drawn) -> dict[str, Any]:
    of = "person" if drawn.person and drawn.draw(st.booleans()) else "household"
    if of == "household" and not drawn.household:
        _over_persons(drawn)
    seen = {**drawn.household, **(drawn.person if of == "person" else {})}
    columns = ["area_code", "population_group", *(["labour_capacity", "birth_date"] if of == "person" else [])]
    when = _composed(drawn, seen)
    shown = [*seen, *columns, *(f"param.{name}" for name in drawn.parameters)]
    reasons = drawn.draw(st.lists(st.sampled_from(shown), min_size=1, max_size=4, unique=True))
    rule = {"title": _TITLE, "risk": "risk", "severity": drawn.one("high", "low"), "when": when}
    return {**rule, "reasons": reasons, "source": "practice", **({"of": "person"} if of == "person" else {})}


DATES = [date(2022, 5, 31), date(2022, 6, 1), date(2024, 2, 29), date(2023, 2, 28), date(2024, 3, 1), date(2023, 1, 1)]
