"""The first and last fixes of every local day, which its neighbours need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.patrol_day import EDGE_FIXES
from geogrid.kernels.fixes import Fixes
from geogrid.model.tracks import Tracks

_DAY_BITS: Final = 24  # more than the number of any day of the calendar


@dataclass(frozen=True, slots=True, eq=False)
class DayEdges:
    """The first and last fixes of all days, in order of unit and time.

    Parameters
    ----------
    units
        Names.
    fixes
        The fixes.
    day
        The local day of each, an ordinal, shape (n,).
    """

    units: tuple[str, ...]
    fixes: Fixes
    day: NDArray[np.int64]

    def around(self, day: int) -> Tracks:
        """Return each unit's last three fixes before a day and first three after it.

        Parameters
        ----------
        day
            An ordinal.

        Returns
        -------
        Tracks
            In order.
        """
        unit = self.fixes.unit.astype(np.int64)
        starts = np.flatnonzero(np.diff(unit, prepend=-1))
        ends = np.append(starts[1:], unit.size)[: starts.size]
        key = (unit << _DAY_BITS) | self.day
        wanted = (unit[starts] << _DAY_BITS) | day
        first, after = np.searchsorted(key, wanted), np.searchsorted(key, wanted, "right")
        steps = np.arange(EDGE_FIXES)
        before = first[:, None] - 1 - steps
        behind = after[:, None] + steps
        rows = [before[before >= starts[:, None]], behind[behind < ends[:, None]]]
        near = Fixes._make(column[np.sort(np.concatenate(rows))] for column in self.fixes)
        present, code = np.unique(near.unit, return_inverse=True)
        units = tuple(self.units[number] for number in present)
        return Tracks(units, *near._replace(unit=code.astype(np.int32)))
