"""What a spreadsheet would compute comes out of quarantine dead, however it is hidden; numbers stay numbers."""

from __future__ import annotations

import csv
import io
from itertools import product

from engine.records.lakes import LakeUnderTest, income, quarantined

_BEFORE = ("", " ", "\t", "\r", "\n", "'", "''", *"\u200b\u2060\ufeff\u00a0\u3000\u202e\u2800\u3164")
_SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫"
_PAYLOADS = [f"{before}{sign}cmd|' /C calc'!A0" for before, sign in product(_BEFORE, _SIGNS)]
_STARTS = ["\tSUM(A1)", "\rSUM(A1)", "\nSUM(A1)", '=HYPERLINK("http://a.example")', "-1+1", "-1-cmd()", "+1", "--1"]
_HARMLESS = ["-5", "-5.50", "1-2", "a=1", "5", "甲", "a@b"]


def _is_live(cell: str) -> bool:
    """An independent view of what a spreadsheet computes: its first character that is seen, or a tab or line end."""
    seen = [c for c in cell if c.isprintable() and not c.isspace() and c not in "\u2800\u3164"]
    return cell[:1] in ("\t", "\r", "\n") or (bool(seen) and seen[0] in _SIGNS)


def _quoted(rows: list[dict[str, object]]) -> str:
    """The rows as CSV, in quotation marks throughout: else a line end within a cell would end a row."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([list(rows[0]), *(list(row.values()) for row in rows)])
    return text.getvalue()


def test_no_cell_of_quarantine_is_a_live_formula(lake: LakeUnderTest) -> None:
    payloads = [*_PAYLOADS, *_STARTS]

    report = lake.deliver("income", _quoted([income("x", remark=text) for text in payloads]))

    rows = quarantined(report)
    assert report.quarantined == len(rows) == len(payloads)
    assert [text for row in rows for text in row.values() if _is_live(text)] == []
    assert [row["remark"].lstrip("'") for row in rows] == [text.lstrip("'") for text in payloads]


def test_no_example_or_expectation_is_a_live_formula(lake: LakeUnderTest) -> None:
    rows = quarantined(lake.deliver("income", _quoted([income(t, household_id=t) for t in (*_PAYLOADS, *_STARTS)])))

    assert [text for row in rows for text in row.values() if _is_live(text)] == []


def test_what_is_no_formula_stays_as_it_is(lake: LakeUnderTest) -> None:
    rows = quarantined(lake.deliver("income", [income("x", remark=text) for text in _HARMLESS]))

    assert [row["remark"] for row in rows] == _HARMLESS
