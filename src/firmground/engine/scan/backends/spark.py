"""The statement on Spark: the same trees, written in Spark's dialect, over the same files.

Needs the extra `spark` and Java 17. Arithmetic is ANSI: what is an error in DuckDB is an error here.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlglot

from firmground.engine.scan.compile.statement import Statement, write
from firmground.engine.scan.judged import Judged, counts_of
from firmground.engine.scan.relations import Relations
from firmground.errors import FirmgroundError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DIALECT = "spark"


class SparkMissing(FirmgroundError):
    """The backend Spark was asked for, but PySpark is not installed."""

    id = "FG-S010"
    exit_code = 2


def session(master: str) -> SparkSession:
    """The running Spark session, or a new one on `master` (`local[*]`, `yarn`, `k8s://...`).

    Settings come from Spark's own configuration; only those that the answer depends on are set here.
    Raises SparkMissing.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SparkMissing(
            found="PySpark is not installed",
            expected="the extra `spark` and Java 17",
            hint="Install it with `pip install 'firmground[spark]'`.",
        ) from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    running = SparkSession.getActiveSession()
    if running is None:
        builder = SparkSession.builder.master(master).appName("firmground")
        if master.startswith("local"):
            builder = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "8")
            builder = builder.config("spark.ui.showConsoleProgress", "false").config("spark.log.level", "ERROR")
            builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
        running = builder.getOrCreate()
    running.conf.set("spark.sql.session.timeZone", "UTC")
    running.conf.set("spark.sql.ansi.enabled", "true")
    running.conf.set("spark.sql.execution.arrow.pyspark.enabled", "true")
    return running


def judge(statement: Statement, relations: Relations, *, master: str) -> Judged:
    """Run the statement. Returns the warnings, unsorted, and what was counted."""
    spark = session(master)
    prepare(spark, relations)
    hits = spark.sql(statement.hits(DIALECT)).persist()
    try:
        hits.createOrReplaceTempView("hits")
        warnings: pa.Table = spark.sql(write(statement.warnings, DIALECT)).toArrow()
        counts = spark.sql(write(statement.counts, DIALECT)).toArrow().to_pylist()[0]
        totals = spark.sql(statement.totals(DIALECT)).toArrow().to_pylist()[0]
    finally:
        hits.unpersist()
    return Judged(warnings, counts_of(statement.pack, counts, totals))


def prepare(spark: SparkSession, relations: Relations) -> None:
    """Make the relations temporary views of the session."""
    for name, rows in relations.tables.items():
        spark.createDataFrame(rows).createOrReplaceTempView(name)
    for name, paths in relations.files.items():
        spark.read.parquet(*map(_named, paths)).createOrReplaceTempView(name)
    for name, sql in relations.definitions.items():
        text = sqlglot.transpile(sql, read="duckdb", write=DIALECT)[0]
        spark.sql(text).createOrReplaceTempView(name)


def _named(path: Path) -> str:
    """A file as itself alone: Spark takes these characters of a name for a pattern."""
    return re.sub(r"([\\\[\]{}*?])", r"\\\1", str(path.absolute()))
