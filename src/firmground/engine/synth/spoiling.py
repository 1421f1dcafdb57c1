"""Dirty rows on request: what goes wrong in departments' files, done on purpose and written down.

Each spoil changes one cell of a row so that an import must put the row into quarantine; `spoiled.csv` says which row of
which file, which column, what was done. A spoiled row of `households` stands below the sound one, as a second delivery
of it: without the household every row about it would be refused as well, and nobody could count the spoils.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmground.engine.synth.draws_sql import Drawn

TWICE = frozenset({"households"})  # tables whose spoiled rows stand beside sound ones


@dataclass(frozen=True)
class Spoil:
    """What is done to a cell: its column, in words, and SQL of the new text."""

    column: str
    done: str
    sql: str


LOST_DIGITS = "digits lost in a spreadsheet"
LOST_ZEROS = "leading zeros lost in a spreadsheet"
SHIFTED_DATE = "a date shifted into the day before by a time zone"
GARBLED = "text garbled by a wrong encoding"
_UNKNOWN_HOUSEHOLD = Spoil("household_id", "an unknown household", "'H-UNKNOWN'")


def _shifted(column: str) -> Spoil:
    """Midnight in China as another program writes it. A date shifted without its time looks like any other date."""
    return Spoil(column, SHIFTED_DATE, f"strftime(cast({column} as date) - 1, '%Y-%m-%dT16:00:00Z')")


def _lost_digits(column: str) -> Spoil:
    return Spoil(column, LOST_DIGITS, "'1.9E+18'")


# Garbled cells are Chinese words in UTF-8 or GB18030 that were read in another encoding.
SPOILS: dict[str, tuple[Spoil, ...]] = {
    "households": (
        Spoil("area_code", "an area code that does not exist", "'999999999999'"),
        _lost_digits("household_id"),
        _lost_digits("area_code"),
        Spoil("population_group", "an unknown population group", "'unheard_of'"),
        Spoil("population_group", GARBLED, "'ÍÑÆ¶»§'"),
        _shifted("registered_on"),
    ),
    "persons": (
        Spoil("birth_date", "a date that is not in the calendar", "'1990-02-30'"),
        _shifted("birth_date"),
        _lost_digits("id_number"),
        Spoil("id_number", LOST_ZEROS, "ltrim(id_number, '0')"),
        Spoil("id_number", "a wrong check character", "substr(id_number, 1, 17) || 'Z'"),
        Spoil("sex", GARBLED, "'å¥³'"),
        _UNKNOWN_HOUSEHOLD,
    ),
    "income": (
        Spoil("amount", "a letter among digits", "'12O0'"),
        Spoil("amount", "words", "'1200 or so'"),
        Spoil("amount", "a negative amount", "'-' || amount"),
        Spoil("amount", "a comma before the places", "'1200,50'"),
        Spoil("occurred_on", "a date that is not in the calendar", "'2022-02-30'"),
        _shifted("occurred_on"),
        _lost_digits("household_id"),
        _UNKNOWN_HOUSEHOLD,
        Spoil("kind", "an unknown kind", "'lottery'"),
        Spoil("kind", GARBLED, "'¹¤×Ê'"),
    ),
    "spending": (
        Spoil("reimbursed", "more reimbursed than spent", "'99999999.00'"),
        _lost_digits("amount"),
        _shifted("occurred_on"),
        Spoil("kind", GARBLED, "'鍖荤枟'"),
    ),
    "jobs": (
        Spoil("ended_on", "an end before the start", "'1899-01-01'"),
        _lost_digits("person_id"),
        _shifted("started_on"),
        Spoil("place", "an unknown code", "'the moon'"),
        Spoil("place", GARBLED, "'çœ�'"),
    ),
    "conditions": (
        Spoil("valid_from", "a date that may be two", "'05/06/2022'"),
        _shifted("valid_from"),
        Spoil("kind", "an unknown kind", "'bad luck'"),
        Spoil("kind", GARBLED, "'²Ð¼²'"),
    ),
    "shocks": (
        Spoil("loss", "a negative loss", "'-500'"),
        _shifted("occurred_on"),
        Spoil("kind", "an unknown kind", "'comet'"),
        Spoil("kind", GARBLED, "'鐏惧'"),
    ),
    "outcomes": (
        Spoil("outcome", "an unknown code", "'maybe'"),
        _lost_digits("household_id"),
        _shifted("clue_on"),
        Spoil("outcome", GARBLED, "'é©³å›ž'"),
    ),
}


def spoiled_sql(table: str, drawn: Drawn, *, dirty: float, drawn_before: int) -> str:
    """The rows with a share of them spoiled, as text.

    Beside the columns: `at_row`, the place of a row among all drawn ones, and `spoil`, 0 for a sound row.
    drawn_before: rows of the table in blocks before this one.
    """
    spoils = SPOILS[table]
    key = f"at_row * 8 + {list(SPOILS).index(table)}"
    text = ", ".join(f'cast("{column}" as varchar) as "{column}"' for column in drawn.columns)
    which = f"1 + cast(floor(u({key}, 201) * {len(spoils)}) as integer)"
    numbered = f"select *, row_number() over (order by {drawn.keys()}) + {drawn_before} as at_row from ({drawn.sql})"
    chosen = (
        f"select {text}, at_row, case when u({key}, 200) < {dirty} then {which} else 0 end as spoil from ({numbered})"
    )
    if table in TWICE:
        chosen = f"select * from ({chosen}) union all select * replace (0 as spoil) from ({chosen}) where spoil > 0"
    cells = ", ".join(_cell(column, spoils) for column in drawn.columns)
    return f"select {cells}, spoil, at_row from ({chosen})"


def _cell(column: str, spoils: tuple[Spoil, ...]) -> str:
    own = [(number, spoil) for number, spoil in enumerate(spoils, start=1) if spoil.column == column]
    whens = "".join(f" when {number} then {spoil.sql}" for number, spoil in own)
    return f'case spoil{whens} else "{column}" end as "{column}"' if whens else f'"{column}"'
