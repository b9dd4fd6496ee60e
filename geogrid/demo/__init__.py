"""A labelled SYNTHETIC city on the real districts of Sanming, as files that offices have.

It writes files and nothing else; importing them is a true run of the product's main job.
What was planted, for checks, is in ``truth.json`` beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from geogrid.demo.city import City, build_city
from geogrid.demo.files import DemoFile
from geogrid.demo.fleet import DAY_S, draw_fleet
from geogrid.demo.ground import read_ground
from geogrid.demo.incidents import draw_incidents
from geogrid.demo.places import NamedPlaces, draw_hazards, draw_rooms, draw_venues
from geogrid.demo.registers import (
    GCJ02,
    LOCAL_TIME,
    WGS84,
    write_cameras,
    write_checkpoints,
    write_hazards,
    write_incidents,
    write_promises,
    write_roads,
    write_rooms,
    write_shifts,
    write_venues,
    write_yards,
)
from geogrid.demo.sensors import draw_cameras, draw_checkpoints
from geogrid.demo.tracks import write_tracks
from geogrid.demo.truth import write_truth

__all__ = ["SIZES", "DemoFile", "DemoSize", "write_demo"]

LAST_DAY: Final = np.datetime64("2026-03-08")
FIRST_INCIDENT_DAY: Final = np.datetime64("2024-03-09")


@dataclass(frozen=True, slots=True)
class DemoSize:
    """How much there is of everything; ``active`` are the districts with life, all if None."""

    active: tuple[str, ...] | None
    days: int
    cars: int
    cameras: int
    checkpoints: int
    rooms: int
    hazards: int
    lodgings: int
    internet_cafes: int
    incidents: int


SIZES: Final[Mapping[str, DemoSize]] = {
    "tiny": DemoSize(("350402", "350403"), 3, 30, 1_200, 6, 60, 4, 90, 37, 6_000),
    "city": DemoSize(None, 7, 187, 16_450, 27, 421, 28, 600, 247, 60_000),
}


def write_demo(
    folder: Path,
    districts: Path,
    *,
    size: Literal["tiny", "city"] | DemoSize,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> tuple[DemoFile, ...]:
    """Write the files of a synthetic city and return what to import.

    Parameters
    ----------
    folder
        Where the files go; made when absent.
    districts
        GeoJSON of Sanming's twelve districts of 2010 (``adcode``, ``name``; WGS-84).
    size
        ``city``: all districts, 187 cars, 7 days. ``tiny``: two districts, 30 cars, 3 days. Or
        how much of everything.
    seed
        The same seed gives the same bytes.
    progress
        Is called with a short English sentence before each stage.

    Returns
    -------
    tuple of DemoFile
        In the order to import them. ``truth.json``, beside them, is not one of them.

    Raises
    ------
    BoundaryError
        The file of districts lacks one that the demo needs.
    """
    plan = size if isinstance(size, DemoSize) else SIZES[size]
    say = progress or _say_nothing
    folder.mkdir(parents=True, exist_ok=True)
    say("reading districts and towns")
    ground = read_ground(districts, plan.active)
    say("building roads and streets")
    city = build_city(ground, seed=seed)
    say("placing cameras, checkpoints, police rooms and venues")
    rooms = draw_rooms(city.net, ground, plan.rooms, seed=seed)
    files = _write_registers(folder, city, plan, rooms)
    say("drawing two years of incidents")
    period_s = (_local_seconds(FIRST_INCIDENT_DAY), _local_seconds(LAST_DAY + 1))
    incidents = draw_incidents(city, n=plan.incidents, period_s=period_s)
    files.append(write_incidents(folder, ground, incidents))
    say("sending patrol cars on their shifts")
    fleet = draw_fleet(city, rooms, plan.cars)
    files.append(write_yards(folder, city, fleet))
    first_s = period_s[1] - plan.days * DAY_S
    tracks = write_tracks(folder, fleet, ground, first_s=first_s, days=plan.days, say=say)
    write_truth(folder, city, fleet, tracks, period_s=period_s)
    office = GCJ02 | LOCAL_TIME | {"speed_unit": "kmh"}
    files += [DemoFile("tracks", path, office) for path in tracks.csv]
    files += [DemoFile("tracks", path, WGS84 | {"tz": "UTC"}) for path in tracks.exact]
    return tuple(files)


def _say_nothing(_: str) -> None:
    """Take a message and drop it."""


def _local_seconds(day: np.datetime64) -> int:
    """Return the local midnight of a day in seconds."""
    return int(day.astype("datetime64[s]").astype(np.int64))


def _write_registers(
    folder: Path, city: City, plan: DemoSize, rooms: NamedPlaces
) -> list[DemoFile]:
    """Write roads, cameras, checkpoints, hazards, venues, rooms, shifts and promises."""
    ground, net, seed = city.ground, city.net, city.seed
    venues = draw_venues(
        net, ground, lodgings=plan.lodgings, internet_cafes=plan.internet_cafes, seed=seed
    )
    checkpoints = draw_checkpoints(net, ground, plan.checkpoints, seed=seed)
    return [
        write_roads(folder, ground, net),
        write_cameras(folder, ground, draw_cameras(net, ground, plan.cameras, seed=seed)),
        write_checkpoints(folder, ground, checkpoints),
        write_hazards(folder, ground, draw_hazards(net, ground, plan.hazards, seed=seed)),
        write_venues(folder, ground, venues),
        write_rooms(folder, ground, rooms),
        write_shifts(folder),
        write_promises(folder),
    ]
