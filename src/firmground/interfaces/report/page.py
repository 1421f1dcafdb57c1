"""The report as one HTML file that loads nothing: styles, script, drawings and rows are in it."""

from __future__ import annotations

import base64
import hashlib
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from firmground.engine.scan.results.output import whole_file
from firmground.engine.scan.results.spreadsheet import ExtraMissing
from firmground.interfaces.report.charts import Bar, Chart, draw_bars
from firmground.interfaces.report.content import AREA_ROWS, AREAS_SHOWN, Content, as_script

SEVERITY_COLOURS = 5  # --s0 to --s4 in report.css; later severities share the last
SIGNS = ("▲", "◆", "●", "■", "▪")  # beside the colour of a severity, for those who do not see it


def write_page(content: Content, path: Path, *, full_list: str) -> None:
    """Write the report to `path`, whole or not at all. full_list: where the whole list lies, for the reader.

    Raises CannotWrite, ExtraMissing.
    """
    text = render(content, full_list=full_list)
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def render(content: Content, *, full_list: str) -> str:
    """The page as text. Every text from data or pack is escaped; the page's policy lets only its own script run."""
    script, style = _asset("report.js"), _asset("report.css")
    template = _environment().get_template("report.html.j2")
    return str(
        template.render(
            content=content,
            words=content.words,
            charts=_charts(content),
            area_rows=content.areas[:AREA_ROWS],
            areas_shown=AREAS_SHOWN,
            heat=_heat(content),
            full_list=full_list,
            style=style,
            script=script,
            script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            rows=as_script(content.rows),
        )
    )


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _environment() -> Any:
    try:
        import jinja2  # an optional extra
    except ImportError as error:
        raise ExtraMissing(
            found="The report needs the library jinja2, which is not installed",
            hint="Install it with `pip install 'firmground[report]'`.",
        ) from error
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_asset),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=_number, one_place=_one_place, share=_share, colour=_colour, sign=lambda place: SIGNS[_place(place)]
    )
    environment.globals.update(shade=_shade)
    return environment


def _number(value: int | Decimal | None) -> str:
    return "–" if value is None else f"{value:,}"


def _one_place(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _place(severity: int) -> int:
    return min(severity, SEVERITY_COLOURS - 1)


def _colour(severity: int) -> str:
    return f"var(--s{_place(severity)})"


def _charts(content: Content) -> dict[str, Chart]:
    """The charts, by name; none where there is nothing to draw."""
    if not content.standing:
        return {}
    words = content.words
    areas = [
        Bar(row.label, tuple((_colour(place), number) for place, number in enumerate(row.severities)))
        for row in content.areas[:AREAS_SHOWN]
        if row.warnings
    ]
    rules = [Bar(row.title, ((_colour(row.severity), row.warnings),)) for row in content.rules if row.warnings]
    by_area = words["by_area"].format(level=content.level_title)
    return {
        "areas": draw_bars(by_area, areas, unit=words["warnings"]),
        "rules": draw_bars(words["by_rule"], rules, unit=words["warnings"]),
    }


def _heat(content: Content) -> list[int]:
    """Per risk the largest share of an area's households, in millionths: what full colour means in the table.

    Areas with few households (under a twentieth of the mean) do not set the scale.
    """
    few = content.total.households / max(len(content.areas), 1) / 20
    large = [row for row in content.areas if row.households > few]
    return [
        max((1_000_000 * row.risks[place] // row.households for row in large), default=0)
        for place in range(len(content.risks))
    ]


def _shade(number: int, households: int, full: int) -> int:
    """Per cent of colour of a cell of the table, at most 50 so that its number stays readable."""
    return min(50, 50 * 1_000_000 * number // households // full) if number and households and full else 0
