"""The reference pages are those of the running program, and leave nothing out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmground.engine.policy.json_schema import schemas
from firmground.engine.records import ImportReport
from firmground.engine.scan.results.output import CHANGE, WARNINGS
from firmground.engine.tables import COMMON, TABLES
from firmground.engine.tables.schema import LAKE_COLUMNS
from firmground.interfaces.cli.reference import pages
from firmground.interfaces.cli.reference.commands import options_of, verbs
from firmground.interfaces.cli.reference.errors import FAMILIES, errors
from firmground.interfaces.cli.reference.packs import keys_of
from firmground.interfaces.cli.reference.reports import REPORTS

FOLDER = Path(__file__).parents[3] / "docs" / "reference"
HOW = "run `python -m firmground.interfaces.cli.reference docs/reference`"


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


def test_the_pages_in_the_project_are_those_of_the_program(written: dict[str, str]) -> None:
    stored = {name: (FOLDER / name).read_text(encoding="utf-8") for name in written if (FOLDER / name).is_file()}

    assert sorted(stored) == sorted(written), HOW
    assert [name for name in written if stored[name] != written[name]] == [], HOW


def test_no_schema_is_left_over(written: dict[str, str]) -> None:
    assert {f"schemas/{path.name}" for path in (FOLDER / "schemas").iterdir()} <= set(written)


def test_every_command_and_option_is_documented(written: dict[str, str]) -> None:
    page = written["commands.md"]
    for name, verb in verbs().items():
        section = page.partition(f"## {name}\n")[2].partition("\n## ")[0]
        assert section, name
        for parameter in options_of(verb):
            spelled = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar
            assert f"`{spelled}" in section, (name, spelled)


def test_every_error_is_documented_once_with_an_id_of_its_own(written: dict[str, str]) -> None:
    known = errors()
    ids = [error.id for error in known]

    assert len(ids) == len(set(ids)), sorted(id for id in ids if ids.count(id) > 1)
    assert all(error.__doc__ and error.__doc__.strip() for error in known)
    assert all(any(id.startswith(prefix) for prefix in FAMILIES) for id in ids)
    assert [id for id in ids if f"`{id}`" not in written["errors.md"]] == []
    assert {error.exit_code for error in known} <= {1, 2, 3}


def test_every_field_that_a_report_prints_is_documented_and_no_other(written: dict[str, str]) -> None:
    received = datetime(2022, 6, 1, tzinfo=UTC)
    report = ImportReport("file", "income", "source", received, None, 0, 0, 0, 0, 0)

    assert REPORTS[ImportReport][1].keys() == report.as_dict().keys()
    for each, (_, meanings) in REPORTS.items():
        section = written["reports.md"].partition(f"## {each.__name__}\n")[2].partition("\n## ")[0]
        assert [name for name in meanings if f"| `{name}` |" not in section] == []


def test_every_column_of_every_table_is_documented(written: dict[str, str]) -> None:
    page = written["tables.md"]
    for table in TABLES.values():
        section = page.partition(f"## {table.name}\n")[2].partition("\n## ")[0]
        assert [column.name for column in table.columns if f"`{column.name}`" not in section] == []
        assert all(column.title for column in table.columns)
    rest = [*(column.name for column in COMMON), *LAKE_COLUMNS, *WARNINGS, CHANGE]
    assert [name for name in rest if f"`{name}`" not in page] == []


def test_every_key_of_a_pack_is_documented(written: dict[str, str]) -> None:
    page = written["packs.md"]
    for file, schema in schemas().items():
        section = page.partition(f"## {file}\n")[2].partition("\n## ")[0]
        assert section, file
        assert [key for _, key in keys_of(schema) if f"`{key}`" not in section] == []


def test_every_schema_is_one_that_editors_read(written: dict[str, str]) -> None:
    for file in schemas():
        schema = json.loads(written[f"schemas/{Path(file.partition('/')[0]).stem}.schema.json"])
        assert schema.get("properties") or schema.get("additionalProperties") or schema.get("patternProperties")
