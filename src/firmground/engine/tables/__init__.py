"""The record tables: names, columns, types and keys, as the lake and every pack know them.

The lists here are the contract with the departments that deliver; what a pack may change (kinds) is not here.
"""

from firmground.engine.tables.schema import (
    COMMON,
    LAKE_COLUMNS,
    MONEY,
    TABLES,
    Column,
    Table,
    Type,
    arrow_type,
    table,
)

__all__ = ["COMMON", "LAKE_COLUMNS", "MONEY", "TABLES", "Column", "Table", "Type", "arrow_type", "table"]
