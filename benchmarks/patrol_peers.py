"""Time in cells as other libraries work it out; `patrol_pipeline.py` measures them.

Each function reads the fixes that `fleet.write_fleet` laid out for the peers: spikes are gone,
x and y are metres. None of them splits at hours, tells standing from moving, measures metres
or finds passes; they return the time per cell and nothing else.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import NamedTuple

import duckdb
import geopandas as gpd
import h3
import movingpandas as mpd
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import shapely
from fleet import CRS_OF_FLEET, RULES
from numpy.typing import NDArray

CELL_M = 250.0
COLUMNS = 100_000  # a cell is row * COLUMNS + col, counted from the origin of the CRS
GAP_MS = round(RULES.max_gap_s * 1000)
SPEED_M_S = RULES.max_speed_kmh / 3.6
H3_RESOLUTION = 9


class CellTimes(NamedTuple):
    """Milliseconds per cell, and in how many pieces they came (0 where it is not known)."""

    cell: NDArray[np.int64]
    ms: NDArray[np.float64]
    pieces: NDArray[np.int64]


class Segments(NamedTuple):
    """Pairs of fixes of one car that are near enough in time and space."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    ms: NDArray[np.int64]


def totals(cell: NDArray[np.int64], ms: NDArray[np.float64]) -> CellTimes:
    """Return sums per cell."""
    cells, where = np.unique(cell, return_inverse=True)
    return CellTimes(cells, np.bincount(where, ms), np.bincount(where))


def squares(cells: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return cells as polygons."""
    row, col = np.divmod(cells, COLUMNS)
    low, left = row * CELL_M, col * CELL_M
    return np.asarray(shapely.box(left, low, left + CELL_M, low + CELL_M))


def touched(root: Path) -> NDArray[np.int64]:
    """Return the cells that the cars touch, as the exact walk found them."""
    return np.asarray(np.load(root / "touched.npy"), dtype=np.int64)


def segments(root: Path) -> Segments:
    """Return the segments that count."""
    table = pq.read_table(root / "peers.parquet", columns=["car", "t", "x", "y"])
    car, t, x, y = (table[name].to_numpy() for name in table.column_names)
    xy, ms = np.column_stack([x, y]), np.diff(t)
    metres = np.hypot(*np.diff(xy, axis=0).T)
    good = (car[1:] == car[:-1]) & (ms <= GAP_MS) & (metres <= SPEED_M_S * ms / 1e3)
    return Segments(xy[:-1][good], xy[1:][good], ms[good])


def movingpandas_overlay(root: Path) -> CellTimes:
    """Return exact times: trajectories as lines, laid over the cells by geopandas."""
    table = pd.read_parquet(root / "peers.parquet", columns=["car", "t", "x", "y"])
    table["t"] = pd.to_datetime(table["t"], unit="ms")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tracks = mpd.TrajectoryCollection(
            table, traj_id_col="car", t="t", x="x", y="y", crs=CRS_OF_FLEET
        )
        lines = tracks.to_line_gdf()
    ms = (lines["t"] - lines["prev_t"]) / pd.Timedelta(milliseconds=1)
    good = (ms <= GAP_MS) & (lines.length <= SPEED_M_S * ms / 1e3)
    lines = gpd.GeoDataFrame(
        {"ms": ms[good], "metres": lines.length[good]},
        geometry=lines.geometry[good],
        crs=CRS_OF_FLEET,
    )
    cells = touched(root)
    grid = gpd.GeoDataFrame({"cell": cells}, geometry=squares(cells), crs=CRS_OF_FLEET)
    pieces = gpd.overlay(lines, grid, how="intersection")
    share = pieces.length / pieces["metres"]
    return totals(pieces["cell"].to_numpy(), (share * pieces["ms"]).to_numpy())


def shapely_tree(root: Path) -> CellTimes:
    """Return exact times by a tree of cells and one intersection for each line and cell."""
    some = segments(root)
    lines, cells = shapely.linestrings(np.stack([some.start, some.end], axis=1)), touched(root)
    polygons = squares(cells)
    line, cell = shapely.STRtree(polygons).query(lines, predicate="intersects")
    inside = shapely.length(shapely.intersection(lines[line], polygons[cell]))
    length, share = shapely.length(lines)[line], np.ones(line.size)
    np.divide(inside, length, out=share, where=length > 0)  # a unit that stands is in one cell
    return totals(cells[cell], share * some.ms[line])


def shapely_tree_shortcut(root: Path) -> CellTimes:
    """Return the same, intersecting only the lines that leave their cell."""
    some = segments(root)
    lines, cells = shapely.linestrings(np.stack([some.start, some.end], axis=1)), touched(root)
    polygons = squares(cells)
    line, cell = shapely.STRtree(polygons).query(lines, predicate="intersects")
    partly = ~shapely.contains_properly(polygons[cell], lines[line])
    share = np.ones(line.size)
    inside = shapely.intersection(lines[line[partly]], polygons[cell[partly]])
    share[partly] = shapely.length(inside) / shapely.length(lines)[line[partly]]
    return totals(cells[cell], share * some.ms[line])


def geopandas_points(root: Path) -> CellTimes:
    """Return times by points: each fix in its polygon, with the time to the next one."""
    table = pd.read_parquet(root / "peers.parquet", columns=["car", "t", "lon", "lat"])
    table["ms"] = -table.groupby("car")["t"].diff(-1)
    table = table[table["ms"] <= GAP_MS]
    points = gpd.GeoDataFrame(
        table[["ms"]], geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326"
    ).to_crs(CRS_OF_FLEET)
    cells = touched(root)
    grid = gpd.GeoDataFrame({"cell": cells}, geometry=squares(cells), crs=CRS_OF_FLEET)
    joined = points.sjoin(grid, predicate="within")
    return totals(joined["cell"].to_numpy(), joined["ms"].to_numpy())


EXACT_SQL = f"""
WITH fixes AS (
    SELECT car, t, x / {CELL_M} AS x, y / {CELL_M} AS y FROM read_parquet($path)
), pairs AS (
    SELECT x AS x0, y AS y0, lead(x) OVER w AS x1, lead(y) OVER w AS y1, lead(t) OVER w - t AS ms
    FROM fixes WINDOW w AS (PARTITION BY car ORDER BY t)
), good AS (
    SELECT *, floor(x0)::INT AS i0, floor(y0)::INT AS j0, floor(x1)::INT AS i1,
           floor(y1)::INT AS j1
    FROM pairs
    WHERE ms <= {GAP_MS}
      AND {CELL_M} * sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2) <= {SPEED_M_S / 1e3} * ms
), cut AS (
    SELECT x0, y0, x1, y1, ms, list_sort(list_concat([0.0::DOUBLE, 1.0::DOUBLE],
        list_transform(range(least(i0, i1) + 1, greatest(i0, i1) + 1),
                       lambda k: (k - x0) / (x1 - x0)),
        list_transform(range(least(j0, j1) + 1, greatest(j0, j1) + 1),
                       lambda k: (k - y0) / (y1 - y0))
    )) AS cuts
    FROM good WHERE i0 != i1 OR j0 != j1
), piece AS (
    SELECT x0, y0, x1, y1, ms, unnest(cuts[:-2]) AS a, unnest(cuts[2:]) AS b FROM cut
), inside AS (
    SELECT i0 AS col, j0 AS row, ms::DOUBLE AS ms FROM good WHERE i0 = i1 AND j0 = j1
    UNION ALL
    SELECT floor(x0 + (a + b) / 2 * (x1 - x0))::INT, floor(y0 + (a + b) / 2 * (y1 - y0))::INT,
           (b - a) * ms
    FROM piece WHERE b > a
)
SELECT row::BIGINT * {COLUMNS} + col AS cell, sum(ms) AS ms, count(*) AS pieces
FROM inside GROUP BY ALL ORDER BY cell
"""  # noqa: S608 - only constants of this file are put in


def duckdb_exact(root: Path) -> CellTimes:
    """Return exact times in SQL: each segment's crossings as a list, unnested."""
    with duckdb.connect() as base:
        found = base.execute(EXACT_SQL, {"path": str(root / "peers.parquet")}).fetchnumpy()
    return CellTimes(*(np.asarray(found[name]) for name in ("cell", "ms", "pieces")))


