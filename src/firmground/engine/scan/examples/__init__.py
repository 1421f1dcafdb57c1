"""Worked examples of a pack: their files, their rows, and how they are tried."""
