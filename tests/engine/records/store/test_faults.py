"""Commands stopped at random: killed, out of disk, at once with others. Nothing acknowledged is lost or half seen."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from itertools import combinations_with_replacement, count
from pathlib import Path
from random import Random

import pytest

from engine.records.lakes import LakeUnderTest
from engine.records.store.fault_model import VERBS, History, State
from engine.records.store.stopped_imports import (
    Command,
    Running,
    fail_after,
    small_disk,
    unnamed_files,
    write_no_larger_files,
)
from firmground.engine.records import Lake
from firmground.engine.records.store.lake import LakeBusy

KILLS = int(os.environ.get("FIRMGROUND_KILLS", "50"))  # `make faults` tries 1,000
POINTS = max(60, KILLS // 5)  # at which the disk is full
_PER_LAKE = 20  # stopped commands, after which another lake is taken: one of hundreds of states is slow to read


def _history(folder: Path, registered: Path) -> History:
    """A lake with two imports."""
    lake = LakeUnderTest(folder)
    lake.folder.mkdir(exist_ok=True)
    shutil.copytree(registered, lake.path)
    history = History(lake, State(deliveries=2), secrets.SystemRandom())
    for _ in range(2):
        command = history.next_command("import")
        command.run()
        history.state = history.now(history.states(command, history.state)[-1:])
    return history


def _histories(folder: Path, registered: Path) -> Iterator[History]:
    """Lakes, one after the other."""
    for number in count():
        yield _history(folder / f"{number}", registered)
        shutil.rmtree(folder / f"{number}")


def _kept(lake: LakeUnderTest) -> dict[str, tuple[int, int]]:
    """Every file that some state names, with the time it was written and its size."""
    files = {name: (lake.path / name).stat() for name in set(lake.snapshot()) - unnamed_files(lake)}
    return {name: (file.st_mtime_ns, file.st_size) for name, file in files.items()}


def _recover(history: History, command: Command, states: list[State]) -> float:
    """Give the command once more: it does what was not done yet, and what was done stays. Returns the seconds."""
    before = _kept(history.lake)
    began = time.monotonic()
    command.run()
    seconds = time.monotonic() - began
    history.state = history.now(states[-1:])
    after = _kept(history.lake)
    assert {name: after[name] for name in before} == before  # nothing is written anew
    assert history.is_clean()
    return seconds


class _Usual:
    """How long commands take, so that a kill comes before their end: by verb, from those that were not killed."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(VERBS, 0.5)

    def moment(self, verb: str, chance: Random) -> float:
        return self.seconds[verb] * chance.random()


def _kill(history: History, usual: _Usual, killed: Counter[str]) -> float:
    """Kill one command; returns the seconds of the next."""
    verb = history.chance.choice(VERBS)
    command = history.next_command(verb)
    states = history.states(command, history.state)
    began = time.monotonic()
    running = command.start()
    time.sleep(usual.moment(command.verb, history.chance))
    running.process.kill()
    running.process.join()

    if running.process.exitcode == -signal.SIGKILL:
        killed[command.verb] += 1
    else:
        usual.seconds[command.verb] = time.monotonic() - began
    usual.seconds[command.verb] = min(usual.seconds[command.verb] * 1.05, 5)  # until some end by themselves
    history.now(states)
    return _recover(history, command, states)


def _kill_many(folder: Path, registered: Path, kills: int) -> None:
    usual, killed, slowest = _Usual(), Counter[str](), 0.0
    for history in _histories(folder, registered):
        for _ in range(_PER_LAKE):
            slowest = max(slowest, _kill(history, usual, killed))
            if killed.total() >= kills:
                break
        if killed.total() >= kills:
            break
    print(f"killed: {dict(killed)}; the slowest next command took {slowest:.2f} s")
    assert killed.total() >= kills


def test_commands_killed_at_random_leave_the_state_before_or_after(tmp_path: Path, registered: Path) -> None:
    _kill_many(tmp_path, registered, 8)


