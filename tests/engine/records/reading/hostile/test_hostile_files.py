"""Files made to harm, brought in by the command: our own error or a sound import, and memory within its limit."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

import pytest

from engine.records.lakes import LakeUnderTest
from engine.records.reading.hostile.case import CELL, HEADING_LINE, LINE, Hostile
from engine.records.reading.hostile.ended_imports import Ended, import_in_process
from engine.records.reading.hostile.mapping_files import MAPPINGS
from engine.records.reading.hostile.parquet_files import PARQUET_FILES
from engine.records.reading.hostile.places import PLACES
from engine.records.reading.hostile.text_files import TEXTS
from engine.records.reading.hostile.workbook_files import WORKBOOKS

MOST_MEMORY = 300_000_000  # bytes of each process, all that it is made of included
_CASES = {case.name: case for case in (*WORKBOOKS, *TEXTS, *PARQUET_FILES, *PLACES, *MAPPINGS)}


def _import(lake: LakeUnderTest, path: Path, *options: str) -> Ended:
    temporary = lake.folder / "temporary"
    temporary.mkdir()
    before = set(lake.folder.iterdir())
    ended = import_in_process([*options, "--as", "income", "--data", str(lake.path), "--", str(path)], temporary)
    assert ended.peak <= MOST_MEMORY
    assert "Traceback" not in ended.said
    assert "FG-C099" not in ended.said
    assert "\x1b" not in ended.said
    assert list(temporary.iterdir()) == []
    assert set(lake.folder.iterdir()) - before <= {lake.folder / "said"}
    assert not list(lake.path.glob(".staging-*"))
    return ended


def _options(case: Hostile, folder: Path) -> list[str]:
    options = []
    if case.mapping is not None:
        (folder / "mapping.yaml").write_bytes(case.mapping())
        options += ["--mapping", str(folder / "mapping.yaml")]
    for option, content in case.options.items():
        (folder / option).write_text(content, encoding="utf-8")
        options += [option, str(folder / option)]
    return options


def _marks(name: str) -> tuple[pytest.MarkDecorator, ...]:
    """Names, places, mappings and files of other kinds are many, and alike."""
    return (pytest.mark.slow,) if name.startswith(("name: ", "place: ", "mapping: ", "foreign: ")) else ()


def test_there_are_files_enough() -> None:
    assert len(_CASES) == len((*WORKBOOKS, *TEXTS, *PARQUET_FILES, *PLACES, *MAPPINGS)) >= 60


@pytest.mark.parametrize("name", [pytest.param(name, marks=_marks(name)) for name in _CASES])
def test_a_hostile_file_harms_nothing(lake: LakeUnderTest, name: str) -> None:
    case = _CASES[name]
    sent = lake.folder / "sent"
    sent.mkdir()
    path, options = case.put(sent), _options(case, sent)
    before = lake.snapshot()

    ended = _import(lake, path, *options)

    if case.ends:
        assert any(re.search(rf"^(\S+  )?{id_}  ", ended.said) for id_ in case.ends), ended.said
        assert CELL not in ended.said
        assert "root:" not in ended.said
        assert ended.code in (2, 3)
        assert lake.snapshot() == before
    else:
        rows = case.accepted + case.quarantined
        counts = f"{rows:,} rows read, {case.accepted:,} accepted, {case.quarantined:,} quarantined, 0 repeated."
        assert ended.said.startswith(f"income: {counts}"), ended.said
        assert ended.code == 0
        assert len(lake.all_rows("income")) == case.accepted


def test_a_file_that_grows_while_it_is_read_is_refused(lake: LakeUnderTest) -> None:
    path = lake.file(HEADING_LINE + LINE * 1_000)
    before, is_over = lake.snapshot(), threading.Event()

    def grow() -> None:
        with path.open("a", encoding="utf-8") as file:
            while not is_over.wait(0.001):
                file.write(LINE)
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    ended = _import(lake, path)
    is_over.set()
    writer.join()

    assert ended.said.startswith("FG-L010")
    assert "was changed while it was read" in ended.said
    assert lake.snapshot() == before


def test_a_file_that_may_not_be_read_is_refused(lake: LakeUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    path = lake.file(HEADING_LINE + LINE)
    before = lake.snapshot()
    path.chmod(0)
    ended = _import(lake, path)

    if os.geteuid() == 0:  # may read everything
        assert ended.code == 0
    else:
        assert ended.said.startswith("FG-L010")
        assert lake.snapshot() == before
