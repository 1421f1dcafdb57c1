"""A proposal of what an unknown file holds: its table, which heading is which column, and what its codes mean."""
