"""Every conversion that a cell may go through: what is accepted, what it becomes, and what is refused instead.

The one list of them. The reference page is written from it, a report names its ids, and tests run its examples.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A cell of `table.column`. becomes: the text that it is read as, empty for an empty cell.

    error: the id of the mistake with which it waits in quarantine instead. mapping: what the mapping must say for it.
    """

    column: str
    cell: str
    becomes: str = ""
    error: str = ""
    mapping: str = ""


@dataclass(frozen=True)
class ConversionKind:
    """One conversion. title: in a report; where: the columns; accepted and refused: sentences of the reference page."""

    id: str
    title: str
    where: str
    accepted: str
    refused: str
    examples: tuple[Example, ...]


_DAY, _END, _SUM, _CODE = "income.occurred_on", "jobs.ended_on", "income.amount", "income.household_id"
_NUMBER, _ID = "outcomes.visits", "persons.id_number"
_NOT_FREE = "all columns but free text (names, addresses, employers, telephones)"

KINDS: tuple[ConversionKind, ...] = (
    ConversionKind(
        "spaces",
        "spaces around taken off",
        _NOT_FREE,
        "Spaces of any width, tabs and line ends around a cell are taken off; a cell of nothing else is empty.",
        "Spaces inside a text stay.",
        (
            Example(_CODE, " H1 ", "H1"),
            Example(_CODE, "\u3000H1\u00a0", "H1"),
            Example("income.person_id", "\u3000", ""),
            Example(_SUM, "\t1200.50", "1200.50"),
            Example(_DAY, "2022-05-31 ", "2022-05-31"),
        ),
    ),
    ConversionKind(
        "unseen",
        "characters that cannot be seen taken out",
        _NOT_FREE,
        "Marks of no width (U+200B, U+FEFF and their like) are taken out wherever they stand.",
        "Control characters inside an id or code are refused.",
        (
            Example(_CODE, "H\u200b1", "H1"),
            Example(_DAY, "\ufeff2022-05-31", "2022-05-31"),
            Example(_CODE, "H\u00071", error="FG-R015"),
        ),
    ),
    ConversionKind(
        "full_width",
        "full-width characters read as plain ones",
        _NOT_FREE,
        "Full-width letters, digits and signs (U+FF01 to U+FF5E) become those of ASCII; in amounts the minus sign "
        "U+2212 too.",
        "Nothing else is folded: raised digits, fractions and digits of other scripts stay as they are.",
        (
            Example(_CODE, "Ｈ１", "H1"),
            Example(_SUM, "１２００．５０", "1200.50"),
            Example(_DAY, "２０２２－０５－３１", "2022-05-31"),
            Example(_SUM, "12²", error="FG-R003"),
        ),
    ),
    ConversionKind(
        "apostrophe",
        "apostrophe of a spreadsheet taken off",
        _NOT_FREE,
        "One apostrophe before a cell, by which a spreadsheet marks text, is taken off.",
        "Two of them stay.",
        (Example(_CODE, "'H1", "H1"), Example(_SUM, "'1200", "1200"), Example(_SUM, "''1200", error="FG-R003")),
    ),
    ConversionKind(
        "date_form",
        "date written otherwise",
        "dates, and the day of a time",
        "Year, month and day in this order: with `/`, `.` or `-` between them, as eight digits, or with 年, 月 and 日 "
        "or 号.",
        "A day that the calendar does not have, a year of two digits, and years before 1800 or after 2200.",
        (
            Example(_DAY, "2022/5/31", "2022-05-31"),
            Example(_DAY, "2022.5.31", "2022-05-31"),
            Example(_DAY, "2022-5-31", "2022-05-31"),
            Example(_DAY, "20220531", "2022-05-31"),
            Example(_DAY, "2022年5月31日", "2022-05-31"),
            Example(_DAY, "2022 年 5 月 31 号", "2022-05-31"),
            Example("income.received_at", "2022/5/31 8:00", "2022-05-31 08:00"),
            Example(_DAY, "2022/2/30", error="FG-R002"),
            Example(_DAY, "22/5/31", error="FG-R002"),
        ),
    ),
    ConversionKind(
        "midnight",
        "midnight taken off a date",
        "dates",
        "A time of `00:00` or `00:00:00` after a date is taken off.",
        "A time with a zone (`Z`, `+08:00`): which day it means depends on who wrote it.",
        (
            Example(_DAY, "2022-05-31 00:00:00", "2022-05-31"),
            Example(_DAY, "2022/5/31 0:00", "2022-05-31"),
            Example(_DAY, "2022-05-31T00:00:00Z", error="FG-R002"),
        ),
    ),
    ConversionKind(
        "time_of_day",
        "time of day left out",
        "dates",
        "A time of day other than midnight after a date is left out; the date stays.",
        "A time that no clock shows, and a time with a zone.",
        (
            Example(_DAY, "2022-05-31 08:30:15", "2022-05-31"),
            Example(_DAY, "20220531T23:59", "2022-05-31"),
            Example(_DAY, "2022-05-31 25:00", error="FG-R002"),
        ),
    ),
    ConversionKind(
        "month",
        "month read as its first or last day",
        "dates",
        "A year and a month: its first day, but its last day in a column that ends something (`member_to`, `ended_on`, "
        "`valid_to`, `covers_to`).",
        "`2022.1`, which may be the `2022.10` of a spreadsheet; a month in `received_at`.",
        (
            Example(_DAY, "2022年5月", "2022-05-01"),
            Example(_DAY, "2022-05", "2022-05-01"),
            Example(_DAY, "2022/5", "2022-05-01"),
            Example(_DAY, "2022.05", "2022-05-01"),
            Example(_DAY, "202205", "2022-05-01"),
            Example(_END, "2024年2月", "2024-02-29"),
            Example("income.covers_to", "202205", "2022-05-31"),
            Example(_DAY, "2022.1", error="FG-R002"),
            Example(_DAY, "2022年13月", error="FG-R002"),
        ),
    ),
    ConversionKind(
        "day_number",
        "day number of a spreadsheet",
        "dates, and `received_at`",
        "Five digits from 10000 to 99999 are the day number of a spreadsheet that counts from 1900.",
        "Fewer digits, and a number with a fraction.",
        (
            Example(_DAY, "44712", "2022-05-31"),
            Example(_DAY, "10000", "1927-05-18"),
            Example(_DAY, "9999", error="FG-R002"),
            Example(_DAY, "44712.5", error="FG-R002"),
        ),
    ),
    ConversionKind(
        "day_or_month_first",
        "day or month first, as the mapping says",
        "dates, and the day of a time",
        "With `dates: day first` or `dates: month first` in the mapping or source file, dates that end in the year.",
        "Without it such dates are refused, for `05/06/2022` may be either.",
        (
            Example(_DAY, "31/05/2022", "2022-05-31", mapping="dates: day first"),
            Example(_DAY, "5.6.2022", "2022-06-05", mapping="dates: day first"),
            Example(_DAY, "5/6/2022", "2022-05-06", mapping="dates: month first"),
            Example(_DAY, "31/05/2022", error="FG-R030"),
            Example(_DAY, "31/05/2022", error="FG-R030", mapping="dates: month first"),
        ),
    ),
    ConversionKind(
        "groups",
        "groups of three digits joined",
        "amounts and numbers",
        "Commas or spaces between groups of three digits are taken out.",
        "Groups of another length, groups that begin with 0, and a comma before the places (`1200,50`).",
        (
            Example(_SUM, "1,200.50", "1200.50"),
            Example(_SUM, "1 200 300", "1200300"),
            Example(_NUMBER, "1,200", "1200"),
            Example(_SUM, "1,20", error="FG-R003"),
            Example(_SUM, "1,2000", error="FG-R003"),
            Example(_SUM, "0,200", error="FG-R003"),
            Example(_SUM, "1,200 300", error="FG-R003"),
        ),
    ),
    ConversionKind(
        "currency",
        "name or sign of the currency taken off",
        "amounts",
        "The code of the lake's currency before or after the amount; where that is CNY also ¥, ￥, RMB, 元 and yuan.",
        "Any other currency, and any currency in a column of numbers.",
        (
            Example(_SUM, "1200元", "1200"),
            Example(_SUM, "¥1,200.50", "1200.50"),
            Example(_SUM, "￥1200", "1200"),
            Example(_SUM, "1200 yuan", "1200"),
            Example(_SUM, "CNY 1200", "1200"),
            Example(_SUM, "1200 USD", error="FG-R003"),
            Example(_NUMBER, "3元", error="FG-R004"),
        ),
    ),
    ConversionKind(
        "ten_thousands",
        "万 or 亿 multiplied out",
        "amounts and numbers",
        "万 is ten thousand, 亿 a hundred million; the result is exact.",
        "A result with more places than the column keeps.",
        (
            Example(_SUM, "1.2万", "12000"),
            Example(_SUM, "1.2345万元", "12345"),
            Example(_SUM, "3.5亿", "350000000"),
            Example(_SUM, "0.0000001万", error="FG-R003"),
        ),
    ),
    ConversionKind(
        "plus_sign",
        "plus sign taken off",
        "amounts and numbers",
        "A plus sign before the number is taken off.",
        "Two signs. Numbers in E notation (`1.2E+5`) are refused too: a spreadsheet may write 123456 as `1.2E+05`.",
        (
            Example(_SUM, "+5", "5"),
            Example(_SUM, "+-5", error="FG-R003"),
            Example(_SUM, "1.2E+5", error="FG-R003"),
            Example(_SUM, "1.9E+18", error="FG-R003"),
        ),
    ),
    ConversionKind(
        "zeros_at_end",
        "zeros beyond the places taken off",
        "amounts and numbers",
        "Zeros after the second place of an amount, after the twelfth of a number.",
        "Any other digit there.",
        (Example(_SUM, "1200.5000", "1200.50"), Example(_SUM, "1200.501", error="FG-R003")),
    ),
    ConversionKind(
        "yes_or_no",
        "word for yes or no",
        "yes or no",
        "是, 有, Y and T are yes; 否, 无, N and F are no, in letters of any size.",
        "Any other word.",
        (
            Example("income.deleted", "否", "false"),
            Example("income.deleted", "N", "false"),
            Example("households.deleted", "是", "true"),
            Example("households.deleted", "t", "true"),
            Example("income.deleted", "对", error="FG-R005"),
        ),
    ),
    ConversionKind(
        "point_zero",
        "`.0` of a whole number taken off",
        "ids and codes, and dates of digits",
        "A whole number of at most 15 digits that a program wrote with `.0`.",
        "More than 15 digits with `.0` went through a number that cannot hold them. `007.0` stays: no program "
        "writes it.",
        (
            Example("households.area_code", "620102001001.0", "620102001001"),
            Example(_DAY, "20220531.0", "2022-05-31"),
            Example(_CODE, "1234567890123456.0", error="FG-R014"),
            Example(_CODE, "1.9E+18", error="FG-R014"),
        ),
    ),
    ConversionKind(
        "id_number",
        "ID number: spaces taken out, x to X",
        "`id_number`",
        "Spaces inside an ID number are taken out, and a check character x becomes X.",
        "A number that fails its check of GB 11643.",
        (
            Example(_ID, "110105 19491231 002x", "11010519491231002X"),
            Example(_ID, "110105194912310021", error="FG-R018"),
        ),
    ),
    ConversionKind(
        "filled",
        "filled up with leading zeros, as the mapping says",
        "ids and codes that the mapping names",
        "With `digits: {job_id: 6}` in the mapping or source file, fewer digits are filled up with zeros before them.",
        "Without it nothing is filled up, and leading zeros stay. Texts with other characters stay as they are.",
        (
            Example("jobs.job_id", "1234", "001234", mapping="digits: {job_id: 6}"),
            Example("jobs.job_id", "J1", "J1", mapping="digits: {job_id: 6}"),
        ),
    ),
    ConversionKind(
        "upper_area",
        "zeros after the code of an upper area taken off",
        "`area_code` of shocks, `parent` and `replaced_by` of areas, where the pack has the tree of China",
        "A code of 6, 9 or 12 digits that is not known and ends in zeros is read as the area that the digits before "
        "them name.",
        "The area of a household, which must be the finest, and the area's own `code`.",
        (
            Example("shocks.area_code", "620102001000", "620102001"),
            Example("shocks.area_code", "620102000000", "620102"),
            Example("households.area_code", "620102099000", error="FG-R012"),
        ),
    ),
)

TITLES: dict[str, str] = {kind.id: kind.title for kind in KINDS}
