"""`firmground import FILE`: records into the lake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import typer

from firmground.engine.records import Derivation, ImportReport, UndoReport, Withdrawal, import_file, retry, undo
from firmground.engine.records.judging.conversion_kinds import TITLES
from firmground.engine.records.reading.queries import is_database
from firmground.interfaces.cli.guessing import show_guess
from firmground.interfaces.cli.import_options import (
    AsTable,
    Delivers,
    DryRun,
    File,
    FirstPack,
    Guess,
    LakeOrNone,
    MappingFile,
    PasswordFile,
    Proposal,
    Query,
    ReceivedAt,
    Retry,
    Source,
    Strict,
    Undo,
    Yes,
)
from firmground.interfaces.cli.mistakes import WrongUse
from firmground.interfaces.cli.options import AsJson, existing_file, read_time
from firmground.interfaces.cli.screen import plain, progress, say, say_json, say_table

ANSWER_IS_NO = 1


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("import")(import_)


def import_(
    file: File = None,
    data: LakeOrNone = None,
    table: AsTable = None,
    mapping: MappingFile = None,
    source: Source = None,
    received_at: ReceivedAt = None,
    pack: FirstPack = None,
    password_file: PasswordFile = None,
    query: Query = None,
    delivers: Delivers = None,
    yes: Yes = False,
    strict: Strict = False,
    dry_run: DryRun = False,
    again: Retry = False,
    undone: Undo = None,
    is_guess: Guess = False,
    out: Proposal = None,
    as_json: AsJson = False,
) -> None:
    """Bring a file of records into the lake, and say what became of every row.

    Rows in = accepted + quarantined + repeated. Rows with a mistake are kept in
    quarantine beside the lake, as they came, with what was found and expected;
    the same file twice changes nothing. The folder is made at the first import.

    Examples:
      firmground import households.csv --as households --data lake --pack cn
      firmground import wages.csv --as income --data lake --mapping wages.yaml
      firmground import wages.csv --as income --data lake --dry-run --strict
      firmground import postgresql://reader@host/db --query wages.sql --as income --data lake
      firmground import unknown.xlsx --guess --out unknown.yaml --data lake
      firmground import --retry --data lake
      firmground import --undo D000003 --data lake
    """
    if is_guess or out is not None:
        others = (mapping, received_at, query, delivers, yes, strict, dry_run, again, undone)
        _check_guess(file, any(others), is_guess=is_guess)
        password = _password(password_file) if password_file else None
        show_guess(
            str(file), out=out, data=data, pack=pack, table=table, source=source, password=password, as_json=as_json
        )
        return
    if data is None:
        raise WrongUse(found="An import needs --data DIR", hint="The folder of the lake; a first import makes it.")
    _check_use(
        file,
        table,
        again=again,
        undone=undone,
        source=source,
        received_at=received_at,
        pack=pack,
        password_file=password_file,
        query=query,
        dry_run=dry_run,
        delivers=delivers,
        yes=yes,
        mapping=mapping if file is not None or undone is not None else None,
    )
    if undone is not None:
        _undo(data, undone, as_json=as_json)
        return
    with progress(quiet=as_json) as report_progress:
        if file is None:
            reports = retry(data, mapping=mapping, progress=report_progress)
        else:
            report = import_file(
                file if query is not None else existing_file(Path(file)),
                table=table,
                data=data,
                mapping=existing_file(mapping) if mapping else None,
                source=source,
                received_at=_received(received_at),
                pack=pack,
                password=_password(password_file) if password_file else None,
                query=_query(query) if query is not None else None,
                delivers=delivers,
                yes=yes,
                dry_run=dry_run,
                progress=report_progress,
            )
            reports = [report]
    if as_json:
        say_json([report.as_dict() for report in reports] if again else reports[0].as_dict())
    else:
        show_imports(reports, dry_run=dry_run)
    if strict and any(report.quarantined for report in reports):
        raise typer.Exit(ANSWER_IS_NO)


def _check_guess(file: str | None, has_others: bool, *, is_guess: bool) -> None:
    if not is_guess:
        raise WrongUse(found="--out was given without --guess", hint="An import writes into the lake of --data.")
    if file is None or has_others:
        found = "FILE is missing" if file is None else "an option of imports was given too"
        expected = "FILE, and if need be --out, --data, --pack, --as, --source, --password-file, --json"
        raise WrongUse(found=f"--guess looks at one file, and {found}", expected=expected)


def _undo(data: Path, delivery: str, *, as_json: bool) -> None:
    report = undo(data, delivery)
    if as_json:
        say_json(report.as_dict())
    else:
        show_undo(report)


def show_undo(report: UndoReport) -> None:
    """Print what an undo changed."""
    if report.was_undone:
        say(f"{report.delivery} is undone already, since {report.undone_at:%Y-%m-%d %H:%M} UTC. Nothing was changed.")
        return
    say(
        f"{report.delivery} is undone: {report.withdrawn:,} rows of {report.table} do not count from now on, "
        f"{report.counting_again:,} rows that they replaced count again."
    )
    if report.closed:
        say(f"Its {report.closed:,} rows in quarantine are not taken up any more.")
    say("Nothing is erased: at an earlier --known-at it counts as it did. The same file may be imported again.")


def _check_use(
    file: str | None, table: str | None, *, again: bool, undone: str | None = None, **others: object
) -> None:
    if undone is not None:
        others = {**others, "retry": again}
    if again or undone is not None:
        verb = "--undo takes a delivery" if undone is not None else "--retry takes the rows in quarantine"
        given = [f"--{name.replace('_', '-')}" for name, value in others.items() if value]
        if file is not None or table is not None or given:
            extra = ", ".join([*(["FILE"] if file else []), *(["--as"] if table else []), *given])
            raise WrongUse(found=f"{verb}, and {extra} was given too")
    elif file is None or not (table or others.get("mapping") or others.get("source")):
        told = table or others.get("mapping") or others.get("source")
        missing = " and ".join(name for name, value in (("FILE", file), ("--as TABLE", told)) if not value)
        raise WrongUse(
            found=f"An import needs {missing}", hint="Or give `--retry` or `--undo`. See `firmground import --help`."
        )
    else:
        _check_query(file, others.get("query"))


def _check_query(file: str, query: object) -> None:
    """A database needs a query, and a file takes none."""
    if is_database(file) and query is None:
        raise WrongUse(found="A database was named and not what to read from it", hint="Give `--query`.")
    if query is not None and not is_database(file):
        raise WrongUse(found="--query was given, and FILE is no database", expected="postgresql://user@host/database")


def _password(path: Path) -> str:
    """The first line of a file."""
    try:
        with existing_file(path).open(encoding="utf-8-sig") as file:
            password = file.readline().rstrip("\r\n")
    except (UnicodeDecodeError, OSError) as error:
        raise WrongUse(found=f"The password file {path} cannot be read", expected="text in UTF-8") from error
    if not password:
        raise WrongUse(found=f"The first line of the password file {path} is empty", expected="the password")
    return password


def _query(text: str) -> str:
    """The query itself, or what stands in a file of SQL."""
    if not text.endswith(".sql"):
        return text
    try:
        return existing_file(Path(text)).read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise WrongUse(found=f"The query file {text} cannot be read", expected="text in UTF-8") from error


def _received(text: str | None) -> datetime | date | None:
    return read_time(text, "--received-at") if text else None


def show_imports(reports: Sequence[ImportReport], *, dry_run: bool) -> None:
    """Print what became of the rows of each file."""
    if not reports:
        say("Nothing is in quarantine.")
    for number, report in enumerate(reports):
        if number:
            say()
        show_import(report, dry_run=dry_run)


def show_import(report: ImportReport, *, dry_run: bool) -> None:
    """Print what became of the rows of one file, its mistakes and conversions by kind, and how it was read."""
    say(
        f"{report.table}: {report.rows:,} rows read, {report.accepted:,} accepted, {report.quarantined:,} quarantined, "
        f"{report.repeated:,} repeated." + (" Dry run: nothing was changed." if dry_run else "")
    )
    if report.file_kind:
        say(f"Read as `{report.file_kind}` of {plain(report.source_file)}; source: {plain(report.source)}.")
    if report.withdrawal:
        _show_withdrawal(report.withdrawal, "would be" if dry_run else "are")
    if report.derivation:
        _show_derivation(report.derivation, "would " if dry_run else "")
    if report.waiting:
        wait = "waits for its household or person" if report.waiting == 1 else "wait for their household or person"
        say(f"{report.waiting:,} of these {wait}; `import --retry` takes up those that are known by then.")
    if report.mistakes:
        _show_mistakes(report)
    if report.conversions:
        _show_conversions(report)
    if (report.mistakes or report.conversions) and (report.unused or report.notes):
        say()
    if report.unused:
        say(f"Columns of the file that were not used: {plain(', '.join(report.unused))}.")
    for note in report.notes:
        say(plain(note))


def _show_mistakes(report: ImportReport) -> None:
    say()
    say_table(
        ("Mistake", "Column", "Rows", "First row", "Example", "Expected"),
        [(m.id, m.column, m.rows, m.first_row, m.example, m.expected) for m in report.mistakes],
        right=(2, 3),
        folds=(4, 5),
    )
    if report.quarantine_file:
        say(f"Rows in quarantine, with what was expected: {report.quarantine_file}")


def _show_conversions(report: ImportReport) -> None:
    say()
    say_table(
        ("Converted", "What", "Rows", "First row", "Example", "Became"),
        [
            (each.column, TITLES[each.kind], each.rows, each.first_row, _seen(each.example), _seen(each.became))
            for each in report.conversions
        ],
        right=(2, 3),
        folds=(1, 4, 5),
    )


def _show_withdrawal(gone: Withdrawal, verb: str) -> None:
    span = f"from {gone.first or 'always'} to {gone.last or 'ever'}"
    say(
        f"The file holds everything of {plain(gone.source)} {span}: {gone.left_out:,} of {gone.earlier:,} earlier rows"
        f" are not in it and {verb} withdrawn."
    )


def _show_derivation(said: Derivation, verb: str) -> None:
    whose = f" of {plain(said.area)}" if said.area else ""
    say(
        f"The list of {said.day} holds {said.listed:,} of {said.members:,} members{whose}. Conditions `{said.kind}`: "
        f"{said.begun:,} {verb}begin, {said.ended:,} {verb}end, {said.open:,} {verb}go on."
    )


def _seen(text: str) -> str:
    """A cell, in quotation marks where something in it or around it would not be seen."""
    return text if text and text == text.strip() and text.isprintable() else repr(text)
