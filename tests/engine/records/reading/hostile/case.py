"""What a hostile file is: how it is made, and how its import has to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CELL = "secret-7741"  # stands in cells, and in no message
HEADING = ("household_id", "kind", "amount", "occurred_on", "phone")
ROW = ("H1", "wage", "5", "2022-03-01", CELL)
HEADING_LINE, LINE = ",".join(HEADING) + "\n", ",".join(ROW) + "\n"


@dataclass(frozen=True)
class Hostile:
    """A file that does harm where it can.

    make: its bytes. place: how it is put into a folder, where that is more than a file of these bytes. ends: the ids of
    the errors that it may end in; none if it comes in, and then `accepted` and `quarantined` rows. options: of the
    command line, with the content of the file that each takes.
    """

    name: str
    make: Callable[[], bytes]
    ends: tuple[str, ...] = ()
    accepted: int = 0
    quarantined: int = 0
    ending: str = ".csv"
    mapping: Callable[[], bytes] | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    place: Callable[[Path], Path] | None = None

    def put(self, folder: Path) -> Path:
        """The file in a folder."""
        if self.place is not None:
            return self.place(folder)
        path = folder / f"file{self.ending}"
        path.write_bytes(self.make())
        return path
