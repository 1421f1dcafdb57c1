"""A lake to which commands are given one after the other, any of which may be stopped; and what it must answer then.

Every import corrects the same records to its own number and brings rows of a household of its own that nobody knows
yet. So which deliveries count, wait, or are undone shows in what counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from engine.records.lakes import VILLAGE, LakeUnderTest, income
from engine.records.store.stopped_imports import Command, unnamed_files
from firmground.engine.records import Lake, check_data

RECORDS, WAITING = 200, 5  # rows of each import: of records that it corrects, of its own household
VERBS = ("import", "undo", "retry", "compact")


@dataclass(frozen=True)
class Brought:
    """An import as it must stand."""

    delivery: str
    number: int
    waiting: int = WAITING
    taken_up: int = 0
    is_undone: bool = False


@dataclass(frozen=True)
class State:
    """What a lake answers: imports, and how many deliveries there are of whatever table."""

    brought: tuple[Brought, ...] = ()
    deliveries: int = 0

    def rows(self) -> int:
        """Rows of income that came in."""
        return sum(RECORDS + one.taken_up for one in self.brought)

    def counting(self) -> Counter[tuple[str, int]]:
        """How many rows count, by household and amount."""
        standing = [one for one in self.brought if not one.is_undone]
        counts = {(f"W{one.number}", one.number): one.taken_up for one in standing if one.taken_up}
        if standing:
            counts["H1", standing[-1].number] = RECORDS
        return Counter(counts)

    def changed(self, one: Brought, **changes: Any) -> State:
        """With changes to an import."""
        return replace(self, brought=tuple(replace(b, **changes) if b == one else b for b in self.brought))


@dataclass
class History:
    """A lake, and the state in which it must be. known: numbers of imports whose household is known."""

    lake: LakeUnderTest
    state: State
    chance: Random
    imports: int = 0
    known: set[int] = field(default_factory=set)

    def next_command(self, verb: str) -> Command:
        """A command of that verb; where there is nothing to undo, another."""
        path = self.lake.path
        standing = [one for one in self.state.brought if not one.is_undone]
        if verb == "import":
            self.imports += 1
            return Command(verb, path, str(self._file(self.imports)))
        if verb == "undo" and standing:
            return Command(verb, path, self.chance.choice(standing).delivery)
        if verb == "retry":
            self._make_known({one.number for one in self.state.brought if one.waiting} - self.known)
            return Command(verb, path)
        return Command("compact", path)

    def _file(self, number: int) -> Path:
        rows = [income(number, record_id=f"r{place}") for place in range(RECORDS)]
        own = [income(number, household_id=f"W{number}", record_id=f"w{number}-{place}") for place in range(WAITING)]
        return self.lake.file([*rows, *own], f"income{number}.csv")

    def _make_known(self, numbers: set[int]) -> None:
        if numbers:
            self.lake.deliver("households", [{"household_id": f"W{n}", "area_code": VILLAGE} for n in sorted(numbers)])
            self.known |= numbers
            self.state = replace(self.state, deliveries=self.state.deliveries + 1)

    def states(self, command: Command, state: State) -> list[State]:
        """The states in which a command may leave the lake when it is stopped, from that of before to that of after."""
        if command.verb == "import":
            last = state.deliveries + 1
            number = int(Path(command.argument).stem.removeprefix("income"))
            return [state, State((*state.brought, Brought(f"D{last:06d}", number)), last)]
        if command.verb == "undo":
            (chosen,) = (one for one in state.brought if one.delivery == command.argument)
            return [state, state.changed(chosen, is_undone=True, waiting=0)]
        states = [state]
        if command.verb == "retry":
            for one in state.brought:  # each delivery for itself
                if one.waiting and one.number in self.known:
                    states.append(states[-1].changed(one, waiting=0, taken_up=one.waiting))
        return states

    def now(self, states: list[State]) -> State:
        """The one of the states in which the lake is. Nothing is lost, doubled or half there."""
        counting = Counter((row["household_id"], int(row["amount"])) for row in self.lake.counting("income"))
        ids = [row["row_id"] for row in self.lake.all_rows("income")]
        assert len(ids) == len(set(ids))
        entries = Lake.open(self.lake.path).manifest().deliveries
        listed = [
            (entry.id, entry.undone_at is not None, entry.quarantine.rows if entry.quarantine else 0)
            for entry in entries
            if entry.table == "income"
        ]
        for state in states:
            told = [(one.delivery, one.is_undone, one.waiting) for one in state.brought]
            if (len(entries), listed, len(ids), counting) == (state.deliveries, told, state.rows(), state.counting()):
                return state
        raise AssertionError((listed, len(ids), counting, states))

    def is_clean(self) -> bool:
        """Whether nothing is left over, every file is as it was written, and none is foreign."""
        check = check_data(self.lake.path)
        return not check.damage and not check.left_over and not unnamed_files(self.lake)
