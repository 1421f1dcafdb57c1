"""Print the survey-weighted means of a round: python means.py LAKE FIRST-DAY. Reads the lake's files, nothing else."""

import csv
import json
import sys
from pathlib import Path

import duckdb

lake, first_day = Path(sys.argv[1]), sys.argv[2]
manifest = json.loads(max((lake / "manifest").glob("*.json")).read_text())
rows = duckdb.read_parquet([str(lake / file["path"]) for file in manifest["tables"]["attributes"]], union_by_name=True)
settled = manifest["settled"].get("attributes")  # rows that were corrected or withdrawn, if there are any
if settled:
    gone = duckdb.read_parquet(str(lake / settled["path"])).filter("until_at is null")
    rows = rows.join(gone, "row_id", how="anti")
rows.create_view("attributes")
means = duckdb.execute(Path(__file__).with_name("means.sql").read_text(), {"round": first_day})
table = csv.writer(sys.stdout, lineterminator="\n")
table.writerow(column[0] for column in means.description)
table.writerows(means.fetchall())  # Python writes a double with all its digits
