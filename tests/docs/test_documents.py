"""What the documents show is what happens: their commands are run, their links lead somewhere, none is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.documents import PROJECT, blocks, fits, run
from firmground.interfaces.cli.reference.errors import errors

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
