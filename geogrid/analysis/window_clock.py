"""The instants of a window of time, laid end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.patrol_day import hour_edges, local_hours
from geogrid.model.window import Window


@dataclass(frozen=True, slots=True, eq=False)
class WindowClock:
    """The instants of a window, laid end to end.

    Parameters
    ----------
    start, end
        Limits of its unbroken parts, milliseconds UTC, rising, shape (n,).
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]

    @classmethod
    def of(cls, window: Window, days: Sequence[date], time_zone: str) -> WindowClock:
        """Return the clock of a window over given days.

        Parameters
        ----------
        window
            The window.
        days
            Local days, rising.
        time_zone
            IANA name.

        Returns
        -------
        WindowClock
            Parts that touch are joined.
        """
        wanted = np.array(window.hour_mask())
        parts: list[tuple[int, int]] = []
        for day in days:
            edges = hour_edges(day, time_zone)
            for at in np.flatnonzero(wanted[local_hours(edges, time_zone)]):
                start, end = int(edges[at]), int(edges[at + 1])
                if parts and parts[-1][1] == start:
                    parts[-1] = (parts[-1][0], end)
                else:
                    parts.append((start, end))
        both = np.array(parts, dtype=np.int64).reshape(-1, 2)
        return cls(both[:, 0], both[:, 1])

    @property
    def length_ms(self) -> int:
        """Length of the window."""
        return int((self.end - self.start).sum())

    def elapsed(self, t: NDArray[np.int64], part: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return how much of the window is over at instants inside given parts.

        Parameters
        ----------
        t
            Milliseconds UTC.
        part
            The part that holds each.

        Returns
        -------
        ndarray of int
            Milliseconds.
        """
        before = np.cumsum(self.end - self.start) - (self.end - self.start)
        return np.asarray(before[part] + t - self.start[part], dtype=np.int64)

    def holds(self, t: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which instants lie in the window.

        Parameters
        ----------
        t
            Milliseconds UTC, shape (n,).

        Returns
        -------
        ndarray of bool, shape (n,)
            True from the start of a part on, up to its end.
        """
        part = np.searchsorted(self.end, t, side="right")
        inside = part < self.start.size
        inside[inside] = self.start[part[inside]] <= t[inside]
        return np.asarray(inside, dtype=np.bool_)
