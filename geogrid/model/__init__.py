"""Frozen values, validated when made; no files, no analysis."""
