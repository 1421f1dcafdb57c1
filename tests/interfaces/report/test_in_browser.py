"""The report in a real browser with the network cut: it works, fits, and complains of nothing."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from firmground.engine.policy.model import Pack
from firmground.interfaces.report import Content, write_page

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
Make = Callable[..., Content]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        chromium.close()


class Opened:
    """A page opened offline. complaints: what it wrote to the console or threw; asked: addresses it asked for."""

    def __init__(self, browser: Browser, file: Path, **settings: object) -> None:
        self.complaints: list[str] = []
        self.asked: list[str] = []
        context = browser.new_context(offline=True, accept_downloads=True, **settings)  # type: ignore[arg-type]
        self.page: Page = context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())

    def households(self) -> list[str]:
        return self.page.locator(".list tbody .id").all_inner_texts()

    def overflow(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


LOW = {"rule": "out_of_work", "risk": "employment", "severity": "low", "reasons": {"jobless": "true"}}


@pytest.fixture
def report(make: Make, tmp_path: Path) -> Callable[..., Path]:
    """report(language): a page of 60 warnings: 40 below the line, 20 out of work, in four villages."""

    def write(language: str = "en", rows: list[dict[str, object]] | None = None) -> Path:
        villages = ("111", "112", "121", "122")
        made = [{"household_id": f"H{n:03}", "area_code": villages[n % 4]} for n in range(40)]
        made += [{**LOW, "household_id": f"H{n:03}", "area_code": villages[n % 4]} for n in range(20)]
        content = make(made if rows is None else rows, language=language, synthetic=True, living=villages * 30)
        write_page(content, tmp_path / "report.html", full_list="warnings.csv")
        return tmp_path / "report.html"

    return write


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_opens_offline_without_complaint_and_fits(
    browser: Browser, report: Callable[..., Path], viewport: dict[str, int], scheme: str, language: str
) -> None:
    file = report(language)

    opened = Opened(browser, file, viewport=viewport, color_scheme=scheme)

    opened.page.wait_for_selector(".list tbody tr")
    assert opened.complaints == []
    assert opened.asked == [file.as_uri()]
    assert opened.overflow() <= 0
    assert len(opened.households()) == 25


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_list_is_searched_filtered_paged_and_sorted(
    browser: Browser, report: Callable[..., Path], viewport: dict[str, int]
) -> None:
    opened = Opened(browser, report(), viewport=viewport)
    page, where = opened.page, opened.page.locator(".pager output")

    assert where.inner_text() == "1–25 of 60"
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    assert where.inner_text() == "51–60 of 60"
    assert page.get_by_role("button", name="Next").is_disabled()

    page.get_by_role("combobox", name="Rule", exact=True).select_option("Nobody works")
    assert where.inner_text() == "1–20 of 20"
    page.get_by_role("combobox", name="Area").select_option("East Town")
    assert where.inner_text() == "1–10 of 10"
    page.get_by_role("searchbox", name="Search").fill("h004")
    expect(page.locator(".list tbody tr")).to_have_count(1)
    assert opened.households() == ["H004"]

    page.get_by_role("searchbox", name="Search").fill("nobody of that name")
    page.get_by_text("No warning matches").wait_for()
    page.get_by_role("button", name="Clear").click()
    assert where.inner_text() == "1–25 of 60"
    page.get_by_role("combobox", name="Rows").select_option("100")
    assert len(opened.households()) == 60
    assert opened.complaints == []


def test_a_heading_sorts_both_ways(browser: Browser, report: Callable[..., Path]) -> None:
    opened = Opened(browser, report(), viewport=DESKTOP)
    heading = opened.page.locator("th[data-sort=household]")

    heading.get_by_role("button").click()
    assert opened.households()[:3] == ["H000", "H000", "H001"]
    assert heading.get_attribute("aria-sort") == "ascending"
    heading.get_by_role("button").click()
    assert opened.households()[0] == "H039"
    assert heading.get_attribute("aria-sort") == "descending"


def test_reasons_read_with_title_value_and_unit(browser: Browser, report: Callable[..., Path]) -> None:
    opened = Opened(browser, report("zh", [{"reasons": {"pc": "1234567.5", "param.line": None}}, LOW]), viewport=PHONE)

    reasons = opened.page.locator(".reasons").all_inner_texts()

    assert reasons == ["人均纯收入 1,234,567.5 元/人·年\n监测线 未知", "无业 是"]


def test_the_rows_that_match_are_saved_for_a_spreadsheet_without_a_network(
    browser: Browser, report: Callable[..., Path], tmp_path: Path
) -> None:
    formula = {**LOW, "household_id": '=HYPERLINK("x")', "area_code": "121", "person_ids": '["p1","p2"]'}
    opened = Opened(browser, report("zh", [{"household_id": "H1"}, formula]), viewport=DESKTOP)
    opened.page.get_by_role("combobox", name="规则").select_option("无人务工")

    with opened.page.expect_download() as waiting:
        opened.page.get_by_role("button", name="下载当前名单").click()
    waiting.value.save_as(tmp_path / "saved.csv")

    saved = (tmp_path / "saved.csv").read_bytes()
    rows = list(csv.reader(saved.decode("utf-8-sig").splitlines()))
    assert waiting.value.suggested_filename == "warnings-2022-06-01.csv"
    assert saved.startswith("\ufeff".encode())
    assert rows == [
        ["户编号", "代码", "区划", "所属", "规则", "风险", "严重程度", "原因", "涉及人员", "首次预警"],
        [
            '\'=HYPERLINK("x")',
            "121",
            "Bridge",
            "West Town",
            "无人务工",
            "就业",
            "低",
            "无业：是",
            "p1, p2",
            "2022-06-01",
        ],
    ]
    assert opened.complaints == []


@pytest.mark.parametrize(("value", "unit"), [("1", "year"), ("2", "years"), ("-1", "year"), ("10", "years")])
def test_one_has_no_plural(browser: Browser, report: Callable[..., Path], pack: Pack, value: str, unit: str) -> None:
    pack.facts["pc"] = replace(pack.facts["pc"], unit="year")

    opened = Opened(browser, report("en", [{"reasons": {"pc": value}}]), viewport=DESKTOP)

    assert opened.page.locator(".reasons").all_inner_texts() == [f"Net income per person {value} {unit}"]


def test_hostile_texts_stay_texts(browser: Browser, report: Callable[..., Path]) -> None:
    attack = "</script><img src=x onerror=\"console.log('in')\">"
    row = {"household_id": attack, "reasons": {"pc": attack, attack: attack}, "person_ids": '["<b>p</b>"]'}

    opened = Opened(browser, report("en", [row]), viewport=DESKTOP)

    assert opened.households() == [attack]
    assert opened.page.locator("#warnings img, #warnings b b").count() == 0
    assert opened.complaints == []


def test_a_page_without_warnings_is_whole(browser: Browser, report: Callable[..., Path]) -> None:
    opened = Opened(browser, report("en", []), viewport=PHONE)

    assert opened.page.get_by_text("No warnings: no rule fired").is_visible()
    assert opened.complaints == []
    assert opened.overflow() <= 0


def test_it_prints_without_its_controls(browser: Browser, report: Callable[..., Path]) -> None:
    opened = Opened(browser, report(), viewport={"width": 718, "height": 1015})  # A4 within its margins

    opened.page.emulate_media(media="print")

    assert opened.overflow() <= 0
    assert not opened.page.get_by_role("searchbox", name="Search").is_visible()
    assert opened.page.locator(".list tbody tr").first.is_visible()
    assert len(opened.page.pdf()) > 10_000


def test_fifty_thousand_warnings_open_and_search_quickly(browser: Browser, report: Callable[..., Path]) -> None:
    rows = [{"household_id": f"H{n:05}", "area_code": "111"} for n in range(50_000)]

    opened = Opened(browser, report("en", rows), viewport=DESKTOP)
    opened.page.wait_for_selector(".list tbody tr")
    spent = opened.page.evaluate(
        """() => { const box = document.querySelector('input[type=search]'); const start = performance.now();
           box.value = 'h49999'; box.dispatchEvent(new Event('input'));
           return new Promise(done => { const look = () => document.querySelectorAll('.list tbody tr').length === 1
             ? done(performance.now() - start) : setTimeout(look, 10); look(); }); }"""
    )

    print(f"search over 50,000 warnings: {spent:.0f} ms")
    assert opened.households() == ["H49999"]
