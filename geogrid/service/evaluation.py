"""Did it help? Incidents and patrols of a treated place before and after, with its control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geogrid.analysis.displacement import (
    BeforeAfter,
    difference_from_rest,
    displacement_difference,
    displacement_quotient,
)
from geogrid.analysis.dosage import Promise, PromisedPlace
from geogrid.analysis.dosage_summary import dosage_totals
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.shift_clock import WHOLE_DAY
from geogrid.crs import WGS84, reprojection
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.io.boundaries import read_boundary
from geogrid.model.points_inside import points_inside_or_on
from geogrid.model.window import Window
from geogrid.service.analyses import IncidentChoice, chosen_incidents
from geogrid.service.delivered import delivered_to
from geogrid.service.layer_kinds import NOTHING
from geogrid.service.months import PatrolYear
from geogrid.service.patrols import window_days
from geogrid.service.reduced import with_fixes
from geogrid.service.shelf import Progress, Shelf, no_progress

RING_M: Final = 300.0
FEW: Final = 20  # expected counts under it make the normal approximation doubtful
_ZONES: Final = ("place", "ring", "control", "control_ring")


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationQuestion:
    """What is compared.

    Parameters
    ----------
    place
        The treated place, WGS-84.
    before, after
        First and last local days of both periods.
    control
        A place without treatment, WGS-84; ``None`` for all of the districts beyond the ring.
    ring_m
        Width of the ring around the place, and around the control, in which displaced
        incidents are looked for, metres, > 0.
    choice
        Which incidents count.

    Raises
    ------
    InputError
        The periods overlap or are in the wrong order, or the ring has no width.
    """

    place: BaseGeometry
    before: tuple[date, date]
    after: tuple[date, date]
    control: BaseGeometry | None = None
    ring_m: float = RING_M
    choice: IncidentChoice = field(default_factory=IncidentChoice)

    def __post_init__(self) -> None:
        first, last = self.before, self.after
        if not (first[0] <= first[1] < last[0] <= last[1]):
            raise InputError(
                "the period before must end before the one after begins, got {before} and {after}",
                before=":".join(day.isoformat() for day in first),
                after=":".join(day.isoformat() for day in last),
            )
        if not 0.0 < self.ring_m < float("inf"):
            raise InputError("the ring must be more than 0 m wide, got {got}", got=self.ring_m)

    def windows(self) -> tuple[Window, Window]:
        """Return the periods before and after as windows."""
        return (
            Window(first=self.before[0], last=self.before[1]),
            Window(first=self.after[0], last=self.after[1]),
        )

    def days(self) -> tuple[int, int]:
        """Return the lengths of the periods before and after, days."""
        first, last = ((period[1] - period[0]).days + 1 for period in (self.before, self.after))
        return first, last


def place_of_file(path: Path) -> BaseGeometry:
    """Return the union of the polygons of a file.

    Parameters
    ----------
    path
        Polygons with an id each, as districts and areas have it.

    Returns
    -------
    BaseGeometry
        WGS-84.

    Raises
    ------
    InputError
        The file cannot be read, or a shape is no polygon.
    """
    boundary = read_boundary(path)[0].to_crs(WGS84)
    return shapely.union_all(np.array(boundary.geometries, dtype=object))


def period_of(text: str) -> tuple[date, date]:
    """Return the days of a period.

    Parameters
    ----------
    text
        Two local days, both included, as ``2026-03-01:2026-03-31``.

    Returns
    -------
    first, last : date
        The days.

    Raises
    ------
    InputError
        The text is no such period.
    """
    first, _, last = text.partition(":")
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise InputError(
            "a period is two days, such as 2026-03-01:2026-03-31, got {text!r}", text=text
        ) from error


def _zones(shelf: Shelf, question: EvaluationQuestion) -> dict[str, BaseGeometry]:
    """Return place, ring, control and its ring in the workspace's CRS, no two overlapping."""
    change = reprojection(WGS84, shelf.config.crs)
    place = shapely.transform(question.place, change)
    land = shapely.union_all(np.array(shelf.grid.boundary.geometries, dtype=object))
    if not place.intersects(land):
        raise InputError("the place lies outside all districts of the workspace")
    ring = place.buffer(question.ring_m).difference(place)
    if question.control is None:
        rest = land.difference(place.buffer(question.ring_m))
        return {"place": place, "ring": ring, "control": rest}
    control = shapely.transform(question.control, change)
    if control.distance(place) < 2.0 * question.ring_m:
        raise InputError(
            "the control is {apart:,.0f} m from the place; with rings of {ring:,.0f} m it must be "
            "at least {least:,.0f} m away, or both see the same displaced incidents",
            apart=control.distance(place),
            ring=question.ring_m,
            least=2.0 * question.ring_m,
        )
    control_ring = control.buffer(question.ring_m).difference(control)
    return dict(zip(_ZONES, (place, ring, control, control_ring), strict=True))


