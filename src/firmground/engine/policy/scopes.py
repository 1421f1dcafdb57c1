"""Which names an expression sees, and what they are.

A fact over a table sees that table's columns; over persons also the facts of a person; a fact over nothing sees other
facts of its kind; a rule sees all facts of the household, a rule of a person also the person's. Personal columns
(names, ID numbers, telephones, addresses) are never seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from firmground.engine.policy.model import Kind, Parameter, Words
from firmground.engine.policy.units import Unit, known_words, of_word, parse_unit
from firmground.engine.policy.values import BOOLEAN, DATE, ERROR, TEXT, ValueType, exact
from firmground.engine.tables import TABLES, Column, Table, Type
from firmground.engine.tables.schema import MONEY, NUMBER
from firmground.errors import Place, nearest

HOUSEHOLD_COLUMNS = ("area_code", "population_group", "registered_on")
_PERSONAL = frozenset(column.name for table in TABLES.values() for column in table.columns if column.personal)
_UNSEEN = ("household_id", "record_id", "deleted", "source", "received_at")


@dataclass(frozen=True)
class Symbol:
    """A name that an expression may use. origin: `column` or `fact`; of: `row`, `person` or `household`."""

    name: str
    origin: str
    of: str
    type: ValueType
    unit: Unit | None = None
    codes: tuple[str, ...] = ()  # closed list of values, empty if open


@dataclass
class Names:
    """What a pack has named so far; `facts` grows as facts are read in the order of their dependence."""

    currency: str
    unit_words: tuple[str, ...]
    kinds: Mapping[str, Mapping[str, Kind]]
    population_groups: Mapping[str, Words]
    parameters: Mapping[str, Parameter]
    facts: dict[str, Symbol] = field(default_factory=dict)
    unsound_parameters: tuple[str, ...] = ()  # named in a file, but with a mistake of their own

    @property
    def words(self) -> tuple[str, ...]:
        """All words that a unit may use."""
        return known_words(self.currency, self.unit_words)

    def unit(self, text: str | None) -> Unit | None:
        """The unit, or None if it has none or an unknown word (which is reported where it is declared)."""
        found = parse_unit(text, self.words, Place("")) if text else None
        return found if isinstance(found, Unit) else None


@dataclass(frozen=True)
class Scope:
    """What one expression sees. `rows` names the table whose rows it must aggregate, None where there are none."""

    symbols: Mapping[str, Symbol]
    parameters: Mapping[str, tuple[ValueType, Unit | None]]
    rows: str | None
    unit_of_kind: Mapping[str, Unit | None]  # of `attributes.value`
    facts_elsewhere: Mapping[str, str] = field(default_factory=dict)  # facts that are not seen here -> of what

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that may be written."""
        return (*self.symbols, *(f"param.{name}" for name in self.parameters))

    def unseen(self, name: str) -> tuple[str, str]:
        """What a name is that is not seen here, and a hint at what to write."""
        of = self.facts_elsewhere.get(name)
        if of == "person":
            hint = "Aggregate it in a fact with `from: persons`, or judge each member by `of: person`."
            return "a fact of a person, which is not seen here", hint
        if of:
            return "a fact of the household, which is not seen here", "A rule with `of: person` sees both."
        if name in _PERSONAL:
            return "personal, and never seen", ""
        close = nearest(name, (*self.names, "as_of"))
        return "not known here", f"Did you mean `{close}`?" if close else ""


def scope_of_fact(of: str, from_table: str | None, names: Names) -> Scope:
    """The scope of a fact's `value` and filters.

    of: `household` or `person`; from_table: a record table, `persons`, or None.
    """
    facts = {n: s for n, s in names.facts.items() if s.of == of}
    if from_table is None:
        symbols = facts | (_person_columns(names) if of == "person" else _household_columns(names))
        return _scope(symbols, None, names)
    columns = _columns(TABLES[from_table], "row", names)
    if from_table == "persons":
        columns |= {n: s for n, s in names.facts.items() if s.of == "person"}
    return _scope(columns, from_table, names)


def scope_of_unknown_when(of: str, names: Names) -> Scope:
    """The scope of `unknown_when`: other facts of the same kind, whatever the fact itself is computed from."""
    return scope_of_fact(of, None, names)


def scope_of_rule(of: str, names: Names) -> Scope:
    """The scope of a rule's `when`: facts of the household, in a rule of a person also the person's."""
    symbols = {n: s for n, s in names.facts.items() if s.of == "household"} | _household_columns(names)
    if of == "person":
        symbols |= {n: s for n, s in names.facts.items() if s.of == "person"} | _person_columns(names)
    return _scope(symbols, None, names)


def parameter_type(parameter: Parameter) -> ValueType:
    """The exact type that holds every value of the parameter."""
    places = whole = 0
    for row in parameter.rows:
        _, digits, exponent = row.value.as_tuple()
        power = int(exponent)  # a Decimal read from a file is finite
        places = max(places, -power)
        whole = max(whole, len(digits) + power, 1)
    return exact(whole + places, places)


def column_names(table: Table) -> tuple[str, ...]:
    """The columns of a table that expressions may see."""
    return tuple(c.name for c in table.columns if not c.personal and c.name not in _UNSEEN)


def _scope(symbols: Mapping[str, Symbol], rows: str | None, names: Names) -> Scope:
    parameters: dict[str, tuple[ValueType, Unit | None]]
    parameters = {n: (parameter_type(p), names.unit(p.unit)) for n, p in names.parameters.items()}
    parameters |= {name: (ERROR, None) for name in names.unsound_parameters if name not in parameters}
    kinds = names.kinds.get(rows, {}) if rows else {}
    elsewhere = {n: s.of for n, s in names.facts.items() if n not in symbols}
    return Scope(symbols, parameters, rows, {n: names.unit(k.unit) for n, k in kinds.items()}, elsewhere)


def _household_columns(names: Names) -> dict[str, Symbol]:
    columns = _columns(TABLES["households"], "household", names)
    return {name: columns[name] for name in HOUSEHOLD_COLUMNS}


def _person_columns(names: Names) -> dict[str, Symbol]:
    return _columns(TABLES["persons"], "person", names)


def _columns(table: Table, of: str, names: Names) -> dict[str, Symbol]:
    seen = set(column_names(table))
    return {c.name: _symbol(c, table, of, names) for c in table.columns if c.name in seen}


def _symbol(column: Column, table: Table, of: str, names: Names) -> Symbol:
    types = {
        Type.TEXT: TEXT,
        Type.DATE: DATE,
        Type.BOOLEAN: BOOLEAN,
        Type.MONEY: exact(*MONEY),
        Type.NUMBER: exact(*NUMBER),
    }
    unit = of_word(names.currency) if column.type is Type.MONEY else None
    if column.name == "monthly_wage":
        unit = of_word(names.currency) / of_word("month")
    codes = column.codes
    if column.name == "kind":
        codes = tuple(names.kinds.get(table.name, {}))
    elif column.name == "population_group":
        codes = tuple(names.population_groups)
    return Symbol(column.name, "column", of, types[column.type], unit, codes)
