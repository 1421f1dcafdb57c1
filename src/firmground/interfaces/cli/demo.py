"""`firmground demo`: everything on a synthetic county."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import pyarrow.compute as pc
import typer

from firmground.engine.policy import load_pack
from firmground.engine.policy.model import Pack
from firmground.engine.records import import_file
from firmground.engine.scan.doors import explain as explanation_of
from firmground.engine.scan.results.output import write_table
from firmground.engine.scan.results.summary import find_level, summary_of
from firmground.engine.scan.scanning import Scan
from firmground.engine.scan.scanning import scan as judge
from firmground.engine.synth import Registry, write_registry
from firmground.interfaces.cli.mistakes import FolderNotOurs
from firmground.interfaces.cli.options import Language, choose_language
from firmground.interfaces.cli.report import write_report
from firmground.interfaces.cli.scan import show_scan
from firmground.interfaces.cli.scanned import Scanned
from firmground.interfaces.cli.screen import ReportProgress, progress, say, say_text
from firmground.interfaces.cli.sentences import sentence
from firmground.interfaces.cli.summary import show_summary
from firmground.interfaces.cli.synth import SOURCE

PACK = "cn"
LEVEL = "township"
AS_OF = date(2022, 6, 1)
SEED = 2022
RULES_EXPLAINED = 3  # the household that is explained has as many warnings, or the most that any has
MARK = ".made-by-firmground-demo"
MARK_TEXT = "Made by `firmground demo`, which takes this folder away and makes it anew.\n"


def add_to(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("demo")(demo)


def demo(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder to make; made anew if the demo made it before.")
    ] = Path("demo"),
    households: Annotated[
        int, typer.Option("--households", metavar="N", min=10, help="Households of the synthetic county.")
    ] = 100_000,
    lang: Language = None,
) -> None:
    """Show everything on a synthetic county with real area codes.

    Writes invented households, imports and scans them, prints a summary by
    township and the explanation of one household, and leaves a report that
    opens in a browser. It ends by itself and asks nothing.

    Examples:
      firmground demo
      firmground demo --households 5000 --lang zh --out small-demo
    """
    pack = load_pack(PACK)
    language = choose_language(lang, pack)
    started = time.monotonic()
    make_folder(out)
    with _step("made", language, households=households, folder=out / "files") as report_progress:
        registry = write_registry(
            out / "files", households=households, seed=SEED, as_of=AS_OF, progress=report_progress
        )
    rows = sum(registry.rows.values())
    with _step("imported", language, rows=rows, folder=out / "lake") as report_progress:
        _import(registry, out / "lake", report_progress)
    with _step("scanned", language, pack=PACK, as_of=AS_OF) as report_progress:
        answer = judge(out / "lake", pack, AS_OF, progress=report_progress)
    written = write_table(answer.warnings, out / "warnings.csv")
    _show(answer, pack, out / "lake", language)
    scanned = Scanned(answer.warnings, answer.question, answer.run)
    write_report(scanned, out / "report.html", level=LEVEL, language=language, full_list=written.path)
    say()
    say(sentence("all_warnings", language, rows=written.rows, file=written.path))
    say(sentence("report", language, file=(out / "report.html").resolve().as_uri()))
    say(sentence("end", language, seconds=time.monotonic() - started))


def make_folder(folder: Path) -> None:
    """An empty folder; what the demo left there before is removed. Raises FolderNotOurs for any other folder."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise FolderNotOurs(found=f"`{folder}` is not a plain folder", hint="Name another one with `--out DIR`.")
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            raise FolderNotOurs(
                found=f"The folder `{folder}` was not made by the demo and is not empty",
                hint="Name another one with `--out DIR`.",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(MARK_TEXT, encoding="utf-8")


@contextmanager
def _step(done: str, language: str, **values: object) -> Iterator[ReportProgress]:
    """Progress while it lasts; then the sentence `done`, with the seconds it took."""
    started = time.monotonic()
    with progress() as report_progress:
        yield report_progress
    what = sentence(done, language, **values)
    say(sentence("took", language, what=what, seconds=time.monotonic() - started))


def _import(registry: Registry, lake: Path, report_progress: ReportProgress) -> None:
    tables = len(registry.files)
    for number, (table, file) in enumerate(registry.files.items()):
        report_progress(f"importing {table}", number, tables)
        import_file(file, table=table, data=lake, source=SOURCE, pack=PACK)


def _show(answer: Scan, pack: Pack, lake: Path, language: str) -> None:
    """Print the rules, the summary by township and one household in full."""
    say()
    show_scan(answer, None, language)
    say()
    level = find_level(pack, LEVEL)
    show_summary(summary_of(answer.question, answer.warnings, level), pack.words(level.title, language), language)
    household = telling_household(answer)
    if household is not None:
        say()
        say_text(explanation_of(lake, household, pack, AS_OF).text(language))


def telling_household(answer: Scan) -> str | None:
    """A household with several warnings, to be explained; None if there are no warnings."""
    counts = answer.warnings.group_by("household_id").aggregate([("rule", "count")])
    if not counts.num_rows:
        return None
    number = min(RULES_EXPLAINED, pc.max(counts.column("rule_count")).as_py())
    fitting = counts.filter(pc.equal(counts.column("rule_count"), number)).column("household_id")
    return str(pc.min(fitting).as_py())
