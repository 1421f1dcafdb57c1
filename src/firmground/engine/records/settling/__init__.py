"""Which rows count, and between which times."""
