"""From corrected p-values to what a cell is called, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.hotspot_columns import Reason
from geogrid.analysis.hotspot_params import HotspotParams

UNUSUAL_P: Final = 0.05  # of one window by itself; the reason says so when q is higher
CLASSES: Final = ((0.01, 99), (0.05, 95), (0.10, 90))


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """One family of tests: every cell at risk, with q over all of them.

    Parameters
    ----------
    sign
        1 where there is more than expected, -1 where there is less, shape (n,).
    support
        Incidents in the window, whatever they weigh, shape (n,).
    p, q
        Two-sided p, and p corrected for the whole family, shape (n,).
    """

    sign: NDArray[np.float64]
    support: NDArray[np.int64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]

    def hot(self, params: HotspotParams) -> NDArray[np.bool_]:
        """Tell which cells are hot at the rate asked for.

        Parameters
        ----------
        params
            The rate and the least support.

        Returns
        -------
        ndarray of bool, shape (n,)
            True where hot.
        """
        enough = self.support >= params.min_support
        return (self.sign > 0.0) & (self.q <= params.q) & enough

    def cold(self, params: HotspotParams) -> NDArray[np.bool_]:
        """Tell which cells are cold at the rate asked for.

        Parameters
        ----------
        params
            The rate.

        Returns
        -------
        ndarray of bool, shape (n,)
            True where cold; that says nothing of safety.
        """
        return (self.sign < 0.0) & (self.q <= params.q)

    def verdicts(self, min_support: int) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
        """Return what each cell is called, and why.

        Parameters
        ----------
        min_support
            Least number of incidents in the window of a hot cell.

        Returns
        -------
        hot : ndarray of float64, shape (n,)
            99, 95, 90, 0, -90, -95 or -99.
        reason : ndarray of int8, shape (n,)
            A `Reason` each.
        """
        level = np.zeros(self.q.size)
        for rate, confidence in CLASSES:
            level[(self.q <= rate) & (level == 0.0)] = confidence
        hot = level * self.sign
        reason = np.where(self.p <= UNUSUAL_P, Reason.ALONE, Reason.USUAL)
        reason[hot > 0.0], reason[hot < 0.0] = Reason.HOT, Reason.COLD
        too_few = (hot > 0.0) & (self.support < min_support)
        hot[too_few], reason[too_few] = 0.0, Reason.TOO_FEW
        return hot + 0.0, reason.astype(np.int8)  # + 0.0 turns -0.0 into 0.0
