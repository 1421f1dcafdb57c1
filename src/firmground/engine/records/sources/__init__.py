"""What a department's headings and codes mean."""
