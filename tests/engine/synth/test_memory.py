"""Memory does not grow with the number of households."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FEW = 50_000  # two blocks
TIMES = 4
GROWTH = 1.25  # four times the households may take a quarter more memory; drawn at once they would take four times
# the peak of this process alone: what getrusage tells begins with that of the process that started it
SCRIPT = """
import sys
from firmground.engine.synth import write_registry
write_registry(sys.argv[1], households=int(sys.argv[2]), seed=1, file_format="parquet", dirty=float(sys.argv[3]))
[peak] = [line.split()[1] for line in open("/proc/self/status", encoding="ascii") if line.startswith("VmHWM")]
print(peak)
"""


def _peak(folder: Path, households: int, dirty: float) -> int:
    """Peak of resident memory in kB."""
    command = [sys.executable, "-c", SCRIPT, str(folder), str(households), str(dirty)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.slow
@pytest.mark.parametrize("dirty", [0, 0.05])
def test_four_times_the_households_take_about_the_same_memory(tmp_path: Path, dirty: float) -> None:
    few = _peak(tmp_path / "few", FEW, dirty)
    many = _peak(tmp_path / "many", FEW * TIMES, dirty)

    assert many < few * GROWTH
