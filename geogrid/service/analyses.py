"""Cameras, hotspots and gaps of a workspace, from its registers and incidents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.aoristic import require_shifts
from geogrid.analysis.camera_coverage import camera_coverage
from geogrid.analysis.dosage_summary import CellDosage, cell_dosage
from geogrid.analysis.gaps import GapInputs, GapParams, coverage_gaps
from geogrid.analysis.harm import harm_counts, tail_counts
from geogrid.analysis.hotspots import at_risk_cells
from geogrid.analysis.origin_guard import origin_guard
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.road_lengths import road_metres
from geogrid.analysis.views import CameraParams
from geogrid.analysis.window_clock import WindowClock
from geogrid.errors import InputError
from geogrid.model.cells import CellTable
from geogrid.model.incidents import SOURCES, Incidents
from geogrid.model.places import Places
from geogrid.model.sensors import CameraStatus, Lenses, Purpose, Sensors
from geogrid.model.window import Window
from geogrid.service.buildings import registered_buildings
from geogrid.service.delivered import dosage_report, duty_ms
from geogrid.service.matching import further_matches
from geogrid.service.patrols import silent_cells, window_days, window_end_ms
from geogrid.service.promises import DOSAGE
from geogrid.service.shelf import Shelf

PUBLIC_SOURCES: Final = ("call", "unknown")  # what officers find follows where they go
_PURPOSES: Final = frozenset(Purpose)
_EXPOSURE_POINTS: Final = ("rooms", "places")


@dataclass(frozen=True, slots=True)
class IncidentChoice:
    """Which incidents count.

    Parameters
    ----------
    categories
        Names of categories; empty for all.
    sources
        Some of ``call``, ``officer``, ``sensor``, ``unknown``.
    stacked
        ``drop`` or ``keep`` incidents at a coordinate that too many share.
    mask_period
        First and last local day of the incidents that say where something can happen;
        ``None`` for the first 365 days of the data.
    shifts
        Hours at which shifts begin, rising.

    Raises
    ------
    InputError
        A source is not known, or another value is out of its range.
    """

    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = PUBLIC_SOURCES
    stacked: Literal["drop", "keep"] = "drop"
    mask_period: tuple[str, str] | None = None
    shifts: tuple[int, ...] = (6, 14, 22)

    def __post_init__(self) -> None:
        unknown = [source for source in self.sources if source not in SOURCES]
        if unknown or not self.sources:
            raise InputError(
                "unknown source of incidents {source!r}; choose from {known}",
                source=",".join(unknown),
                known=", ".join(SOURCES),
            )
        if self.stacked not in ("drop", "keep"):
            raise InputError("stacked must be drop or keep, got {stacked!r}", stacked=self.stacked)
        if self.mask_period is not None:
            Window.parse(*self.mask_period)
        require_shifts(self.shifts)


def sensors(shelf: Shelf) -> Sensors:
    """Return the cameras of a workspace.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    Sensors
        In order of id.

    Raises
    ------
    LayerNotFoundError
        No cameras are registered.
    """
    frame = shelf.registers.read("cameras")
    status = frame["status"].fillna("on") if "status" in frame else pd.Series("on", frame.index)
    return Sensors(
        ids=tuple(frame.index.astype(str)),
        lon=frame.geometry.x.to_numpy(),
        lat=frame.geometry.y.to_numpy(),
        range_m=_numbers(frame, "range"),
        bearing_deg=_numbers(frame, "bearing") % 360.0,
        view_angle_deg=_numbers(frame, "view_angle"),
        status=tuple(CameraStatus(word) for word in status),
        height_m=_numbers(frame, "height"),
        lenses=Lenses(*(_numbers(frame, name) for name in ("focal_mm", "sensor_mm", "pixels"))),
        purpose=tuple(Purpose(word) if word in _PURPOSES else None for word in _purposes(frame)),
    )


def _purposes(frame: gpd.GeoDataFrame) -> list[str | None]:
    """Return what each camera is registered for, as far as it is."""
    return list(frame["purpose"]) if "purpose" in frame else [None] * len(frame)


def _numbers(frame: gpd.GeoDataFrame, name: str) -> NDArray[np.float64]:
    """Return a column of numbers; NaN where the register is silent."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    return np.asarray(frame[name].to_numpy(np.float64), dtype=np.float64)


