"""Mistakes in the structure of a pack: files, keys, forms of values, names and what they refer to."""

from __future__ import annotations

from firmground.engine.policy.mistakes import PolicyMistake


class NewerFormat(PolicyMistake):
    """The pack was written for a newer version of Firmground."""

    id = "FG-P002"


class MissingFile(PolicyMistake):
    """A file that every pack has is missing."""

    id = "FG-P007"


class UnknownPack(PolicyMistake):
    """A pack is named that is neither shipped nor a folder with a policy.yaml."""

    id = "FG-P008"
    exit_code = 2


class UnknownFile(PolicyMistake):
    """The pack's folder holds a YAML file that packs do not have."""

    id = "FG-P009"


class UnknownKey(PolicyMistake):
    """A key stands where it is not known."""

    id = "FG-P010"


class MissingKey(PolicyMistake):
    """A key that must stand here is missing."""

    id = "FG-P011"


class UnknownChoice(PolicyMistake):
    """A value is not one of those that may stand here."""

    id = "FG-P012"


class WrongForm(PolicyMistake):
    """A value does not have the form of a number, date, or yes and no that is needed here."""

    id = "FG-P013"


class BadName(PolicyMistake):
    """A name has other characters than small letters, digits and single underscores, or is taken already."""

    id = "FG-P014"


class WrongShape(PolicyMistake):
    """A list stands where a mapping is needed, a text where a list is, and so on."""

    id = "FG-P015"


class MissingTranslation(PolicyMistake):
    """A title is missing in one of the pack's languages."""

    id = "FG-P016"


class UnknownLanguage(PolicyMistake):
    """A title is given in a language that the pack does not list."""

    id = "FG-P017"


class NotDeclared(PolicyMistake):
    """A risk, severity, population group or source is used that the pack does not declare."""

    id = "FG-P018"


class CycleOfFacts(PolicyMistake):
    """Facts are defined by each other in a circle."""

    id = "FG-P019"


class ParameterGap(PolicyMistake):
    """A parameter has no general value at some date after its first, or none at all."""

    id = "FG-P020"


class UnknownArea(PolicyMistake):
    """A parameter has a value for an area that does not exist in the pack's area tree."""

    id = "FG-P021"


class DoubledValue(PolicyMistake):
    """A parameter has two values for the same area, group and first day."""

    id = "FG-P022"


class FormerlyInUse(PolicyMistake):
    """A rule names as its former id one that another rule has today, or that two rules claim."""

    id = "FG-P023"


class UnknownReason(PolicyMistake):
    """A rule shows a reason that is no fact, column or parameter it can see."""

    id = "FG-P024"


class WindowMissing(PolicyMistake):
    """A fact over a record table has no window, or one without a table has one."""

    id = "FG-P025"


class OtherFileName(PolicyMistake):
    """A source file is not called like the source whose files it explains."""

    id = "FG-P026"


class ColumnUnfit(PolicyMistake):
    """A source file names a column that its table does not have, or not with values of the type needed there."""

    id = "FG-P027"


class ColumnNotFilled(PolicyMistake):
    """A source file fills no column that every row of its table needs."""

    id = "FG-P028"


class CodeNotTaken(PolicyMistake):
    """A source file gives a column a code that it does not take."""

    id = "FG-P029"