def _counts(
    shelf: Shelf, question: EvaluationQuestion, zones: Mapping[str, BaseGeometry]
) -> dict[str, BeforeAfter]:
    """Return the incidents of each zone; one on an edge is counted in the first that has it."""
    sums: dict[str, list[int]] = {name: [] for name in zones}
    change = reprojection(WGS84, shelf.config.crs)
    for window in question.windows():
        events = chosen_incidents(shelf, window, question.choice)
        xy = change(np.column_stack([events.lon, events.lat])) if len(events) else np.empty((0, 2))
        left = np.ones(len(xy), dtype=np.bool_)
        for name, shape in zones.items():
            inside = left & points_inside_or_on(shape, xy[:, 0], xy[:, 1])
            sums[name].append(int(inside.sum()))
            left &= ~inside
    return {name: BeforeAfter(*pair) for name, pair in sums.items()}


def _dosage(
    shelf: Shelf,
    question: EvaluationQuestion,
    zones: Mapping[str, BaseGeometry],
    rules: PatrolRules,
    progress: Progress,
) -> dict[str, Any] | None:
    """Return what patrols delivered in both periods; ``None`` where no tracks are imported."""
    if not shelf.tracks.days():
        return None
    x, y = shelf.grid.spec.centres(shelf.grid.cells)
    places = [
        PromisedPlace(name, "evaluation", "", _cells(zones[name], shelf, x, y), Promise())
        for name in ("place", "ring", *(("control",) if question.control is not None else ()))
    ]
    told: dict[str, Any] = {place.place: {} for place in places}
    year = PatrolYear.of(shelf, rules, progress)
    for period, window in zip(("before", "after"), question.windows(), strict=True):
        with_fixes(shelf, window)
        days = len(window_days(shelf, window)[0])
        rows = delivered_to(shelf, places, window, year, (WHOLE_DAY,)).rows
        for at, place in enumerate(places):
            sums = dosage_totals(rows[rows["at"] == at])
            told[place.place][period] = {
                "days": days,
                "visits": sums["all_visits"],
                "delivered_min": sums["delivered_min"],
                "unit_min": sums["unit_min"],
                "min_per_day": sums["delivered_min"] / days if days else None,
                "band_share": sums["band_share"],
            }
    return told


def _cells(
    shape: BaseGeometry, shelf: Shelf, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the cells with their centre in a shape; that of a point of it where there is none."""
    inside = np.flatnonzero(points_inside_or_on(shape, x, y)).astype(np.int64)
    if inside.size:
        return inside
    point = shape.representative_point()
    far = np.hypot(x - point.x, y - point.y)
    nearest = int(np.argmin(far))
    return np.array([nearest] if far[nearest] < shelf.grid.spec.cell_size else [], dtype=np.int64)


def evaluation(
    shelf: Shelf,
    question: EvaluationQuestion,
    rules: PatrolRules,
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """Return whether incidents fell at a place beyond its control, and what patrols delivered.

    Parameters
    ----------
    shelf
        The workspace.
    question
        What is compared.
    rules
        Thresholds of patrol time.
    progress
        Is told how many stale days are derived.

    Returns
    -------
    dict
        JSON values: ``wdd`` ``se`` ``interval`` ``z`` of place and ring together, ``local`` and
        ``displaced``: the same of each, ``wdq``, ``counts`` by zone, ``method`` (``control``
        or ``rest``), ``days`` and ``days_with_tracks`` of both periods, ``dosage`` by zone and
        period, ``few``: whether counts are so small that the interval is doubtful, and what
        was asked.

    Raises
    ------
    LayerNotFoundError
        There are no incidents.
    InputError
        The place lies outside the districts, or the control is too near or has no incidents.
    """
    if not shelf.incidents.fingerprint():
        raise LayerNotFoundError(NOTHING, kind="incidents")
    zones = _zones(shelf, question)
    counts = _counts(shelf, question, zones)
    place, ring, control = (counts[name] for name in _ZONES[:3])
    if question.control is None:
        local, displaced, total = (
            difference_from_rest(one, control) for one in (place, ring, place.plus(ring))
        )
    else:
        near = (place, control), (ring, counts["control_ring"])
        local, displaced, total = (
            displacement_difference(*pairs, days=question.days())
            for pairs in (near[:1], near[1:], near)
        )
    known = [len(window_days(shelf, window)[0]) for window in question.windows()]
    return total.as_json() | {
        "local": local.as_json(),
        "displaced": displaced.as_json(),
        "wdq": displacement_quotient(place, ring, control),
        "counts": {
            name: {"before": one.before, "after": one.after} for name, one in counts.items()
        },
        "few": min(place.before, place.after) < FEW,
        "method": "rest" if question.control is None else "control",
        "ring_m": question.ring_m,
        "before": [day.isoformat() for day in question.before],
        "after": [day.isoformat() for day in question.after],
        "days": list(question.days()),
        "days_with_tracks": known,
        "sources": list(question.choice.sources),
        "categories": list(question.choice.categories),
        "dosage": _dosage(shelf, question, zones, rules, progress),
    }
