"""Runs as they are kept, so that they can be answered again, and what they say of earlier ones."""