def polars_points(root: Path) -> CellTimes:
    """Return times by points: sorted fixes, shifted by one, grouped by the cell they fall in."""
    same, ms = pl.col("car").shift(-1) == pl.col("car"), pl.col("t").shift(-1) - pl.col("t")
    row, col = ((pl.col(axis) / CELL_M).floor().cast(pl.Int64) for axis in "yx")
    found = (
        pl.scan_parquet(root / "peers.parquet")
        .select((row * COLUMNS + col).alias("cell"), ms.alias("ms"), same.alias("same"))
        .filter(pl.col("same") & (pl.col("ms") <= GAP_MS))
        .group_by("cell")
        .agg(pl.col("ms").sum())
        .sort("cell")
        .collect()
    )
    ms_of_cell = found["ms"].to_numpy().astype(np.float64)
    return CellTimes(found["cell"].to_numpy(), ms_of_cell, np.zeros(len(found), np.int64))


def h3_points(root: Path) -> CellTimes:
    """Return times by points in hexagons of a tenth of a square kilometre."""
    table = pq.read_table(root / "peers.parquet", columns=["car", "t", "lon", "lat"])
    car, t, lon, lat = (table[name].to_numpy() for name in table.column_names)
    places = zip(lat[:-1].tolist(), lon[:-1].tolist(), strict=True)
    names = [h3.latlng_to_cell(*place, H3_RESOLUTION) for place in places]
    ms = np.diff(t)
    good = (car[1:] == car[:-1]) & (ms <= GAP_MS)
    cell = np.array([h3.str_to_int(name) for name in names], dtype=np.int64)
    return totals(cell[good], ms[good].astype(np.float64))
