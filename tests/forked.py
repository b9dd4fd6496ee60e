"""Command lines, each in a process of its own that need not load the program first.

Loading it takes ten times as long as most commands take. A server loads it once, runs nothing
itself, and forks for each command line: what a command leaves in memory ends with it.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geogrid.cli import main

STARTS = multiprocessing.get_context("forkserver")
# The last is another user of the server; a module that it has not loaded, each process loads.
STARTS.set_forkserver_preload(["geogrid.cli", "geogrid.workspace", "tests.service.test_killed"])


@dataclass(frozen=True)
class Ended:
    """What a command line printed, and its exit code."""

    code: int
    out: str
    err: str


def run_forked(words: Sequence[str], folder: Path) -> Ended:
    """Run ``geogrid`` with some words in a folder, as its installed command does."""
    told = [folder / ".out", folder / ".err"]
    process = STARTS.Process(target=_speak, args=(list(words), folder, told))
    process.start()
    process.join()
    out, err = (path.read_text("utf-8") for path in told)
    for path in told:
        path.unlink()
    return Ended(process.exitcode, out, err)


def _speak(words, folder, told):
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith("LC_")]:
        del os.environ[name]
    os.environ["LANG"] = "C.UTF-8"
    for stream, path in zip((sys.stdout, sys.stderr), told, strict=True):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, stream.fileno())
        os.close(opened)
        stream.reconfigure(encoding="utf-8")
    main(words)
