"""Seconds and peak memory of one call, each in a process of its own.

A library for the other scripts; it measures nothing by itself.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Measured:
    """What a call gave, and what it cost.

    ``seconds`` is the least of all repeats, ``mib`` the most memory beyond what the process had
    before, in MiB.
    """

    value: Any
    seconds: float
    mib: float


def measured(call: Callable[[], Any], repeats: int = 1) -> Measured:
    """Return a call's answer and cost, from a child that has all that was imported and made.

    The child is a fork, so that kernels are compiled and inputs are there; what it touches of
    them is not counted as its own.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(call, repeats, theirs))
    child.start()
    theirs.close()
    try:
        answer: Measured = ours.recv()
    except EOFError:
        child.join()
        raise SystemExit(f"a measured call ended with status {child.exitcode}") from None
    child.join()
    return answer


def _answer(call: Callable[[], Any], repeats: int, to: Connection) -> None:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    before = pages * resource.getpagesize() / 2**20
    seconds = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        value = call()
        seconds = min(seconds, time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    to.send(Measured(value, seconds, max(peak - before, 0.0)))
