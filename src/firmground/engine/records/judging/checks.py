"""What every row of a table must hold, as SQL over its text cells.

A check is a condition that is true for a bad row. `c` is the row of cells, `h` its household in the registry, `a` its
area, `m` the person its ID number stands for. Conditions never fail on any text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

from firmground.engine.policy.model import Pack
from firmground.engine.records.judging import mistakes as wrong
from firmground.engine.records.judging.mistakes import RowMistake
from firmground.engine.tables import COMMON, Column, Table, Type
from firmground.engine.tables.schema import MONEY, NUMBER

_LIMIT = "1000000000000"
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2200, 12, 31)  # that a cell may hold
_FIRST, _LAST = f"date '{FIRST_DAY}'", f"date '{LAST_DAY}'"
FREE_TEXT = ("name", "address", "hamlet", "text", "employer", "end_reason", "phone")
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_SPACE = r"[\p{Z}\p{Cf}]"  # full-width spaces and marks that cannot be seen, too
TIME = (
    "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?"
    "(Z|[+-](0[0-9]|1[0-4])(:?[0-9]{2})?)?)?"
)
_ANY_CONTROL = r"[\x00-\x1f\x7f]"
NOBODY = "0 members with this ID number"  # said of a person whom the registry does not hold: the row waits
DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"  # as the lake writes it
_YEAR_LAST = r"\s*[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}(\s.*)?"
_LOSSY = r"[0-9]([.][0-9]+)?[eE][+]?[0-9]+|[0-9]{16,}[.]0+"


@dataclass(frozen=True)
class Check:
    """One check of one column. `found` is the SQL text of what was found, `expected` what should stand there."""

    mistake: type[RowMistake]
    column: str
    condition: str
    found: str
    expected: str


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def typed(column: Column) -> str:
    """The SQL of a cell in its column's type; null where it does not fit."""
    cell = f'c."{column.name}"'
    return {
        Type.TEXT: cell,
        Type.DATE: f"try_cast({cell} as date)",
        Type.TIME: f"try_cast({cell} as timestamptz)",
        Type.MONEY: f"try_cast({cell} as decimal(18, 2))",
        Type.NUMBER: f"try_cast({cell} as decimal(28, 12))",
        Type.BOOLEAN: f"case when lower({cell}) in ('true', '1', 'yes') then true "
        f"when lower({cell}) in ('false', '0', 'no') then false end",
    }[column.type]


def checks_of(
    table: Table,
    pack: Pack,
    columns: list[str],
    rounded: Collection[str] = (),
    converted: Collection[str] = (),
    plain: Collection[str] = (),
    *,
    is_list: bool = False,
) -> list[Check]:
    """Every check of a table's rows. columns: those that the file fills; rounded: those whose places may be cut.

    converted: columns whose cells as they came stand beside them; plain: those whose every cell convert_cells found to
    be spelled as the lake spells it, so that its spelling is not looked at again. is_list: each row of a positive list
    names a member.
    """
    found: list[Check] = [_check(wrong.BrokenRow, "", "c.broken is not null", "c.broken")]
    for column in (*table.columns, *COMMON):
        if column.required and not (is_list and column.name == "household_id"):
            found.append(_missing(column, table, columns))
        if column.name in columns:
            found += _column(column, column.name in rounded, column.name in plain)
    found += _across(table, columns)
    found += _registry(table, pack, columns, is_list=is_list)
    whole = [replace(check, condition=f"c.broken is null and ({check.condition})") for check in found[1:]]
    return [found[0], *(_as_it_came(check) if check.column in converted else check for check in whole)]


def came(column: str) -> str:
    """The column of `cells` that holds a converted cell as it came."""
    return f"{column} as it came"


def _as_it_came(check: Check) -> Check:
    cell, before = f'c."{check.column}"', f'c."{came(check.column)}"'
    if check.found != f"coalesce({cell}, '')":
        return check  # found in other words than the cell's
    return replace(check, found=f"coalesce({before}, {cell}, '')")


def _check(
    mistake: type[RowMistake], column: str, condition: str, found: str | None = None, expected: str = ""
) -> Check:
    cell = found or f"coalesce(c.\"{column}\", '')"
    return Check(mistake, column, condition, cell, expected or mistake.expected_words)


def _own(name: str, columns: list[str]) -> str:
    """A cell that the file may not have at all."""
    return f'c."{name}"' if name in columns else "null"


