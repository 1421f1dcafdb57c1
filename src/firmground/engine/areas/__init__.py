"""Areas: codes, names, levels, and what lies above what."""

from firmground.engine.areas.tree import SHIPPED, AreaTree, UnknownAreaTree

__all__ = ["SHIPPED", "AreaTree", "UnknownAreaTree"]
