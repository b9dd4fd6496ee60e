"""A synthetic fleet for the benchmarks: cars on a lattice of streets, a fix every ten seconds.

`write_fleet` makes one; as a script this file says what one looks like. The fixes lie in the
layout of `geogrid.store.tracks`, a folder a local day. Beside them stands one file for the peers,
cleaned and projected: the peers are given that, ours does it on its own time.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geogrid.analysis.day_walk import walked_day
from geogrid.analysis.patrol_day import EDGE_FIXES, hour_edges
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.crs import WGS84, transformer, working_crs
from geogrid.model.grid import GridSpec
from geogrid.model.projection import FastProjection
from geogrid.store.tracks import TrackStore

CARS = 187
STEP_S = 10
TIME_ZONE = "Asia/Shanghai"
FIRST_DAY = date(2026, 3, 2)
RULES = PatrolRules()
CELL_M = 250.0  # the peers' cells
LARGEST_OF_PEERS = 10_000_000  # fixes; of larger fleets no file is made for them
STREET_M = 200.0
TOWN_M, COUNTY_M = 8_000.0, 40_000.0  # half of the cars stay in a town, half see the county
NOISE_M = 5.0
LOSS_SHARE = 0.005
OUTAGES_PER_FIX = 1 / 900
OUTAGE_S = (30, 400)
ARRIVING_SHARE = 0.971  # what losses and outages leave
TELEPORT_SHARE, TELEPORT_M = 0.0003, 20_000.0
LIGHT_SHARE, LIGHT_S = 0.25, (5.0, 35.0)  # of the street ends; how long
STAND_SHARE, STAND_S = 0.0087, 1_200.0
CRS_OF_FLEET = working_crs(116.3, 25.4, 118.7, 27.2)  # as a workspace there would choose
WEST_M, SOUTH_M, EAST_M, NORTH_M = 880_000.0, 900_000.0, 1_120_000.0, 1_100_000.0
Floats = NDArray[np.float64]
_DELTA = dict.fromkeys(("t", "lon", "lat"), "DELTA_BINARY_PACKED")


def lattice(cell_size_m: float) -> GridSpec:
    """Return the lattice under the fleet: 240 x 200 km, as large as a prefecture."""
    return GridSpec(
        crs=CRS_OF_FLEET,
        cell_size=cell_size_m,
        x_min=WEST_M,
        y_min=SOUTH_M,
        n_cols=int((EAST_M - WEST_M) / cell_size_m),
        n_rows=int((NORTH_M - SOUTH_M) / cell_size_m),
    )


@dataclass(slots=True)
class Car:
    """Where a car is at midnight: its area, and the street corner it stands on."""

    corner: tuple[float, float]
    side_m: float
    at: NDArray[np.int64]

    def drive(self, seconds: Floats, rng: np.random.Generator) -> Floats:
        """Return where the car is at given seconds of the day, shape (2, n); move it there."""
        blocks = 4_600  # more than a car without a stop drives in a day
        turn = rng.choice([0, 0, 1, 3], blocks)
        heading = np.cumsum(turn) % 4
        steps = np.stack([[1, 0, -1, 0], [0, 1, 0, -1]])[:, heading]
        drive_s = STREET_M / rng.uniform(6.0, 14.0, blocks)
        wait_s = np.where(rng.random(blocks) < LIGHT_SHARE, rng.uniform(*LIGHT_S, blocks), 0.0)
        wait_s += np.where(rng.random(blocks) < STAND_SHARE, rng.exponential(STAND_S, blocks), 0)
        corners = self.at[:, None] + np.cumsum(steps, axis=1)
        ends = np.cumsum(drive_s + wait_s)
        time = np.concatenate([[0.0], np.column_stack([ends - wait_s, ends]).ravel()])
        limit = self.side_m / STREET_M
        place = []
        for axis in (0, 1):
            line = np.concatenate([self.at[axis : axis + 1], np.repeat(corners[axis], 2)])
            folded = np.interp(seconds, time, line) % (2 * limit)
            folded = np.where(folded > limit, 2 * limit - folded, folded)
            place.append(self.corner[axis] + STREET_M * folded)
        self.at = corners[:, min(int(np.searchsorted(ends, seconds[-1])), blocks - 1)]
        return np.stack(place)


def fleet(rng: np.random.Generator) -> list[Car]:
    """Return the cars in their towns."""
    cars = []
    for number in range(CARS):
        side = TOWN_M if number % 2 else COUNTY_M
        town = number % 12
        west = WEST_M + 20_070 + 50_000 * (town % 4)  # 70 m: no street lies on a cell line
        south = SOUTH_M + 20_070 + 50_000 * (town // 4)
        cars.append(Car((west, south), side, rng.integers(0, int(side / STREET_M), 2)))
    return cars


def received(xy: Floats, rng: np.random.Generator) -> tuple[Floats, NDArray[np.bool_]]:
    """Return true places as a receiver says them, and which of the fixes arrive."""
    n = xy.shape[1]
    noisy = xy + rng.normal(0.0, NOISE_M, xy.shape)
    astray = rng.random((n,)) < TELEPORT_SHARE
    noisy[:, astray] += rng.normal(0.0, TELEPORT_M, (2, int(astray.sum())))
    arrives = rng.random((n,)) >= LOSS_SHARE
    for start in np.flatnonzero(rng.random((n,)) < OUTAGES_PER_FIX):
        arrives[start : start + int(rng.integers(*OUTAGE_S)) // STEP_S] = False
    return noisy, arrives


@dataclass(frozen=True, slots=True)
class DayOfFixes:
    """Fixes of a local day, sorted by car and time; ``lon`` and ``lat`` in 1e-7 degrees."""

    day: date
    car: NDArray[np.int32]
    t: NDArray[np.int64]
    lon: NDArray[np.int32]
    lat: NDArray[np.int32]


def days_of_fixes(n: int, seed: int) -> Iterator[DayOfFixes]:
    """Yield days with n fixes in all, to some thousandths; the last day is as long as needed."""
    rng = np.random.default_rng(seed)
    cars, day, left = fleet(rng), FIRST_DAY, round(n / (CARS * ARRIVING_SHARE))
    to_degrees = transformer(CRS_OF_FLEET, WGS84)
    while left > 0:
        start = int(hour_edges(day, TIME_ZONE)[0])
        ticks = min(86_400 // STEP_S, left)
        seconds = STEP_S * np.arange(ticks, dtype=np.float64)
        parts = []
        for number, car in enumerate(cars):
            xy, arrives = received(car.drive(seconds, rng), rng)
            offset_ms = rng.integers(0, 1_000 * STEP_S)
            t = start + (1_000 * seconds[arrives]).astype(np.int64) + offset_ms
            parts.append((np.full(t.size, number, np.int32), t, *xy[:, arrives]))
        code, t, x, y = (np.concatenate(column) for column in zip(*parts, strict=True))
        lon, lat = (np.rint(d * 1e7).astype(np.int32) for d in to_degrees.transform(x, y))
        yield DayOfFixes(day, code, t, lon, lat)
        left -= ticks
        day += timedelta(days=1)


def write_day(root: Path, fixes: DayOfFixes) -> None:
    """Write a day as `geogrid.store.tracks` keeps it."""
    folder = root / "tracks" / f"day={fixes.day.isoformat()}"
    folder.mkdir(parents=True, exist_ok=True)
    names = pa.array([f"car-{number:03d}" for number in range(CARS)])
    table = pa.table(
        {
            "unit": pa.DictionaryArray.from_arrays(pa.array(fixes.car), names),
            "t": fixes.t,
            "lon": fixes.lon,
            "lat": fixes.lat,
        }
    )
    first = np.searchsorted(fixes.car, np.arange(CARS))
    after = np.searchsorted(fixes.car, np.arange(CARS), "right")
    near = [np.arange(a, b) for a, b in zip(first, after, strict=True)]
    edge = np.unique(np.concatenate([np.r_[i[:EDGE_FIXES], i[-EDGE_FIXES:]] for i in near]))
    for name, rows in (("fixes", table), ("edges", table.take(edge))):
        pq.write_table(
            rows,
            folder / f"{name}.parquet",
            compression="none",
            use_dictionary=["unit"],
            column_encoding=_DELTA,
        )
    digest = hashlib.sha256((folder / "fixes.parquet").read_bytes()).hexdigest()
    manifest = {"fixes": table.num_rows, "units": CARS, "sha256": digest}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def write_peers(root: Path) -> None:
    """Write the cleaned fixes as one table: car, t, lon, lat (degrees), x, y (m)."""
    store, projection = TrackStore(root, TIME_ZONE), FastProjection.fit(lattice(CELL_M))
    parts = []
    for inputs in store.with_edges():
        fixes, edges = store.read_inputs(inputs), hour_edges(inputs.day, TIME_ZONE)
        found = walked_day(fixes, edges, projection, rules=RULES)
        inside = (found.t >= edges[0]) & (found.t < edges[-1])
        named = np.array([int(name.removeprefix("car-")) for name in fixes.units])
        x, y = (side[inside] * CELL_M for side in (found.x, found.y))
        parts.append((named[found.unit[inside]], found.t[inside], x, y))
    car, t, x, y = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(car, kind="stable")  # days come in order: now sorted by car and time
    car, t, x, y = car[order], t[order], x[order], y[order]
    lon, lat = transformer(CRS_OF_FLEET, WGS84).transform(x, y)
    columns = {"car": car.astype(np.int16), "t": t, "lon": lon, "lat": lat, "x": x, "y": y}
    pq.write_table(pa.table(columns), root / "peers.parquet")


def write_fleet(root: Path, n: int, *, seed: int = 1, peers: bool = True) -> int:
    """Write about n fixes into a folder unless they are there; return how many they are."""
    done = root / "fleet.json"
    if not done.exists():
        total = 0
        for day in days_of_fixes(n, seed):
            write_day(root, day)
            total += day.t.size
        if peers:
            write_peers(root)
        done.write_text(json.dumps({"fixes": total}), "utf-8")
    return int(json.loads(done.read_text("utf-8"))["fixes"])


def main() -> None:
    """Print what a fleet of a million fixes looks like."""
    with tempfile.TemporaryDirectory() as folder:
        write_fleet(Path(folder), 1_000_000)
        car, t, x, y = (
            column.to_numpy()
            for column in pq.read_table(
                Path(folder) / "peers.parquet", columns=["car", "t", "x", "y"]
            ).columns
        )
    same = car[1:] == car[:-1]
    leaves = np.zeros(same.size, dtype=np.bool_)
    for metres in (x, y):
        leaves |= np.diff(np.floor(metres / CELL_M)) != 0
    gap_s = np.diff(t)[same] / 1e3
    print(
        f"{t.size:,} fixes of {CARS} cars; {gap_s.mean():.1f} s apart on average, the longest "
        f"silence {gap_s.max():.0f} s; {leaves[same].mean():.0%} of the segments leave their "
        f"cell of {CELL_M:g} m"
    )


if __name__ == "__main__":
    main()