def _column(column: Column, is_rounded: bool, is_plain: bool) -> Iterator[Check]:
    name, cell, value = column.name, f'c."{column.name}"', typed(column)
    if column.type is Type.TEXT:
        yield from _text(column, cell, is_plain)
        return
    form = {
        Type.DATE: (wrong.NotADate, not_a_date(cell), _no_day(cell)),
        Type.TIME: (wrong.NotATime, not_a_time(cell), _no_time(cell)),
        Type.MONEY: (wrong.NotAnAmount, not_a_number(cell, value, MONEY[1]), f"{value} is null"),
        Type.NUMBER: (
            wrong.NotANumber,
            not_a_number(cell, value, None if is_rounded else NUMBER[1]),
            f"{value} is null",
        ),
        Type.BOOLEAN: (wrong.NotYesOrNo, f"({value}) is null", f"({value}) is null"),
    }[column.type]
    wrongly = f"{cell} is not null and {form[2] if is_plain else form[1]}"
    if column.type is Type.DATE:
        unsure = f"regexp_full_match({cell}, '{_YEAR_LAST}')"
        yield _check(wrong.DayOrMonthFirst, name, f"case when {wrongly} then {unsure} end")
        wrongly = f"case when {wrongly} then not {unsure} end"  # most cells are dates, and need no second look
    yield _check(form[0], name, wrongly)
    if column.type in (Type.MONEY, Type.NUMBER):
        yield _check(wrong.AmountTooLarge, name, f"abs({value}) >= {_LIMIT}")
    if column.type is Type.MONEY:
        yield _check(wrong.NegativeAmount, name, f"{value} < 0")


def _missing(column: Column, table: Table, columns: list[str]) -> Check:
    """A required cell is empty; an ID number may stand for the person and the household."""
    name, empty = column.name, f"{_own(column.name, columns)} is null"
    if name in ("household_id", "person_id") and "id_number" in columns and table.names_a_person:
        return _check(wrong.MissingCell, name, f"{empty} and c.id_number is null", "''")
    return _check(wrong.MissingCell, name, empty)


def not_a_date(cell: str) -> str:
    """Whether a text is no date as the lake writes it, or outside the days that a cell may hold."""
    return f"(not regexp_full_match({cell}, '{DAY}') or {_no_day(cell)})"


def _no_day(cell: str) -> str:
    day = f"try_cast({cell} as date)"
    return f"({day} is null or {day} not between {_FIRST} and {_LAST})"


def not_a_time(cell: str) -> str:
    """Whether a text is no time as the lake writes it, or outside the times that a cell may hold."""
    return f"(not regexp_full_match({cell}, '{TIME}') or {_no_time(cell)})"


def _no_time(cell: str) -> str:
    time = f"try_cast({cell} as timestamptz)"
    return f"({time} is null or {time} not between cast({_FIRST} as timestamptz) and cast({_LAST} as timestamptz))"


def not_a_number(cell: str, value: str, places: int | None) -> str:
    """Whether a text is no number in digits with at most so many places. value: its SQL in the column's type."""
    most = "*" if places is None else f"{{0,{places}}}"
    return f"({value} is null or not regexp_full_match({cell}, '-?[0-9]*[.]?[0-9]{most}'))"


def more_places(cell: str, places: int) -> str:
    """Whether a number is written with more decimal places than these."""
    return f"(strpos({cell}, '.') > 0 and length({cell}) - strpos({cell}, '.') > {places})"


def _text(column: Column, cell: str, is_plain: bool) -> Iterator[Check]:
    name = column.name
    if name in FREE_TEXT:
        yield _check(wrong.UnfitText, name, f"regexp_matches({cell}, '{_CONTROL}')", "'a control character'")
        return
    unfit = f"length({cell}) > 200"
    if not is_plain:
        unfit = f"({unfit} or regexp_matches({cell}, '^{_SPACE}|{_SPACE}$|{_ANY_CONTROL}'))"
    yield _check(wrong.UnfitText, name, unfit)
    if name.endswith(("_id", "code", "number")) or name == "parent":
        lossy = f"case when {cell} < ':' then regexp_full_match({cell}, '{_LOSSY}') end"  # it begins with a digit
        yield _check(wrong.LossyNumber, name, lossy)
    if column.codes:
        codes = ", ".join(map(literal, column.codes))
        yield _check(wrong.UnknownCode, name, f"{cell} not in ({codes})", expected=", ".join(column.codes))
    if name == "source":
        yield _check(wrong.SourceRefused, name, f"lower({cell}) = 'firmground'")


def _across(table: Table, columns: list[str]) -> Iterator[Check]:
    """Checks over several cells of a row."""
    spans = [table.span] if table.span else []
    if table.name == "income":
        spans.append(("covers_from", "covers_to"))
    for begin, end in spans:
        if begin in columns and end in columns:
            before = f'try_cast(c."{end}" as date) < try_cast(c."{begin}" as date)'
            yield _check(wrong.EndBeforeStart, end, before)
    if table.name == "spending" and "reimbursed" in columns:
        more = "try_cast(c.reimbursed as decimal(18, 2)) > try_cast(c.amount as decimal(18, 2))"
        yield _check(wrong.ReimbursedTooMuch, "reimbursed", more)
    if not table.key and "deleted" in columns:
        record = "c.record_id is null" if "record_id" in columns else "true"
        yield _check(wrong.DeletedWithoutKey, "deleted", f"lower(c.deleted) in ('true', '1', 'yes') and {record}")


