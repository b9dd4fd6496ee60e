"""Whether times look hours off: a city is quietest before dawn, whatever zone a file claims.

Local times that are stored as UTC come out later by the zone's offset, and UTC that is taken for
local time earlier. The quietest hours of the day then lie in the daytime. Units that work nights
only look the same, so that nothing follows from it but a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

HOURS: Final = 24
QUIET_HOURS: Final = 4  # the length of the quietest part of a day
LEAST_EVENTS: Final = 200
LEAST_DAYS: Final = 3
_MOST_QUIET: Final = 0.5  # of what the quietest hours would have if all hours were alike
_LEAST_NIGHT: Final = 0.7  # of the same, from 2 to 6: a fleet at rest twice a day says nothing
_BEFORE_DAWN: Final = 2  # o'clock
_NIGHT: Final = (0.0, 7.0)  # the middle of the quietest hours of a city lies in it
_DAY: Final = (9.0, 23.5)
_LEAST_OFFSET_H: Final = 3

Doubt = Literal["local", "utc"]


@dataclass(frozen=True, slots=True)
class TimeVerdict:
    """What the rhythm of a day says of a file's times.

    Parameters
    ----------
    quiet
        The first of the quietest hours on the local clock, as the times are declared.
    would_be
        The same if the times were read the other way.
    looks
        ``local``: local times that were taken for UTC; ``utc``: the other way round.
    """

    quiet: int
    would_be: int
    looks: Doubt


def judge_times(by_hour: NDArray[np.int64], days: int, offset_h: float) -> TimeVerdict | None:
    """Return that times look hours off, if they clearly do.

    Parameters
    ----------
    by_hour
        Events by hour of the local clock as declared, shape (24,).
    days
        Local days with events.
    offset_h
        What the local clock is ahead of UTC, hours.

    Returns
    -------
    TimeVerdict or None
        ``None`` where the quietest hours lie before dawn, no hours are clearly quiet, there are
        too few events or days, or the zone is within 3 hours of UTC.
    """
    total, shift = int(by_hour.sum()), round(offset_h)
    if total < LEAST_EVENTS or days < LEAST_DAYS or abs(shift) < _LEAST_OFFSET_H:
        return None
    even = total * QUIET_HOURS / HOURS
    part = np.sum([np.roll(by_hour, -k) for k in range(QUIET_HOURS)], axis=0) / even
    quiet = int(np.argmin(part))
    if part[quiet] > _MOST_QUIET or part[_BEFORE_DAWN] < _LEAST_NIGHT or not _lies(quiet, _DAY):
        return None
    turned = {"local": (quiet - shift) % HOURS, "utc": (quiet + shift) % HOURS}
    fitting: list[Doubt] = [looks for looks in ("local", "utc") if _lies(turned[looks], _NIGHT)]
    if len(fitting) != 1:
        return None
    return TimeVerdict(quiet, turned[fitting[0]], fitting[0])


def _lies(first: int, span: tuple[float, float]) -> bool:
    """Tell whether the middle of quiet hours lies in a part of the day."""
    return span[0] <= (first + QUIET_HOURS / 2) % HOURS <= span[1]
