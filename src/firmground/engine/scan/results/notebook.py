"""A scan as it shows in a notebook: what was judged, each rule's count, the first warnings."""

from __future__ import annotations

from html import escape

import pyarrow as pa

from firmground.engine.policy.model import Pack
from firmground.engine.scan.judged import Counts

FIRST = 10  # warnings shown


def scan_html(warnings: pa.Table, counts: Counts, pack: Pack) -> str:
    """HTML of a scan: every text escaped, no script, no style of its own."""
    rules = [
        [pack.words(rule.title), str(counts.rules[rule.id].fired), str(counts.rules[rule.id].unknown)]
        for rule in pack.rules.values()
    ]
    shown = warnings.select(["household_id", "area_code", "rule", "severity", "reasons"]).slice(0, FIRST).to_pylist()
    rows = [[str(value) for value in row.values()] for row in shown]
    heading = (
        f"<p><b>{escape(pack.words(pack.title))} {escape(pack.version)}</b>: {warnings.num_rows:,} warnings, "
        f"{counts.households:,} households judged, {counts.without_members:,} without members.</p>"
    )
    more = f"<p>The first {FIRST} of {warnings.num_rows:,} warnings.</p>" if warnings.num_rows > FIRST else ""
    return heading + _table(["Rule", "Fired", "Unknown"], rules) + _table(_HEAD, rows) + more


_HEAD = ["Household", "Area", "Rule", "Severity", "Reasons"]


def _table(head: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
