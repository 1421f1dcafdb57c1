"""What all tests share: the number of random examples, reference data, and a record of how long each test took."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("FIRMGROUND_EXAMPLES", "30"))  # the one setting of how many random examples are tried
MARKS = ("slow", "spark", "browser", "reference")

settings.register_profile(
    "firmground",
    max_examples=EXAMPLES,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
settings.load_profile("firmground")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without reference data, tests that need them are deselected; with them, a missing file fails the test."""
    if os.environ.get("FIRMGROUND_REFERENCE_DATA"):
        return
    needing = [item for item in items if item.get_closest_marker("reference")]
    if needing:
        config.hook.pytest_deselected(items=needing)
        items[:] = [item for item in items if item not in needing]


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of reference data."""
    return Path(os.environ["FIRMGROUND_REFERENCE_DATA"])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keep marks with the report, so that the time of each mark can be summed."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    report.user_properties = [*report.user_properties, ("marks", [m for m in MARKS if item.get_closest_marker(m)])]


class _Times:
    """Sums of this run, and lines for tools/test_times.py."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.reference = 0
        self.lines: dict[str, dict[str, object]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        marks = next((value for name, value in report.user_properties if name == "marks"), [])
        for mark in marks or ["unmarked"]:
            self.seconds[mark] = self.seconds.get(mark, 0.0) + report.duration
        line = self.lines.setdefault(
            report.nodeid, {"test": report.nodeid, "marks": marks, "seconds": 0.0, "outcome": "passed"}
        )
        line["seconds"] = float(str(line["seconds"])) + report.duration
        if report.outcome != "passed":
            line["outcome"] = report.outcome
        if report.when == "call" and "reference" in marks:
            self.reference += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for mark, seconds in sorted(self.seconds.items()):
            terminalreporter.write_line(f"{mark}: {seconds / 60:.1f} min")
        without = os.environ.get("WITHOUT", "")
        if without:
            terminalreporter.write_line(f"left out: {without}")
        terminalreporter.write_line(f"reference tests run: {self.reference}")

    def pytest_sessionfinish(self) -> None:
        target = os.environ.get("FIRMGROUND_TIMES")
        if target:
            with Path(target).open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in self.lines.values())


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that reports to the terminal sums up; workers of xdist do not."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Times(), "firmground-times")
