"""What the documents show is what happens: their commands are run, their links lead somewhere, none is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.documents import PROJECT, blocks, fits, run
from firmground.engine.policy.analysis import FUNCTIONS
from firmground.engine.policy.json_schema import schemas
from firmground.engine.policy.structure import FILES
from firmground.engine.records.sources.mapping import MappingUnsound, parse_mapping
from firmground.engine.scan.examples.files import ExampleDefinition, ExpectDefinition
from firmground.interfaces.cli.reference.commands import options_of, verbs
from firmground.interfaces.cli.reference.errors import errors
from firmground.interfaces.cli.reference.packs import keys_of

DOCUMENTS = sorted([PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")])
_TEXTS = {document: document.read_text(encoding="utf-8") for document in DOCUMENTS}
_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]+)?\)")
_NEEDS = {"", "spark", "reference data"}


def _name(document: Path) -> str:
    return str(document.relative_to(PROJECT))


def _with_blocks(needs: str) -> list[Path]:
    return [d for d in DOCUMENTS if any(b.needs == needs and not b.why_not_run for b in blocks(_TEXTS[d]))]


@pytest.mark.parametrize("document", _with_blocks(""), ids=_name)
def test_the_commands_of_a_document_do_what_it_shows(document: Path, tmp_path: Path) -> None:
    assert run(document, tmp_path) > 0


@pytest.mark.spark
@pytest.mark.parametrize("document", _with_blocks("spark"), ids=_name)
def test_the_commands_of_a_document_that_need_spark_do_what_it_shows(document: Path, tmp_path: Path) -> None:
    needing = [block for block in blocks(_TEXTS[document]) if block.needs == "spark"]

    assert run(document, tmp_path, having=["spark"]) >= len(needing)


def test_every_block_says_what_it_needs_in_known_words() -> None:
    asked = {block.needs for text in _TEXTS.values() for block in blocks(text)}

    assert asked <= _NEEDS
    assert sum(text.count("```bash") for text in _TEXTS.values()) == sum(len(blocks(t)) for t in _TEXTS.values())


def test_links_lead_to_files() -> None:
    broken = [
        f"{_name(document)}: {target}"
        for document, text in _TEXTS.items()
        for target, _ in _LINK.findall(text)
        if not target.startswith(("https://", "mailto:")) and not (document.parent / target).exists()
    ]

    assert broken == []


def test_the_index_names_every_document() -> None:
    index = PROJECT / "docs" / "README.md"
    named = {(index.parent / target).resolve() for target, _ in _LINK.findall(_TEXTS[index])}

    assert {d for d in DOCUMENTS if index.parent in d.parents and d != index} <= named


def test_the_readme_opens_with_a_picture_and_the_two_commands() -> None:
    opening = _TEXTS[PROJECT / "README.md"].partition("\n## What you get")[0]
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", opening)

    assert len(pictures) == 1
    assert (PROJECT / pictures[0]).read_bytes().startswith(b"\x89PNG")
    assert (PROJECT / pictures[0]).stat().st_size < 300_000
    assert opening.index(pictures[0]) < opening.index("make demo") < opening.index("make test")


def test_the_page_on_packs_tells_of_every_file_key_and_function() -> None:
    page = _TEXTS[PROJECT / "docs" / "how-to" / "write-a-pack.md"]
    keys = {key for schema in schemas().values() for _, key in keys_of(schema)}
    keys |= {*ExampleDefinition.model_json_schema()["properties"], *ExpectDefinition.model_json_schema()["properties"]}

    assert [file for file in FILES if f"food/{file}" not in page] == []
    assert sorted(key for key in keys if not re.search(rf"\b{key}:|`{key}`", page)) == []
    assert [name for name in FUNCTIONS if f"`{name}`" not in page] == []


def test_the_page_on_imports_tells_of_every_option_and_key() -> None:
    page = _TEXTS[PROJECT / "docs" / "how-to" / "import-records.md"]
    with pytest.raises(MappingUnsound) as refused:
        parse_mapping(b"unheard_of: 1", "mapping.yaml")
    options = [p.opts[0] for p in options_of(verbs()["import"]) if p.param_type_name == "option"]

    assert [option for option in options if option not in page] == []
    assert [key for key in refused.value.expected.split(", ") if f"| `{key}`" not in page] == []


def test_error_ids_in_documents_exist() -> None:
    known = {error.id for error in errors()}
    named = {id_ for text in _TEXTS.values() for id_ in re.findall(r"FG-[A-Z]\d{3}", text)}

    assert named <= known


@pytest.mark.parametrize(
    ("shown", "printed", "is_so"),
    [
        ("a\n...\nb", "a\nb", True),
        ("a\n...\nb", "a\nx\ny\nb\n", True),
        ("a\n...", "a\nx", True),
        ("took ... s", "took 3.4 s", True),
        ("a\nb", "a\nx\nb", False),
        ("a", "ab", False),
        ("1.5", "125", False),
    ],
)
def test_dots_stand_for_anything_and_nothing_else_does(shown: str, printed: str, is_so: bool) -> None:
    assert fits(shown, printed) is is_so
