"""`firmground report WARNINGS`: a self-contained page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from firmground.engine.policy.model import Level
from firmground.engine.records import deliveries
from firmground.engine.scan.results.output import check_target
from firmground.engine.scan.results.summary import areas_of, find_level, summary_of
from firmground.interfaces.cli.options import Data, Language, choose_language
from firmground.interfaces.cli.scanned import Scanned, read_scanned
from firmground.interfaces.cli.screen import say
from firmground.interfaces.cli.synth import SOURCE
from firmground.interfaces.report import Delivered, Subject, gather, write_page

SUFFIXES = (".html",)


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("report")(report)


def report(
    warnings: Annotated[Path, typer.Argument(metavar="WARNINGS", help="List that `firmground scan --out` wrote.")],
    data: Data,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.html", help="The page to write.")],
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="LEVEL", help="Level of areas to count by. Default: the widest with two or more."),
    ] = None,
    lang: Language = None,
    pack: Annotated[
        str | None, typer.Option("--pack", metavar="PACK", help="Only for lists that no run of the lake gave.")
    ] = None,
) -> None:
    """Write one HTML page with charts and the list of warnings.

    It opens in a browser without a network, on a phone too, and prints. A very
    long list is cut, the gravest first; the page says so and where the rest is.

    Examples:
      firmground report warnings.csv --data lake --out report.html
      firmground report warnings.csv --data lake --out report.html --by village --lang zh
    """
    check_target(out, SUFFIXES)
    scanned = read_scanned(warnings, data, pack=pack)
    write_report(scanned, out, level=by, language=choose_language(lang, scanned.pack), full_list=warnings)
    say(f"{out}: {out.resolve().as_uri()}")


def write_report(scanned: Scanned, out: Path, *, level: str | None, language: str, full_list: Path) -> None:
    """Write the page. level: None for the widest level with two areas or more."""
    question, run = scanned.question, scanned.run
    chosen = find_level(scanned.pack, level) if level else _telling_level(scanned)
    subject = Subject(
        pack=scanned.pack,
        pack_version=run.pack_version if run else scanned.pack.version,
        as_of=question.as_of,
        run=run.id if run else None,
        synthetic=is_synthetic(scanned),
        known_at=question.known_at and question.known_at.astimezone(ZoneInfo(question.lake.settings.time_zone)),
        tried=question.settings,
        delivered=delivered(scanned),
        without_members=run.counts["without_members"] if run else 0,
        not_yet_registered=run.counts["not_yet_registered"] if run else 0,
    )
    content = gather(
        scanned.warnings,
        summary_of(question, scanned.warnings, chosen),
        subject=subject,
        areas=areas_of(question),
        level=chosen,
        language=language,
    )
    write_page(content, out, full_list=str(full_list))


def _telling_level(scanned: Scanned) -> Level:
    for level in scanned.pack.levels:
        if summary_of(scanned.question, scanned.warnings, level).num_rows > 1:
            return level
    return scanned.pack.levels[-1]


def delivered(scanned: Scanned) -> tuple[Delivered, ...]:
    """Accepted rows per source and table of the state of the lake that was scanned, as far as they were known."""
    question = scanned.question
    zone = ZoneInfo(question.lake.settings.time_zone)
    kept = {entry.id: entry.quarantine.rows if entry.quarantine else 0 for entry in question.manifest.deliveries}
    sums: dict[tuple[str, str], Delivered] = {}
    for row in deliveries(question.lake.path).to_pylist():
        if row["delivery"] not in kept or (question.known_at and row["received_at"] > question.known_at):
            continue
        key = row["source"], row["table"]
        rows, day = row["rows"] - kept[row["delivery"]], row["received_at"].astimezone(zone).date()
        known = sums.get(key, Delivered(*key, 0, day))
        sums[key] = Delivered(*key, known.rows + rows, max(known.last_on, day))
    return tuple(sums.values())


def is_synthetic(scanned: Scanned) -> bool:
    """Whether rows of the lake were invented: some delivery came from the source `synthetic`."""
    return SOURCE in deliveries(scanned.question.lake.path).column("source").to_pylist()
