"""A small pack and a small lake that show every part of an explanation, and a way to change a pack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from engine.records.lakes import LakeUnderTest

PACK = Path(__file__).parent / "small"
AS_OF = date(2022, 6, 1)
RECEIVED = datetime(2022, 6, 1, tzinfo=UTC)
CORRECTED = datetime(2022, 6, 10, tzinfo=UTC)
LATER = datetime(2022, 8, 1, tzinfo=UTC)
ROWS: dict[str, str] = {
    "areas": "code,name,parent\nn,Nation,\nn1,North,n\nn11,Upper village,n1\nn2,South,n\n",
    "households": """household_id,area_code,population_group,registered_on
H1,n11,lifted_out,
H2,n2,,
H3,n2,,
H4,n2,,2022-07-01
""",
    "persons": """person_id,household_id,name,birth_date,labour_capacity,member_from,member_to
p1,H1,Somebody,1980-05-01,full,,
p2,H1,,2010-09-01,none,2012-01-01,
p3,H1,,1999-01-01,full,2012-01-01,2021-12-31
q1,H2,,1990-01-01,full,,
r1,H4,,1990-01-01,full,,
""",
    "income": """household_id,person_id,record_id,kind,amount,cost,occurred_on,source
H1,p1,i1,wage,4000,,2022-03-10,civil_affairs
H1,,i2,business,9000.50,1000.56,2021-06-01,agriculture
H1,p1,i3,wage,700,,2021-05-31,civil_affairs
H1,p1,i4,wage,800,,2022-06-02,civil_affairs
H1,p3,i5,wage,900,,2022-02-10,civil_affairs
H1,p1,i6,wage,111,,2022-01-10,civil_affairs
""",
    "spending": """household_id,kind,amount,reimbursed,occurred_on,source
H1,medical,12000,3000,2022-02-01,medical_insurance
H1,education,5000,,2022-02-01,civil_affairs
H2,medical,19999.99,,2022-02-01,medical_insurance
""",
    "jobs": """household_id,person_id,job_id,started_on,ended_on,place,channel,monthly_wage,source
H1,p1,j1,2021-03-01,2022-05-01,other_province,market,2500,civil_affairs
H1,p1,j2,2022-06-01,,county,public_welfare_post,800,civil_affairs
""",
    "conditions": """household_id,person_id,kind,grade,valid_from,valid_to,source
H1,p2,dropout,,2022-04-01,,civil_affairs
H1,p1,disability,2,2020-01-01,,civil_affairs
""",
    "shocks": """household_id,area_code,kind,loss,occurred_on,source
,n1,disaster,700,2022-05-20,agriculture
H1,,disaster,250.5,2022-01-15,agriculture
""",
}
CORRECTIONS = """household_id,person_id,record_id,kind,amount,occurred_on,deleted,source
H1,p1,i1,wage,4100,2022-03-10,,civil_affairs
H1,p1,i6,wage,111,2022-01-10,true,civil_affairs
"""
LATE = """household_id,kind,amount,occurred_on,source
H1,business,5123,2022-04-15,agriculture
"""


def small_pack(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """The pack in a folder of its own. changes: texts of its files, and what to put in their place."""
    target = folder / "small"
    target.mkdir(parents=True)
    for file in PACK.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        for old, new in (changes or {}).items():
            text = text.replace(old, new)
        (target / file.name).write_text(text, encoding="utf-8")
    return target


def small_lake(folder: Path) -> LakeUnderTest:
    """A lake of ROWS, received on 1 June, corrected on 10 June; one row came on 1 August."""
    lake = LakeUnderTest(folder)
    for table, rows in ROWS.items():
        report = lake.deliver(table, rows, pack=str(PACK), source="registry", received_at=RECEIVED)
        assert not report.quarantined, report.as_dict()
    for rows, received_at in ((CORRECTIONS, CORRECTED), (LATE, LATER)):
        assert not lake.deliver("income", rows, received_at=received_at).quarantined
    return lake
