"""Where units really were at given instants: the last place that each reported."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geogrid.model.tracks import DEGREE_STEPS, Tracks


def last_places(
    tracks: Tracks, t_ms: int, longest_age_s: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the last place that each unit reported before an instant.

    Parameters
    ----------
    tracks
        Fixes.
    t_ms
        The instant, milliseconds UTC.
    longest_age_s
        A unit whose last fix is older is not known to be anywhere, seconds.

    Returns
    -------
    unit : ndarray of int, shape (k,)
        Positions in ``tracks.units``, rising.
    lonlat : ndarray of float, shape (k, 2)
        Degrees, WGS-84.
    """
    recent = np.flatnonzero((tracks.t <= t_ms) & (tracks.t >= t_ms - longest_age_s * 1000.0))
    unit = tracks.unit[recent].astype(np.int64)
    last = recent[np.diff(unit, append=-1) != 0]  # fixes are in order of unit and time
    lonlat = np.column_stack([tracks.lon[last], tracks.lat[last]]) / DEGREE_STEPS
    return tracks.unit[last].astype(np.int64), lonlat
