"""Which kind of file a file is: by the mapping given, by the source file of its department, or by our own names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from firmground.engine.policy.model import Pack
from firmground.engine.policy.source_files import missing_columns
from firmground.engine.records.reading.form import Form
from firmground.engine.records.reading.staging import Staged
from firmground.engine.records.sources.mapping import Mapping, mappings_of, read_mappings, without_mapping
from firmground.engine.tables import TABLES, Table
from firmground.errors import FirmgroundError

Stage = Callable[[Form], Staged]  # reads the file into `raw`, in place of what was there


class TableNotTold(FirmgroundError):
    """Nothing tells to which table the rows of a file belong."""

    id = "FG-L050"
    exit_code = 2


class NoKindFits(FirmgroundError):
    """A file has the headings of none of the kinds of files that its source file knows."""

    id = "FG-L051"


class SeveralKindsFit(FirmgroundError):
    """A file has the headings of several kinds of files, and nothing tells which it is."""

    id = "FG-L052"


@dataclass(frozen=True)
class Chosen:
    """A file in the staging table, with what its headings mean and the table that its rows belong to."""

    staged: Staged
    mapping: Mapping
    table: Table


def choose(
    stage: Stage, form: Form, *, pack: Pack, table: Table | None, mapping: str | Path | None, source: str | None
) -> Chosen:
    """Read a file by the kind of file that it is.

    stage: reads the file. form: what is known of it beforehand, such as a password. A mapping wins over the pack's
    source file of `source`; of several kinds the one counts whose headings the file has, of these the one that uses
    most of them. A file that no kind fits may have our own names, if `table` is told.
    Raises TableNotTold, NoKindFits, SeveralKindsFit, MappingUnsound, and what stage raises.
    """
    kinds = _kinds(pack, mapping, source)
    candidates = [kind for kind in kinds if table is None or kind.table in (None, table.name)]
    if mapping is not None and table is not None and not candidates:
        raise NoKindFits(
            found=f"The mapping {Path(mapping).name} explains no file of the table `{table.name}`",
            expected=f"--as {' or '.join(sorted({str(kind.table) for kind in kinds}))}, or no --as",
        )
    if mapping is not None and len(candidates) == 1:
        return _as(candidates[0], stage(_form(candidates[0], form)), table)
    misfits: list[tuple[Mapping, str]] = []
    for own in dict.fromkeys(_form(kind, form) for kind in candidates):
        try:
            staged = stage(own)
        except FirmgroundError as error:
            misfits += [(kind, f"it cannot be read ({error.found})") for kind in candidates if _form(kind, form) == own]
            continue
        alike = [kind for kind in candidates if _form(kind, form) == own]
        fitting = [kind for kind in alike if not kind.missing(staged.headings)]
        if fitting:
            return _as(_best(fitting, staged.headings), staged, table)
        misfits += [(kind, f"it lacks {', '.join(kind.missing(staged.headings))}") for kind in alike]
    if table is None and not candidates:
        raise TableNotTold(
            found="Nothing tells to which table the rows belong",
            expected="--as TABLE, a mapping with `table`, or as --source a department with a source file in the pack",
            hint="The pack has source files of: " + ", ".join(pack.source_files) + "." if pack.source_files else "",
        )
    staged = stage(form)
    if table is not None and mapping is None:
        ours = without_mapping(staged.headings, table)
        if not misfits or not missing_columns(set(ours.columns), table):
            return Chosen(staged, ours, table)
    raise _no_kind(misfits, staged.headings)


def of_delivery(path: Path, headings: list[str], table: Table) -> Mapping:
    """The mapping in a file for headings that are known: its only kind, or the one that fits them and the table."""
    kinds = list(read_mappings(path).values())
    fitting = [kind for kind in kinds if kind.table in (None, table.name) and not kind.missing(headings)]
    return _best(fitting if len(kinds) > 1 and fitting else kinds, headings).fitted(headings)


def _kinds(pack: Pack, mapping: str | Path | None, source: str | None) -> list[Mapping]:
    if mapping is not None:
        return list(read_mappings(Path(mapping)).values())
    file = pack.source_files.get(source or "")
    return list(mappings_of(file).values()) if file is not None else []


def _form(kind: Mapping, given: Form) -> Form:
    return replace(kind.form, password=given.password)


def _as(kind: Mapping, staged: Staged, table: Table | None) -> Chosen:
    if table is None and kind.table is None:
        raise TableNotTold(
            found="Nothing tells to which table the rows belong", expected="--as TABLE, or a mapping with `table`"
        )
    return Chosen(staged, kind.fitted(staged.headings), table or TABLES[str(kind.table)])


def _best(fitting: list[Mapping], headings: list[str]) -> Mapping:
    used = {kind.name: len(_used(kind, headings)) for kind in fitting}
    best = [kind for kind in fitting if used[kind.name] == max(used.values())]
    if len(best) > 1:
        raise SeveralKindsFit(
            found=f"The file may be each of {_quoted(kind.name for kind in best)}, for it has all of their headings",
            expected="one kind of file",
            hint="Say which table it is with --as, or give a mapping for this kind alone.",
        )
    return best[0]


def _used(kind: Mapping, headings: list[str]) -> set[str]:
    cells = [cell for record in kind.fitted(headings).records() for cell in record.values()]
    return {cell.heading for cell in cells if cell.heading is not None}


def _no_kind(misfits: list[tuple[Mapping, str]], headings: list[str]) -> NoKindFits:
    missing = "; ".join(f"for `{kind.name}` {why}" for kind, why in misfits)
    return NoKindFits(
        found=f"The file has the headings of no kind of file in {Path(misfits[0][0].file).name}: {missing}",
        expected="the headings of one of them; it has " + ", ".join(headings),
        hint="If the department has changed its headings, add them to the source file, or give a mapping.",
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
