"""Firmground keeps households from falling back into poverty.

The public door: read a policy pack, scan a lake of records with it, explain a household.

    import firmground
    from datetime import date

    result = firmground.scan("demo/lake", "cn", date(2022, 6, 1))
    result.warnings            # Arrow table: one row per household and rule
    result.summary("township") # Arrow table: counts per area
    print(result.explain("H520526-0000001").text("en"))
"""

from firmground.engine.policy import check_pack, load_pack
from firmground.engine.scan import Explanation, Scan, explain, runs, scan, sql

__version__ = "0.1.0"
__all__ = ["Explanation", "Scan", "__version__", "check_pack", "explain", "load_pack", "runs", "scan", "sql"]