def _registry(table: Table, pack: Pack, columns: list[str], *, is_list: bool) -> Iterator[Check]:
    """Checks against the pack, the areas and the registry of households and persons."""
    if table.name in pack.kinds:
        yield from _kinds(table, pack)
    if table.name == "outcomes":
        risks = ", ".join(map(literal, pack.risks))
        yield _check(wrong.UnknownCode, "risk", f"c.risk not in ({risks})", expected=", ".join(pack.risks))
    if table.name == "households" and "population_group" in columns:
        groups = ", ".join(map(literal, pack.population_groups)) or "''"
        words = ", ".join(pack.population_groups)
        yield _check(wrong.UnknownGroup, "population_group", f"c.population_group not in ({groups})", expected=words)
    if table.name in ("households", "shocks") and "area_code" in columns:
        yield _check(wrong.UnknownArea, "area_code", "c.area_code is not null and a.code is null")
    if table.name == "shocks":
        yield from _struck(pack, columns)
    if table.name not in ("areas", "households") and "household_id" in columns:
        unknown = "c.household_id is not null and h.household_no is null"
        yield _check(wrong.UnknownHousehold, "household_id", unknown)
    if "id_number" in columns:
        yield from _id_number(table, pack, columns, is_list=is_list)
    elif is_list:
        yield _not_a_member("person_id", columns, "true")


def _not_a_member(column: str, columns: list[str], sound: str) -> Check:
    """A row of a positive list names nobody, or more than one; where the household is not known it waits for that."""
    unsure = f"coalesce(m.matches, 0) <> 1 and {sound}"
    if "household_id" in columns:
        unsure += " and (c.household_id is null or h.household_no is not null)"
    return _check(
        wrong.PersonNotFound, column, unsure, "coalesce(m.matches, 0) || ' members'", "a member on the day of the list"
    )


def _id_number(table: Table, pack: Pack, columns: list[str], *, is_list: bool) -> Iterator[Check]:
    """The number itself, and where it stands for a person, that person. A wrong number has no person to be found."""
    lossy = f"regexp_full_match(c.id_number, '{_LOSSY}')"
    sound = f"not {lossy}"
    if table.name != "persons":  # whose numbers are checked as text is
        yield _check(wrong.LossyNumber, "id_number", lossy)
    if pack.area_tree == "china":
        fits = gb_11643("c.id_number")
        yield _check(wrong.WrongIdNumber, "id_number", f"{sound} and not ({fits})", "'a number that fails its check'")
        sound += f" and ({fits})"
    if is_list:
        yield _not_a_member("id_number", columns, sound)
    elif table.name != "persons":
        both = " and ".join(f"{_own(name, columns)} is not null" for name in ("household_id", "person_id"))
        unsure = f"c.id_number is not null and not ({both}) and coalesce(m.matches, 0) <> 1 and {sound}"
        found = (
            f"case when coalesce(m.matches, 0) = 0 then '{NOBODY}' else m.matches || ' members with this ID number' end"
        )
        yield _check(wrong.PersonNotFound, "id_number", unsure, found)


def _kinds(table: Table, pack: Pack) -> Iterator[Check]:
    kinds = pack.kinds[table.name]
    listed = ", ".join(map(literal, kinds)) or "''"
    yield _check(wrong.UnknownKind, "kind", f"c.kind not in ({listed})", expected=", ".join(kinds) or "no kind")


def _struck(pack: Pack, columns: list[str]) -> Iterator[Check]:
    wide = ", ".join(literal(n) for n, kind in pack.kinds.get("shocks", {}).items() if kind.may_name_area) or "''"
    household, area = _own("household_id", columns), _own("area_code", columns)
    if "id_number" in columns:
        household = f"coalesce({household}, c.id_number)"
    wrongly = f"(({household} is null) = ({area} is null)) or ({area} is not null and c.kind not in ({wide}))"
    whose = _own("household_id", columns)
    found = f"coalesce('household ' || {whose}, '') || coalesce(' area ' || {area}, '')"
    column = "area_code" if "area_code" in columns else "household_id"
    yield _check(wrong.HouseholdOrArea, column, wrongly, found)


def gb_11643(cell: str) -> str:
    """Whether an ID number has 18 characters, a date of birth, and the check character of ISO 7064 mod 11-2."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    digits = " + ".join(
        f"coalesce(try_cast(substr({cell}, {place}, 1) as integer), 0) * {weight}"
        for place, weight in enumerate(weights, start=1)
    )
    born = f"substr({cell}, 7, 4) || '-' || substr({cell}, 11, 2) || '-' || substr({cell}, 13, 2)"
    return (
        f"coalesce({cell} is null or (regexp_full_match({cell}, '[0-9]{{17}}[0-9X]') and "
        f"try_cast({born} as date) between {_FIRST} and {_LAST} and "
        f"substr('10X98765432', ({digits}) % 11 + 1, 1) = substr({cell}, 18, 1)), false)"
    )
