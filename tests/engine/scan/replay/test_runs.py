"""Every scan leaves a run that can be listed, repeated byte for byte, and that nobody can alter unseen."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest

import firmground
from engine.records.lakes import LakeUnderTest
from engine.scan.lakes import AS_OF, CORRECTED, PACK, small_lake, small_pack
from firmground.engine.records import Lake, LakeDamaged
from firmground.engine.scan.data_known import BeforeAllData, NoHouseholds
from firmground.engine.scan.replay import run_store
from firmground.engine.scan.replay.run_store import RunDamaged, UnknownRun
from firmground.engine.scan.results.output import write_table
from firmground.engine.scan.scanning import NotRepeated, RepeatedWith, UnknownBackend
from firmground.errors import FirmgroundError


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_lake(tmp_path_factory.mktemp("made")).path


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> LakeUnderTest:
    shutil.copytree(made, tmp_path / "lake")
    return LakeUnderTest(tmp_path)


def test_a_scan_leaves_a_run_that_says_what_was_asked(lake: LakeUnderTest) -> None:
    began = datetime.now(UTC)
    settings = {"monitoring_line": Decimal("7000.50")}
    firmground.scan(lake.path, PACK, AS_OF)
    firmground.scan(lake.path, PACK, AS_OF, known_at=CORRECTED, settings=settings)

    first, second = firmground.runs(lake.path).to_pylist()

    assert began <= first.pop("kept_at") < second.pop("kept_at") <= datetime.now(UTC)
    newest = Lake.open(lake.path).manifest().version
    shared = {"pack": "small", "as_of": AS_OF, "households": 2, "manifest": newest, "backend": "duckdb"}
    of_first = {"run": "small-20220601-1", "pack_version": "1", "known_at": None, "settings": None, "counts": True}
    assert first == shared | of_first | {"warnings": 3}
    version = second.pop("pack_version")
    assert version.startswith("1+set.")
    assert len(version) == len("1+set.") + 8
    of_second = {"run": "small-20220601-2", "known_at": CORRECTED, "settings": "monitoring_line=7000.50"}
    assert second == shared | of_second | {"counts": False, "warnings": 4}


def test_a_lake_without_a_scan_has_no_runs(lake: LakeUnderTest) -> None:
    assert firmground.runs(lake.path).num_rows == 0


def test_a_run_is_numbered_within_its_pack_and_date(lake: LakeUnderTest) -> None:
    ids = [firmground.scan(lake.path, PACK, day).run.id for day in (AS_OF, AS_OF, date(2022, 7, 1), AS_OF)]

    assert ids == ["small-20220601-1", "small-20220601-2", "small-20220701-1", "small-20220601-3"]


def change_everything(lake: LakeUnderTest, pack: Path) -> None:
    """What happens after a run: new rows, corrections, withdrawals, another line."""
    lake.deliver("income", "household_id,kind,amount,occurred_on\nH2,wage,1,2022-03-01\n")
    row = "H1,p1,i1,wage,1,2022-03-10,civil_affairs"
    lake.deliver("income", f"household_id,person_id,record_id,kind,amount,occurred_on,source\n{row}\n")
    lake.deliver("persons", "person_id,household_id,member_from,deleted,source\np2,H1,2012-01-01,true,registry\n")
    file = pack / "parameters.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("6000", "9999"), encoding="utf-8")


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_a_repeated_run_gives_the_same_bytes_whatever_came_after(
    lake: LakeUnderTest, tmp_path: Path, suffix: str
) -> None:
    pack = small_pack(tmp_path / "own")
    firmground.scan(lake.path, PACK, date(2022, 5, 1))
    asked: list[Mapping[str, object]] = [
        {},
        {"since": "latest"},
        {"known_at": datetime(2022, 6, 5, tzinfo=UTC)},
        {"settings": {"monitoring_line": Decimal(20000)}, "since": "small-20220501-1"},
    ]
    scans = [firmground.scan(lake.path, pack, AS_OF, **more) for more in asked]  # type: ignore[arg-type]
    change_everything(lake, pack)
    assert firmground.scan(lake.path, pack, AS_OF).warnings.num_rows != scans[0].warnings.num_rows

    again = [firmground.scan(lake.path, repeat=scan.run.id) for scan in scans]

    for number, pair in enumerate(zip(scans, again, strict=True)):
        files = [tmp_path / f"{number}-{name}{suffix}" for name in ("then", "now")]
        for scan, file in zip(pair, files, strict=True):
            write_table(scan.warnings, file)
        assert files[0].read_bytes() == files[1].read_bytes()
    assert len({scan.warnings.num_rows for scan in scans}) > 1


def test_a_repeated_run_is_not_kept_again(lake: LakeUnderTest) -> None:
    run = firmground.scan(lake.path, PACK, AS_OF).run

    assert firmground.scan(lake.path, repeat=run.id).run == run
    assert firmground.runs(lake.path).num_rows == 1


def test_a_repeated_run_explains_a_household_as_it_was_then(lake: LakeUnderTest, tmp_path: Path) -> None:
    pack = small_pack(tmp_path / "own")
    scan = firmground.scan(lake.path, pack, AS_OF)
    then = scan.explain("H1").text("en")
    change_everything(lake, pack)

    assert firmground.scan(lake.path, repeat=scan.run.id).explain("H1").text("en") == then
    assert firmground.explain(lake.path, "H1", pack, AS_OF).text("en") != then


def test_an_answer_that_differs_is_not_passed_off_as_the_run(
    lake: LakeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = firmground.scan(lake.path, PACK, AS_OF).run
    monkeypatch.setattr(run_store, "warnings_of", lambda lake, run: run_store_rows(lake, run).slice(1))

    with pytest.raises(NotRepeated, match="other warnings today"):
        firmground.scan(lake.path, repeat=run.id)


run_store_rows = run_store.warnings_of


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file: Path) -> None:
    """Another value in the middle of a file, which may still be readable."""
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0xFF
    file.write_bytes(content)


def rewrite(file: Path) -> None:
    """The same kind of file with other content."""
    if file.suffix == ".json":
        file.write_text(file.read_text(encoding="utf-8").replace("6000", "6001"), encoding="utf-8")
    else:
        firmground_rows = run_store.pq.read_table(file)
        run_store.pq.write_table(firmground_rows.slice(0, firmground_rows.num_rows - 1), file)


@pytest.mark.parametrize(
    ("files", "damage", "error"),
    [
        ("runs/*.json", cut, RunDamaged),
        ("runs/*.parquet", Path.unlink, RunDamaged),
        ("runs/*.parquet", flip, RunDamaged),
        ("runs/*.parquet", rewrite, RunDamaged),
        ("packs/*.json", Path.unlink, RunDamaged),
        ("packs/*.json", cut, RunDamaged),
        ("packs/*.json", rewrite, RunDamaged),
        ("records/income/D*.parquet", Path.unlink, LakeDamaged),
        ("records/income/D*.parquet", cut, LakeDamaged),
        ("records/income/D*.parquet", rewrite, LakeDamaged),
        ("records/income/D*.parquet", flip, LakeDamaged),
        ("settled/income-*.parquet", Path.unlink, LakeDamaged),
        ("members/D*.parquet", cut, LakeDamaged),
        ("manifest/*.json", Path.unlink, FirmgroundError),
        ("manifest/*.json", cut, FirmgroundError),
    ],
)
def test_damage_is_found_and_the_file_is_named(
    lake: LakeUnderTest, files: str, damage: Callable[[Path], None], error: type[FirmgroundError]
) -> None:
    run = firmground.scan(lake.path, PACK, AS_OF).run
    damaged = sorted(lake.path.glob(files))
    for file in damaged:
        damage(file)

    with pytest.raises(error) as caught:
        firmground.scan(lake.path, repeat=run.id)

    assert caught.value.exit_code == 3
    assert any(file.name in caught.value.sentence for file in damaged)


@pytest.mark.parametrize("damage", [Path.unlink, cut])
def test_damage_is_found_by_new_questions_too(lake: LakeUnderTest, damage: Callable[[Path], None]) -> None:
    for file in lake.path.glob("records/persons/*.parquet"):
        damage(file)

    for ask in (
        lambda: firmground.scan(lake.path, PACK, AS_OF),
        lambda: firmground.explain(lake.path, "H1", PACK, AS_OF),
    ):
        with pytest.raises(LakeDamaged, match=r"records/persons/D\d+\.parquet"):
            ask()
    assert firmground.runs(lake.path).num_rows == 0


def test_a_run_that_nobody_knows_is_refused_with_the_nearest(lake: LakeUnderTest) -> None:
    firmground.scan(lake.path, PACK, AS_OF)

    for asked in ({"repeat": "small-20220601-2"}, {"since": "small-20220601-2"}):
        with pytest.raises(UnknownRun, match="Did you mean `small-20220601-1`") as caught:
            firmground.scan(lake.path, *((PACK, AS_OF) if "since" in asked else ()), **asked)  # type: ignore[arg-type]
        assert caught.value.exit_code == 2
    assert firmground.runs(lake.path).num_rows == 1


@pytest.mark.parametrize(
    "beside",
    [
        {"pack": PACK},
        {"as_of": AS_OF},
        {"known_at": CORRECTED},
        {"since": "latest"},
        {"settings": {"monitoring_line": Decimal(1)}},
    ],
)
def test_nothing_else_may_be_asked_of_a_repeated_run(lake: LakeUnderTest, beside: dict[str, object]) -> None:
    run = firmground.scan(lake.path, PACK, AS_OF).run

    with pytest.raises(RepeatedWith) as caught:
        firmground.scan(lake.path, repeat=run.id, **beside)  # type: ignore[arg-type]
    assert caught.value.exit_code == 2


def test_two_scans_at_once_are_two_runs_one_after_the_other(lake: LakeUnderTest) -> None:
    together = Barrier(2)

    def scan(day: date) -> firmground.Scan:
        together.wait()
        return firmground.scan(lake.path, PACK, day)

    with ThreadPoolExecutor(2) as both:
        scans = list(both.map(scan, [AS_OF, AS_OF]))

    assert sorted(s.run.id for s in scans) == ["small-20220601-1", "small-20220601-2"]
    assert all(s.run.is_counting for s in scans)
    assert {s.run.id: s.run.previous for s in scans} == {
        "small-20220601-1": None,
        "small-20220601-2": "small-20220601-1",
    }


def test_a_date_before_all_data_is_refused(lake: LakeUnderTest) -> None:
    first = date(2020, 1, 1)  # the day on which a condition began

    with pytest.raises(BeforeAllData, match="before all data, which begin on 2020-01-01") as caught:
        firmground.scan(lake.path, PACK, first - timedelta(days=1))
    assert caught.value.exit_code == 3
    with pytest.raises(FirmgroundError, match="has no value on 2020-01-01"):  # not refused for its data
        firmground.scan(lake.path, PACK, first)


def test_a_time_before_all_data_is_refused(lake: LakeUnderTest) -> None:
    with pytest.raises(BeforeAllData, match="No household was known"):
        firmground.scan(lake.path, PACK, AS_OF, known_at=datetime(2022, 5, 31, tzinfo=UTC))


def test_a_lake_without_households_is_refused(tmp_path: Path) -> None:
    own = LakeUnderTest(tmp_path)
    own.deliver("areas", "code,name\nn,Nation\n", pack=str(PACK))

    with pytest.raises(NoHouseholds) as caught:
        firmground.scan(own.path, PACK, AS_OF)
    assert caught.value.exit_code == 3


def test_a_backend_that_does_not_exist_is_refused_before_anything_is_read(lake: LakeUnderTest) -> None:
    with pytest.raises(UnknownBackend, match="Did you mean `duckdb`"):
        firmground.scan(lake.path, PACK, AS_OF, backend="duckbd")


def test_a_run_is_described_for_programs(lake: LakeUnderTest) -> None:
    scan = firmground.scan(lake.path, PACK, AS_OF, settings={"monitoring_line": Decimal("9000.10")})

    described = json.loads(json.dumps(scan.run.as_dict()))

    assert described["as_of"] == "2022-06-01"
    assert described["settings"] == {"monitoring_line": "9000.10"}
    assert described["counts"]["registered"] == 4
    assert described["counts"]["without_members"] == 1
    assert described["counts"]["not_yet_registered"] == 1
    assert described["counts"]["rules"]["no_income_known"] == {"fired": 1, "silent": 1, "unknown": 0}
    assert described["counts"]["rules"]["income_below_line"] == {"fired": 1, "silent": 0, "unknown": 1}
