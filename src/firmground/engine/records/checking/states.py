"""The states of a lake: every manifest, whether each goes on from the one before, and the files they name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from firmground.engine.records.store import manifest as manifests
from firmground.engine.records.store.damage import LakeDamaged
from firmground.engine.records.store.manifest import DataFile, Manifest, ManifestDamaged
from firmground.errors import FirmgroundError, Place

RESTORE = "Restore it from a backup."


@dataclass
class States:
    """The states that could be read.

    newest: the last one, an empty one before the first import, None if it cannot be read.
    named: every Parquet file of any state, by its path.
    """

    last: int
    newest: Manifest | None = None
    named: dict[str, DataFile] = field(default_factory=dict)
    damage: list[FirmgroundError] = field(default_factory=list)


def read_states(lake: Path) -> States:
    """Read every state of a lake, one after the other, for the lake may have thousands."""
    states = States(last=manifests.last_version(lake))
    before: Manifest | None = None if states.last else Manifest(0, datetime.now(UTC))
    for version in range(1, states.last + 1):
        try:
            state = manifests.read(lake, version)
        except ManifestDamaged as error:
            error.place = Place(manifests.file_of(version))
            states.damage.append(error)
            state = None
        if state is not None:
            _take(states, state, before)
        before = state
    states.newest = before
    return states


def _take(states: States, state: Manifest, before: Manifest | None) -> None:
    place = Place(manifests.file_of(state.version))
    for file in state.files():
        known = states.named.setdefault(file.path, file)
        if known != file:
            found = f"The manifest says otherwise of {file.path} ({_said(file)}) than an earlier one"
            states.damage.append(LakeDamaged(found=found, expected=_said(known), hint=RESTORE, place=place))
    if before is not None:
        states.damage += [
            ManifestDamaged(found=found, expected=expected, hint=RESTORE, place=place)
            for found, expected in _breaks(before, state)
        ]


def _said(file: DataFile) -> str:
    return f"{file.rows} rows, sha256 {file.sha256}"


def _breaks(before: Manifest, state: Manifest) -> list[tuple[str, str]]:
    """Where a state does not go on from the one before: (found, expected). No delivery and no row ever goes away."""
    breaks = []
    given = [(entry.id, entry.table, entry.sha256) for entry in before.deliveries]
    kept = [(entry.id, entry.table, entry.sha256) for entry in state.deliveries]
    if kept[: len(given)] != given or [entry.number for entry in state.deliveries] != [*range(1, len(kept) + 1)]:
        breaks.append(
            (f"The state {state.version} does not list the deliveries of the state before", f"{len(given)} and later")
        )
    for table, files in before.tables.items():
        had, has = (sum(file.rows for file in those) for those in (files, state.tables.get(table, ())))
        if has < had:
            breaks.append((f"The state {state.version} has {has} rows of {table}", f"at least {had}, as before"))
    return breaks
