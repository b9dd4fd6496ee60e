"""The rhythm of a day as a judge of the times that a workspace imports."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.time_guard import HOURS, QUIET_HOURS, judge_times
from geogrid.io.report import Message

LOOKS_LOCAL: Final = (
    "{file}: the quietest hours of the day are {from_h:02d} to {to_h:02d} in {zone}; were the "
    "times local and not UTC, it would be {would_from:02d} to {would_to:02d}. Ask who wrote the "
    "file; if they are local, undo the import, take the Z or offset off them and import with "
    "--tz {zone}"
)
LOOKS_UTC: Final = (
    "{file}: the quietest hours of the day are {from_h:02d} to {to_h:02d} in {zone}; were the "
    "times UTC and not local, it would be {would_from:02d} to {would_to:02d}. Ask who wrote the "
    "file; if they are UTC, undo the import and import with --tz UTC"
)
_MS_PER_HOUR: Final = 3_600_000


def time_doubts(
    file: str, instants_ms: NDArray[np.int64], unit: NDArray[np.integer] | None, zone: str
) -> list[Message]:
    """Return what the rhythm of a day makes one ask of a file's times.

    Parameters
    ----------
    file
        The file's name.
    instants_ms
        Its times, ms UTC, shape (n,).
    unit
        Number of the unit of each, shape (n,): one with many fixes in an hour counts once in it;
        ``None`` where each counts.
    zone
        IANA name of the workspace's local time.

    Returns
    -------
    list of Message
        A warning, or none.
    """
    if not instants_ms.size:
        return []
    hours = instants_ms // _MS_PER_HOUR
    if unit is not None:
        span = int(hours.max() - hours.min()) + 1
        once = np.unique(unit.astype(np.int64) * span + (hours - hours.min()))
        hours = once % span + hours.min()
    local = pd.to_datetime(hours * _MS_PER_HOUR, unit="ms", utc=True).tz_convert(zone)
    by_hour = np.bincount(local.hour, minlength=HOURS).astype(np.int64)
    days = np.unique(local.tz_localize(None).to_numpy().astype("datetime64[D]")).size
    middle = datetime.fromtimestamp(float(np.median(hours)) * 3600.0, ZoneInfo(zone))
    offset = middle.utcoffset()
    offset_h = 0.0 if offset is None else offset.total_seconds() / 3600.0
    found = judge_times(by_hour, days, offset_h)
    if found is None:
        return []
    values = {
        "file": file,
        "zone": zone,
        "from_h": found.quiet,
        "to_h": (found.quiet + QUIET_HOURS) % HOURS,
        "would_from": found.would_be,
        "would_to": (found.would_be + QUIET_HOURS) % HOURS,
    }
    return [Message(LOOKS_LOCAL if found.looks == "local" else LOOKS_UTC, values)]
