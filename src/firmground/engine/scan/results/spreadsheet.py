"""XLSX files of results: typed cells, no live formula, ids and long numbers as text so that no digit is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from firmground.engine.tables.inert import is_live
from firmground.errors import FirmgroundError

SHEET_ROWS = 1_048_575  # rows of a sheet below its heading; more rows go to further sheets
CELL_CHARACTERS = 32_767  # the most that a cell holds
EXACT_DIGITS = 15  # digits that a spreadsheet keeps of a number
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001  # not the clock: the same rows give the same bytes


class TooLongForSheet(FirmgroundError):
    """A text is longer than a cell of a spreadsheet holds. Nothing was written: a cut text would look whole."""

    id = "FG-S063"
    exit_code = 2


class ExtraMissing(FirmgroundError):
    """A part of Firmground is asked for whose libraries are not installed."""

    id = "FG-S064"
    exit_code = 2


def write_xlsx(table: pa.Table, path: Path) -> None:
    """Write `table` as a workbook: headings frozen and filterable, dates as dates, numbers as numbers.

    Raises TooLongForSheet before anything is written, ExtraMissing without the library.
    """
    _check_cells(table)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with path.open("wb") as file, _xlsxwriter().Workbook(file, options) as book:
        book.set_properties({"created": CREATED})
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "live": book.add_format({"quote_prefix": True}),
        }
        for start in range(0, max(table.num_rows, 1), SHEET_ROWS):
            _fill_sheet(book.add_worksheet(), table.slice(start, SHEET_ROWS), formats)


def _xlsxwriter() -> ModuleType:
    try:
        import xlsxwriter  # an optional extra
    except ImportError as error:
        raise ExtraMissing(
            found="XLSX files need the library xlsxwriter, which is not installed",
            hint="Install it with `pip install 'firmground[xlsx]'`, or choose .csv.",
        ) from error
    return xlsxwriter  # type: ignore[no-any-return]


def _check_cells(table: pa.Table) -> None:
    for column in table.schema:
        if not pa.types.is_string(column.type) or not table.num_rows:
            continue
        longest = pc.max(pc.utf8_length(table.column(column.name))).as_py() or 0
        if longest > CELL_CHARACTERS:
            raise TooLongForSheet(
                found=f"A text in column {column.name} has {longest:,} characters",
                expected=f"at most {CELL_CHARACTERS:,} in a cell of XLSX",
                hint="Choose .csv, .jsonl or .parquet.",
            )


def _fill_sheet(sheet: Any, table: pa.Table, formats: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(table.num_rows, 1), max(table.num_columns - 1, 0))
    for position, column in enumerate(table.schema):
        sheet.set_column(position, position, 40 if column.name == "reasons" else 16)
        sheet.write_string(0, position, column.name, formats["head"])
    row_number = 1
    for batch in table.to_batches(max_chunksize=10_000):
        writers = [_cell_writer(sheet, position, column, formats) for position, column in enumerate(batch.schema)]
        live = [_live_rows(column) for column in batch.columns]
        for offset, row in enumerate(zip(*(column.to_pylist() for column in batch.columns), strict=True)):
            for write, value, live_rows in zip(writers, row, live, strict=True):
                if value is not None:
                    write(row_number, value, offset in live_rows)
            row_number += 1


def _live_rows(column: pa.Array) -> frozenset[int]:
    if not pa.types.is_string(column.type):
        return frozenset()
    return frozenset(pc.indices_nonzero(is_live(column)).to_pylist())


def _cell_writer(
    sheet: Any, position: int, column: pa.Field, formats: dict[str, Any]
) -> Callable[[int, Any, bool], None]:
    """How values of that column are written: `write(row, value, a spreadsheet would compute it)`."""

    def text(row: int, value: Any, live: bool) -> None:
        sheet.write_string(row, position, str(value), formats["live"] if live else None)

    def number(row: int, value: Any, live: bool) -> None:
        if len(Decimal(str(value)).as_tuple().digits) > EXACT_DIGITS:
            text(row, format(value, "f") if isinstance(value, Decimal) else value, live)
        else:
            sheet.write_number(row, position, value)

    def day(row: int, value: Any, live: bool) -> None:
        sheet.write_datetime(row, position, value, formats["date"])

    def flag(row: int, value: Any, live: bool) -> None:
        sheet.write_boolean(row, position, value)

    if pa.types.is_date(column.type):
        return day
    if pa.types.is_boolean(column.type):
        return flag
    if pa.types.is_decimal(column.type) or pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return number
    return text
