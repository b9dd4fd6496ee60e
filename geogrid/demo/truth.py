"""What was planted and spoilt, written beside the files so that results can be checked."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from geogrid.demo.city import City
from geogrid.demo.files import NOTE
from geogrid.demo.fleet import Fleet
from geogrid.demo.tracks import TrackFiles


def write_truth(
    folder: Path, city: City, fleet: Fleet, tracks: TrackFiles, *, period_s: tuple[int, int]
) -> None:
    """Write ``truth.json``: plants, counts of dirt, and long silences; local times, WGS-84.

    Parameters
    ----------
    folder
        Where the file goes.
    city
        Its plants.
    fleet, tracks
        The cars and what befell their fixes.
    period_s
        Local seconds of the first and after the last day of incidents.
    """
    truth = {
        "synthetic": True,
        "note": NOTE,
        "seed": city.seed,
        "plants": _plants(city, period_s),
        "dirt": asdict(tracks.dirt),
        "long_silences": [
            {
                "unit": fleet.cars[silence.car].unit,
                "from": _local(silence.from_s),
                "to": _local(silence.to_s),
            }
            for silence in tracks.silences
        ],
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", "utf-8")


def _plants(city: City, period_s: tuple[int, int]) -> list[dict[str, object]]:
    """Return the plants with place in degrees and time as text."""
    begin_s, span_s = period_s[0], period_s[1] - period_s[0]
    lon, lat = city.ground.to_lonlat(np.array([[plant.x, plant.y] for plant in city.plants]))
    return [
        {
            "lon": round(float(x), 6),
            "lat": round(float(y), 6),
            "radius_m": round(plant.radius_m, 1),
            "factor": plant.factor,
            "from": _local(begin_s + plant.first_share * span_s),
            "to": _local(begin_s + plant.last_share * span_s),
            "category": plant.category or None,
            "under_patrolled": plant.under_patrolled,
        }
        for plant, x, y in zip(city.plants, lon, lat, strict=True)
    ]


def _local(seconds: float) -> str:
    """Return local seconds as text."""
    return str(np.datetime64(int(seconds), "s"))
