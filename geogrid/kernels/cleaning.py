"""Which GPS fixes are wrong, and where a unit at rest really is: spikes, frozen fixes, drift.

Three rules go over the fixes of one unit after another. Each is worked out so that two days cut
at midnight, each with three fixes of the other at hand, say the same of the last fix before
midnight and of the first after it; nothing else is shared between days.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

KEPT = 0
SPIKE = 1  # there and back faster than a unit can go
FROZEN = 2  # an old place said again while the unit went on


class Thresholds(NamedTuple):
    """Thresholds of the three rules, in metres and milliseconds."""

    max_m_s: float  # faster than a unit can go
    max_gap_ms: int  # a longer silence is no part of a stay
    frozen_fixes: int  # as many equal places in a row can be frozen
    stay_radius_m: float  # a unit at rest is said to be this near its place
    stay_fixes: int  # a stay has as many fixes ...
    stay_ms: int  # ... and lasts as long


class Cleaned(NamedTuple):
    """What becomes of each fix, shape (n,); see `cleaned`."""

    reason: NDArray[np.int8]
    rest: NDArray[np.bool_]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def cleaned(
    unit: NDArray[np.int32],
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    thresholds: Thresholds,
    day_start: int,
    day_end: int,
) -> Cleaned:
    """Return which fixes of a day are kept, and where their units were.

    Parameters
    ----------
    unit, t
        Unit and time (ms UTC) of each fix, sorted by both: those of the day, and each unit's
        last three before it and first three after it.
    x, y
        Positions in metres, finite; places that were stored as equal are equal here.
    thresholds
        Of the rules.
    day_start, day_end
        Limits of the local day, ms UTC; it is half open.

    Returns
    -------
    Cleaned
        ``reason``: 0 kept, 1 spike, 2 frozen. ``rest``: whether a fix is part of a stay.
        ``x``, ``y``: metres; in a stay the mean of its fixes, else as given. Of the fixes
        outside the day only the last kept before it and the first kept after it are meant to
        be used.
    """
    # NumPy makes the arrays, in large pages: making them in numba costs 7 ns a fix more.
    out = Cleaned(np.zeros(t.size, np.int8), np.zeros(t.size, np.bool_), x.copy(), y.copy())
    _clean(out, unit, t, x, y, thresholds, day_start, day_end)
    return out


@njit(cache=True, nogil=True)
def _clean(
    out: Cleaned,
    unit: NDArray[np.int32],
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    thresholds: Thresholds,
    day_start: int,
    day_end: int,
) -> None:
    """Apply the rules to one unit after another, each while its fixes are in the cache."""
    first = 0
    while first < t.size:
        after = first + 1
        while after < t.size and unit[after] == unit[first]:
            after += 1
        mark_spikes(out.reason, first, after, t, x, y, thresholds.max_m_s)
        mark_frozen(out.reason, first, after, t, x, y, thresholds, day_start, day_end)
        hold_stays(out, first, after, t, x, y, thresholds, day_start, day_end)
        first = after


@njit(cache=True, nogil=True)
def _too_far(dx: float, dy: float, dt: int, max_m_s: float) -> bool:
    """Tell whether nothing goes so many metres in so many milliseconds."""
    most_mm = max_m_s * dt
    return bool((dx * dx + dy * dy) * 1e6 > most_mm * most_mm)


@njit(cache=True, nogil=True)
def mark_spikes(
    reason: NDArray[np.int8],
    first: int,
    after: int,
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    max_m_s: float,
) -> None:
    """Mark one unit's spikes: too far from both neighbours, which are near each other.

    A lasting jump is no spike: its one impossible segment is rejected by the walk. Nor is
    one of several fixes in a row that all look like spikes, as when two devices report under
    one name: nobody knows which is right. The rule looks at two fixes before and two after, and
    the neighbours of a spike are always kept.

    Parameters
    ----------
    reason
        What becomes of each fix; changed.
    first, after
        Where the unit's fixes begin and end.
    t
        Times, ms.
    x, y
        Metres.
    max_m_s
        Top speed.
    """
    run = 0  # fixes in a row, up to i - 2, that look like spikes
    into = False  # whether the way from fix i - 2 to fix i - 1 is too far
    for i in range(first + 1, after):
        away = _too_far(x[i] - x[i - 1], y[i] - y[i - 1], t[i] - t[i - 1], max_m_s)
        if (
            into
            and away
            and not _too_far(x[i] - x[i - 2], y[i] - y[i - 2], t[i] - t[i - 2], max_m_s)
        ):
            run += 1
        else:
            if run == 1:
                reason[i - 2] = SPIKE
            run = 0
        into = away
    if run == 1:
        reason[after - 2] = SPIKE


@njit(cache=True, nogil=True)
def mark_frozen(
    reason: NDArray[np.int8],
    first: int,
    after: int,
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    thresholds: Thresholds,
    day_start: int,
    day_end: int,
) -> None:
    """Mark one unit's frozen fixes: an old place said again until the unit turns up elsewhere.

    Kept fixes in a row at one and the same place are frozen if the unit cannot have gone on from
    there at the last of them, but can have at the first. The first stays. Only rows that lie in
    the day, with the fix that follows, are judged: the days around do not see them, and the
    fixes next to midnight are never marked.

    Parameters
    ----------
    reason
        What becomes of each fix; changed.
    first, after
        Where the unit's fixes begin and end.
    t
        Times, ms.
    x, y
        Metres.
    thresholds
        Of the rules.
    day_start, day_end
        Limits of the local day, ms.
    """
    begin, last, n = first, first, 0
    for i in range(first, after):
        if reason[i] != KEPT:
            continue
        if n > 0 and x[i] == x[last] and y[i] == y[last]:
            last, n = i, n + 1
            continue
        if n >= thresholds.frozen_fixes and t[begin] >= day_start and t[i] < day_end:
            dx, dy, top = x[i] - x[last], y[i] - y[last], thresholds.max_m_s
            if _too_far(dx, dy, t[i] - t[last], top) and not _too_far(dx, dy, t[i] - t[begin], top):
                for j in range(begin + 1, last + 1):
                    if reason[j] == KEPT:
                        reason[j] = FROZEN
        begin, last, n = i, i, 1


@njit(cache=True, nogil=True)
def hold_stays(
    out: Cleaned,
    first: int,
    after: int,
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    thresholds: Thresholds,
    day_start: int,
    day_end: int,
) -> None:
    """Give the fixes of one unit at rest one place: the mean of all fixes of the stay.

    A stay goes on while the next kept fix lies near the mean of those so far and comes in time.
    The first and the last kept fix of the day keep their own places and are in no stay, because
    the days around see them without the rest of the stay.

    Parameters
    ----------
    out
        What becomes of each fix; ``rest``, ``x`` and ``y`` are changed.
    first, after
        Where the unit's fixes begin and end.
    t
        Times, ms.
    x, y
        Metres.
    thresholds
        Of the rules.
    day_start, day_end
        Limits of the local day, ms.
    """
    while first < after and (t[first] < day_start or out.reason[first] != KEPT):
        first += 1
    after -= 1
    while after > first and (t[after] >= day_end or out.reason[after] != KEPT):
        after -= 1
    if first >= after:
        return
    radius, max_gap_ms = thresholds.stay_radius_m, thresholds.max_gap_ms
    begin, last, n, sum_x, sum_y = first, first, 0.0, 0.0, 0.0  # sums of metres from fix `begin`
    x0, y0, t0, t1 = 0.0, 0.0, t[0], t[0]  # of fix `begin` and fix `last`
    for i in range(first + 1, after + 1):
        if out.reason[i] != KEPT:
            continue
        dx, dy, now = x[i] - x0, y[i] - y0, t[i]
        off_x, off_y, most = n * dx - sum_x, n * dy - sum_y, n * radius
        near = off_x * off_x + off_y * off_y <= most * most
        if near and n > 0.0 and i < after and now - t1 <= max_gap_ms:
            last, t1, n, sum_x, sum_y = i, now, n + 1.0, sum_x + dx, sum_y + dy
            continue
        if t1 - t0 >= thresholds.stay_ms:
            place = x0 + sum_x / n, y0 + sum_y / n
            _hold(out, (begin, last, int(n)), place, i, t, x, y, thresholds)
        begin, last, n, sum_x, sum_y = i, i, 1.0, 0.0, 0.0
        x0, y0, t0, t1 = x[i], y[i], now, now


@njit(cache=True, nogil=True)
def _hold(
    out: Cleaned,
    stay: tuple[int, int, int],
    place: tuple[float, float],
    following: int,
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    thresholds: Thresholds,
) -> None:
    """Give the fixes of a stay one place, but no way that was possible becomes impossible.

    Where the place is too far from the fix before the stay or after it, as when a unit that
    reports every second drives off, the first or the last fix of the stay is left where it is,
    and so on inwards.
    """
    begin, last, n = stay
    px, py = place
    top = thresholds.max_m_s
    before = begin - 1
    while out.reason[before] != KEPT:
        before -= 1
    while n > 0:
        bx, by, dt = out.x[before], out.y[before], t[begin] - t[before]
        own = _too_far(x[begin] - bx, y[begin] - by, dt, top)
        if own or not _too_far(px - bx, py - by, dt, top):
            break
        before, begin, n = begin, begin + 1, n - 1
        while n > 0 and out.reason[begin] != KEPT:
            begin += 1
    while n > 0:
        fx, fy, dt = x[following], y[following], t[following] - t[last]
        own = _too_far(fx - x[last], fy - y[last], dt, top)
        if own or not _too_far(fx - px, fy - py, dt, top):
            break
        following, last, n = last, last - 1, n - 1
        while n > 0 and out.reason[last] != KEPT:
            last -= 1
    if n < thresholds.stay_fixes or t[last] - t[begin] < thresholds.stay_ms:
        return
    for i in range(begin, last + 1):
        if out.reason[i] == KEPT:
            out.rest[i], out.x[i], out.y[i] = True, px, py
