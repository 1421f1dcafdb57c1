"""Areas: codes, names, levels, and what lies above what."""

from firmground.engine.areas.tree import SHIPPED, AreaCircle, AreaTree, UnknownAreaTree, circles

__all__ = ["SHIPPED", "AreaCircle", "AreaTree", "UnknownAreaTree", "circles"]
