"""`firmground scan`: every household judged by a pack at a date."""

from __future__ import annotations

from typing import Annotated

import typer

from firmground.engine.policy import load_pack
from firmground.engine.policy.model import Pack
from firmground.engine.scan.results.output import Written, check_target, write_table
from firmground.engine.scan.results.summary import counted
from firmground.engine.scan.scanning import Scan
from firmground.engine.scan.scanning import scan as judge
from firmground.interfaces.cli.mistakes import WrongUse
from firmground.interfaces.cli.options import (
    AsJson,
    Data,
    KnownAt,
    Language,
    Out,
    Settings,
    choose_language,
    known_at_of,
    read_date,
    read_settings,
)
from firmground.interfaces.cli.screen import progress, say, say_json, say_table, say_text
from firmground.interfaces.cli.sentences import sentence


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("scan")(scan)


def scan(
    data: Data,
    pack: Annotated[
        str | None, typer.Option("--pack", metavar="PACK", help="Policy pack: a shipped name or a folder.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The day as of which households are judged.")
    ] = None,
    out: Out = None,
    backend: Annotated[
        str, typer.Option("--backend", metavar="NAME", help="duckdb, or spark for more than one machine holds.")
    ] = "duckdb",
    master: Annotated[
        str, typer.Option("--master", metavar="URL", help="Where Spark runs: local[*], yarn, k8s://..., spark://...")
    ] = "local[*]",
    no_rollup: Annotated[
        bool, typer.Option("--no-rollup", help="Read the records themselves. So far every scan does.")
    ] = False,
    known_at: KnownAt = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="RUN", help="Compare with that run, or with the `latest`; adds `change`."),
    ] = None,
    repeat: Annotated[
        str | None,
        typer.Option("--repeat", metavar="RUN", help="Answer that run again, from the data and the pack of its time."),
    ] = None,
    settings: Settings = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Judge every household and write the warnings, each with its reasons.

    The run is kept in the lake: `firmground runs` lists it, `--repeat` gives the
    same bytes again.

    Examples:
      firmground scan --data lake --pack cn --as-of 2022-06-01 --out warnings.csv
      firmground scan --data lake --pack cn --as-of 2022-07-01 --since latest --out new.xlsx
      firmground scan --data lake --pack cn --as-of 2022-06-01 --set param.monitoring_line=7000
      firmground scan --data lake --repeat cn-20220601-1 --out again.csv
    """
    if repeat is None and (pack is None or as_of is None):
        missing = " and ".join(name for name, value in (("--pack", pack), ("--as-of", as_of)) if value is None)
        raise WrongUse(found=f"A scan needs {missing}", hint="Or give `--repeat RUN`. See `firmground scan --help`.")
    if out is not None:
        check_target(out)
    loaded = load_pack(pack) if pack else None
    if loaded is not None:
        choose_language(lang, loaded)  # before the work, not after
    with progress(quiet=as_json) as report_progress:
        answer = judge(
            data,
            loaded,
            read_date(as_of, "--as-of") if as_of else None,
            known_at=known_at_of(known_at),
            since=since,
            repeat=repeat,
            settings=read_settings(settings),
            backend=backend,
            master=master,
            progress=report_progress,
        )
    written = write_table(answer.warnings, out) if out is not None else None
    if as_json:
        say_json({"run": answer.run.as_dict(), "out": written.as_dict() if written else None})
    else:
        show_scan(answer, written, choose_language(lang, answer.question.pack))


def show_scan(answer: Scan, written: Written | None, language: str) -> None:
    """Print what a scan found: one line, how many households each rule fired for, and where the list lies."""
    run, counts = answer.run, answer.counts
    number = "one_warning" if run.warnings == 1 else "many_warnings"
    found = sentence(
        "found",
        language,
        pack=run.pack,
        version=run.pack_version,
        as_of=run.as_of,
        warnings=sentence(number, language, number=run.warnings),
        warned=len(set(counted(answer.warnings).column("household_id").to_pylist())),
        households=counts.households,
        run=run.id,
    )
    say_text(found)
    if counts.without_members or counts.not_yet_registered:
        left_out = {"without": counts.without_members, "later": counts.not_yet_registered}
        say_text(sentence("not_judged", language, **left_out))
    say()
    show_rules(answer, language)
    if written:
        say()
        say(sentence("written", language, file=written.path, rows=written.rows, sha256=written.sha256))


def show_rules(answer: Scan, language: str) -> None:
    """Print the rules of a scan, the one that fired most first."""
    pack: Pack = answer.question.pack
    rows = [
        (pack.words(pack.rules[name].title, language), pack.rules[name].severity, count.fired, count.unknown)
        for name, count in sorted(answer.counts.rules.items(), key=lambda item: -item[1].fired)
    ]
    titled = [(title, pack.words(pack.severities[severity], language), *rest) for title, severity, *rest in rows]
    headings = [sentence(name, language) for name in ("rule", "severity", "fired", "cannot_say")]
    say_table(headings, titled, right=(2, 3), folds=(0,))
