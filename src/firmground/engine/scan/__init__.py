"""From a pack and a lake to warnings with reasons: scan, explanation, runs, and the statement itself."""

from firmground.engine.scan.doors import explain, runs, sql
from firmground.engine.scan.explanation.explanation import Explanation
from firmground.engine.scan.scanning import Scan, scan

__all__ = ["Explanation", "Scan", "explain", "runs", "scan", "sql"]
