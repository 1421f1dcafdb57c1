"""Charts of the report as SVG text, drawn once for wide and once for narrow screens.

Colours are CSS variables of the page, so that one drawing serves light, dark and print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from firmground.engine.scan.results.spreadsheet import ExtraMissing

WIDE, NARROW = 1060, 310  # pixels of the whole drawing
BAR = 17  # pixels of a bar's thickness
WIDE_STEP, NARROW_STEP = 24, 42  # pixels from bar to bar; on narrow screens each bar has its label above it
LABEL_LIMIT = 330  # the most pixels that a label beside its bar takes
LATIN, CJK = 7.5, 12.5  # pixels of a character at the widest fonts that browsers fall back to


@dataclass(frozen=True)
class Chart:
    """One chart in two widths, as SVG."""

    title: str
    wide: str
    narrow: str


@dataclass(frozen=True)
class Bar:
    """One bar: its label, and the length and colour (a CSS variable) of each part, from the left."""

    label: str
    parts: tuple[tuple[str, int], ...]


def draw_bars(title: str, bars: Sequence[Bar], *, unit: str) -> Chart:
    """Horizontal stacked bars from the top in the order given. unit: title of the axis, such as `Warnings`.

    Raises ExtraMissing where the report's libraries are not installed.
    """
    return Chart(title, _svg(bars, unit, narrow=False), _svg(bars, unit, narrow=True))


def _svg(bars: Sequence[Bar], unit: str, *, narrow: bool) -> str:
    try:
        import altair as alt  # an optional extra
        import vl_convert
    except ImportError as error:
        raise ExtraMissing(
            found="The report needs the libraries altair and vl-convert-python, which are not installed",
            hint="Install them with `pip install 'firmground[report]'`.",
        ) from error
    label_width = 0 if narrow else min(LABEL_LIMIT, max(_width(bar.label) for bar in bars))
    order = [str(number) for number in range(len(bars))]
    y = alt.Y("bar:N", sort=order, title=None, axis=None if narrow else _labels(alt, bars, label_width))
    x = alt.X(
        "length:Q",
        title=unit,
        stack="zero",
        scale=alt.Scale(domainMax=_longest(bars)),
        axis=alt.Axis(tickCount=3 if narrow else 6, format=",d"),
    )
    drawn = (
        alt.Chart(alt.InlineData(values=_parts(bars)))
        .mark_bar(height=BAR, yOffset=8 if narrow else 0)
        .encode(x=x, y=y, color=alt.Color("colour:N", scale=None, legend=None), order=alt.Order("part:Q"))
    )
    totals = alt.Chart(alt.InlineData(values=_totals(bars)))
    layers = [drawn, _texts(totals, alt, order, field="length:Q", at="length:Q", dx=6, dy=8 if narrow else 0)]
    if narrow:
        layers.append(_texts(totals, alt, order, field="label:N", at="zero:Q", dx=0, dy=-10))
    size = {"width": (NARROW if narrow else WIDE) - label_width - 20, "height": _height(alt, narrow)}
    return str(vl_convert.vegalite_to_svg(alt.layer(*layers).properties(**size).configure(**_look()).to_dict()))


def _height(alt: Any, narrow: bool) -> Any:
    return alt.Step(NARROW_STEP if narrow else WIDE_STEP)


def _width(label: str) -> float:
    return sum(CJK if ord(sign) > 0x2E00 else LATIN for sign in label) + 10


def _parts(bars: Sequence[Bar]) -> list[dict[str, object]]:
    return [
        {"bar": str(number), "part": part, "colour": colour, "length": length}
        for number, bar in enumerate(bars)
        for part, (colour, length) in enumerate(bar.parts)
    ]


def _totals(bars: Sequence[Bar]) -> list[dict[str, object]]:
    lengths = [sum(length for _, length in bar.parts) for bar in bars]
    return [
        {"bar": str(number), "label": bar.label, "length": length, "zero": 0}
        for number, (bar, length) in enumerate(zip(bars, lengths, strict=True))
    ]


def _longest(bars: Sequence[Bar]) -> float:
    """The end of the axis: room behind the longest bar for its number."""
    return 1.12 * max(sum(length for _, length in bar.parts) for bar in bars)


def _texts(totals: Any, alt: Any, order: list[str], *, field: str, at: str, dx: int, dy: int) -> Any:
    text = alt.Text(field, format=",d") if field.endswith(":Q") else alt.Text(field)
    return totals.mark_text(align="left", baseline="middle", dx=dx, dy=dy, color="var(--ink)", fontSize=12).encode(
        x=at, y=alt.Y("bar:N", sort=order), text=text
    )


def _labels(alt: Any, bars: Sequence[Bar], width: float) -> Any:
    # Bars are keyed by number, for two areas may carry one name; the expression looks the names up again.
    names = "[" + ",".join(_quoted(bar.label) for bar in bars) + "]"
    return alt.Axis(
        labelExpr=f"{names}[toNumber(datum.value)]",
        labelLimit=width,
        minExtent=width,
        maxExtent=width,
        ticks=False,
        labelPadding=6,
        domain=False,
    )


def _quoted(text: str) -> str:
    """`text` as a literal of Vega's expressions, every code unit escaped, so that nothing can break out."""
    units = text.encode("utf-16-be")
    codes = [int.from_bytes(units[i : i + 2]) for i in range(0, len(units), 2)]
    return "'" + "".join(f"\\u{code:04x}" for code in codes) + "'"


def _look() -> dict[str, Any]:
    return {
        "background": "transparent",
        "font": "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif",
        "view": {"stroke": None},
        "axis": {
            "labelColor": "var(--ink)",
            "titleColor": "var(--muted)",
            "titleFontWeight": "normal",
            "gridColor": "var(--line)",
            "domainColor": "var(--line)",
            "tickColor": "var(--line)",
            "labelFontSize": 12,
            "titleFontSize": 12,
        },
    }
