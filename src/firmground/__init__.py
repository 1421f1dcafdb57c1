"""Firmground keeps households from falling back into poverty."""
