"""Answers that are kept while facts stay the same, whoever asks."""

from __future__ import annotations

import copy
import hashlib
import os
import threading
from collections.abc import Callable
from typing import Any, Final, Self, TypeVar, cast

from geogrid.made_once import MadeOnce
from geogrid.service.answer_bytes import answer_bytes
from geogrid.service.benches import Benches
from geogrid.service.layers import Questions
from geogrid.service.shelf import Shelf
from geogrid.store.registers import DISTRICTS

# Of answers held in memory: coverage, hotspots and gaps of one window take 124 MB over 370,000
# cells; coverage and gaps 0.43 GB over 2.3 million.
KEPT_BYTES: Final = 2 << 30
Answer = TypeVar("Answer")


class KeptAnswers:
    """An opened workspace with its last answers.

    Parameters
    ----------
    shelf
        The opened stores.
    questions
        What layers are asked with unless a caller asks otherwise.
    """

    def __init__(self, shelf: Shelf, questions: Questions | None = None) -> None:
        self._shelf = shelf
        self._questions = questions or Questions()
        self._registers_ns = shelf.registers.changed_ns()
        self._districts = shelf.registers.fingerprint(DISTRICTS)
        self._answers: MadeOnce[Any] = MadeOnce(KEPT_BYTES, answer_bytes)
        self._benches = Benches((os.cpu_count() or 1) + 1)  # one more, where one takes very long
        self._lock = threading.RLock()

    def asking(self, questions: Questions) -> Self:
        """Return the same workspace, asked with other questions; answers are kept for both.

        Parameters
        ----------
        questions
            What layers are asked with, their window aside.

        Returns
        -------
        KeptAnswers
            Of the same kind as this one.
        """
        other = copy.copy(self)
        other._questions = questions  # noqa: SLF001 - of the same kind
        return other

    def facts(self) -> str:
        """Return a word that stays the same as long as the workspace's facts do."""
        return hashlib.sha256(repr(self._shelf.state()).encode()).hexdigest()[:16]

    def kept_figures(self) -> dict[str, int]:
        """Return ``bytes`` and ``entries`` kept, and how often one was ``found`` or ``made``."""
        return self._answers.figures()

    def _follow_districts(self) -> None:
        """Open the workspace anew when another process has replaced its districts."""
        changed_ns = self._shelf.registers.changed_ns()
        if changed_ns != self._registers_ns:
            self._registers_ns = changed_ns
            districts = self._shelf.registers.fingerprint(DISTRICTS)
            if districts != self._districts:
                self._shelf = Shelf.open(self._shelf.root, self._shelf.engine)
                self._districts = districts

    def _kept(self, key: object, make: Callable[[], Answer]) -> Answer:
        """Return an answer to the same questions from before, or make it."""
        return self._shared((self._questions, key), make)

    def _shared(self, key: object, make: Callable[[], Answer]) -> Answer:
        """Return an answer from before, or make it; facts that change make all answers old."""
        with self._lock:
            self._follow_districts()
            full = (self._shelf.state(), key)
        return cast("Answer", self._answers.get(full, make))
