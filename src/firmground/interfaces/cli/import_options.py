"""The options of `firmground import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[
    str | None,
    typer.Argument(
        metavar="FILE",
        help="CSV file, workbook or Parquet file; with --query the address of a database.",
        show_default=False,
    ),
]
LakeOrNone = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Folder of the lake. Only a guess can do without.")
]
AsTable = Annotated[
    str | None, typer.Option("--as", metavar="TABLE", help="The table its rows belong to, such as income.")
]
MappingFile = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="YAML", help="Which heading of the file is which column, and its codes."),
]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar="NAME", help="Who delivered it; the pack may know the department's files."),
]
ReceivedAt = Annotated[
    str | None,
    typer.Option("--received-at", metavar="TIME", help="When it was received; a date is its start. Default: now."),
]
FirstPack = Annotated[
    str | None,
    typer.Option("--pack", metavar="PACK", help="At the first import: the pack that the lake is for. Default: cn."),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file", metavar="FILE", help="For a protected workbook: a file whose first line is its password."
    ),
]
Query = Annotated[
    str | None,
    typer.Option(
        "--query",
        metavar="SQL",
        help="What to read from the database, or a file NAME.sql with it. The password comes from PGPASSWORD or a "
        ".pgpass file.",
    ),
]
Delivers = Annotated[
    str | None,
    typer.Option(
        "--delivers",
        metavar="TEXT",
        help='What the file holds: "changes", or "everything from 2022-01-01 to 2022-06-30", which withdraws '
        "earlier rows of its source in that span that it leaves out.",
    ),
]
Yes = Annotated[
    bool,
    typer.Option(
        "--yes", help="Take what a full extract or list leaves out as gone, even if that is more than a fifth."
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="End with exit code 1 if any row was put into quarantine.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check every row, and change nothing.")]
Retry = Annotated[bool, typer.Option("--retry", help="Instead of a file: try the rows in quarantine once more.")]
Undo = Annotated[
    str | None,
    typer.Option("--undo", metavar="DELIVERY", help="Instead of a file: withdraw a whole delivery, as of now."),
]
Guess = Annotated[
    bool,
    typer.Option("--guess", help="Instead of an import: propose a mapping for the file, and change nothing."),
]
Proposal = Annotated[
    Path | None, typer.Option("--out", metavar="YAML", help="With --guess: write the proposal to this new file.")
]
