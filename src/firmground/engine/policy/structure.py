"""The structure of a pack's files, as models: what is read, what the JSON Schemas say, and what the reference shows."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    RootModel,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

FORMAT = 1  # of pack files, written by this version
FILES = ("policy.yaml", "parameters.yaml", "tables.yaml", "facts.yaml", "rules.yaml")
RECORD_TABLES = ("income", "spending", "jobs", "conditions", "shocks", "attributes", "outcomes")


def _iso(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("a date such as 2022-05-31")
    return value


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
Day = Annotated[date, BeforeValidator(_iso), WithJsonSchema({"type": "string", "format": "date"})]
Amount = Annotated[Decimal, Field(max_digits=28, decimal_places=12), WithJsonSchema({"type": ["number", "string"]})]
Title = Annotated[dict[str, str], Field(description="language code -> title, in every language of the pack")]
Text = Annotated[str, Field(min_length=1)]
EVERY_LANGUAGE = ""  # key of a source that is one text


def _by_language(value: object) -> object:
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and value:
        return {EVERY_LANGUAGE: value}
    raise PydanticCustomError("source_type", "neither a text nor texts by language")


_SOURCE = "document, or `practice`; one text, or one per language of the pack"
Source = Annotated[
    dict[str, str],
    BeforeValidator(_by_language),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "object", "additionalProperties": {"type": "string"}},
            ]
        }
    ),
    Field(description=_SOURCE),
]


class Definition(BaseModel):
    """A mapping of a pack's file: no keys but those of the model."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)


class Calendar(Definition):
    """Working days: which days of the week rest, and dated exceptions."""

    rest_days: list[Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]] = Field(
        default_factory=list, description="days of the week without work"
    )
    roll_to_next_working_day: bool = Field(False, description="whether a limit that ends on a day of rest moves on")
    holidays: list[Day] = Field(default_factory=list, description="days of rest besides")
    working_days: list[Day] = Field(default_factory=list, description="days of work although they would be of rest")


class Department(Definition):
    """A source of records."""

    title: Title


class PolicyFile(Definition):
    """policy.yaml: what the pack is and the words that its other files use."""

    format: int = Field(description="format of the pack's files", ge=1)
    id: Name = Field(description="name of the pack; runs are named for it")
    version: Text = Field(description="version of the pack, any text")
    title: Title
    languages: list[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]] = Field(description="languages", min_length=1)
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="currency of all money, ISO 4217")]
    time_zone: Text = Field(description="time zone of dates and times, IANA")
    areas: str | None = Field(None, description="shipped area tree; leave out where areas come with the data")
    levels: dict[Name, Title] = Field(description="levels of areas, widest first", min_length=1)
    population_groups: dict[Name, Title] = Field(default_factory=dict, description="population groups")
    risks: dict[Name, Title] = Field(description="risks that rules and clues name", min_length=1)
    severities: dict[Name, Title] = Field(description="severities, gravest first", min_length=1)
    units: dict[Name, Title] = Field(default_factory=dict, description="further words that units may use")
    calendar: Calendar = Field(
        default_factory=lambda: Calendar.model_validate({}), description="working days; kept, and not used yet"
    )
    sources: dict[Name, Department] = Field(default_factory=dict, description="departments that deliver")


class ValueDefinition(Definition):
    """One dated value of a parameter."""

    value: Amount = Field(description="the number, exact")
    from_: Day = Field(alias="from", description="first day in force")
    to: Day | None = Field(None, description="last day in force; without it, until a later value")
    area: str | None = Field(None, description="code of an area: the value holds there and below")
    group: Name | None = Field(None, description="population group: the value holds for it")
    source: Source


class ParameterDefinition(Definition):
    """A number that a decree can change."""

    title: Title
    unit: Text = Field(description="unit such as CNY/person/year, or share")
    values: list[ValueDefinition] = Field(description="dated values", min_length=1)


class ParametersFile(RootModel[dict[Name, ParameterDefinition]]):
    """parameters.yaml: every number of the policy, dated and sourced."""


class KindDefinition(Definition):
    """One kind of a record table."""

    title: Title
    unit: str | None = Field(None, description="unit of `value`; attributes only")
    may_name_area: bool = Field(False, description="whether a row may strike an area; shocks only")


class TableKinds(Definition):
    """The kinds a record table takes."""

    kinds: dict[Name, KindDefinition] = Field(description="kinds", min_length=1)


class TablesFile(Definition):
    """tables.yaml: kinds of the record tables, and the rank of sources."""

    income: TableKinds | None = None
    spending: TableKinds | None = None
    conditions: TableKinds | None = None
    shocks: TableKinds | None = None
    attributes: TableKinds | None = None
    sources: dict[Name, int] = Field(
        default_factory=dict,
        description="rank of sources, 1 before 2: of a month of income, or of overlapping jobs, the highest counts",
    )


class WindowDefinition(Definition):
    """A window with what it needs."""

    window: Text = Field(description="such as `12 full months`, `3 months to date`, `open`, `ever`")
    offset: str | None = Field(None, description="such as `12 months`: as many earlier")
    on: str | None = Field(None, description="date column, where it is not occurred_on")


class _WindowsInSchema:
    """Says in the JSON Schema what a window may be; its reading, with better mistakes, is `windows`."""

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(TypeAdapter(str | WindowDefinition | list[str | WindowDefinition]).core_schema)


AnyWindow = Annotated[
    Any,
    Field(description="a window, a mapping of `window`, `offset` and `on`, or a list of these, all of which hold"),
    _WindowsInSchema(),
]


class FactDefinition(Definition):
    """A named value of a household or a person."""

    title: Title
    unit: str | None = Field(None, description="unit; numbers only, and needed for them")
    of: Literal["household", "person"] = Field("household", description="whose value it is")
    from_: Literal["persons", "income", "spending", "jobs", "conditions", "shocks", "attributes", "outcomes"] | None = (
        Field(None, alias="from", description="table it is computed from; without it, from other facts")
    )
    window: AnyWindow = None
    on: str | None = Field(None, description="date column of the one window")
    offset: str | None = Field(None, description="offset of the one window")
    value: Text = Field(description="expression")
    unknown_when: str | None = Field(None, description="expression: where it holds, the fact is unknown")
    source: Source | None = Field(None, description=_SOURCE)


class FactsFile(RootModel[dict[Name, FactDefinition]]):
    """facts.yaml: named facts of a household or a person."""


class RuleDefinition(Definition):
    """What raises a warning."""

    title: Title
    risk: Name = Field(description="a risk of policy.yaml")
    severity: Name = Field(description="a severity of policy.yaml")
    of: Literal["household", "person"] = Field("household", description="whether each member is judged")
    when: Text = Field(description="expression: where it holds, the rule fires")
    reasons: list[Text] = Field(description="facts, columns and param.NAMEs shown with the warning", min_length=1)
    source: Source
    formerly: list[Name] = Field(default_factory=list, description="ids the rule had before")


class RulesFile(RootModel[Annotated[dict[Name, RuleDefinition], Field(min_length=1)]]):
    """rules.yaml: what raises a warning."""


MODELS: dict[str, type[BaseModel]] = {
    "policy.yaml": PolicyFile,
    "parameters.yaml": ParametersFile,
    "tables.yaml": TablesFile,
    "facts.yaml": FactsFile,
    "rules.yaml": RulesFile,
}
