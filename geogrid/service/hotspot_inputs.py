"""Which incidents a test of hotspots counts, on which cells, and what a reader must know of both.

The cells at risk come from what is registered and from the incidents of a frozen period, so that
neither a window nor next week's data changes the family of tests. Incidents stacked on one
coordinate are named and left out. How many incidents officers found themselves is told, since
those follow where officers go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.aoristic import hour_profile, shift_counts, window_shares
from geogrid.analysis.at_risk import at_risk_cells
from geogrid.analysis.feedback import exposure_weights
from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.stacked_places import StackedPlace, at_places, stacked_places
from geogrid.model.cells import CellTable
from geogrid.model.incidents import SOURCES, Incidents
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.analyses import IncidentChoice, chosen_incidents, exposure, in_window
from geogrid.service.reduced import require_stays
from geogrid.service.shelf import Shelf

EXPOSED: Final = ("rooms", "places", "population", "buildings")  # beside roads
FROZEN_DAYS: Final = 365  # the seasons once
MOST_SHARE: Final = 0.30  # above, a map of incidents is a map of patrols
MOST_PLACES: Final = 20  # named one by one
OFFICER: Final = SOURCES.index("officer")
UNKNOWN: Final = SOURCES.index("unknown")
UNIT: Final = 0.05  # of weights by exposure: with a common unit, chances of sums stay exact
UNWEIGHTED: Final = (
    "incidents found by officers count in full: only gi, local-moran and areas weigh them, where "
    "patrols of the window are on record"
)
WARNINGS: Final = {
    "officer": "found by officers: {share:.0%} of the incidents counted; they follow where "
    "officers go",
    "unknown": "of {share:.0%} of the incidents counted the source is not known: they may follow "
    "where officers go",
}


@dataclass(frozen=True, slots=True, eq=False)
class HotspotInputs:
    """What a test of hotspots looks at.

    Parameters
    ----------
    incidents
        Those that count, with the weights they count by where they are weighed.
    at_risk
        The cells that are tested, shape (n_cells,).
    mask_name
        What ``at_risk`` was judged by.
    figures
        What the summary tells of both, JSON values.
    weighted
        Whether what officers found is weighed by how rarely they were there.
    """

    incidents: Incidents
    at_risk: NDArray[np.bool_]
    mask_name: str
    figures: dict[str, Any]
    weighted: bool = False

    def weighing(self, params: HotspotParams) -> HotspotParams:
        """Return parameters in which weights count where there are any.

        Parameters
        ----------
        params
            As they were asked for.

        Returns
        -------
        HotspotParams
            With ``weight`` of ``exposure`` where what officers found is weighed and nothing
            else is.
        """
        if self.weighted and params.weight == "none":
            return replace(params, weight="exposure")
        return params


def hotspot_inputs(
    shelf: Shelf,
    window: Window,
    choice: IncidentChoice,
    *,
    aoristic: bool = False,
    harm: bool = False,
    patrol: CellTable | None = None,
) -> HotspotInputs:
    """Return which incidents count, and on which cells.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count.
    choice
        Categories, sources, and what to do with stacks.
    aoristic
        Incidents count by the share of their time range that lies in the window.
    harm
        Incidents count by their harm.
    patrol
        Patrol coverage of the window: what officers found counts by how rarely they were
        there. ``None`` where the method counts each incident once, or no patrol is on record.

    Returns
    -------
    HotspotInputs
        Its figures have ``sources`` (incidents of the window by source, chosen or not),
        ``officer_share`` and ``unknown_share`` (of those that count), ``officer_weighted``,
        ``warnings``, ``stacked`` (``incidents`` of the window at such ``places``, and whether
        they were ``dropped``), ``mask_period`` (first and last day, and whether it is ``frozen``),
        ``by_hour`` and ``by_shift`` (sums of the incidents' shares: over all of their ranges,
        or where they count by their share, over what lies in the window).

    Raises
    ------
    InputError
        A category does not occur.
    """
    every = chosen_incidents(shelf, Window(), replace(choice, sources=SOURCES))
    zone = shelf.config.time_zone
    chosen = every.where(np.isin(every.source, [SOURCES.index(name) for name in choice.sources]))
    stacks = stacked_places(chosen, rooms=room_places(shelf))
    doubted = at_places(chosen, stacks)
    trusted = chosen.where(~doubted) if choice.stacked == "drop" else chosen
    counted = in_time(trusted, window, zone, aoristic=aoristic, harm=harm)
    counted, weighted = _weighed(counted, shelf, patrol, own=aoristic or harm)
    period, frozen = mask_period(trusted, zone, choice)
    reference = trusted.where(in_window(trusted.t_from, period, zone))
    at_risk, mask_name = at_risk_cells(reference, shelf.grid, exposure=exposure(shelf, EXPOSED))
    doubted &= in_window(chosen.t_from, window, zone)
    of_window = every.where(in_window(every.t_from, window, zone))
    figures = {
        **source_figures(of_window, counted, weighted=weighted),
        "stacked": stack_figures(stacks, int(doubted.sum()), choice),
        "mask_period": {**period.as_json(), "frozen": frozen},
        **_clock(counted, zone, choice.shifts, window if aoristic else ALL_TIME),
    }
    return HotspotInputs(counted, at_risk, mask_name, figures, weighted)


def _weighed(
    incidents: Incidents, shelf: Shelf, patrol: CellTable | None, *, own: bool
) -> tuple[Incidents, bool]:
    """Return incidents, those that officers found weighed by how rarely units were there.

    Weights are in steps of `UNIT`. Without ``own`` weights, others count once.
    """
    found = incidents.source == OFFICER
    days = len(patrol.summary["days"]) if patrol is not None else 0
    if patrol is None or not days or not found.any():
        return incidents, False
    require_stays(patrol)
    position = shelf.grid.position_at(incidents.lon, incidents.lat)
    rare = exposure_weights(found, position, patrol["days"].astype(np.float64), days)
    rare = np.maximum(np.rint(rare / UNIT), 1.0) / round(1.0 / UNIT)
    return replace(incidents, weight=rare * (incidents.weight if own else 1.0)), True


def stack_figures(
    stacks: tuple[StackedPlace, ...], incidents: int, choice: IncidentChoice
) -> dict[str, Any]:
    """Return what the summary tells of coordinates that too many incidents share.

    Parameters
    ----------
    stacks
        The coordinates.
    incidents
        How many of the incidents asked for have one.
    choice
        With what to do with them.

    Returns
    -------
    dict
        ``incidents``, ``dropped``, and ``places``: the fullest 20.
    """
    return {
        "incidents": incidents,
        "dropped": choice.stacked == "drop",
        "places": [one.as_json() for one in stacks[:MOST_PLACES]],
    }


def in_time(
    incidents: Incidents, window: Window, zone: str, *, aoristic: bool, harm: bool
) -> Incidents:
    """Return the incidents of a window, with the weights they count by.

    Parameters
    ----------
    incidents
        The incidents.
    window
        Which days and hours count.
    zone
        IANA name.
    aoristic
        An incident counts by the share of its range in the window; else whole, where its
        range begins.
    harm
        An incident also counts by its harm.

    Returns
    -------
    Incidents
        Those of which anything counts; their weights are harm and share as asked for, and
        as they were where neither is.
    """
    if not aoristic:
        return incidents.where(in_window(incidents.t_from, window, zone))
    share = window_shares(incidents.t_from, incidents.t_to, window, zone)
    kept = incidents.where(share > 0.0)
    weight = share[share > 0.0] * (kept.weight if harm else 1.0)
    return replace(kept, weight=weight)


def mask_period(incidents: Incidents, zone: str, choice: IncidentChoice) -> tuple[Window, bool]:
    """Return the period whose incidents say where something can happen.

    Parameters
    ----------
    incidents
        All of the chosen kinds.
    zone
        IANA name.
    choice
        With the period that was asked for, if any.

    Returns
    -------
    period : Window
        As asked for; else the first 365 days of the data.
    frozen : bool
        Whether later data leave it as it is.
    """
    if choice.mask_period is not None:
        return Window.parse(*choice.mask_period), True
    if not len(incidents):
        return Window(), False
    ends = pd.to_datetime([incidents.t_from.min(), incidents.t_from.max()], unit="ms", utc=True)
    first, newest = (date(one.year, one.month, one.day) for one in ends.tz_convert(ZoneInfo(zone)))
    last = first + timedelta(days=FROZEN_DAYS - 1)
    return Window(first, min(last, newest)), newest > last


def source_figures(
    of_window: Incidents, counted: Incidents, *, weighted: bool = False
) -> dict[str, Any]:
    """Return who told of the incidents, and a warning where that makes them doubtful.

    Parameters
    ----------
    of_window
        All incidents of the window, whatever their source.
    counted
        Those that count.
    weighted
        Whether those that officers found are weighed by how rarely they were there.

    Returns
    -------
    dict
        ``sources``, ``officer_share``, ``unknown_share``, ``officer_weighted``, ``warnings``.
    """
    by_source = np.bincount(of_window.source, minlength=len(SOURCES))
    total = max(len(counted), 1)
    shares = {
        name: int((counted.source == number).sum()) / total
        for name, number in (("officer", OFFICER), ("unknown", UNKNOWN))
    }
    unweighted = [UNWEIGHTED] if shares["officer"] and not weighted else []
    return {
        "sources": dict(zip(SOURCES, by_source.tolist(), strict=True)),
        **{f"{name}_share": share for name, share in shares.items()},
        "officer_weighted": weighted,
        "warnings": unweighted
        + [
            WARNINGS[name].format(share=share)
            for name, share in shares.items()
            if share > MOST_SHARE
        ],
    }


def _clock(
    incidents: Incidents, zone: str, shifts: tuple[int, ...], window: Window
) -> dict[str, Any]:
    """Return how the incidents are spread over the hours of the day and the shifts."""
    times = incidents.t_from, incidents.t_to
    profile = hour_profile(*times, zone, window=window).sum(axis=0)
    by_day = shift_counts(*times, zone, starts=shifts, window=window)
    sums = np.bincount(by_day["shift"].astype(int), by_day["incidents"], len(shifts))
    ends = (*shifts[1:], shifts[0])
    return {
        "by_hour": profile.tolist(),
        "by_shift": {
            f"{start:02d}-{end:02d}": float(amount)
            for start, end, amount in zip(shifts, ends, sums, strict=True)
        },
    }


def room_places(shelf: Shelf) -> NDArray[np.float64] | None:
    """Return where the police rooms stand that are registered.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    ndarray of float64 or None
        Longitude and latitude, shape (n, 2); ``None`` where none are registered.
    """
    if "rooms" not in shelf.registers.kinds():
        return None
    points = shelf.registers.read("rooms").geometry.representative_point()
    return np.column_stack([points.x.to_numpy(), points.y.to_numpy()])
