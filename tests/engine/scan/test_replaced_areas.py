"""An area that was replaced reads as its successor, also through a chain; what was known before stays as it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import firmground
from engine.records.lakes import LakeUnderTest
from engine.scan.lakes import AS_OF, RECEIVED, small_pack

AREAS = """code,name,parent,replaced_by
n,Nation,,
old,Old county,n,middle
middle,Middle county,n,new
new,New county,n,
village,Village,old,
"""


def lake_of(folder: Path) -> LakeUnderTest:
    """Three households of one person each, with 8000 a year: below the old county, in it, and beside it."""
    lake = LakeUnderTest(folder)
    lake.deliver("areas", AREAS, pack=str(small_pack(folder / "kept")), received_at=RECEIVED)
    places = {"H1": "village", "H2": "old", "H3": "n"}
    lake.deliver("households", [{"household_id": h, "area_code": a} for h, a in places.items()], received_at=RECEIVED)
    lake.deliver("persons", [{"household_id": h, "person_id": f"p-{h}"} for h in places], received_at=RECEIVED)
    rows = [{"household_id": h, "kind": "wage", "amount": "8000", "occurred_on": "2022-03-01"} for h in places]
    lake.deliver("income", rows, received_at=RECEIVED)
    return lake


def below(scan: firmground.Scan) -> dict[str, str]:
    """Household -> the line in its reasons, of those with an income below it."""
    rows = [row for row in scan.warnings.to_pylist() if row["rule"] == "income_below_line"]
    return {row["household_id"]: row["reasons"].split('"param.monitoring_line":')[1].split('"')[1] for row in rows}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("- {value: 9000, area: old, from: 2021-01-01, source: practice}", {"H1": "9000", "H2": "9000"}),
        ("- {value: 9000, area: new, from: 2021-01-01, source: practice}", {"H1": "9000", "H2": "9000"}),
        (
            "- {value: 9500, area: new, from: 2021-01-01, source: practice}\n"
            "    - {value: 9000, area: old, from: 2021-01-01, source: practice}",
            {"H1": "9500", "H2": "9500"},
        ),
        (
            "- {value: 9500, area: new, from: 2021-01-01, source: practice}\n"
            "    - {value: 9000, area: old, from: 2022-01-01, source: practice}",
            {"H1": "9000", "H2": "9000"},
        ),
    ],
    ids=["of the replaced", "of the successor", "both: the successor's own", "both: the later"],
)
def test_a_value_of_a_replaced_area_holds_for_its_successor(
    tmp_path: Path, values: str, expected: dict[str, str]
) -> None:
    file = small_pack(tmp_path) / "parameters.yaml"
    head, _, rest = file.read_text(encoding="utf-8").partition("monitoring_line:")
    title, _, others = rest.partition("  values:\n")
    file.write_text(f"{head}monitoring_line:{title}  values:\n    {values}\n{others}", encoding="utf-8")
    pack = firmground.load_pack(tmp_path / "small")

    scan = firmground.scan(lake_of(tmp_path).path, pack, AS_OF)

    assert below(scan) == expected
    explained = scan.explain("H1").as_dict()
    (line,) = [r for r in explained["rules"] if r["rule"] == "income_below_line"]
    assert line["reasons"][1]["value"] == expected["H1"]


def test_a_membership_withdrawn_later_stays_single_in_what_was_known_before(tmp_path: Path) -> None:
    lake = lake_of(tmp_path)
    row = {"household_id": "H1", "person_id": "p-H1", "member_from": "2019-01-01"}
    lake.deliver("persons", [row], received_at=date(2022, 6, 2))
    pack = small_pack(tmp_path)
    before = firmground.scan(lake.path, pack, AS_OF, known_at=date(2022, 6, 3))

    lake.deliver("persons", [{**row, "deleted": "true"}], received_at=date(2022, 7, 1))
    after = firmground.scan(lake.path, pack, AS_OF, known_at=date(2022, 6, 3))

    assert after.warnings.equals(before.warnings)
    assert "H1" not in below(after)
