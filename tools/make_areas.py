"""Make the shipped area tree from the CSV files of china-division: one Parquet file of code, name and parent.

Usage: python tools/make_areas.py SOURCE_FOLDER src/firmground/engine/areas/data/china.parquet
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

FILES = ("provinces.csv", "cities.csv", "counties.csv", "townships.csv.gz", "villages.csv.gz")


def main(source: Path, target: Path) -> None:
    """Read the five levels of SOURCE and write them to `target`, sorted by code."""
    files = ", ".join(f"'{source / name}'" for name in FILES)
    duckdb.sql(
        f"""copy (select code, name, nullif(parent, '') as parent
                  from read_csv([{files}], all_varchar = true, header = true) order by code)
            to '{target}' (format parquet, compression zstd, compression_level 19, row_group_size 122880)"""
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
