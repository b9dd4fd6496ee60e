"""Compiled loops: arrays in, arrays out; one published algorithm per file."""
