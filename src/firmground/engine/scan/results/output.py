"""Files of results: CSV, Parquet, JSON lines and XLSX, chosen by the name's suffix, and lists of warnings read back.

A file appears whole or not at all: it is written beside its place under another name, then renamed. No cell of a CSV or
XLSX file is a live formula: in CSV such a text gets an apostrophe, which `read_warnings` takes off again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from firmground.engine.scan.results.spreadsheet import write_xlsx
from firmground.engine.tables.inert import inert, original
from firmground.errors import FirmgroundError, Place, nearest

JSON_COLUMNS = ("reasons", "person_ids")  # text columns whose text is JSON: nested in JSON lines, text elsewhere

WARNINGS: dict[str, tuple[pa.DataType, str]] = {
    "household_id": (pa.string(), "household"),
    "area_code": (pa.string(), "code of the household's finest area"),
    "rule": (pa.string(), "rule that fired"),
    "risk": (pa.string(), "risk that the rule stands for"),
    "severity": (pa.string(), "how grave it is"),
    "as_of": (pa.date32(), "day of the scan"),
    "pack": (pa.string(), "policy pack"),
    "pack_version": (pa.string(), "version of the pack; `+set.` and a digest where parameters were set by hand"),
    "reasons": (pa.string(), "facts and limits as one JSON object, every value a JSON text or null"),
    "person_ids": (pa.string(), "persons it is about, a JSON list; empty: the household as a whole"),
    "first_raised_on": (pa.date32(), "day of the first run of the unbroken chain that raised it; empty if not counted"),
}
CHANGE = "change"  # with --since: new, continuing or ended


class UnknownSuffix(FirmgroundError):
    """The name of a result file ends in something that Firmground does not write, or cannot read back."""

    id = "FG-S060"
    exit_code = 2


class FolderMissing(FirmgroundError):
    """The folder that a result file should go to does not exist. Firmground makes no folders for results."""

    id = "FG-S061"
    exit_code = 2


class CannotWrite(FirmgroundError):
    """The system refused to write a result file: no right, disk full, a folder of that name. What stood there stays."""

    id = "FG-S062"
    exit_code = 2


class WarningsMissing(FirmgroundError):
    """There is no file of that name to read warnings from."""

    id = "FG-S065"
    exit_code = 2


class NotWarnings(FirmgroundError):
    """A file is not a list of warnings: it cannot be read, lacks columns of the table `warnings`, or was cut off."""

    id = "FG-S066"
    exit_code = 3


@dataclass(frozen=True)
class Written:
    """A result file as it lies on disk: its rows, and the SHA-256 of its bytes by which a cut-off copy is found."""

    path: Path
    rows: int
    sha256: str

    def as_dict(self) -> dict[str, object]:
        """For a program: path, rows, sha256."""
        return {"path": str(self.path), "rows": self.rows, "sha256": self.sha256}


def check_target(path: Path, suffixes: tuple[str, ...] = ()) -> None:
    """Raise UnknownSuffix, FolderMissing or CannotWrite if a result could not go to `path`: before the work, not after.

    suffixes: those allowed; if empty, all that `write_table` writes.
    """
    allowed = suffixes or tuple(_WRITERS)
    if path.suffix.lower() not in allowed:
        close = nearest(path.suffix.lower(), allowed)
        raise UnknownSuffix(
            found=f"The name `{path.name}` ends in `{path.suffix}`" if path.suffix else f"`{path}` has no suffix",
            expected=", ".join(allowed),
            hint=f"Did you mean `{path.with_suffix(close).name}`?" if close else "",
        )
    if not path.parent.is_dir():
        raise FolderMissing(
            found=f"There is no folder `{path.parent}`",
            expected="a folder that exists",
            hint=f"Make it with `mkdir -p {path.parent}`, then run the command again.",
        )
    if path.is_dir():
        raise CannotWrite(found=f"`{path}` is a folder", expected="the name of a file")


def write_table(table: pa.Table, path: str | Path) -> Written:
    """Write `table` to `path` in the format that its suffix names: .csv, .parquet, .jsonl or .xlsx.

    Rows keep their order. CSV is UTF-8 without BOM, lines end in LF, null is an empty cell and an empty text is `""`.
    In JSON lines decimals are numbers, dates are ISO texts, and `reasons` and `person_ids` are nested.
    Raises UnknownSuffix, FolderMissing, CannotWrite, TooLongForSheet, ExtraMissing.
    """
    path = Path(path)
    check_target(path)
    with whole_file(path) as temporary:
        _WRITERS[path.suffix.lower()](table, temporary)
        digest = _sha256(temporary)
    return Written(path, table.num_rows, digest)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A name to write to beside `path`; renamed to it when the block ends, removed if the block fails."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, duckdb.IOException) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error).splitlines()[0]
        raise CannotWrite(
            found=f"`{path}` could not be written: {reason}", hint="What stood there before is unchanged."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def read_warnings(path: str | Path) -> pa.Table:
    """The list of warnings that `write_table` wrote to a .csv, .parquet or .jsonl file, texts as they were.

    Returns the columns of `WARNINGS`, and `change` where the file has it; other columns are left out. Raises
    WarningsMissing, UnknownSuffix (XLSX is for people and is not read back) and NotWarnings.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _READERS:
        raise UnknownSuffix(
            found=f"Warnings cannot be read from `{path.name}`",
            expected=", ".join(_READERS),
            hint="Let `firmground scan` write one of these: XLSX is for people." if suffix == ".xlsx" else "",
        )
    if not path.is_file():
        raise WarningsMissing(found=f"There is no file `{path}`", hint="Write one with `firmground scan --out`.")
    try:
        return _typed(_READERS[suffix](path), path)
    except (OSError, pa.ArrowException, UnicodeDecodeError, ValueError) as error:
        raise NotWarnings(
            found=f"`{path}` cannot be read as a list of warnings: {str(error).splitlines()[0]}",
            hint="Write it again with `firmground scan --out`.",
            place=Place(str(path)),
        ) from error


