"""The command line: parse, call the workspace, print; no logic of its own."""

from geogrid.cli.program import main

__all__ = ["main"]
