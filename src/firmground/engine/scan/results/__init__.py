"""What becomes of warnings: files, spreadsheets, notebooks, counts by area."""
