"""The report as a page: what it says, and that nothing in the data can become part of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest

from firmground.engine.areas import AreaTree
from firmground.interfaces.report import Content, Delivered, content, render, write_page
from firmground.interfaces.report import page as page_module
from firmground.interfaces.report.words import WORDS

Make = Callable[..., Content]

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<!--",
    "]]>",
    "{{ 7 * 7 }}",
    "\u2028\u2029",
    '=HYPERLINK("http://x.example")',
    "\\u0027]+alert(1)+['",
]


class Elements(HTMLParser):
    """The tags of a page, its texts, and the addresses it names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def rows_of(page: str) -> dict[str, list[list[object]]]:
    """The rows that the page carries for its script."""
    found = re.search(r'<script type="application/json" id="rows">(.*?)</script>', page, re.DOTALL)
    assert found
    rows: dict[str, list[list[object]]] = json.loads(found[1])
    return rows


def test_the_page_counts_what_the_list_holds(make: Make) -> None:
    page = Elements(
        render(make([{"household_id": "H1"}, {"household_id": "H2", "area_code": "121"}]), full_list="w.csv")
    )

    assert "Households at risk Hill County as of 2022-06-01" in page.text
    assert "A small pack (small 1.0)" in page.text
    assert "Households with a warning 2 50.0 % of households" in page.text
    assert "The whole list is also in w.csv." in page.text