def roads(shelf: Shelf) -> Places | None:
    """Return the roads of a workspace; ``None`` when none are registered.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    Places or None
        Lines, their class as kind.
    """
    if "roads" not in shelf.registers.kinds():
        return None
    frame = shelf.registers.read("roads")
    kind = frame["class"].fillna("").astype(str) if "class" in frame else [""] * len(frame)
    return Places(tuple(frame.index.astype(str)), tuple(kind), frame.geometry.to_numpy())


def exposure(
    shelf: Shelf, points: tuple[str, ...] = _EXPOSURE_POINTS
) -> dict[str, NDArray[np.bool_]]:
    """Return by register the cells in which something can happen.

    Parameters
    ----------
    shelf
        The workspace.
    points
        Registers that count beside roads, each feature where a point of it is.

    Returns
    -------
    dict of str to ndarray of bool
        Masks over the active cells; a register that is empty is not named.
    """
    prints = tuple((kind, shelf.registers.fingerprint(kind)) for kind in ("roads", *points))
    return dict(_exposure(shelf, points, prints))


@lru_cache(maxsize=4)  # one question each of hotspots, gaps and forecasts, in every window
def _exposure(
    shelf: Shelf,
    points: tuple[str, ...],
    prints: tuple[tuple[str, str], ...],  # noqa: ARG001 - a key: other registers
) -> dict[str, NDArray[np.bool_]]:
    masks: dict[str, NDArray[np.bool_]] = {}
    lines = roads(shelf)
    if lines is not None:
        masks["roads"] = road_metres(lines, shelf.grid) > 0.0
    for kind in points:
        if kind in shelf.registers.kinds():
            frame = shelf.registers.read(kind)
            frame = frame[frame["persons"] > 0.0] if kind == "population" else frame
            inside = frame.geometry.representative_point()
            at = shelf.grid.position_at(inside.x.to_numpy(), inside.y.to_numpy())
            masks[kind] = np.bincount(at[at >= 0], minlength=len(shelf.grid)) > 0
    return masks


def chosen_incidents(shelf: Shelf, window: Window, choice: IncidentChoice) -> Incidents:
    """Return the incidents of a window that count.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count; a range of times counts by its beginning.
    choice
        Categories and sources.

    Returns
    -------
    Incidents
        In order of id.

    Raises
    ------
    InputError
        A category does not occur.
    """
    every = shelf.incidents.read()
    keep = in_window(every.t_from, window, shelf.config.time_zone)
    keep &= np.isin(every.source, [SOURCES.index(source) for source in choice.sources])
    if choice.categories:
        unknown = set(choice.categories) - set(every.categories)
        if unknown:
            raise InputError(
                "no incident has the category {category!r}; there are {known}",
                category=min(unknown),
                known=", ".join(every.categories),
            )
        wanted = [every.categories.index(name) for name in choice.categories]
        keep &= np.isin(every.category, wanted)
    return every.where(keep)


def in_window(t_ms: NDArray[np.int64], window: Window, time_zone: str) -> NDArray[np.bool_]:
    """Tell which instants lie in a window.

    Parameters
    ----------
    t_ms
        Milliseconds UTC, shape (n,).
    window
        The window.
    time_zone
        IANA name.

    Returns
    -------
    ndarray of bool, shape (n,)
        True inside.
    """
    local = pd.DatetimeIndex(pd.to_datetime(t_ms, unit="ms", utc=True)).tz_convert(time_zone)
    keep = np.array(window.hour_mask())[local.hour]
    zone = ZoneInfo(time_zone)
    if window.first is not None:
        keep &= t_ms >= _midnight_ms(window.first, zone)
    if window.last is not None:
        keep &= t_ms < _midnight_ms(window.last + timedelta(days=1), zone)
    if window.weekdays is not None:
        keep &= np.isin(local.day_of_week, sorted(window.weekdays))
    return np.asarray(keep, dtype=np.bool_)


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def camera_result(shelf: Shelf, params: CameraParams) -> CellTable:
    """Return what the cameras of a workspace see.

    Parameters
    ----------
    shelf
        The workspace.
    params
        What to assume where the register is silent.

    Returns
    -------
    CellTable
        See `geogrid.analysis.camera_coverage`.

    Raises
    ------
    LayerNotFoundError
        No cameras are registered.
    """
    return camera_coverage(
        sensors(shelf),
        shelf.grid,
        roads=roads(shelf),
        buildings=registered_buildings(shelf),
        params=params,
    )


