"""From text cells to judged rows: types, checks, and quarantine."""
