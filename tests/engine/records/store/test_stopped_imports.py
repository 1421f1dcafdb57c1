"""An import that stops half-way leaves the old state, whatever stops it; two at once lose nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.records.lakes import HOUSEHOLDS, LakeUnderTest, income
from engine.records.store.stopped_imports import Answering, unnamed_files
from firmground.engine.records import Lake, deliveries, import_file
from firmground.engine.records.store import workspace
from firmground.engine.records.store.disk import DiskTrouble
from firmground.engine.records.store.lake import LakeBusy

_ROWS = 500


def _file(lake: LakeUnderTest, amount: int) -> Path:
    """Income of 500 records corrected to an amount, and 10 rows for quarantine."""
    good = [income(amount, record_id=f"r{number}") for number in range(_ROWS)]
    return lake.file([*good, *[income("x", record_id=f"{amount}") for _ in range(10)]], f"income{amount}.csv")


def _state(lake: LakeUnderTest) -> tuple[int, list[int], int]:
    """Rows that came in, the amounts that count, deliveries."""
    amounts = [int(row["amount"]) for row in lake.counting("income")]
    return len(lake.all_rows("income")), amounts, deliveries(lake.path).num_rows


def _expected(amount: int) -> tuple[int, list[int], int]:
    return amount * _ROWS, [amount] * (_ROWS if amount else 0), 2 + amount


@pytest.mark.parametrize("call", ["fsync", "link", "replace"])
def test_a_disk_that_fails_at_any_step_leaves_the_old_state(
    lake: LakeUnderTest, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, failed = _file(lake, 1), 0
    real = getattr(os, call)

    while True:
        left = iter(range(failed))

        def failing(*given: object, left: Iterator[int] = left) -> object:
            if next(left, None) is None:
                raise OSError(28, "No space left on device")
            return real(*given)

        monkeypatch.setattr(os, call, failing)
        try:
            import_file(path, table="income", data=lake.path)
            break
        except DiskTrouble as error:
            assert "No space left on device" in error.found
            assert _state(lake) == _expected(0)
            failed += 1

    monkeypatch.undo()
    assert failed > 0
    assert _state(lake) == _expected(1)
    import_file(_file(lake, 2), table="income", data=lake.path)
    assert unnamed_files(lake) == set()


@pytest.mark.parametrize("step", range(5))
def test_an_import_interrupted_at_any_step_leaves_the_old_state(lake: LakeUnderTest, step: int) -> None:
    path, steps = _file(lake, 1), iter(range(step))

    def stop(what: str, done: int, total: int | None) -> None:
        if next(steps, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(path, table="income", data=lake.path, progress=stop)

    assert _state(lake) == _expected(0)
    import_file(path, table="income", data=lake.path)
    assert _state(lake) == _expected(1)
    assert unnamed_files(lake) == set()


@pytest.mark.parametrize("largest_file", [0, 100, 1000, 3000])
def test_a_full_disk_is_said_and_leaves_the_old_state(lake: LakeUnderTest, largest_file: int) -> None:
    path = _file(lake, 1)
    before = lake.snapshot()

    answer = Answering(path, largest_file=largest_file, table="income", data=lake.path).answer()

    assert answer.startswith("FG-L030  The import stopped: ")
    assert answer.endswith("Nothing of it is visible; the lake is as it was. Make room and import again.")
    assert {name: content for name, content in lake.snapshot().items() if name in before} == before
    assert _state(lake) == _expected(0)
    assert import_file(path, table="income", data=lake.path).accepted == _ROWS
    assert unnamed_files(lake) == set()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("file", "{folder}/file is a file where a folder is needed. "),
        ("file/lake", "A part of the path {folder}/file/lake is a file where a folder is needed. "),
    ],
)
def test_a_file_in_place_of_the_folder_is_said(new_lake: LakeUnderTest, data: str, words: str) -> None:
    (new_lake.folder / "file").write_text("", encoding="utf-8")

    with pytest.raises(DiskTrouble) as raised:
        import_file(new_lake.file(HOUSEHOLDS), table="households", data=new_lake.folder / data)

    assert raised.value.found == "The import stopped: " + words.format(folder=new_lake.folder).strip()
    assert raised.value.hint == "Nothing of it is visible; the lake is as it was. Name another folder."


@pytest.mark.parametrize(
    ("number", "words", "hint"),
    [
        (errno.ENOSPC, "No space left on device.", "Make room and import again."),
        (errno.EDQUOT, "Disk quota exceeded.", "Make room and import again."),
        (errno.EFBIG, "File too large.", "Make room and import again."),
        (errno.EACCES, "You have no right to open or write {path}.", "Ask for that right, or name another folder."),
        (errno.EPERM, "You have no right to open or write {path}.", "Ask for that right, or name another folder."),
        (errno.EROFS, "{path} lies on a disk that can only be read.", "Name a folder that can be written."),
        (errno.ENOENT, "{path} cannot be opened or written (No such file or directory).", "Name another folder."),
        (errno.EIO, "{path} cannot be opened or written (Input/output error).", "Name another folder."),
    ],
)
def test_why_a_folder_cannot_be_made_is_said_and_what_helps(
    new_lake: LakeUnderTest, number: int, words: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, make = new_lake.file(HOUSEHOLDS), os.mkdir

    def refuse(path: object, mode: int = 0o777) -> None:
        if path == new_lake.path:
            raise OSError(number, os.strerror(number), str(path))
        make(str(path), mode)

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(DiskTrouble) as raised:
        import_file(file, table="households", data=new_lake.path)

    assert raised.value.found == "The import stopped: " + words.format(path=new_lake.path)
    assert raised.value.hint == f"Nothing of it is visible; the lake is as it was. {hint}"


def test_memory_that_does_not_suffice_is_said(lake: LakeUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "MEMORY_LIMIT", "1KB")

    with pytest.raises(DiskTrouble, match=r"The memory or the disk does not suffice\."):
        import_file(_file(lake, 1), table="income", data=lake.path)
    assert _state(lake) == _expected(0)


def test_while_one_writes_another_says_so_and_a_third_waits(lake: LakeUnderTest) -> None:
    path = _file(lake, 1)

    with Lake.open(lake.path).writing():
        with pytest.raises(LakeBusy, match="Another import is writing"):
            import_file(path, table="income", data=lake.path, wait_seconds=0)
        with pytest.raises(LakeBusy):
            lake.retry(wait_seconds=0)
        waiting = Answering(path, table="income", data=lake.path)
        assert _state(lake) == _expected(0)  # readers need not wait

    assert waiting.answer() == f"{_ROWS} 0"
    assert _state(lake) == _expected(1)


def test_imports_at_once_lose_and_double_nothing(lake: LakeUnderTest) -> None:
    with Lake.open(lake.path).writing():
        files = [lake.file([income(number)]) for number in (1, 2, 3)]
        racing = [Answering(path, table="income", data=lake.path) for path in (*files, files[0])]

    assert sorted(one.answer() for one in racing) == ["0 1", "1 0", "1 0", "1 0"]
    assert sorted(int(row["amount"]) for row in lake.counting("income")) == [1, 2, 3]
    assert len({row["row_id"] for row in lake.all_rows("income")}) == 3
    assert deliveries(lake.path).num_rows == 5


def test_of_two_first_imports_one_makes_the_lake(new_lake: LakeUnderTest) -> None:
    files = [new_lake.file(HOUSEHOLDS), new_lake.file("code,name\na,A\n")]
    options = [{"table": "households", "pack": "cn"}, {"table": "areas", "pack": "graduation"}]
    new_lake.path.mkdir()

    with Lake.at(new_lake.path, "cn")[0].writing():
        racing = [Answering(path, data=new_lake.path, **more) for path, more in zip(files, options, strict=True)]

    answers = sorted(one.answer().split(" ")[0] for one in racing)
    assert answers in (["1", "FG-L006"], ["2", "FG-L006"])
    assert deliveries(new_lake.path).num_rows == 1
