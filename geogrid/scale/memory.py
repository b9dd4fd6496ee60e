"""Let the process keep the memory that it frees, for the next day of fixes.

A day takes some hundred megabytes in a dozen arrays and gives them back. The C library returns
such memory to the system at once and asks for it anew, and the system clears every page, one
thread at a time. Measured on seven days of 1.6 million fixes: one thread takes 276 instead of
202 ms a day, and two threads are no faster than one instead of twice as fast.
"""

from __future__ import annotations

import ctypes
import logging
from typing import Final

logger = logging.getLogger(__name__)

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8  # of <malloc.h>
KEPT_BYTES: Final = (2 << 30) - 1  # free memory above this goes back: the most an int holds
_LARGEST_BYTES: Final = 32 << 20  # the most that glibc takes for this threshold
_AT_ONCE_BYTES: Final = 64 << 20  # asked of the system: rarely, as threads wait for each other


def keep_freed_memory() -> bool:
    """Ask the C library to keep freed memory; for programs, not for libraries inside one.

    Returns
    -------
    bool
        Whether it does; a C library other than glibc is left as it is.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    # Memory of further arenas goes back whole, whatever the threshold says: one is enough, as
    # threads ask for few and large pieces.
    wanted = {
        _MMAP_THRESHOLD: _LARGEST_BYTES,
        _TRIM_THRESHOLD: KEPT_BYTES,
        _TOP_PAD: _AT_ONCE_BYTES,
        _ARENA_MAX: 1,
    }
    answers = [mallopt(option, value) for option, value in wanted.items()]  # all are asked for
    taken = all(answer == 1 for answer in answers)
    logger.debug("the C library keeps freed memory: %s", taken)
    return taken
