"""Where the synthetic city stands: real districts, real town seats, a local plane, a warp.

The districts come from a boundary file; the seats of towns from ``towns.csv`` beside this
module (credits in ``README.md``). Everything else of the demo is drawn by chance on them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.crs import WGS84, transformer, working_crs
from geogrid.errors import BoundaryError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Sixth national census (2010), residents of each county-level division, thousands.
POPULATION_K: Final[Mapping[str, float]] = {
    "350402": 176.5,
    "350403": 199.0,
    "350421": 102.7,
    "350423": 136.2,
    "350424": 272.4,
    "350425": 311.6,
    "350426": 352.1,
    "350427": 226.7,
    "350428": 148.9,
    "350429": 110.3,
    "350430": 120.0,
    "350481": 347.0,
}
# Radius of the built-up area in metres by kind of town; seats scale with population.
TOWN_RADIUS_M: Final[Mapping[str, float]] = {
    "seat": 1500.0,
    "street": 1150.0,
    "town": 420.0,
    "township": 280.0,
}
_SEAT_POPULATION_K: Final = 200.0  # a seat of a county of this size has the radius above


@dataclass(frozen=True, slots=True)
class Town:
    """A town's seat: name, district, kind (seat, street, town, township), place, radius."""

    name: str
    district: int
    kind: str
    x: float
    y: float
    radius_m: float

    @property
    def short_name(self) -> str:
        """The name without its administrative ending."""
        return self.name.removesuffix("街道").removesuffix("镇").removesuffix("乡")


@dataclass(frozen=True, slots=True)
class Ground:
    """The districts and towns in a local plane in metres.

    ``active`` lists the districts (by position) that get streets, cars, cameras, incidents.
    """

    crs: CRS
    codes: tuple[str, ...]
    names: tuple[str, ...]
    outlines: tuple[shapely.Geometry, ...]
    towns: tuple[Town, ...]
    active: tuple[int, ...]

    def to_lonlat(self, xy: Floats) -> tuple[Floats, Floats]:
        """Return longitude and latitude of plane points.

        Parameters
        ----------
        xy
            Shape (n, 2), metres.

        Returns
        -------
        lon, lat : ndarray of float, shape (n,)
            Degrees, WGS-84.
        """
        lon, lat = transformer(self.crs, WGS84).transform(xy[:, 0], xy[:, 1])
        return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)

    def district_of(self, xy: Floats) -> Ints:
        """Return the district of each plane point.

        Parameters
        ----------
        xy
            Shape (n, 2), metres.

        Returns
        -------
        ndarray of int, shape (n,)
            Position in ``codes``, -1 outside all.
        """
        found = np.full(len(xy), -1, dtype=np.int64)
        for index, outline in enumerate(self.outlines):
            x_min, y_min, x_max, y_max = shapely.bounds(outline)
            x, y = xy[:, 0], xy[:, 1]
            near = np.flatnonzero(
                (found < 0) & (x >= x_min) & (x <= x_max) & (y >= y_min) & (y <= y_max)
            )
            found[near[shapely.contains_xy(outline, x[near], y[near])]] = index
        return found

    def share(self, total: int, *, least: int = 0) -> dict[int, int]:
        """Return ``total`` things dealt to the active districts by population.

        Parameters
        ----------
        total
            How many there are.
        least
            Each district gets at least so many.

        Returns
        -------
        dict of int to int
            Number by district; they sum to ``total`` (largest remainder).
        """
        people = np.array([POPULATION_K[self.codes[d]] for d in self.active])
        exact = least + people / people.sum() * (total - least * len(people))
        counts = np.floor(exact).astype(np.int64)
        short = total - int(counts.sum())
        counts[np.argsort(-(exact - counts), kind="stable")[:short]] += 1
        return {d: int(n) for d, n in zip(self.active, counts, strict=True)}


