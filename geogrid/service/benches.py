"""Where heavy answers are worked out: a few at a time, as many as processors can go on with.

More at once would each take longer, and whoever asks for something quick would wait for its turn
among all of them: a thread of Python has the interpreter for 5 ms before another one gets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore


class Benches:
    """So many benches; who finds none free waits.

    Whoever waits for what another one works out has to lend its own bench meanwhile. So who has
    a bench always goes on, and nobody waits for ever.

    Parameters
    ----------
    count
        How many, at least 1.
    """

    def __init__(self, count: int) -> None:
        self._free = BoundedSemaphore(count)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have a bench for a while."""
        with self._free:
            yield

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Do without the bench that one has for a while."""
        self._free.release()
        try:
            yield
        finally:
            self._free.acquire()
