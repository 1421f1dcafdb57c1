"""Doors beside the scan: explain one household, list runs, print the statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from firmground.engine.policy import load_pack
from firmground.engine.policy.model import Pack
from firmground.engine.records import Lake, whole_files
from firmground.engine.scan.compile.statement import compile_statement
from firmground.engine.scan.explanation.explaining import explain as explain_households
from firmground.engine.scan.explanation.explanation import Explanation
from firmground.engine.scan.printed import relations_text, statement_text
from firmground.engine.scan.question import Question, known_until
from firmground.engine.scan.replay import run_store
from firmground.engine.scan.scanning import BACKENDS, UnknownBackend
from firmground.engine.scan.tried import with_tried
from firmground.errors import nearest


def explain(
    data: str | Path,
    household_id: str,
    pack: str | Path | Pack,
    as_of: date,
    *,
    known_at: date | datetime | None = None,
    settings: Mapping[str, Decimal] | None = None,
) -> Explanation:
    """Why a household of the lake `data` is warned of by `pack` at `as_of`, and why not.

    known_at and settings as in `scan`. Raises UnknownHousehold and what `scan` raises.
    """
    lake = Lake.open(Path(data))
    loaded = pack if isinstance(pack, Pack) else load_pack(pack)
    changed = with_tried(loaded, settings or {})
    question = Question(lake, lake.manifest(), changed, as_of, known_until(lake, known_at), dict(settings or {}))
    return next(explain_households(question, [household_id]))


def runs(data: str | Path) -> pa.Table:
    """The runs of a lake, oldest first.

    Columns: run, pack, pack_version, as_of, known_at, settings, counts (whether the run counts), households, warnings,
    manifest, backend, kept_at.
    """
    rows = [
        {
            "run": run.id,
            "pack": run.pack,
            "pack_version": run.pack_version,
            "as_of": run.as_of,
            "known_at": run.known_at,
            "settings": ", ".join(f"{name}={value}" for name, value in run.settings.items()) or None,
            "counts": run.is_counting,
            "households": run.counts["households"],
            "warnings": run.warnings,
            "manifest": run.manifest,
            "backend": run.backend,
            "kept_at": run.kept_at,
        }
        for run in run_store.read_runs(Lake.open(Path(data)).path)
    ]
    time = pa.timestamp("us", tz="UTC")
    schema = pa.schema(
        [
            ("run", pa.string()),
            ("pack", pa.string()),
            ("pack_version", pa.string()),
            ("as_of", pa.date32()),
            ("known_at", time),
            ("settings", pa.string()),
            ("counts", pa.bool_()),
            ("households", pa.int64()),
            ("warnings", pa.int64()),
            ("manifest", pa.int64()),
            ("backend", pa.string()),
            ("kept_at", time),
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def sql(
    pack: str | Path | Pack,
    as_of: date,
    *,
    backend: str = "duckdb",
    data: str | Path | None = None,
    known_at: date | datetime | None = None,
) -> str:
    """The statement of a pack at a date, readable, giving one row per warning.

    It reads relations named as the record tables. data: a lake; then the definitions of those relations over its files
    stand before the statement (DuckDB only), so that the text runs as it is. Raises UnknownBackend, PackUnsound.
    """
    if backend not in BACKENDS:
        close = nearest(backend, BACKENDS)
        hint = f"Did you mean `{close}`?" if close else ""
        raise UnknownBackend(found=f"There is no backend `{backend}`", expected=", ".join(BACKENDS), hint=hint)
    loaded = pack if isinstance(pack, Pack) else load_pack(pack)
    if data is None:
        return statement_text(compile_statement(loaded, as_of), backend) + "\n"
    if backend != "duckdb":
        found = "Definitions over a lake's files are written for DuckDB only"
        raise UnknownBackend(found=found, expected="`--data` with the backend duckdb")
    lake = Lake.open(Path(data))
    question = Question(lake, lake.manifest(), loaded, as_of, known_until(lake, known_at), {})
    with whole_files(lake.path, question.manifest.scanned()):
        relations = question.relations()
        return relations_text(relations) + statement_text(question.statement(), "duckdb") + ";\n"
