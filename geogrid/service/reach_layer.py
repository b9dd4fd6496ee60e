"""Response reach of a workspace: from its rooms, its units, and as it was measured."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.analysis.patrol_day import hour_edges, local_hours
from geogrid.analysis.reach import (
    FIELDS,
    ReachGround,
    UnitReach,
    shares_within,
    unit_reach,
)
from geogrid.analysis.response_times import Responses, measured_responses, response_minutes
from geogrid.analysis.travel_speeds import TravelParams
from geogrid.analysis.unit_positions import last_places
from geogrid.crs import crs_fingerprint
from geogrid.errors import LayerNotFoundError
from geogrid.model.cells import CellTable
from geogrid.model.layer import Layer, Provenance
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.analyses import IncidentChoice, chosen_incidents, in_window, newest
from geogrid.service.layer_kinds import LATTICE_TITLES, REACH, is_synthetic, sources_of
from geogrid.service.patrols import window_days
from geogrid.service.reduced import with_fixes
from geogrid.service.road_network import DrivenRoads, plane, reach_ground
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.store.registers import DISTRICTS

STRAIGHT: Final = (
    "no roads are imported: minutes are those of straight lines times {factor:g} at {speed:g} km/h"
)
NO_ROOMS: Final = "no police rooms are imported: only units are counted from"
_REGISTERS: Final = (DISTRICTS, "roads", "rooms")
_SAMPLE_DAYS: Final = 14  # of a longer window, this many days evenly over it


@dataclass(frozen=True, slots=True)
class ReachQuestion:
    """What reach is asked with.

    Parameters
    ----------
    window
        Days and hours of units' places and of measured responses.
    travel
        Speeds beside the roads.
    level
        False discovery rate of slow cells.
    longest_age_s
        A unit whose last fix is older is not known to be anywhere, seconds.
    """

    window: Window = ALL_TIME
    travel: TravelParams = field(default_factory=TravelParams)
    level: float = 0.05
    longest_age_s: float = 300.0

    def as_json(self) -> dict[str, Any]:
        """Return everything that was asked, as JSON values."""
        return {
            "window": self.window.as_json(),
            **asdict(self.travel),
            "level": self.level,
            "longest_age_s": self.longest_age_s,
        }


def reach_layer(
    shelf: Shelf, question: ReachQuestion | None = None, progress: Progress = no_progress
) -> Layer:
    """Return how far every cell is from rooms and units, as a layer.

    Parameters
    ----------
    shelf
        The workspace.
    question
        What is asked; the defaults if ``None``.
    progress
        Is told how many hours of the day are done.

    Returns
    -------
    Layer
        Columns of `geogrid.analysis.reach.FIELDS`. The summary has ``by`` (roads, straight),
        ``roads`` ``own_speed_share`` ``rooms`` ``reached`` (cells), ``within`` (shares of
        ``land`` and ``incidents`` within some minutes of a room), ``units`` (the same by hour,
        with ``median`` over all), ``measured`` and ``warnings``.

    Raises
    ------
    LayerNotFoundError
        There are neither rooms nor tracks.
    InputError
        The window asks for days of which only sums are kept.
    """
    question = question or ReachQuestion()
    with_fixes(shelf, question.window)
    if "rooms" not in shelf.registers.kinds() and not shelf.tracks.days():
        raise LayerNotFoundError(
            "neither police rooms nor tracks are imported; import them with: geogrid import WS "
            "rooms FILE"
        )
    ground, driven = reach_ground(shelf, question.travel)
    ids, xy = _rooms(shelf)
    reached = ground.places(xy).reached()
    named = np.array([*ids, None], dtype=object)
    units = unit_reach(ground, _sampled(shelf, question, progress))
    by_unit = units.columns()
    measured, impossible = _measured(shelf, question)
    columns: dict[str, NDArray[np.generic]] = {
        "minutes": reached.minutes,
        "room": named[reached.start],  # -1, the last, is none
        "walk_min": ground.walk_min,
        **by_unit,
        "responses": measured.count,
        "measured_min": measured.median_min,
        "q": measured.q,
        "response": measured.verdicts(question.level),
    }
    events = _incident_weight(shelf, question.window)
    summary = {
        **_figures(ground, driven, reached.minutes, events),
        "rooms": len(ids),
        "units": _by_hour(units, by_unit["unit_min"].astype(np.float64), ground, events),
        "measured": measured.summary | {"impossible": impossible},
        "warnings": _warnings(ground, question.travel, len(ids)),
    }
    table = CellTable(shelf.grid, FIELDS, columns, summary)
    return _layer(shelf, question, table)


def _rooms(shelf: Shelf) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Return ids and places of police rooms."""
    if "rooms" not in shelf.registers.kinds():
        return np.empty(0, dtype=object), np.empty((0, 2))
    frame = shelf.registers.read("rooms")
    points = frame.geometry.representative_point().to_numpy()
    return frame.index.astype(str).to_numpy(object), plane(shelf, shapely.get_coordinates(points))


def _sampled(
    shelf: Shelf, question: ReachQuestion, progress: Progress
) -> dict[int, list[NDArray[np.float64]]]:
    """Return where units were in the middle of each hour of some days of the window."""
    days = window_days(shelf, question.window)[0]
    step = np.linspace(0, len(days) - 1, min(len(days), _SAMPLE_DAYS)).round().astype(int)
    sampled: dict[int, list[NDArray[np.float64]]] = {}
    wanted = question.window.hour_mask()
    for done, at in enumerate(np.unique(step).tolist()):
        progress("places of units", done, len(step))
        for hour, xy in _places_of(shelf, days[at], question.longest_age_s):
            if wanted[hour]:
                sampled.setdefault(hour, []).append(xy)
    return sampled


