"""Make the pictures of the page on departments' files from the page itself: its commands are run and photographed.

Usage: python tools/make_import_pictures.py   (needs Chromium and the Noto fonts for Chinese)

A picture that stands directly below a `bash` block is of that block: of a terminal of 110 columns with the command and
what it wrote, or of a spreadsheet if it printed a CSV file. Only fonts of this machine are used, and no addresses.
"""

from __future__ import annotations

import csv
import fcntl
import html
import io
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "bring-in-a-departments-file.md"
BLOCK = re.compile(
    r"(?:^<!-- (?P<note>[^\n]*?) -->\n)?^```bash\n(?P<script>.*?)^```\n(?:\n!\[[^\]]*\]\((?P<picture>[^)]+)\))?",
    re.MULTILINE | re.DOTALL,
)
CHROMIUM = "/usr/bin/chromium"
COLUMNS, ROWS = 110, 60  # of the terminal
FONT = "'Noto Sans Mono CJK SC'"  # a Chinese character is exactly two letters wide, as in a terminal
STYLE = f"""
  body {{ margin: 0; padding: 18px; background: #e7eaef; display: inline-block; color: #1f2933; }}
  .window {{ background: #fff; border: 1px solid #c3cad4; border-radius: 8px; overflow: hidden;
    box-shadow: 0 2px 8px rgba(31, 41, 51, .12); }}
  pre {{ margin: 0; padding: 14px 18px 16px; font: 14px/1.45 {FONT}; }}
  .line {{ display: inline-block; border-bottom: 1px solid #7b8794; vertical-align: middle; }}
  .command {{ color: #0b5cad; }}
  table {{ border-collapse: collapse; font: 13px 'Noto Sans CJK SC'; }}
  td, th {{ border: 1px solid #d9dee5; padding: 5px 9px; text-align: left; font-weight: normal; vertical-align: top;
    max-width: 170px; }}
  th {{ background: #f3f5f8; color: #52606d; text-align: center; }}
  tr.heading td {{ font-weight: bold; }}
  td.own {{ background: #fff8e1; }}
"""


def main() -> None:
    """Run the page in a fresh folder and write its pictures beside it."""
    with tempfile.TemporaryDirectory() as folder:
        for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
            if (block["note"] or "").startswith("not run"):
                continue
            shown = run(block["script"], Path(folder))
            if block["picture"]:
                picture = (PAGE.parent / block["picture"]).resolve()
                photograph(page_of(block["script"], shown), picture)
                print(f"{picture.name}: {picture.stat().st_size:,} bytes")


def run(script: str, folder: Path) -> str:
    """What a script writes to a terminal. Its exit code is for the tests of documents to judge."""
    mine, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
    for name in ("COLUMNS", "NO_COLOR"):
        environment.pop(name, None)
    program = subprocess.Popen(  # noqa: S603
        ["/bin/bash", "-euc", script],
        cwd=folder,
        env=environment,
        stdin=its,
        stdout=its,
        stderr=subprocess.DEVNULL,  # progress bars
    )
    os.close(its)
    said = b""
    while piece := _read(mine):
        said += piece
    program.wait()
    os.close(mine)
    return said.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    """The next bytes; nothing when the program has closed its side, which Linux calls an error."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def page_of(script: str, shown: str) -> str:
    """The page that is photographed."""
    body = sheet(shown) if shown.startswith('"') else terminal(script, shown)
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><div class=window>{body}</div>"


def terminal(script: str, shown: str) -> str:
    """The command and what it wrote, with its colours."""
    record = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    record.print(Text.from_ansi(shown.rstrip("\n")), soft_wrap=True)
    output = record.export_html(code_format="{code}", inline_styles=True)
    # The font draws lines twice as wide as a terminal does.
    output = re.sub("─+", lambda line: f'<span class=line style="width: {len(line[0])}ch"></span>', output)
    return f"<pre><span class=command>$ {html.escape(script.strip())}</span>\n\n{output}</pre>"


def sheet(shown: str) -> str:
    """A CSV file as a spreadsheet shows it; the columns that the import added are tinted."""
    rows = list(csv.reader(io.StringIO(shown)))
    first_own = next(number for number, name in enumerate(rows[0]) if name.startswith("_"))
    letters = "".join(f"<th>{chr(ord('A') + number)}</th>" for number in range(len(rows[0])))
    lines = [f"<tr><th></th>{letters}</tr>"]
    for number, row in enumerate(rows, 1):
        cells = "".join(
            f"<td{' class=own' if at >= first_own else ''}>{html.escape(cell)}</td>" for at, cell in enumerate(row)
        )
        lines.append(f"<tr{' class=heading' if number == 1 else ''}><th>{number}</th>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def photograph(page: str, picture: Path) -> None:
    """The whole page, twice as sharp as its pixels."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        view = browser.new_page(viewport={"width": 1400, "height": 400}, device_scale_factor=1.5)
        view.set_content(page)
        view.locator("body").screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main()
