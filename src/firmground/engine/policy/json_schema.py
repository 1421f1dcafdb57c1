"""JSON Schemas of a pack's files, by which editors complete and check keys; from the models that read the files."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from firmground.engine.policy.source_structure import SourceStructure
from firmground.engine.policy.structure import MODELS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """File of a pack -> its JSON Schema (draft 2020-12)."""
    models: dict[str, type[BaseModel]] = {**MODELS, "sources/SOURCE.yaml": SourceStructure}
    made = {file: model.model_json_schema(by_alias=True) for file, model in models.items()}
    return {file: {"$schema": DIALECT, **_closed(schema), "title": file} for file, schema in made.items()}


def _closed(schema: Any) -> Any:
    """The schema with names of no other form than the one given: a pattern alone lets every other name pass."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    return closed | {"additionalProperties": False} if "patternProperties" in closed else closed
