"""Sum the times of test runs: minutes per mark, how many reference tests ran, and the outcome of all runs together.

Usage: python tools/test_times.py FILE   (lines that tests/conftest.py wrote where FIRMGROUND_TIMES says)
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path


def main(path: Path) -> int:
    """Print the sums. Returns 1 if no test ran."""
    seconds: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        test = json.loads(line)
        outcomes[test["outcome"]] += 1
        for mark in test["marks"] or ["unmarked"]:
            seconds[mark] += test["seconds"]
            numbers[mark] += 1
    for mark, number in sorted(numbers.items()):
        print(f"  {mark:<10} {number:>5} tests {seconds[mark] / 60:>7.1f} min")
    print(f"  reference tests run: {numbers['reference']}")
    print(f"{outcomes['passed']} passed, {outcomes['failed']} failed, {outcomes['skipped']} skipped")
    return 0 if outcomes["passed"] else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
