"""Values kept in memory up to a limit of bytes; whoever asks for one at once gets the same one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Final, Generic, TypeVar

Value = TypeVar("Value")
ENTRY_BYTES: Final = 512  # what a key and its places in the tables take beside the value


class MadeOnce(Generic[Value]):
    """The values asked for last.

    Parameters
    ----------
    max_bytes
        What they may take together, with `ENTRY_BYTES` for each. Those not asked for the longest
        go first.
    bytes_of
        Returns what a value takes.
    """

    def __init__(self, max_bytes: int, bytes_of: Callable[[Value], int]) -> None:
        self._max_bytes = max_bytes
        self._bytes_of = bytes_of
        self._bytes = 0
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._on_the_way: dict[Hashable, Future[Value]] = {}
        self._found = 0
        self._made = 0

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return a value, made when it is not there.

        Parameters
        ----------
        key
            Names the value: the same key is the same value for ever.
        make
            Returns the value. Of requests for one key at once, one calls it; the others wait,
            and get what it returns or raises. It may ask for other keys, never for its own.

        Returns
        -------
        Value
            The value; one that takes more than all may is not kept.
        """
        with self._lock:
            if key in self._kept:
                self._found += 1
                self._kept.move_to_end(key)
                return self._kept[key][0]
            waited_for = self._on_the_way.get(key)
            if waited_for is None:
                self._made += 1
                mine = self._on_the_way[key] = Future()
            else:
                self._found += 1
        if waited_for is not None:
            return waited_for.result()
        try:
            made = make()
            taken = self._bytes_of(made) + ENTRY_BYTES
        except BaseException as error:
            with self._lock:
                del self._on_the_way[key]
            mine.set_exception(error)
            raise
        self._keep(key, made, taken)
        mine.set_result(made)
        return made

    def _keep(self, key: Hashable, made: Value, taken: int) -> None:
        """Forget that a value is on the way, and keep it where there is room."""
        with self._lock:
            del self._on_the_way[key]
            if taken > self._max_bytes:
                return
            self._kept[key] = made, taken
            self._bytes += taken
            while self._bytes > self._max_bytes:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._bytes -= dropped

    def figures(self) -> dict[str, int]:
        """Return ``bytes`` and ``entries`` kept, and how often one was ``found`` or ``made``."""
        with self._lock:
            return {
                "bytes": self._bytes,
                "entries": len(self._kept),
                "found": self._found,
                "made": self._made,
            }
