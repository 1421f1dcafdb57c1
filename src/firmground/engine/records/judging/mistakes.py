"""Mistakes in rows. They are not raised: each is written beside its row into quarantine, all of a row at once."""

from __future__ import annotations

from firmground.errors import FirmgroundError


class RowMistake(FirmgroundError):
    """A mistake in a row of a file. `expected_words` says what should stand there."""

    expected_words: str = ""


class MissingCell(RowMistake):
    """A required cell is empty."""

    id = "FG-R001"
    expected_words = "a value"


class NotADate(RowMistake):
    """A cell is no date of the calendar in the form 2022-05-31, or lies outside the years 1800 to 2200."""

    id = "FG-R002"
    expected_words = "a date such as 2022-05-31"


class NotAnAmount(RowMistake):
    """A cell is no amount in digits with at most two places."""

    id = "FG-R003"
    expected_words = "an amount such as 1200.50"


class NotANumber(RowMistake):
    """A cell is no number in digits with at most twelve places."""

    id = "FG-R004"
    expected_words = "a number such as 0.75"


class NotYesOrNo(RowMistake):
    """A cell is neither yes nor no."""

    id = "FG-R005"
    expected_words = "true, false, 1, 0, yes or no"


class NotATime(RowMistake):
    """A cell is no time."""

    id = "FG-R006"
    expected_words = "a time such as 2022-05-31T08:00:00+08:00"


class NegativeAmount(RowMistake):
    """An amount, cost, reimbursed part or loss is negative. A loss is cost above amount; a reversal is a withdrawal."""

    id = "FG-R007"
    expected_words = "0 or more"


class AmountTooLarge(RowMistake):
    """A number of a million million or more."""

    id = "FG-R008"
    expected_words = "less than 1000000000000"


class UnknownCode(RowMistake):
    """A cell is not one of the codes of its column."""

    id = "FG-R009"
    expected_words = "one of the column's codes"


class UnknownKind(RowMistake):
    """The pack's tables.yaml lists no such kind for the table."""

    id = "FG-R010"
    expected_words = "a kind that the pack lists for this table"


class UnknownGroup(RowMistake):
    """The pack declares no such population group."""

    id = "FG-R011"
    expected_words = "a population group of the pack"


class UnknownArea(RowMistake):
    """The area code is not known."""

    id = "FG-R012"
    expected_words = "the code of a known area"


class UnknownHousehold(RowMistake):
    """The household is not known yet. The row waits; `firmground import --retry` takes it up again."""

    id = "FG-R013"
    expected_words = "a household that the registry holds; the row waits for it"


class LossyNumber(RowMistake):
    """An id or code went through a spreadsheet that kept only its first digits (1.9E+18)."""

    id = "FG-R014"
    expected_words = "every digit, as text"


class UnfitText(RowMistake):
    """An id or code has control characters in it or more than 200 characters, or a text has control characters."""

    id = "FG-R015"
    expected_words = "text without spaces around it or control characters"


class EndBeforeStart(RowMistake):
    """A span ends before it starts."""

    id = "FG-R016"
    expected_words = "an end on or after the start"


class ReimbursedTooMuch(RowMistake):
    """More was reimbursed than spent."""

    id = "FG-R017"
    expected_words = "at most the amount"


class WrongIdNumber(RowMistake):
    """The number of an identity document fails its check (GB 11643: 18 characters, a date, a check character)."""

    id = "FG-R018"
    expected_words = "an ID number whose check character fits"


class PersonNotFound(RowMistake):
    """No member, or more than one, has this ID number on the row's date."""

    id = "FG-R019"
    expected_words = "the ID number of exactly one member on that day"


class HouseholdOrArea(RowMistake):
    """A shock names both a household and an area, or neither, or an area although its kind strikes households only."""

    id = "FG-R020"
    expected_words = "a household, or an area where the kind may strike one"


class SourceRefused(RowMistake):
    """The source `firmground` is the application itself; no file may speak for it."""

    id = "FG-R021"
    expected_words = "the department's own name"


class DeletedWithoutKey(RowMistake):
    """A row withdraws something without a record_id in a table whose rows have no other key."""

    id = "FG-R022"
    expected_words = "a record_id beside `deleted`"


class BrokenRow(RowMistake):
    """The row has more or fewer cells than the heading, or a quotation mark that does not end."""

    id = "FG-R023"
    expected_words = "as many cells as the heading"


class AreaAboveItself(RowMistake):
    """The area would stand above itself or replace itself, at once or through other areas, now or at an earlier time.

    Correct one of the areas in the circle, and bring the others again in a later file.
    """

    id = "FG-R024"
    expected_words = "an area that neither stands below this one nor was replaced by it"


class DayOrMonthFirst(RowMistake):
    """A date ends in its year, and the mapping does not say whether day or month stands first, or says it wrongly.

    Say `dates: day first` or `dates: month first` in the mapping, and take the rows up again with `import --retry`.
    """

    id = "FG-R030"
    expected_words = "a date such as 2022-05-31, or `dates: day first` or `dates: month first` in the mapping"