def _typed(table: pa.Table, path: Path) -> pa.Table:
    missing = [name for name in WARNINGS if name not in table.column_names]
    if missing:
        raise NotWarnings(
            found=f"`{path}` has no column {', '.join(missing)}",
            expected=", ".join(WARNINGS),
            hint="Write it with `firmground scan --out`.",
            place=Place(str(path)),
        )
    columns = {name: table.column(name).cast(type) for name, (type, _) in WARNINGS.items()}
    if CHANGE in table.column_names:
        columns[CHANGE] = table.column(CHANGE).cast(pa.string())
    return pa.table(columns)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_csv(table: pa.Table, path: Path) -> None:
    for position, column in enumerate(table.schema):
        if pa.types.is_string(column.type):
            table = table.set_column(position, column, inert(table.column(position)))
    with duckdb.connect() as connection:
        connection.from_arrow(table).write_csv(str(path), header=True)


def _read_csv(path: Path) -> pa.Table:
    with path.open("rb") as file:
        header = file.readline().decode("utf-8-sig").strip()
    names = header.replace('"', "").split(",")
    table = pa.csv.read_csv(
        path,
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return pa.table({name: original(table.column(name)) for name in table.column_names})


def _write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd", row_group_size=120_000)


def _read_parquet(path: Path) -> pa.Table:
    return pq.ParquetFile(path).read()


def _write_jsonl(table: pa.Table, path: Path) -> None:
    heads = [f"{json.dumps(name, ensure_ascii=False)}:" for name in table.column_names]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for batch in table.to_batches(max_chunksize=10_000):
            columns = [_json_texts(*column) for column in zip(batch.schema.names, batch.columns, strict=True)]
            for row in zip(*columns, strict=True):
                file.write("{" + ",".join(head + cell for head, cell in zip(heads, row, strict=True)) + "}\n")


def _json_texts(name: str, column: pa.Array) -> list[str]:
    if name in JSON_COLUMNS:
        return ["null" if text is None else text for text in column.to_pylist()]
    return [_json_text(value) for value in column.to_pylist()]


def _json_text(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if value is None or isinstance(value, bool | int | float | str):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value.isoformat() if hasattr(value, "isoformat") else str(value))


def _read_jsonl(path: Path) -> pa.Table:
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    if not rows:  # an empty list has no names to read
        return pa.table({name: pa.array([], pa.string()) for name in WARNINGS})
    for row in rows:
        if not isinstance(row, dict):
            raise ValueError("a line is not a JSON object")
        for name in JSON_COLUMNS:
            if row.get(name) is not None:
                row[name] = json.dumps(row[name], ensure_ascii=False, separators=(",", ":"))
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in rows[0]})


_WRITERS: dict[str, Callable[[pa.Table, Path], None]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".jsonl": _write_jsonl,
    ".xlsx": write_xlsx,
}
_READERS: dict[str, Callable[[Path], pa.Table]] = {
    ".csv": _read_csv,
    ".parquet": _read_parquet,
    ".jsonl": _read_jsonl,
}
