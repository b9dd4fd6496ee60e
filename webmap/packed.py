"""What was packed for the wire, kept in memory up to a limit; each is packed once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Final

PackedKey = tuple[str, ...]
ENTRY_BYTES: Final = 512  # what a key and its places in the tables take beside the content


class PackedAnswers:
    """The contents asked for last, packed.

    Parameters
    ----------
    max_bytes
        What they may take together, with `ENTRY_BYTES` for each.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = Lock()
        self._kept: OrderedDict[PackedKey, bytes] = OrderedDict()
        self._on_the_way: dict[PackedKey, Future[bytes]] = {}
        self._found = 0
        self._made = 0

    def get(self, key: PackedKey, make: Callable[[], bytes]) -> bytes:
        """Return a content, made when it is not there.

        Parameters
        ----------
        key
            Names the content: the same key is the same bytes for ever.
        make
            Returns the content. Of requests for one key at once, one calls it; the others wait,
            and get what it returns or raises.

        Returns
        -------
        bytes
            The content.
        """
        with self._lock:
            if key in self._kept:
                self._found += 1
                self._kept.move_to_end(key)
                return self._kept[key]
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
        except BaseException as error:
            self._end(key)
            mine.set_exception(error)
            raise
        self._end(key, made)
        mine.set_result(made)
        return made

    def _end(self, key: PackedKey, made: bytes | None = None) -> None:
        """Forget that a content is on the way, and keep it where there is room."""
        with self._lock:
            del self._on_the_way[key]
            if made is None or len(made) + ENTRY_BYTES > self._max_bytes:
                return
            self._kept[key] = made
            self._bytes += len(made) + ENTRY_BYTES
            while self._bytes > self._max_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped) + ENTRY_BYTES

    def figures(self) -> dict[str, int]:
        """Return ``bytes`` and ``entries`` kept, and how often one was ``found`` or ``made``."""
        with self._lock:
            return {
                "bytes": self._bytes,
                "entries": len(self._kept),
                "found": self._found,
                "made": self._made,
            }
