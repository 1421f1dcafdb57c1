"""From any file that a department sends to a staging table of text cells."""