def read_ground(districts: Path, active: Sequence[str] | None = None) -> Ground:
    """Return the ground on a file of Sanming's twelve districts of 2010.

    Parameters
    ----------
    districts
        GeoJSON polygons with the properties ``adcode`` and ``name``, WGS-84.
    active
        Codes of the districts that come to life; ``None`` means all.

    Returns
    -------
    Ground
        In the working CRS of the districts' box.

    Raises
    ------
    BoundaryError
        The file lacks a district that the demo needs.
    """
    features = json.loads(districts.read_text("utf-8"))["features"]
    shapes = {
        str(feature["properties"].get("adcode")): (
            str(feature["properties"].get("name")),
            shapely.from_geojson(json.dumps(feature["geometry"])),
        )
        for feature in features
    }
    missing = sorted(set(POPULATION_K) - set(shapes))
    if missing:
        raise BoundaryError(
            "the demo city needs the 12 districts of Sanming as of 2010; {path} lacks {missing}; "
            "give data/boundaries/sanming_2010.geojson",
            path=str(districts),
            missing=", ".join(missing),
        )
    codes = tuple(sorted(POPULATION_K))
    polygons = [shapes[code][1] for code in codes]
    crs = working_crs(*(float(edge) for edge in shapely.total_bounds(polygons)))
    ahead = transformer(WGS84, crs)
    outlines = tuple(
        shapely.transform(polygon, lambda xy: np.column_stack(ahead.transform(xy[:, 0], xy[:, 1])))
        for polygon in polygons
    )
    shapely.prepare(outlines)
    return Ground(
        crs=crs,
        codes=codes,
        names=tuple(shapes[code][0] for code in codes),
        outlines=outlines,
        towns=_read_towns(crs, codes),
        active=tuple(codes.index(code) for code in (active or codes)),
    )


def _read_towns(crs: CRS, codes: Sequence[str]) -> tuple[Town, ...]:
    """Return the towns of ``towns.csv`` in the plane, in the order of the file."""
    ahead = transformer(WGS84, crs)
    text = resources.files("geogrid.demo").joinpath("towns.csv").read_text("utf-8")
    towns = []
    for row in csv.DictReader(text.splitlines()):
        x, y = ahead.transform(float(row["lon"]), float(row["lat"]))
        radius_m = TOWN_RADIUS_M[row["kind"]]
        if row["kind"] == "seat":
            radius_m *= (POPULATION_K[row["county"]] / _SEAT_POPULATION_K) ** 0.3
        towns.append(
            Town(row["name"], codes.index(row["county"]), row["kind"], x, y, radius_m),
        )
    return tuple(towns)


@dataclass(frozen=True, slots=True)
class Warp:
    """A smooth displacement of the plane: a sum of plane waves, so that lines wind.

    ``waves`` has shape (k, 2), radians per metre; ``phases`` and ``swings_m`` shape (k, 2):
    one for the move east, one for the move north.
    """

    waves: Floats
    phases: Floats
    swings_m: Floats

    @classmethod
    def draw(cls, bands: Sequence[tuple[float, float, float]], rng: np.random.Generator) -> Warp:
        """Return a warp drawn by chance.

        Parameters
        ----------
        bands
            For each band shortest and longest wave and root mean square of the move, metres.
        rng
            Source of chance.

        Returns
        -------
        Warp
            With twelve waves in each band.
        """
        n = 12
        waves, swings = [], []
        for shortest_m, longest_m, rms_m in bands:
            length = np.exp(rng.uniform(np.log(shortest_m), np.log(longest_m), n))
            turn = rng.uniform(0.0, 2.0 * np.pi, n)
            waves.append(
                2.0 * np.pi / length[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
            )
            swings.append(np.full((n, 2), rms_m * np.sqrt(2.0 / n)))
        phases = rng.uniform(0.0, 2.0 * np.pi, (n * len(bands), 2))
        return cls(np.concatenate(waves), phases, np.concatenate(swings))

    def at(self, xy: Floats) -> Floats:
        """Return the move at plane points.

        Parameters
        ----------
        xy
            Shape (n, 2), metres.

        Returns
        -------
        ndarray of float, shape (n, 2)
            Metres east and north.
        """
        angle = xy @ self.waves.T
        return np.column_stack(
            [np.sin(angle + self.phases[:, axis]) @ self.swings_m[:, axis] for axis in (0, 1)]
        )
