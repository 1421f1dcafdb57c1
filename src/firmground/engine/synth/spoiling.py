"""Dirty rows on request: what goes wrong in departments' files, done on purpose and written down.

Each spoil changes one cell of a row as text; `spoiled.csv` says which row of which file, which column, what was done.
"""

from __future__ import annotations

# table -> (column, what was done, SQL of the new cell)
SPOILS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "households": (
        ("area_code", "an area code that does not exist", "'999999999999'"),
        ("household_id", "digits lost in a spreadsheet", "'1.9E+18'"),
        ("population_group", "an unknown population group", "'unheard_of'"),
    ),
    "persons": (
        ("birth_date", "a date that is not in the calendar", "'1990-02-30'"),
        ("id_number", "digits lost in a spreadsheet", "'1.9E+18'"),
        ("id_number", "a wrong check character", "substr(id_number, 1, 17) || 'Z'"),
        ("household_id", "an unknown household", "'H-UNKNOWN'"),
    ),
    "income": (
        ("amount", "a letter among digits", "'12O0'"),
        ("amount", "words", "'1200 or so'"),
        ("amount", "a negative amount", "'-' || amount"),
        ("amount", "full-width digits", "'１２００'"),
        ("occurred_on", "a date that is not in the calendar", "'2022-02-30'"),
        ("household_id", "an unknown household", "'H-UNKNOWN'"),
        ("kind", "an unknown kind", "'lottery'"),
    ),
    "spending": (
        ("reimbursed", "more reimbursed than spent", "'99999999.00'"),
        ("amount", "digits lost in a spreadsheet", "'1.9E+18'"),
    ),
    "jobs": (
        ("ended_on", "an end before the start", "'1999-01-01'"),
        ("place", "an unknown code", "'the moon'"),
    ),
    "conditions": (
        ("valid_from", "a date as a spreadsheet's number", "'44712'"),
        ("kind", "an unknown kind", "'bad luck'"),
    ),
    "shocks": (("loss", "a negative loss", "'-500'"), ("kind", "an unknown kind", "'comet'")),
    "outcomes": (("outcome", "an unknown code", "'maybe'"),),
}


def spoiled_sql(table: str, query: str, columns: list[str], row_offset: int) -> str:
    """The query with a share of its rows spoiled: cells as text, `spoil` (0 for a sound row) and `row` beside."""
    spoils = SPOILS[table]
    cells = []
    for column in columns:
        whens = "".join(
            f" when {number} then {cell}" for number, (name, _, cell) in enumerate(spoils, start=1) if name == column
        )
        cells.append(f'case spoil{whens} else "{column}" end as "{column}"' if whens else f'"{column}"')
    text = ", ".join(f'cast("{column}" as varchar) as "{column}"' for column in columns)
    drawn = f"u(row * 16 + {len(table)}, 200)"
    which = f"1 + cast(floor(u(row * 16 + {len(table)}, 201) * {len(spoils)}) as integer)"
    return (
        f"select {', '.join(cells)}, spoil, row from (select *, case when {drawn} < getvariable('dirty') "
        f"then {which} else 0 end as spoil from (select {text}, row_number() over () + {row_offset} as row "
        f"from ({query})))"
    )
