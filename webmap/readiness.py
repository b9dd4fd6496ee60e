"""Whether the first look at the map finds its layers made."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from enum import StrEnum

logger = logging.getLogger(__name__)


class State(StrEnum):
    """How far an application is."""

    READY = "ready"
    WARMING = "warming up"
    FAILED = "failed"


class Readiness:
    """Ready at once, unless work is begun: then when the work has ended well."""

    def __init__(self) -> None:
        self._state = State.READY

    @property
    def state(self) -> State:
        """Return how far the application is."""
        return self._state

    def begin(self, work: Callable[[], object]) -> threading.Thread:
        """Do work beside the serving of requests.

        Parameters
        ----------
        work
            Makes what the first look needs.

        Returns
        -------
        threading.Thread
            In which it is done; it does not keep the process alive.
        """
        self._state = State.WARMING

        def run() -> None:
            begun = time.perf_counter()
            try:
                work()
            except Exception:
                # Whoever asks for a layer is told what is wrong; the process goes on.
                logger.exception("the layers could not be made before the first look")
                self._state = State.FAILED
            else:
                logger.info("ready after %.1f s", time.perf_counter() - begun)
                self._state = State.READY

        thread = threading.Thread(target=run, name="geogrid-warming", daemon=True)
        thread.start()
        return thread
