"""The scan: every household of a lake judged by a pack at a date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from firmground.engine.policy import load_pack
from firmground.engine.policy.model import Pack
from firmground.engine.records import Lake, check_sums, whole_files
from firmground.engine.scan.backends import duckdb as on_duckdb
from firmground.engine.scan.backends import spark as on_spark
from firmground.engine.scan.data_known import require_data
from firmground.engine.scan.explanation.explaining import explain
from firmground.engine.scan.explanation.explanation import Explanation
from firmground.engine.scan.judged import Counts, Judged
from firmground.engine.scan.question import Question, known_until
from firmground.engine.scan.replay import history, run_store
from firmground.engine.scan.replay.run_store import Run
from firmground.engine.scan.results.notebook import scan_html
from firmground.engine.scan.results.summary import find_level, summary_of
from firmground.engine.scan.tried import with_tried
from firmground.errors import FirmgroundError, nearest

Progress = Callable[[str, int, int | None], None]
BACKENDS = ("duckdb", "spark")


class UnknownBackend(FirmgroundError):
    """A backend is named that does not exist."""

    id = "FG-S011"
    exit_code = 2


class RepeatedWith(FirmgroundError):
    """A repeated run takes its pack, date and settings from the run; others were given beside it."""

    id = "FG-S032"
    exit_code = 2


class NotRepeated(FirmgroundError):
    """A run that is repeated gives other warnings than it gave, although its files are as they were."""

    id = "FG-S033"


@dataclass(frozen=True)
class Scan:
    """The answer of a scan.

    warnings: household_id, area_code, rule, risk, severity, as_of, pack, pack_version, reasons (JSON text), person_ids
    (JSON text, null for rules about the household), first_raised_on, and `change` where it was compared with an earlier
    run; sorted by household_id and rule. counts: how many households were judged, and by each rule. run: as kept in the
    lake.
    """

    warnings: pa.Table
    counts: Counts
    run: Run
    question: Question

    def explain(self, household_id: str) -> Explanation:
        """Why a household is warned of in this scan, and why not. Raises UnknownHousehold."""
        return next(explain(self.question, [household_id]))

    def summary(self, level: str | int) -> pa.Table:
        """Warnings and households counted by the areas of a level (its name in the pack, or its number).

        Columns as in results.summary.summarise. Raises UnknownLevel.
        """
        return summary_of(self.question, self.warnings, find_level(self.question.pack, str(level)))

    def _repr_html_(self) -> str:
        """In a notebook: the counts, then the first warnings."""
        return scan_html(self.warnings, self.counts, self.question.pack)


def scan(
    data: str | Path,
    pack: str | Path | Pack | None = None,
    as_of: date | None = None,
    *,
    known_at: date | datetime | None = None,
    since: str | None = None,
    repeat: str | None = None,
    settings: Mapping[str, Decimal] | None = None,
    backend: str = "duckdb",
    master: str = "local[*]",
    progress: Progress | None = None,
) -> Scan:
    """Judge every household of the lake `data` by `pack` at `as_of`, and keep the run in the lake.

    pack: a shipped name, a folder, or a loaded pack. known_at: only rows received by then
    (a date: by the end of that day in the lake's time zone); None: all. since: a run, or
    `latest`, to compare with; adds `change`. repeat: a run to answer again, in its state of the data, with its pack;
    nothing else may be given, and nothing is kept. settings: values tried for parameters. backend: `duckdb` or `spark`
    on `master`. progress: called with what is being done, how much of it is done and how much there is.
    Raises PackUnsound, NoValueInForce, UnknownRun, BeforeAllData, NoHouseholds, LakeDamaged, RunDamaged, NotRepeated.
    """
    lake = Lake.open(Path(data))
    if backend not in BACKENDS:
        close = nearest(backend, BACKENDS)
        hint = f"Did you mean `{close}`?" if close else ""
        raise UnknownBackend(found=f"There is no backend `{backend}`", expected=", ".join(BACKENDS), hint=hint)
    if repeat is not None:
        if pack is not None or as_of is not None or known_at is not None or since is not None or settings:
            found = "A repeated run was given a pack, a date, known-at, since or settings of its own"
            raise RepeatedWith(found=found, expected="the run alone")
        return _repeat(lake, repeat, backend, master, progress)
    if pack is None or as_of is None:
        raise RepeatedWith(found="A scan needs a pack and a date", expected="both, or a run to repeat")
    loaded = pack if isinstance(pack, Pack) else load_pack(pack)
    changed = with_tried(loaded, settings or {})
    question = Question(lake, lake.manifest(), changed, as_of, known_until(lake, known_at), dict(settings or {}))
    _compared_with(lake, since, loaded.id)  # an unknown run is refused before the work
    judged = _judge(question, backend, master, progress)
    with run_store.turn(lake.path):
        run, warnings = _kept(question, loaded, judged, since, backend)
    return Scan(_compared(warnings, run, question), judged.counts, run, question)


def _kept(question: Question, pack: Pack, judged: Judged, since: str | None, backend: str) -> tuple[Run, pa.Table]:
    """The run as it is kept, and its warnings with their history, which goes on from the last counting run."""
    lake, as_of = question.lake.path, question.as_of
    last = run_store.last_counting(run_store.read_runs(lake), pack.id)
    is_counting = not question.settings and question.known_at is None and (last is None or as_of >= last.as_of)
    compared = _compared_with(question.lake, since, pack.id)
    described = Run(
        id="",
        pack=pack.id,
        pack_version=question.pack.version,
        digest=pack.digest,
        as_of=as_of,
        known_at=question.known_at,
        settings=dict(question.settings),
        manifest=question.manifest.version,
        is_counting=is_counting,
        previous=last.id if last and is_counting else None,
        since=compared.id if compared else None,
        compares=since is not None,
        backend=backend,
        kept_at=run_store.now(),
        counts=judged.counts.as_dict(),
        warnings=judged.warnings.num_rows,
        sha256="",
    )
    warnings = _with_history(judged.warnings, described, question)
    return run_store.keep(lake, described, warnings, pack), warnings


def _compared_with(lake: Lake, since: str | None, pack: str) -> Run | None:
    """The run to compare with; None also for `latest` where no run was made yet: then every warning is new."""
    if since is None:
        return None
    runs = run_store.read_runs(lake.path)
    return run_store.last_counting(runs, pack) if since == "latest" else run_store.find(runs, since)


def _repeat(lake: Lake, id_: str, backend: str, master: str, progress: Progress | None) -> Scan:
    run = run_store.find(run_store.read_runs(lake.path), id_)
    given = run_store.warnings_of(lake.path, run)
    pack = with_tried(run_store.pack_of(lake.path, run), run.settings)
    question = Question(lake, lake.manifest(run.manifest), pack, run.as_of, run.known_at, run.settings)
    check_sums(lake.path, question.manifest.scanned())
    judged = _judge(question, backend, master, progress)
    warnings = _with_history(judged.warnings, run, question)
    if not warnings.equals(given.cast(warnings.schema)):
        raise NotRepeated(
            found=f"The run `{run.id}` gives other warnings today than it gave",
            expected="the same version of Firmground",
            hint=f"What it gave lies in {lake.path / 'runs' / run.id}.parquet.",
        )
    return Scan(_compared(warnings, run, question), judged.counts, run, question)


def _judge(question: Question, backend: str, master: str, progress: Progress | None) -> Judged:
    say = progress or (lambda what, done, total: None)
    say("reading the pack", 0, 3)
    with whole_files(question.lake.path, question.manifest.scanned()):
        relations = question.relations()
        require_data(question, relations)
        statement = question.statement()
        say("judging households", 1, 3)
        if backend == "spark":
            judged = on_spark.judge(statement, relations, master=master)
        else:
            judged = on_duckdb.judge(statement, relations)
    say("writing warnings", 2, 3)
    return judged


def _with_history(judged: pa.Table, run: Run, question: Question) -> pa.Table:
    """The warnings in their order, with what the run says of them."""
    pack = question.pack
    warnings = judged.sort_by([("household_id", "ascending"), ("rule", "ascending")])
    if run.is_counting:
        lake = question.lake.path
        before = run_store.find(run_store.read_runs(lake), run.previous) if run.previous else None
        earlier = run_store.warnings_of(lake, before) if before else None
        first = history.first_raised(warnings, earlier, pack, run.as_of)
    else:
        first = pa.nulls(warnings.num_rows, pa.date32())
    rows = warnings.num_rows
    columns = {
        **{name: warnings.column(name).cast(pa.string()) for name in _BEFORE},
        "as_of": pa.repeat(pa.scalar(run.as_of, pa.date32()), rows),
        "pack": pa.repeat(pa.scalar(run.pack, pa.string()), rows),
        "pack_version": pa.repeat(pa.scalar(run.pack_version, pa.string()), rows),
        "reasons": warnings.column("reasons").cast(pa.string()),
        "person_ids": warnings.column("person_ids").cast(pa.string()),
        "first_raised_on": first,
    }
    return pa.table(columns)


_BEFORE = ("household_id", "area_code", "rule", "risk", "severity")


def _compared(warnings: pa.Table, run: Run, question: Question) -> pa.Table:
    """The warnings with `change`, where the run compares with an earlier one."""
    if not run.compares:
        return warnings
    lake = question.lake.path
    before = run_store.find(run_store.read_runs(lake), run.since) if run.since else None
    earlier = run_store.warnings_of(lake, before) if before else None
    return history.with_change(warnings, earlier, question.pack)