@pytest.mark.slow
def test_very_many_commands_killed_at_random_leave_the_state_before_or_after(tmp_path: Path, registered: Path) -> None:
    _kill_many(tmp_path, registered, KILLS)


def _fill(folder: Path, room: int) -> Path:
    """Leave only so much room on a small disk."""
    disk = os.statvfs(folder)
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(max(disk.f_bavail * disk.f_frsize - room, 0)))
    return ballast


def _run_on_a_full_disk(history: History, command: Command, how: str) -> str:
    """`done`, or how the command says that there was no room."""
    chance = history.chance
    if how == "calls":
        return command.start(fail_after, chance.randrange(20)).answer()
    if how == "files":
        return command.start(write_no_larger_files, int(4 ** chance.uniform(2, 7))).answer()
    ballast = _fill(history.lake.folder, int(4 ** chance.uniform(3, 8)))
    answer = command.start().answer()
    ballast.unlink()
    return answer


def _fill_at_random(history: History, how: str, refused: Counter[str]) -> None:
    command = history.next_command(history.chance.choice(VERBS))
    states = history.states(command, history.state)

    answer = _run_on_a_full_disk(history, command, how)

    found = history.now(states)
    if answer == "done":
        assert found == states[-1]
    else:
        refused[f"{command.verb}, {how}"] += 1
        assert answer.startswith("FG-L030  The import stopped: "), answer
        assert "Make room" in answer
        assert command.verb == "retry" or found == states[0]
    _recover(history, command, states)


def _fill_many(folder: Path, registered: Path, points: int) -> None:
    refused: Counter[str] = Counter()
    with small_disk(folder / "disk", 64 * 2**20) as is_small:
        hows = ("calls", "files", "disk") if is_small else ("calls", "files")
        for history in _histories(folder / "disk", registered):
            for place in range(_PER_LAKE):
                _fill_at_random(history, hows[place % len(hows)], refused)
            if refused.total() >= points:
                break
    print(f"refused: {dict(refused)}")
    assert refused.total() >= points


@pytest.mark.slow
def test_a_disk_that_is_full_at_random_points_leaves_the_state_before(tmp_path: Path, registered: Path) -> None:
    _fill_many(tmp_path, registered, POINTS)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("how", ["calls", "files"])
def test_each_command_on_a_full_disk_says_so(tmp_path: Path, registered: Path, verb: str, how: str) -> None:
    history = _history(tmp_path, registered)
    command = history.next_command(verb)
    states = history.states(command, history.state)
    before = history.lake.snapshot()

    prepare, limit = {"calls": (fail_after, 0), "files": (write_no_larger_files, 100)}[how]
    answer = command.start(prepare, limit).answer()

    assert answer.startswith("FG-L030  The import stopped: ")
    assert {name: content for name, content in history.lake.snapshot().items() if name in before} == before
    assert history.now(states) == states[0]
    _recover(history, command, states)


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_says_when_another_writes(tmp_path: Path, registered: Path, verb: str) -> None:
    history = _history(tmp_path, registered)
    command = history.next_command(verb)
    states = history.states(command, history.state)

    with Lake.open(history.lake.path).writing(), pytest.raises(LakeBusy, match="is writing to"):
        command.run(wait_seconds=0)

    assert history.now(states) == states[0]


@pytest.mark.parametrize("verbs", list(combinations_with_replacement(VERBS, 2)), ids=" and ".join)
def test_two_commands_at_once_wait_for_each_other(tmp_path: Path, registered: Path, verbs: tuple[str, str]) -> None:
    history = _history(tmp_path, registered)
    first, second = (history.next_command(verb) for verb in verbs)

    with Lake.open(history.lake.path).writing():
        running: list[Running] = [command.start() for command in (first, second)]
    answers = [each.answer() for each in running]

    assert answers == ["done", "done"]
    assert history.now([_after(history, first, second), _after(history, second, first)])
    assert history.is_clean()


def _after(history: History, first: Command, second: Command) -> State:
    return history.states(second, history.states(first, history.state)[-1])[-1]
