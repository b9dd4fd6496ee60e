"""One writer at a time: a lock on a file of the workspace that ends with its process."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from geogrid.errors import StoreError

FILE_NAME: Final = ".lock"
WAIT_S: Final = 10.0  # most imports are over by then; a longer wait looks like a hang
_POLL_S: Final = 0.05


@contextmanager
def exclusive(root: Path, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold a workspace for writing; readers are never kept waiting.

    Parameters
    ----------
    root
        The workspace's folder.
    wait_s
        How long to wait for another writer, seconds.

    Yields
    ------
    None
        While the lock is held.

    Raises
    ------
    StoreError
        Another process went on writing.
    """
    with (root / FILE_NAME).open("a") as file:
        until = time.monotonic() + wait_s
        while not _taken(file.fileno()):
            if time.monotonic() >= until:
                raise StoreError(
                    "another import is writing to {workspace}; wait until it is done and try again",
                    workspace=root,
                )
            time.sleep(_POLL_S)
        yield


def is_free(root: Path) -> bool:
    """Tell whether nobody is writing to a workspace at the moment.

    Parameters
    ----------
    root
        The workspace's folder.

    Returns
    -------
    bool
        False while a writer holds the lock.
    """
    with (root / FILE_NAME).open("a") as file:
        return _taken(file.fileno())


def _taken(handle: int) -> bool:
    """Take the lock if it is free; closing the file gives it back."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
