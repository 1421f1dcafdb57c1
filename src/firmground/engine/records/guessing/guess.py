"""A guess: an unknown file is read as an import reads it, and nothing is changed."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

from firmground.engine.records.guessing.fitting import best_fit
from firmground.engine.records.guessing.known import known_mappings
from firmground.engine.records.guessing.profiles import profiles
from firmground.engine.records.guessing.proposing import Proposal, propose
from firmground.engine.records.reading.content import look
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.staging import stage
from firmground.engine.records.store.disk import disk_trouble
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.registry import readable, registry_of
from firmground.engine.records.store.workspace import workspace
from firmground.engine.tables import table as table_named
from firmground.errors import FirmgroundError

_CELL = re.compile(r".*[0-9]{5}.*|[-0-9/.,年月日: ]*[0-9][-0-9/.,年月日: ]*")  # nothing that a heading is


class NoHeading(FirmgroundError):
    """The first row of a file holds numbers and days as cells do, so that its columns have no names."""

    id = "FG-L059"


def guess(
    path: str | Path,
    *,
    data: str | Path | None = None,
    pack: str | None = None,
    table: str | None = None,
    source: str | None = None,
    password: str | None = None,
) -> Proposal:
    """Propose a source file for an unknown file, by its headings, the shapes of its cells, and what came in before.

    data: the lake whose mappings, households and persons are known. pack: whose source files are known; by default
    the lake's, or `cn`. table: if it is known. source: who delivers it. No cell of a person is in the proposal.
    Raises what reading.staging raises, NotALake, OtherPack, UnknownTable, NoHeading.
    """
    only = table_named(table) if table is not None else None
    content = look(Path(path))
    with disk_trouble(), tempfile.TemporaryDirectory(prefix="firmground-guess-") as folder:
        lake, loaded = Lake.at(Path(data) if data is not None else Path(folder) / "none", pack)
        manifest = lake.manifest()
        files = [content.path, *readable(lake, manifest)]
        with workspace(Path(folder), lake.settings.time_zone, files) as work:
            staged = stage(work.connection, content, Form(password=password), work.folder)
            if any(_CELL.fullmatch(heading) for heading in staged.headings):
                raise NoHeading(
                    found=f"The first row of {content.name} holds numbers or days, as cells do",
                    expected="a row with the names of the columns above the first row of cells",
                )
            seen = profiles(work, staged.headings, registry_of(lake, manifest, loaded))
        known = known_mappings(lake, manifest, loaded)
    known = [replace(each, mapping=each.mapping.fitted(staged.headings)) for each in known]
    fit = best_fit(content.name, staged.headings, seen, known, only)
    return propose(content.name, staged, fit, seen, known, loaded, source)