def test_a_reason_is_shown_with_its_title_and_unit_in_the_language_asked(make: Make) -> None:
    rows = rows_of(render(make([{}], language="zh"), full_list="w.csv"))

    assert rows["shapes"][0]["reasons"] == [["人均纯收入", "元/人·年", "元/人·年"], ["监测线", "元/人·年", "元/人·年"]]
    assert rows["rows"][0][4] == ["5999.94", "6000"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_synthetic_data_are_marked_and_real_data_are_not(make: Make, language: str) -> None:
    assert 'class="synthetic"' in render(make([{}], language=language, synthetic=True), full_list="w.csv")
    assert 'class="synthetic"' not in render(make([{}], language=language), full_list="w.csv")


def test_no_text_of_the_data_becomes_markup(make: Make, areas: AreaTree) -> None:
    delivered = (Delivered("a bank", "income", 1, date(2022, 5, 31)),)
    plain = Elements(render(make([{}] * 2, delivered=delivered), full_list="w.csv"))
    names = areas.table().column("name").to_pylist()

    for text in HOSTILE:
        tree = AreaTree.from_table(
            areas.table().drop_columns(["level", "name"]).append_column("name", pa.array([f"{n}{text}" for n in names]))
        )
        rows = [{"household_id": text, "reasons": {"pc": text, text: text}, "person_ids": json.dumps([text])}, {}]
        delivered = (Delivered(text, "income", 1, date(2022, 5, 31)),)
        rendered = render(make(rows, tree=tree, delivered=delivered), full_list=text)
        page = Elements(rendered)

        assert [t for t in page.tags if t not in _DRAWN] == [t for t in plain.tags if t not in _DRAWN]
        assert page.handlers == []
        assert text in [row[0] for row in rows_of(rendered)["rows"]]


_DRAWN = {"g", "path", "text", "line"}  # the parts of a drawing, whose number depends on the lengths of labels


def test_the_page_names_no_address_outside_itself(make: Make) -> None:
    rendered = render(make([{}]), full_list="w.csv")
    page = Elements(rendered)

    assert [address for address in page.addresses if not address.startswith("#")] == []
    assert "@import" not in rendered
    assert "url(" not in rendered
    assert "default-src 'none'" in rendered


def test_the_page_says_which_values_were_in_force_for_whom_and_by_which_source(make: Make) -> None:
    english, chinese = (Elements(render(make([{}], language=language), full_list="w.csv")) for language in ("en", "zh"))

    assert "Monitoring line 6,000 CNY/person/year all practice" in english.text
    assert "Monitoring line 6,500.5 CNY/person/year West Town notice 3" in english.text
    assert "Monitoring line 7,000 CNY/person/year Lifted out of poverty notice 4" in english.text
    assert "监测线 6,000 元/人·年 全部 工作惯例" in chinese.text
    assert "an earlier year" not in english.text
    assert "a later day" not in english.text


def test_a_value_that_was_tried_stands_in_place_of_all_others_and_says_so(make: Make) -> None:
    page = Elements(render(make([{}], tried={"line": Decimal("8000")}), full_list="w.csv"))

    assert "Monitoring line 8,000 CNY/person/year all tried out for this list" in page.text
    assert "6,500.5" not in page.text


def test_the_page_says_who_delivered_what_and_until_when(make: Make) -> None:
    delivered = (
        Delivered("synthetic", "income", 1234, date(2022, 5, 31)),
        Delivered("bank of hills", "spending", 5, date(2022, 4, 1)),
    )
    known = datetime(2022, 6, 2, 23, 59, tzinfo=UTC)

    page = Elements(render(make([{}], delivered=delivered, known_at=known), full_list="w.csv"))
    later = Elements(render(make([{}], delivered=delivered, language="zh"), full_list="w.csv"))

    assert "bank of hills Spending 5 2022-04-01 Synthetic data Income 1,234 2022-05-31" in page.text
    assert "Only rows received by 2022-06-02 23:59 count." in page.text
    assert "合成数据 收入 1,234 2022-05-31" in later.text
    assert "计入已收到的全部记录。" in later.text


def test_a_table_of_areas_that_was_cut_does_not_claim_to_have_all(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "AREA_ROWS", 1)

    page = Elements(render(make([{}, {"area_code": "121"}]), full_list="w.csv"))

    assert "The 1 areas with the most warnings, of 2; `firmground summary` gives them all." in page.text


def test_both_languages_have_the_same_words() -> None:
    assert list(WORDS["zh"]) == list(WORDS["en"])


def test_no_warnings_are_a_page_that_says_so(make: Make) -> None:
    rendered = render(make([]), full_list="w.csv")

    assert "No warnings: no rule fired for any household." in Elements(rendered).text
    assert 'id="warnings"' not in rendered


def test_an_empty_lake_is_a_page_too(make: Make) -> None:
    assert "No warnings" in Elements(render(make([], living=()), full_list="w.csv")).text


def test_a_long_list_keeps_the_gravest_and_says_where_the_rest_is(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "LISTED", 3)
    low = {"rule": "out_of_work", "risk": "employment", "severity": "low", "reasons": {"jobless": "true"}}
    rows = [{**low, "household_id": f"L{n}"} for n in range(3)] + [{"household_id": f"H{n}"} for n in range(2)]

    rendered = render(make(rows), full_list="out/w.csv")

    assert "The list shows the 3 gravest of 5 warnings. The whole list is in out/w.csv." in Elements(rendered).text
    assert [row[0] for row in rows_of(rendered)["rows"]] == ["H0", "H1", "L0"]
    assert "Households with a warning 5" in Elements(rendered).text


def test_warnings_that_have_ended_are_listed_and_not_counted(make: Make) -> None:
    rows = [{"household_id": "H1", "change": "new"}, {"household_id": "H2", "change": "ended"}]

    rendered = render(make(rows), full_list="w.csv")

    assert "1 warnings of the earlier run have ended" in Elements(rendered).text
    assert "Households with a warning 1" in Elements(rendered).text
    assert [row[6] for row in rows_of(rendered)["rows"]] == ["new", "ended"]


def test_a_warning_of_a_rule_that_the_pack_no_longer_has_is_still_shown(make: Make) -> None:
    rows = rows_of(render(make([{"rule": "old_rule", "reasons": {"old_fact": "1"}}]), full_list="w.csv"))

    assert rows["shapes"][0]["title"] == "old_rule"
    assert rows["shapes"][0]["reasons"] == [["old_fact", "", ""]]


def test_the_same_scan_gives_the_same_page(make: Make, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        write_page(make([{}, {"area_code": "122"}]), tmp_path / name, full_list="w.csv")

    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_two_hundred_thousand_warnings_stay_a_page_that_opens(make: Make, warnings_of: Callable[..., pa.Table]) -> None:
    table = pa.concat_tables([warnings_of([{}])] * 200_000)

    rendered = render(make(table, living=["111"] * 10), full_list="w.csv")

    assert len(rendered) < 10_000_000
    assert "50,000 gravest of 200,000" in rendered


def test_numbers_in_the_page_add_up(make: Make) -> None:
    made: Content = make([{}, {"area_code": "121"}, {"area_code": "1", "household_id": "H9"}])

    assert sum(row.warnings for row in made.areas) == made.total.warnings == made.standing == 3
    assert sum(row.warnings for row in made.rules) == 3
