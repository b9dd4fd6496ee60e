"""Compressed lattice columns, kept in memory up to a limit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

ColumnKey = tuple[str, ...]


class ColumnCache:
    """The columns asked for last, compressed.

    Parameters
    ----------
    max_bytes
        What they may take together.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = Lock()
        self._kept: OrderedDict[ColumnKey, bytes] = OrderedDict()

    def get(self, key: ColumnKey, make: Callable[[], bytes]) -> bytes:
        """Return a column, made when it is not there.

        Parameters
        ----------
        key
            Names the content: the same key is the same bytes for ever.
        make
            Returns the content. Two requests at once may both call it.

        Returns
        -------
        bytes
            The content.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            if key not in self._kept and len(made) <= self._max_bytes:
                self._kept[key] = made
                self._bytes += len(made)
            while self._bytes > self._max_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped)
        return made
