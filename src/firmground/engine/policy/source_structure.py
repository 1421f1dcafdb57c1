"""The structure of a source file, as models: what a department's files are called, and what their headings mean.

A pack's sources/*.yaml and the mapping of one import have the same grammar. A file of one kind may leave `files` out
and have the keys of the kind at its top.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from firmground.engine.policy.delivers import CHANGES, parse_delivers
from firmground.engine.policy.structure import Definition, Name, Source, Text, Title

TableName = Literal[
    "areas", "households", "persons", "income", "spending", "jobs", "conditions", "shocks", "attributes", "outcomes"
]


@dataclass(frozen=True)
class CellDefinition:
    """Where a column comes from: the first of `headings` that a file has, or a constant."""

    headings: tuple[str, ...] = ()
    constant: str | None = None


def _cell(value: object) -> CellDefinition:
    if isinstance(value, CellDefinition):
        return value
    if isinstance(value, str) and value:
        return CellDefinition(headings=(value,))
    if isinstance(value, list) and value and all(isinstance(item, str) and item for item in value):
        return CellDefinition(headings=tuple(value))
    if isinstance(value, dict) and tuple(value) == ("value",) and isinstance(value["value"], str):
        return CellDefinition(constant=value["value"])
    raise PydanticCustomError("cell_type", "neither a heading nor a constant")


def _known_encoding(value: object) -> object:
    try:
        if isinstance(value, str) and value:
            codecs.lookup(value)
    except LookupError:
        raise _wrong_form("the name of an encoding such as utf-8, utf-16 or gb18030") from None
    return value


def _one_character(value: object) -> object:
    if isinstance(value, str) and len(value) != 1:
        raise _wrong_form('the one character between two cells, such as ";" or "\\t"')
    return value


def _delivered(value: object) -> object:
    if isinstance(value, str):
        try:
            parse_delivers(value)
        except ValueError as error:
            raise _wrong_form(str(error)) from error
    return value


def _wrong_form(expected: str) -> PydanticCustomError:
    return PydanticCustomError("source_form", "{expected}", {"expected": expected})


_HEADINGS = {"type": ["string", "number"]}
_CELL_SCHEMA = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
        {
            "type": "object",
            "properties": {"value": {"type": ["string", "number", "boolean"], "description": "the same in every row"}},
            "required": ["value"],
            "additionalProperties": False,
        },
    ]
}
Cells = Annotated[
    dict[str, Annotated[CellDefinition, BeforeValidator(_cell)]],
    WithJsonSchema({"type": "object", "additionalProperties": _CELL_SCHEMA}),
]
_WORD = {"type": ["string", "number", "boolean"]}
Codes = Annotated[
    dict[str, dict[str, str]],
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "object", "additionalProperties": _WORD}}),
]
Words = Annotated[list[str], WithJsonSchema({"type": "array", "items": _WORD})]


class Ages(Definition):
    """Completed years on the day of a list, both included."""

    from_: Annotated[int, Field(ge=0, le=150)] = Field(0, alias="from", description="youngest")
    to: Annotated[int, Field(ge=0, le=150)] = Field(150, description="oldest")

    @field_validator("to")
    @classmethod
    def _in_order(cls, oldest: int, ages: ValidationInfo) -> int:
        youngest = ages.data.get("from_", 0)
        if oldest < youngest:
            raise _wrong_form(f"{youngest} or more, for that is the youngest")
        return oldest


class Derives(Definition):
    """The condition that members have whom a complete list leaves out."""

    kind: Name = Field(description="kind of `conditions` that those have who are not in the list")
    from_: Literal["missing members"] = Field(alias="from", description="who has it: members missing from the list")
    ages: Ages | None = Field(None, description="completed years of those who should be in it; if left out, everybody")
    area: Text | None = Field(None, description="code of the area of which it is complete; if left out, of all")


class KindOfFile(Definition):
    """One kind of file that a department delivers."""

    title: Title | None = Field(None, description="language code -> what the file holds")
    table: TableName | None = Field(None, description="table that its rows belong to")
    cadence_days: int | None = Field(None, description="days between two deliveries; later ones are late", ge=1)
    delivers: Annotated[str, BeforeValidator(_delivered)] = Field(
        CHANGES,
        description="`changes`, or `everything from A to B`: A a date, `always`, or `first` for the first day in the "
        "file; B a date, `received`, or `last` for the last day in the file",
    )
    encoding: Annotated[str, BeforeValidator(_known_encoding)] | None = Field(
        None, description="encoding of a text file; found out if left out"
    )
    delimiter: Annotated[str, BeforeValidator(_one_character)] | None = Field(
        None, description="character between two cells of a text file; found out if left out"
    )
    sheet: Text | None = Field(None, description="worksheet; if left out, the first visible one with rows")
    heading_rows: int | None = Field(None, description="rows that the headings take, joined with `/`", ge=1)
    skip_rows: int | None = Field(None, description="title lines above the headings", ge=0)
    dates: Literal["day first", "month first"] | None = Field(
        None, description="how dates such as 31/05/2022 are meant; such dates are refused if left out"
    )
    digits: dict[str, Annotated[int, Field(ge=1, le=100)]] = Field(
        default_factory=dict, description="column -> digits, up to which lost leading zeros are filled"
    )
    null: Words = Field(default_factory=list, description="texts that mean that nothing is known")
    columns: Cells = Field(
        default_factory=dict,
        description="our column -> heading, headings of which the first in the file counts, or `{value: ...}`",
    )
    values: Codes = Field(default_factory=dict, description="our column -> the file's code -> ours")
    rows: Annotated[list[Cells], Field(description="records made from one row, each with columns of its own")] = Field(
        default_factory=list
    )
    round: list[Text] = Field(
        default_factory=list, description="columns of numbers whose further places are rounded, not refused"
    )
    derives: Derives | None = Field(None, description="for a complete list of who has something: who is left out")


class SourceStructure(KindOfFile):
    """sources/SOURCE.yaml: the files of a department. A mapping has the same keys, and may leave out all but columns.

    A department with one kind of file may leave `files` out and have the keys of the kind at the top.
    """

    source: Name | None = Field(None, description="the department, a source of policy.yaml; the file's own name")
    answers: Source | None = Field(None, description="who answers questions about the files; a text, or one each")
    files: dict[Name, KindOfFile] = Field(default_factory=dict, description="kinds of files that it delivers")
