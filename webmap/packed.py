"""What was packed for the wire, kept in memory up to a limit; each is packed once."""

from __future__ import annotations

from geogrid.made_once import ENTRY_BYTES, MadeOnce

__all__ = ["ENTRY_BYTES", "PackedAnswers"]


class PackedAnswers(MadeOnce[bytes]):
    """The contents asked for last, packed, by what names them for ever.

    Parameters
    ----------
    max_bytes
        What they may take together, as `MadeOnce` counts.
    """

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes, len)
