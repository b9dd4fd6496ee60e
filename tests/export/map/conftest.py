"""A made-up city on real districts, at its real size, for the tests of maps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest

from geogrid.crs import WGS84
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid
from geogrid.model.layer import Layer, Provenance

GAP_STATES = (
    "not_required",
    "no_data",
    "off_duty",
    "dark",
    "never",
    "stale",
    "under",
    "met",
)
PROVENANCE = Provenance(
    inputs={"tracks": "ab" * 32},
    parameters={"max_gap_s": 300, "window": {"from": "2026-03-01", "hours": "22-06"}},
    version="0.1.0",
    crs="0123456789ab",
    data_as_of="2026-03-31T15:59:00Z",
    sources=("synthetic tracks, made by a seed", "districts: EDGES 2010"),
)


def smooth(grid, rng, *, wave_cells):
    """Return a random field over the active cells, mean 0, deviation about 1."""
    row, col = np.divmod(grid.cells, grid.spec.n_cols)
    total = np.zeros(len(grid))
    for _ in range(12):
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        wave = wave_cells * rng.uniform(0.4, 2.0)
        total += np.sin((row * np.sin(angle) + col * np.cos(angle)) / wave * 2 * np.pi + phase)
    return total / np.sqrt(6)


def roads(grid, rng, *, walks):
    """Return which cells some random walks reach."""
    seen = np.zeros(grid.spec.n_cells, dtype=bool)
    turn = np.cumsum(rng.normal(0, 0.12, (walks, 3000)), axis=1) + rng.uniform(0, 6.3, (walks, 1))
    row = rng.uniform(0, grid.spec.n_rows, (walks, 1)) + np.cumsum(np.sin(turn), axis=1)
    col = rng.uniform(0, grid.spec.n_cols, (walks, 1)) + np.cumsum(np.cos(turn), axis=1)
    inside = (row >= 0) & (row < grid.spec.n_rows) & (col >= 0) & (col < grid.spec.n_cols)
    seen[row[inside].astype(int) * grid.spec.n_cols + col[inside].astype(int)] = True
    return seen[grid.cells]


def coverage(grid, rng):
    driven = roads(grid, rng, walks=90)
    seconds = np.where(driven, np.round(rng.lognormal(5.5, 1.4, len(grid)), 1), 0.0)
    seconds[grid.district == 11] = np.nan  # no imported day there
    start = np.datetime64("2026-03-01T00:00:00", "s")
    seen = start + rng.integers(0, 31 * 86400, len(grid)).astype("timedelta64[s]")
    seen[~(seconds > 0.0)] = np.datetime64("NaT")
    fields = (
        Field("patrol_s", "Patrol time", unit="s"),
        Field("visits", "Visits"),
        Field("last_seen", "Last seen", scale="time"),
    )
    columns = {"patrol_s": seconds, "visits": np.ceil(seconds / 400), "last_seen": seen}
    return CellTable(grid, fields, columns)


def gaps(grid, rng):
    level = smooth(grid, rng, wave_cells=120)
    index = np.digitize(level, [-1.3, -1.1, -0.9, -0.7, -0.2, 0.1, 0.5])
    state = np.array(GAP_STATES, dtype=object)[index]
    fields = (
        Field("state", "State", scale="category", categories=GAP_STATES),
        Field("balance", "Balance", scale="diverging", unit="log2"),
        Field("reason", "Reason", scale="text"),
    )
    balance = np.where(index < 3, np.nan, np.round(level, 3))
    return CellTable(grid, fields, {"state": state, "balance": balance, "reason": state})


def hotspots(grid, rng):
    z = np.round(smooth(grid, rng, wave_cells=60) * 1.4, 3)
    levels = np.array([-99.0, -95.0, -90.0, 0.0, 90.0, 95.0, 99.0])
    hot = levels[np.digitize(z, [-2.58, -1.96, -1.65, 1.65, 1.96, 2.58])]
    at_risk = smooth(grid, rng, wave_cells=90) > 0.0
    fields = (
        Field("count", "Incidents"),
        Field("z", "Gi* z-score", scale="diverging"),
        Field("hot", "Hotspot", unit="%", scale="diverging"),
    )
    columns = {
        "count": rng.poisson(np.clip(z, 0, None) * 0.3).astype(float),
        "z": np.where(at_risk, z, np.nan),
        "hot": np.where(at_risk, hot, np.nan),
    }
    return CellTable(grid, fields, columns)


def cameras(grid, rng):
    near = smooth(grid, rng, wave_cells=40)
    share = np.where(near > 1.0, np.clip((near - 1.0) * rng.uniform(0, 1, near.size), 0, 1), 0.0)
    fields = (
        Field("cameras", "Cameras"),
        Field("covered_share", "Covered by cameras", scale="share"),
    )
    return CellTable(grid, fields, {"cameras": np.ceil(share * 6), "covered_share": share})


def points(grid, rng, count, prefix):
    lon, lat = grid.lonlat()
    pick = rng.integers(0, len(grid), count)
    return gpd.GeoDataFrame(
        {"name": [f"第{i}号 <b>&</b>" for i in range(count)], "status": ["on"] * count},
        index=[f"{prefix}{i:05d}" for i in range(count)],
        geometry=gpd.points_from_xy(lon[pick], lat[pick]),
        crs=WGS84,
    )


def made_up_layers(grid, *, camera_count):
    rng = np.random.default_rng(2010)

    def lattice(name, title, table):
        return Layer(name, title, table, table.fields, PROVENANCE, synthetic=True)

    def register(name, title, count, prefix):
        fields = (Field("name", "Name", scale="text"), Field("status", "Status", scale="text"))
        frame = points(grid, rng, count, prefix)
        return Layer(name, title, frame, fields, PROVENANCE, synthetic=True)

    return (
        lattice("coverage", "Patrol coverage", coverage(grid, rng)),
        lattice("gaps", "Coverage gaps", gaps(grid, rng)),
        lattice("hotspots", "Hotspots", hotspots(grid, rng)),
        lattice("camera_coverage", "Camera coverage", cameras(grid, rng)),
        register("cameras", "Cameras", camera_count, "C"),
        register("checkpoints", "Checkpoints", 27, "K"),
        register("rooms", "Police rooms", 421, "R"),
    )


@pytest.fixture(scope="session")
def small_layers(sanming_grid):
    """Return a made-up city in cells of 2 km."""
    return made_up_layers(sanming_grid, camera_count=300)


@pytest.fixture(scope="session")
def city_layers(sanming):
    """Return a made-up city in cells of 250 m: 370,825 of them, and 16,450 cameras."""
    return made_up_layers(Grid.over(sanming, 250), camera_count=16_450)
