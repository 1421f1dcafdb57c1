"""The page of pack files, from the schemas by which they are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from firmground.engine.policy.json_schema import schemas
from firmground.interfaces.cli.reference.markdown import code, table

INTRODUCTION = """# Policy packs

A pack is a folder of YAML files and `tests/*.yaml`. An unknown file or key is a mistake, so that nothing is overread.
The JSON Schemas beside this page (`schemas/`) make editors complete and check keys: put
`# yaml-language-server: $schema=.../schemas/rules.schema.json` on the first line of a file.
`docs/how-to/write-a-pack.md` shows how the parts go together.
"""


def packs_page() -> str:
    """The page."""
    return "\n".join([INTRODUCTION, *(_file(name, schema) for name, schema in schemas().items())])


def keys_of(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(definition, key) of every key that a file may hold; the definition of the file itself is empty."""
    for definition, each in (("", schema), *schema.get("$defs", {}).items()):
        for key in each.get("properties", {}):
            yield definition, key


def _file(name: str, schema: dict[str, Any]) -> str:
    parts = [f"## {name}\n", _described(schema) + "\n"]
    if "properties" in schema:
        parts.append(_keys(schema))
    else:
        parts.append(f"Each name is followed by {_type(schema)}.\n")
    for definition, each in schema.get("$defs", {}).items():
        parts += [f"### {definition}\n", _described(each) + "\n", _keys(each)]
    return "\n".join(parts)


def _described(schema: dict[str, Any]) -> str:
    return str(schema.get("description", ""))


def _keys(schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = [
        [code(key), _type(each), "yes" if key in required else "", _described(each)]
        for key, each in schema.get("properties", {}).items()
    ]
    return table(["key", "value", "required", "meaning"], rows)


def _type(schema: dict[str, Any]) -> str:
    """What a value is, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema or "const" in schema:
        return ", ".join(code(str(value)) for value in schema.get("enum", [schema.get("const")]))
    choices = [_type(each) for each in schema.get("anyOf", []) if each.get("type") != "null"]
    if choices:
        return " or ".join(dict.fromkeys(choices))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if schema.get("type") == "object" or "additionalProperties" in schema or "patternProperties" in schema:
        return f"names with {_type(_values(schema))}"
    if schema.get("format") == "date":
        return "date"
    types = schema.get("type", "anything")
    return " or ".join(types) if isinstance(types, list) else str(types)


def _values(schema: dict[str, Any]) -> dict[str, Any]:
    patterns = list(schema.get("patternProperties", {}).values())
    values = patterns[0] if patterns else schema.get("additionalProperties", {})
    return values if isinstance(values, dict) else {}