def gap_result(
    shelf: Shelf, window: Window, patrol: CellTable, *, rules: PatrolRules, params: GapParams
) -> CellTable:
    """Return the coverage gaps of a workspace in a window.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count.
    patrol
        Patrol effort in the same window.
    rules
        The thresholds it was worked out with.
    params
        What counts as a gap.

    Returns
    -------
    CellTable
        See `geogrid.analysis.gaps`.
    """
    choice = IncidentChoice()
    incidents = chosen_incidents(shelf, window, choice)
    at, n_cells = shelf.grid.position_at(incidents.lon, incidents.lat), len(shelf.grid)
    by_harm = params.weight == "harm"
    reference = chosen_incidents(shelf, Window(), choice)
    masks = exposure(shelf)
    if len(reference) or masks:
        required, _ = at_risk_cells(reference, shelf.grid, exposure=masks)
    else:
        required = np.ones(len(shelf.grid), dtype=np.bool_)
    promised = _promised(shelf, window, rules)
    if promised is not None:
        required = required | np.isfinite(promised.promised)
    harm = harm_counts(at, incidents.weight, n_cells) if by_harm else None
    on_duty = duty_ms(shelf, window)
    seen = np.nan_to_num(patrol["passes"].astype(np.float64)) > 0.0
    inputs = GapInputs(
        coverage=patrol,
        incidents=np.bincount(at[at >= 0], minlength=n_cells),
        required=required,
        harm=harm,
        judged=None if harm is None else tail_counts(harm, at, incidents.weight),
        dark=silent_cells(shelf, window, rules, params, wanted=required & ~seen),
        window_end_ms=window_end_ms(shelf, window),
        missing_days=window_days(shelf, window)[1],
        on_duty=None if on_duty is None else on_duty > 0,
        dosage=promised,
    )
    table = coverage_gaps(inputs, params=params)

    def counts(asked: Window, clock: WindowClock | None) -> NDArray[np.float64]:
        events = chosen_incidents(shelf, asked, choice)
        if clock is not None:
            events = events.where(clock.holds(events.t_from))
        position = shelf.grid.position_at(events.lon, events.lat)
        weight = events.weight if by_harm else np.ones(len(events))
        return harm_counts(position, weight, n_cells)

    every = chosen_incidents(shelf, window, IncidentChoice(sources=SOURCES))
    match = table.summary["match"] | further_matches(shelf, window, required, rules, counts)
    told = {
        "match": match,
        "origin": origin_guard(every, choice.sources),
        "weight": params.weight,
        "dark_by": "road" if "roads" in shelf.registers.kinds() else "straight",
    }
    return replace(table, summary={**table.summary, **told})


def _promised(shelf: Shelf, window: Window, rules: PatrolRules) -> CellDosage | None:
    """Return cell by cell what was promised and got; ``None`` where nothing is promised."""
    if DOSAGE not in shelf.registers.kinds():
        return None
    report = dosage_report(shelf, window, rules)
    return cell_dosage(report.places, report.rows, len(shelf.grid))


def newest(instants_ms: Sequence[int]) -> str | None:
    """Return the newest of some instants as ISO 8601 in UTC.

    Parameters
    ----------
    instants_ms
        Milliseconds UTC.

    Returns
    -------
    str or None
        ``None`` when there are none.
    """
    if not instants_ms:
        return None
    newest_s = max(instants_ms) // 1000
    return datetime.fromtimestamp(newest_s, UTC).isoformat().replace("+00:00", "Z")
