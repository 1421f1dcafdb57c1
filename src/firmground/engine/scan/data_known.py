"""Whether there are data to ask: before the first of them, every household would look well."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from firmground.engine.scan.backends import duckdb as on_duckdb
from firmground.engine.scan.question import Question
from firmground.engine.scan.relations import Relations, first_day
from firmground.errors import FirmgroundError


class BeforeAllData(FirmgroundError):
    """The as-of date, or the known-at time, is before all data: nobody would be warned of anything."""

    id = "FG-S030"


class NoHouseholds(FirmgroundError):
    """The lake holds no households, so there is nobody to scan."""

    id = "FG-S031"


def require_data(question: Question, relations: Relations) -> None:
    """Refuse a date or time before all data, where every household would look well.

    relations: of all households. Raises BeforeAllData, NoHouseholds.
    """
    with on_duckdb.connected(relations) as connection:
        if not connection.table("select 1 from households limit 1").num_rows:
            if question.known_at is not None and question.manifest.tables.get("households"):
                at = question.known_at.astimezone(ZoneInfo(question.lake.settings.time_zone))
                found = f"No household was known on {at.isoformat(sep=' ', timespec='minutes')[:16]}"
                raise BeforeAllData(found=found, expected="a later known-at")
            found = f"The lake {question.lake.path} holds no households"
            raise NoHouseholds(found=found, hint="Bring them in with `firmground import FILE --as households`.")
        first = first_day(connection.table, relations)
    if first is not None and question.as_of < first:
        found = f"The as-of date {question.as_of} is before all data, which begin on {first}"
        raise BeforeAllData(found=found, expected=f"a date from {first} on")