def _places_of(
    shelf: Shelf, day: date, longest_age_s: float
) -> list[tuple[int, NDArray[np.float64]]]:
    """Return hour and places of units near the districts, for each hour of a day."""
    tracks, edges = shelf.tracks.read(day), hour_edges(day, shelf.config.time_zone)
    west, south, east, north = shelf.import_area()
    found = []
    for hour, start, end in zip(
        local_hours(edges, shelf.config.time_zone)[: len(edges) - 1].tolist(),
        edges[:-1].tolist(),
        edges[1:].tolist(),
        strict=True,
    ):
        _, lonlat = last_places(tracks, (start + end) // 2, longest_age_s)
        near = (lonlat >= (west, south)).all(axis=1) & (lonlat <= (east, north)).all(axis=1)
        found.append((hour, plane(shelf, lonlat[near])))
    return found


def _measured(shelf: Shelf, question: ReachQuestion) -> tuple[Responses, int]:
    """Return measured responses of the window, and how many are impossible."""
    frame = shelf.incidents.frame()
    n = len(shelf.grid)
    if frame.empty:
        return measured_responses(np.empty(0, np.int64), np.empty(0), n, level=question.level), 0
    inside = in_window(frame["t_from"].to_numpy(np.int64), question.window, shelf.config.time_zone)
    frame = frame[inside]
    dispatched = frame["dispatched"].to_numpy(np.float64)
    arrived = frame["arrived"].to_numpy(np.float64)
    minutes = response_minutes(dispatched, arrived)
    both = np.isfinite(dispatched) & np.isfinite(arrived)
    at = shelf.grid.position_at(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    found = measured_responses(at, minutes, n, level=question.level)
    return found, int((both & np.isnan(minutes)).sum())


def _incident_weight(shelf: Shelf, window: Window) -> NDArray[np.float64]:
    """Return incidents of the window by cell: those that the public reported."""
    if not shelf.incidents.fingerprint():
        return np.zeros(len(shelf.grid))
    events = chosen_incidents(shelf, window, IncidentChoice())
    at = shelf.grid.position_at(events.lon, events.lat)
    return np.bincount(at[at >= 0], minlength=len(shelf.grid)).astype(np.float64)


def _figures(
    ground: ReachGround,
    driven: DrivenRoads,
    minutes: NDArray[np.float64],
    events: NDArray[np.float64],
) -> dict[str, Any]:
    return {
        "by": "straight" if ground.network is None else "roads",
        "roads": driven.count,
        "own_speed_share": driven.own_speed_share,
        "cells": len(ground.grid),
        "reached": int(np.isfinite(minutes).sum()),
        "within": _within(minutes, ground, events),
    }


def _within(
    minutes: NDArray[np.float64], ground: ReachGround, events: NDArray[np.float64]
) -> dict[str, Any]:
    return {
        "land": shares_within(minutes, ground.grid.area_m2),
        "incidents": shares_within(minutes, events),
    }


def _by_hour(
    units: UnitReach,
    median: NDArray[np.float64],
    ground: ReachGround,
    events: NDArray[np.float64],
) -> dict[str, Any]:
    """Return the figures of units, hour by hour."""
    rows = [
        {
            "hour": hour,
            "samples": samples,
            "units": count,
            **_within(minutes.astype(np.float64), ground, events),
        }
        for hour, minutes, samples, count in zip(
            units.hours, units.minutes, units.samples, units.units, strict=True
        )
    ]
    return {"hours": rows, "median": _within(median, ground, events) if rows else None}


def _warnings(ground: ReachGround, travel: TravelParams, rooms: int) -> list[str]:
    """Return what a reader must know, in English."""
    straight = STRAIGHT.format(factor=travel.straight_factor, speed=travel.straight_kmh)
    told = [straight] if ground.network is None else []
    return told + ([] if rooms else [NO_ROOMS])


def _layer(shelf: Shelf, question: ReachQuestion, table: CellTable) -> Layer:
    hashes = {name: shelf.registers.fingerprint(name) for name in _REGISTERS}
    hashes["incidents"] = shelf.incidents.fingerprint()
    days = window_days(shelf, question.window)[0]
    if days:
        prints = "".join(shelf.tracks.fingerprint(day) for day in days)
        hashes["tracks"] = hashlib.sha256(prints.encode()).hexdigest()
    instants = [int(shelf.tracks.read(days[-1]).t.max(initial=0))] if days else []
    if hashes["incidents"]:
        instants += shelf.incidents.read().t_to.tolist()
    inputs = {name: value for name, value in hashes.items() if value}
    return Layer(
        id=REACH,
        title=LATTICE_TITLES[REACH],
        table=table,
        fields=FIELDS,
        provenance=Provenance(
            inputs=inputs,
            parameters=question.as_json(),
            version=version("geogrid"),
            crs=crs_fingerprint(shelf.config.crs),
            data_as_of=newest(instants),
            sources=sources_of(shelf, tuple(inputs)),
        ),
        synthetic=is_synthetic(shelf, REACH),
    )
