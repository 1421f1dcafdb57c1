"""From a pack at a date to one SQL statement: expressions, windows, facts, rules, reasons."""
