"""Run tasks in threads of this process; the kernels release the interpreter's lock."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class Engine(Protocol):
    """Anything that applies a function to tasks and yields the results in order."""

    @property
    def shares_memory(self) -> bool:
        """Whether tasks run in this process: large results cost nothing to hand back."""
        ...

    def __call__(
        self, function: Callable[[Task], Result], tasks: Iterable[Task]
    ) -> Iterator[Result]:
        """Yield ``function(task)`` for each task, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Threads:
    """The engine that runs tasks in threads of this process.

    Parameters
    ----------
    count
        Number of threads, at least 1; one per processor if ``None``.
    """

    shares_memory: ClassVar[bool] = True

    count: int | None = None

    def __call__(
        self, function: Callable[[Task], Result], tasks: Iterable[Task]
    ) -> Iterator[Result]:
        """Yield ``function(task)`` for each task, in order; see `run_local`."""
        return run_local(function, tasks, threads=self.count or os.cpu_count() or 1)


def run_local(
    function: Callable[[Task], Result], tasks: Iterable[Task], *, threads: int = 2
) -> Iterator[Result]:
    """Yield ``function(task)`` for each task, in order, a few tasks ahead.

    Parameters
    ----------
    function
        Called in several threads at once; must not share anything that it changes.
    tasks
        Taken one by one, at most ``threads + 1`` ahead of the results that were taken, so that
        memory stays bounded.
    threads
        Number of threads, at least 1.

    Yields
    ------
    Result
        In the order of the tasks.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for task in tasks:
            waiting.append(pool.submit(function, task))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
