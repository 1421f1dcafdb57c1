"""Looking a lake over: whether its files are as they were written, and whether what they say can be so."""
