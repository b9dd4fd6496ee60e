"""Readers: each returns a value and a report of what was read and refused."""
