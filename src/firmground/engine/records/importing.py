"""Import: one file of one table becomes a delivery of the lake, whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from firmground.engine.policy.delivers import FullSpan, parse_delivers
from firmground.engine.policy.model import Pack
from firmground.engine.records.delivering import STEPS, Into, Progress, deliver, publish
from firmground.engine.records.delivery import Delivery
from firmground.engine.records.judging.checks import FIRST_DAY, LAST_DAY
from firmground.engine.records.judging.mistakes import SourceRefused
from firmground.engine.records.reading.content import Content, look
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.queries import DatabaseQuery, fetch
from firmground.engine.records.reading.staging import Staged, stage
from firmground.engine.records.report import ImportReport
from firmground.engine.records.sources.choosing import choose
from firmground.engine.records.sources.mapping import (
    check_columns,
)
from firmground.engine.records.store import manifest as manifests
from firmground.engine.records.store.damage import whole_files
from firmground.engine.records.store.disk import disk_trouble
from firmground.engine.records.store.lake import WAIT_SECONDS, Lake, LakeSettings
from firmground.engine.records.store.manifest import DeliveryEntry
from firmground.engine.records.store.registry import readable
from firmground.engine.records.store.workspace import sweep, workspace
from firmground.engine.records.withdrawing import HELD
from firmground.engine.tables import Table
from firmground.engine.tables import table as table_named
from firmground.errors import FirmgroundError

_LONGEST_SOURCE = 200


@dataclass(frozen=True)
class _Request:
    """What an import is asked to do, besides the file and the lake."""

    table: Table | None
    mapping: str | Path | None
    source: str | None
    received_at: datetime | date | None
    form: Form
    delivers: FullSpan | None
    delivers_is_told: bool
    may_drop: bool
    dry_run: bool


class DeliversUnfit(FirmgroundError):
    """What a file is said to deliver is neither changes nor everything of a span."""

    id = "FG-L073"
    exit_code = 2


class ReceivedAtUnfit(FirmgroundError):
    """The time at which a file was received lies outside the times that a cell may hold."""

    id = "FG-L014"
    exit_code = 2


def import_file(
    path: str | Path,
    *,
    data: str | Path,
    table: str | None = None,
    mapping: str | Path | None = None,
    source: str | None = None,
    received_at: datetime | date | None = None,
    pack: str | None = None,
    password: str | None = None,
    query: str | None = None,
    delivers: str | None = None,
    yes: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> ImportReport:
    """Bring a file into a lake, which is made if it does not exist.

    path: a CSV or Parquet file, a workbook, or with `query` the address of a database (postgresql://user@host/name).

    table: of contracts; not needed where the mapping or source file tells it. mapping: file that says which heading is
    which column; without it, the pack's source file of `source` says so, or headings are our names.
    source and received_at fill rows without their own (default: the mapping's source, else `unnamed`; now). A date is
    its start in the lake's zone.
    pack: for a new lake (default `cn`). dry_run: the same report, nothing written.
    password: of a protected workbook. query: the statement whose result comes in.
    delivers: `changes`, or `everything from A to B`: then earlier rows of the source in the span that are not in the
    file are withdrawn; yes: also if these are more than a fifth.
    Returns the report. Raises what reading.staging and reading.queries raise, ColumnMissing, MappingUnsound,
    ReceivedAtUnfit, LargeDrop, LakeBusy, OtherPack, LakeDamaged, DiskTrouble; the lake is then as it was.
    """
    folder, form = Path(data), Form(password=password)
    definition, span = table_named(table) if table is not None else None, _span(delivers)
    asked = _Request(definition, mapping, source, received_at, form, span, delivers is not None, yes, dry_run)
    is_made = manifests.has_any(folder)
    lake, loaded = Lake.at(folder, pack)
    _check_source(source)
    _moment(received_at, lake.settings)
    # an unreadable file is refused before a folder is made for it
    content = look(Path(path)) if query is None else DatabaseQuery(str(path), query)
    with disk_trouble():
        if dry_run and not folder.exists():
            return _import(content, asked, lake, loaded, progress)
        with lake.writing(wait_seconds):
            if not is_made and manifests.has_any(folder):  # of two first imports at once, the other one made it
                lake, loaded = Lake.at(folder, pack)
            return _import(content, asked, lake, loaded, progress)


def _span(delivers: str | None) -> FullSpan | None:
    try:
        return parse_delivers(delivers) if delivers is not None else None
    except ValueError as error:
        raise DeliversUnfit(found=f"`{delivers}` is nothing that a file delivers", expected=str(error)) from error


def _check_source(source: str | None) -> None:
    if (source or "").lower() == "firmground":
        found = "The source `firmground` is the application itself"
        raise SourceRefused(found=found, expected="the department's name")
    if source is not None and (source != source.strip() or not source.isprintable() or len(source) > _LONGEST_SOURCE):
        raise SourceRefused(
            found="The name of the source has spaces around it, is too long, or has characters that cannot be seen",
            expected=f"at most {_LONGEST_SOURCE} characters, such as medical insurance",
        )


def _moment(given: datetime | date | None, settings: LakeSettings) -> datetime:
    """A time as it is stored, now if none is given. Raises ReceivedAtUnfit outside the times that a cell may hold."""
    zone = ZoneInfo(settings.time_zone)
    if given is None:
        return datetime.now(UTC)
    if not isinstance(given, datetime):
        given = datetime.combine(given, time(), zone)
    at = given if given.tzinfo else given.replace(tzinfo=zone)
    first, last = (datetime.combine(day, time(), zone) for day in (FIRST_DAY, LAST_DAY))
    if not first <= at <= last:
        raise ReceivedAtUnfit(
            found=f"The time {given.isoformat()} at which the file was received is no time of these centuries",
            expected=f"a time from {FIRST_DAY} to the start of {LAST_DAY}",
        )
    return at.astimezone(UTC)


def _import(
    brought: Content | DatabaseQuery, asked: _Request, lake: Lake, pack: Pack, progress: Progress | None
) -> ImportReport:
    say = progress or (lambda what, done, total: None)
    say(STEPS[0], 0, len(STEPS))
    manifest = lake.manifest()
    if not asked.dry_run:
        sweep(lake, manifest)
    parent = next(folder for folder in (lake.path, *lake.path.absolute().parents) if folder.exists())
    files = [*([brought.path] if isinstance(brought, Content) else []), *readable(lake, manifest)]
    with workspace(parent, lake.settings.time_zone, files, [lake.path / HELD]) as work:
        content = brought if isinstance(brought, Content) else fetch(brought, work.folder)

        def read(form: Form) -> Staged:
            work.connection.execute("drop table if exists raw")
            return stage(work.connection, content, form, work.folder)

        chosen = choose(read, asked.form, pack=pack, table=asked.table, mapping=asked.mapping, source=asked.source)
        staged = chosen.staged
        delivery = Delivery(
            number=len(manifest.deliveries) + 1,
            table=chosen.table,
            file=content.name,
            sha256=staged.sha256,
            source=asked.source or chosen.mapping.source or "unnamed",
            received_at=_moment(asked.received_at, lake.settings),
            mapping=chosen.mapping,
            headings=staged.headings,
            first_row=staged.first_row,
            delivers=asked.delivers if asked.delivers_is_told else chosen.mapping.delivers,
            may_drop=asked.may_drop,
        )
        earlier = next((d for d in manifest.deliveries if _is_same(d, staged.sha256, chosen.table)), None)
        if earlier is not None:
            return _repeated(delivery, staged, earlier)
        unused = check_columns(chosen.mapping, staged.headings, chosen.table)
        with whole_files(lake.path, manifest.files()):
            report, changed = deliver(work, delivery, Into(lake, manifest, pack), say, dry_run=asked.dry_run)
        notes = (*staged.notes, *report.notes)
        report = replace(report, unused=tuple(unused), notes=notes, is_dry_run=asked.dry_run)
        if not asked.dry_run:
            publish(lake, delivery, report, changed, say)
        return report


def _is_same(entry: DeliveryEntry, sha256: str, table: Table) -> bool:
    """Whether a file came in before, and stands."""
    return entry.sha256 == sha256 and entry.table == table.name and entry.undone_at is None


def _repeated(delivery: Delivery, staged: Staged, earlier: DeliveryEntry) -> ImportReport:
    """The same file once more: nothing changes."""
    rows = staged.rows * len(delivery.mapping.records())
    note = (
        f"This file came in before as {earlier.id}, and its accepted rows stay as they are. "
        "`firmground import --retry --mapping YAML --data DIR` takes up the rows in quarantine with another mapping."
    )
    return delivery.report(rows, accepted=0, repeated=rows, notes=(note,))
