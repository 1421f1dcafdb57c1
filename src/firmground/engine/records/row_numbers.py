"""The number of a row: which delivery it came with, and where in the file."""

from __future__ import annotations

ROWS_PER_DELIVERY = 2**32  # a row's number is that of its delivery times this, and its own in the file


def delivery_sql(alias: str) -> str:
    """The SQL of the number of the delivery of a row."""
    return f"({alias}.row_id // {ROWS_PER_DELIVERY})"
