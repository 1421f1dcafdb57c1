"""The JSON Schemas that editors use accept sound packs and show a misspelt key, an unknown choice and a wrong shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from ruamel.yaml import YAML

from engine.policy.packs import SOUND, changed
from firmground.engine.policy import check_pack, pack_folder, shipped_packs
from firmground.engine.policy.structure import FILES

SCHEMAS = Path(__file__).parents[3] / "docs" / "reference" / "schemas"
PACKS = {name: pack_folder(name) for name in shipped_packs()} | {"sound": SOUND}


def validator(file: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{Path(file).stem}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def as_editors_read_it(path: Path) -> Any:
    """The values of a YAML file; dates are text to JSON Schema."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")), default=str))


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("pack", PACKS)
def test_a_sound_pack_is_accepted(pack: str, file: str) -> None:
    errors = [error.message for error in validator(file).iter_errors(as_editors_read_it(PACKS[pack] / file))]

    assert errors == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("policy", "currency: CNY", "curency: CNY", "'curency' was unexpected"),
        ("policy", "{title: {en: Civil affairs, zh: 民政}", "{titel: {en: Civil affairs, zh: 民政}", "'titel' was"),
        ("policy", "currency: CNY\n", "", "'currency' is a required property"),
        ("policy", "currency: CNY", "currency: yuan", "'yuan' does not match"),
        ("parameters", "{value: 6000, from", "{valeu: 6000, from", "'valeu' was unexpected"),
        ("parameters", "  unit: CNY/person/year\n", "", "'unit' is a required property"),
        ("tables", "income:", "incomes:", "'incomes' was unexpected"),
        ("tables", "may_name_area: true", "may_name_aera: true", "'may_name_aera' was unexpected"),
        ("facts", "  unknown_when:", "  unkown_when:", "'unkown_when' was unexpected"),
        ("facts", "  of: person\n", "  of: persons\n", "'persons' is not one of"),
        ("facts", "  from: conditions", "  from: condition", "'condition' is not"),
        ("rules", "  severity: high\n  when", "  severtiy: high\n  when", "'severtiy' was unexpected"),
        ("rules", "reasons: [age, param.youngest]", "reasons: age", "'age' is not of type 'array'"),
        ("rules", "reasons: [age, param.youngest]", "reasons: []", "[] should be non-empty"),
        ("rules", "dropout:\n", "Dropout:\n", "'Dropout' does not match any"),
    ],
)
def test_what_a_schema_refuses_the_program_refuses_too(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    pack = changed(tmp_path, **{file: {old: new}})

    errors = list(validator(f"{file}.yaml").iter_errors(as_editors_read_it(pack / f"{file}.yaml")))

    messages = [error.message for error in errors] + [str(best_match(errors))]
    assert any(said in message for message in messages), messages
    assert check_pack(pack)


@pytest.mark.parametrize("file", FILES)
def test_every_key_of_a_schema_says_what_it_means(file: str) -> None:
    def keys(schema: Any, path: str = "") -> list[str]:
        if not isinstance(schema, dict):
            return []
        own = [
            f"{path}.{key}"
            for key, value in schema.get("properties", {}).items()
            if not value.get("description") and "$ref" not in json.dumps(value)
        ]
        return own + [key for name, value in schema.items() for key in keys(value, f"{path}.{name}")]

    assert keys(validator(file).schema) == []
