"""Make the picture of the README: the report of a small synthetic county, as a browser shows it.

Usage: python tools/make_picture.py [docs/pictures/report.png]   (needs Chromium; the same seed gives the same picture)
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

COUNTY = "522634"  # nine townships: few enough for one picture
HOUSEHOLDS, SEED, AS_OF = 10_000, 2022, "2022-06-01"
CHROMIUM = "/usr/bin/chromium"
WIDTH, HEIGHT = 1100, 1006  # pixels
LEFT_OUT = ("risks-title", "rules-title", "origin-title")  # headings of the sections that the picture has no room for


def main(picture: Path) -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        report = make_report(Path(folder))
        picture.parent.mkdir(parents=True, exist_ok=True)
        photograph(report, picture)
    print(f"{picture}: {picture.stat().st_size:,} bytes")


def make_report(folder: Path) -> Path:
    """A report made as a user makes it, from the first command to the last."""
    files, lake, warnings, report = (folder / name for name in ("files", "lake", "warnings.csv", "report.html"))
    size = ("--households", str(HOUSEHOLDS), "--seed", str(SEED), "--area", COUNTY, "--as-of", AS_OF)
    firmground("synth", *size, "--out", str(files))
    for table in ("households", "persons", "income", "spending", "jobs", "conditions", "shocks"):
        into = ("--as", table, "--data", str(lake), "--source", "synthetic", "--received-at", AS_OF)
        firmground("import", str(files / f"{table}.csv"), *into)
    firmground("scan", "--data", str(lake), "--pack", "cn", "--as-of", AS_OF, "--out", str(warnings))
    firmground("report", str(warnings), "--data", str(lake), "--by", "township", "--out", str(report))
    return report


def firmground(*words: str) -> None:
    """Run one command of the program that belongs to this Python."""
    program = "import sys; from firmground.interfaces.cli import run; sys.exit(run())"
    subprocess.run([sys.executable, "-c", program, *words], check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def photograph(report: Path, picture: Path) -> None:
    """The upper part of the page and the head of the list, without the sections between."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(report.as_uri())
        page.wait_for_selector(".list tbody tr")
        for heading in LEFT_OUT:
            page.locator(f"section[aria-labelledby={heading}]").evaluate("section => section.remove()")
        page.locator("#list > .note").evaluate("note => note.remove()")  # names the folder it was made in
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures/report.png"))
