"""Measure what hotspots with exact chances find of what is planted, and how often they err.

Run ``.venv/bin/python tools/measure_hotspots.py``: it prints the tables of docs/hotspot-record.md
in a few minutes; ``--worlds 10`` is a quick look. Every world has a seed, so the figures come out
the same again.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import special, stats

from geogrid.analysis.gistar import GiStar, gistar
from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.analysis.rate_null import Exposure, rate_hotspots
from geogrid.analysis.road_lengths import road_metres
from geogrid.demo import SIZES
from geogrid.demo.city import City, build_city
from geogrid.demo.ground import read_ground
from geogrid.demo.incidents import DAY_S, draw_incidents
from geogrid.demo.plants import Plant
from geogrid.kernels.exact_tail import total_tails
from geogrid.kernels.window_sums import disc_half_widths
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents
from geogrid.model.places import Places

DISTRICTS = Path("data/boundaries/sanming_2010.geojson")
CELL_M = 250.0
PARAMS = HotspotParams()
WINDOW = disc_half_widths(PARAMS.radius_over(CELL_M) / CELL_M)
DAYS = 730
SPANS = (28, 91, 365, 730)  # days that a map is made of
BANDS = (0.0, 0.2, 0.5, 0.8, 0.95, 1.0)
BIG = (316, 317)  # 100,000 cells
Counts = NDArray[np.int64]
Found = list[tuple[float, bool]]  # of each chance to find something: power, found


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """The demo's two old districts on a lattice, with the metres of road in each cell."""

    city: City
    grid: Grid
    road_m: NDArray[np.float64]
    mask: NDArray[np.bool_]

    @classmethod
    def of(cls, seed: int) -> Town:
        """Return the tiny city of a seed."""
        ground = read_ground(DISTRICTS, SIZES["tiny"].active)
        city = build_city(ground, seed=seed)
        parts = [(ground.codes[i], ground.names[i], ground.outlines[i]) for i in ground.active]
        codes, names, shapes = zip(*parts, strict=True)
        grid = Grid.over(Boundary(codes, names, shapes, ground.crs), CELL_M, crs=ground.crs)
        lines = [
            shapely.LineString(np.column_stack(ground.to_lonlat(road.xy)))
            for road in city.net.roads
        ]
        ids = tuple(str(number) for number in range(len(lines)))
        road_m = road_metres(Places(ids, ("",) * len(lines), np.array(lines)), grid)
        mask = np.asarray(grid.dense(road_m > 0.0, fill=False), dtype=np.bool_)
        return cls(city, grid, road_m, mask)

    def counts(self, xy: NDArray[np.float64]) -> Counts:
        """Return incidents per cell of the lattice; those where no road is are left out."""
        position = self.grid.position_of(self.grid.spec.cell_at(xy[:, 0], xy[:, 1]))
        per_cell = np.bincount(position[position >= 0], minlength=len(self.grid))
        return self.lattice(np.where(self.road_m > 0.0, per_cell, 0))

    def lattice(self, per_cell: NDArray[np.int64]) -> Counts:
        """Return counts of cells laid out on the lattice."""
        return np.asarray(self.grid.dense(per_cell, fill=0), dtype=np.int64)

    def tested(self, plant: Plant) -> int:
        """Return which of the cells with a road holds a plant's middle, or -1."""
        cell = int(self.grid.spec.cell_at(np.array([plant.x]), np.array([plant.y]))[0])
        if not self.mask.ravel()[cell]:
            return -1
        return int(self.mask.ravel()[:cell].sum())


def hot(gi: GiStar) -> NDArray[np.bool_]:
    """Tell which cells are hot at q = 0.05 with the least support."""
    q = adjusted_p(gi.p, PARAMS.correction)
    return (gi.z > 0.0) & (q <= PARAMS.q) & (gi.support >= PARAMS.min_support)


def least_hot(gi: GiStar, own: Counts, window_cells: int) -> int:
    """Return the least sum of a window of some size that would be hot on this map."""
    called = hot(gi)
    cutoff = float(gi.p[called].max()) if called.any() else PARAMS.q / gi.p.size
    values, members = np.unique(own, return_counts=True)
    sums = np.arange(1, int(gi.support.max()) + 200, dtype=np.int64)
    _, upper = total_tails(values, members, np.full(sums.size, window_cells), sums)
    unusual = np.flatnonzero(2.0 * upper <= cutoff)
    return max(int(sums[unusual[0]]) if unusual.size else int(sums[-1]), PARAMS.min_support)


def judged(maps: list[Counts], mask: NDArray[np.bool_], at: int) -> Found:
    """Return for each map the power to find a cell and whether it was found.

    The power is the chance that a Poisson count, with the mean of the cell's window over all
    maps, reaches the least sum that is hot on this map.
    """
    answers = [gistar(counts, mask, WINDOW) for counts in maps]
    mean = float(np.mean([gi.support[at] for gi in answers]))
    found: Found = []
    for gi, counts in zip(answers, maps, strict=True):
        least = least_hot(gi, counts[mask], int(gi.window_cells[at]))
        found.append((float(stats.poisson.sf(least - 1, mean)), bool(hot(gi)[at])))
    return found


def planted_in_demo(seeds: range, worlds: int) -> Found:
    """Return what is found of the demo's own plants, on maps of several lengths."""
    found: Found = []
    for seed in seeds:
        town = Town.of(seed)
        lots = [_incidents(town, world) for world in range(worlds)]
        for plant in town.city.plants:
            at = town.tested(plant)
            for days in SPANS:
                first = plant.last_share - days / DAYS
                if at < 0 or first < plant.first_share - 1e-9:
                    continue
                maps = [_map(town, lot, plant, first) for lot in lots]
                if min(counts.sum() for counts in maps) >= 30:
                    found += judged(maps, town.mask, at)
    return found


Lot = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.str_]]


def _incidents(town: Town, world: int) -> Lot:
    """Return places, shares of the period and categories of one draw of the demo's incidents."""
    other = replace(town.city, seed=1_000 + world)
    drawn = draw_incidents(other, n=SIZES["tiny"].incidents, period_s=(0, DAYS * DAY_S))
    return drawn.xy, drawn.from_s / (DAYS * DAY_S), drawn.category


def _map(town: Town, lot: Lot, plant: Plant, first: float) -> Counts:
    """Return the counts of a plant's category from a share of the period to the plant's end."""
    xy, share, category = lot
    keep = (share >= first) & (share < plant.last_share)
    if plant.category:
        keep &= category == plant.category
    return town.counts(xy[keep])


def planted_on_flat_ground(town: Town, worlds: int) -> tuple[Found, list[float], float]:
    """Return what is found where all cells but the plants' have one rate.

    Returns
    -------
    found
        Power and success of each plant on each map.
    false_shares
        For each map, the share of its hot cells whose window holds no cell of a plant.
    with_any
        Share of maps with such a cell.
    """
    row, col = np.nonzero(town.mask)
    x, y = town.grid.spec.centres(row * town.grid.spec.n_cols + col)
    inside = [np.hypot(x - plant.x, y - plant.y) < plant.radius_m for plant in town.city.plants]
    reached = _reach(town, np.any(inside, axis=0))
    found: Found = []
    false_shares: list[float] = []
    for mean in (0.05, 0.2, 1.0):
        for factor in (2.0, 3.0, 5.0, 9.0):
            rate = np.full(row.size, mean)
            rate[np.any(inside, axis=0)] *= factor
            maps = []
            for world in range(worlds):
                counts = np.zeros(town.mask.shape, dtype=np.int64)
                counts[town.mask] = np.random.default_rng([7, world]).poisson(rate)
                maps.append(counts)
                called = hot(gistar(counts, town.mask, WINDOW))
                wrong = float((called & ~reached).sum())
                false_shares.append(wrong / max(int(called.sum()), 1))
            for plant in town.city.plants:
                at = town.tested(plant)
                found += judged(maps, town.mask, at) if at >= 0 else []
    return found, false_shares, float(np.mean(np.array(false_shares) > 0.0))


def _reach(town: Town, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which cells have a cell of a plant in their window."""
    marks = np.zeros(town.mask.shape, dtype=np.int64)
    marks[town.mask] = inside
    return gistar(marks, town.mask, WINDOW).support > 0


def null_worlds(town: Town, worlds: int) -> Iterator[tuple[str, int, int]]:
    """Yield kinds of worlds without any hotspot, and on how many maps something is hot.

    The second number is of the same maps with z read as normal.
    """
    real = town.counts(_incidents(town, 0)[0])[town.mask]
    n = real.size
    for name, draw in _null_draws(n, real).items():
        yield name, *_with_hot_cells(draw, town.mask, worlds)
    yield "roads, by rate", _rates_with_hot_cells(town, worlds), -1


def _null_draws(
    n: int, real: NDArray[np.int64]
) -> dict[str, Callable[[np.random.Generator], NDArray[np.int64]]]:
    """Return how the counts of n cells are drawn, by name."""
    return {
        "Poisson, mean 0.05": lambda rng: rng.poisson(0.05, n),
        "Poisson, mean 2.7": lambda rng: rng.poisson(2.7, n),
        "negative binomial, mean 0.1, k 0.05": lambda rng: rng.negative_binomial(0.05, 1 / 3, n),
        "negative binomial, mean 2.7, k 0.3": lambda rng: rng.negative_binomial(0.3, 0.1, n),
        "real counts, shuffled": lambda rng: np.resize(rng.permutation(np.resize(real, n)), n),
    }


def _with_hot_cells(
    draw: Callable[[np.random.Generator], NDArray[np.int64]],
    mask: NDArray[np.bool_],
    worlds: int,
) -> tuple[int, int]:
    """Return on how many maps anything is hot, by exact chances and with z read as normal."""
    exact = normal = 0
    for world in range(worlds):
        counts = np.zeros(mask.shape, dtype=np.int64)
        counts[mask] = draw(np.random.default_rng([11, world]))
        gi = gistar(counts, mask, WINDOW)
        exact += bool(hot(gi).any())
        p = 2.0 * special.ndtr(-np.abs(gi.z))
        normal += bool(((gi.z > 0.0) & (adjusted_p(p, "bh") <= PARAMS.q)).any())
    return exact, normal


def _rates_with_hot_cells(town: Town, worlds: int) -> int:
    """Return on how many maps a rate is hot where incidents follow the metres of road."""
    exposure = Exposure("roads", town.road_m)
    chance = town.road_m / town.road_m.sum()
    x, y = town.grid.spec.centres(town.grid.cells)
    lon, lat = town.city.ground.to_lonlat(np.column_stack([x, y]))
    with_any = 0
    for world in range(worlds):
        cell = np.random.default_rng([13, world]).choice(len(chance), 2_000, p=chance)
        table = rate_hotspots(_at(lon[cell], lat[cell]), town.grid, exposure=exposure)
        with_any += table.summary["hot"] > 0
    return int(with_any)


def _at(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Incidents:
    """Return incidents at some places, all of one kind and time."""
    n = lon.size
    zero = np.zeros(n, dtype=np.int64)
    return Incidents(
        ids=np.arange(n).astype(str).astype(object),
        t_from=zero,
        t_to=zero,
        lon=lon,
        lat=lat,
        categories=("any",),
        category=np.zeros(n, dtype=np.int32),
        weight=np.ones(n),
        source=np.zeros(n, dtype=np.int8),
    )


def big_null_maps(file: Path | None, worlds: int) -> Iterator[tuple[str, int, int]]:
    """Yield the same for 100,000 cells; real counts are those of a file with lon and lat."""
    n = BIG[0] * BIG[1]
    draws = _null_draws(n, _counts_of(file) if file else np.zeros(0, dtype=np.int64))
    if file is None:
        del draws["real counts, shuffled"]
    mask = np.ones(BIG, dtype=np.bool_)
    for name, draw in draws.items():
        yield name, *_with_hot_cells(draw, mask, worlds)


def _counts_of(file: Path) -> NDArray[np.int64]:
    """Return the incidents of a file in cells of about 250 m."""
    with file.open(encoding="utf-8") as lines:
        at = np.array([(float(row["lon"]), float(row["lat"])) for row in csv.DictReader(lines)])
    cells = np.floor((at - at.min(axis=0)) / (0.0030, 0.00225)).astype(int)
    counts = np.zeros(cells.max(axis=0) + 1, dtype=np.int64)
    np.add.at(counts, tuple(cells.T), 1)
    return counts.ravel()


def by_band(found: Found) -> Iterator[tuple[str, int, float, float]]:
    """Yield for each band of power: its name, chances, mean power, share found."""
    power, success = np.array([one for one, _ in found]), np.array([two for _, two in found])
    for low, high in itertools.pairwise(BANDS):
        mine = (power >= low) & ((power < high) | (high == BANDS[-1]))
        if mine.any():
            name = f"{low:.0%} to {high:.0%}"
            yield name, int(mine.sum()), float(power[mine].mean()), float(success[mine].mean())


def say(text: str = "") -> None:
    """Print a line at once, so that a long run can be watched."""
    print(text, flush=True)


def say_bands(title: str, found: Found) -> None:
    """Print a table of recall by band of power."""
    say(f"\n{title}\n\n| power | maps | mean power | found |\n|---|---|---|---|")
    for name, n, power, share in by_band(found):
        say(f"| {name} | {n:,} | {power:.0%} | {share:.0%} |")


def say_nulls(title: str, rows: Iterator[tuple[str, int, int]], worlds: int) -> None:
    """Print a table of maps on which something is hot by chance."""
    head = "| counts | exact chance | 95 % interval | z read as normal |\n|---|---|---|---|"
    say(f"\n{title}\n\n{head}")
    for name, exact, normal in rows:
        low, high = stats.binomtest(exact, worlds).proportion_ci(method="exact")
        other = f"{normal} of {worlds}" if normal >= 0 else "-"
        say(f"| {name} | {exact} of {worlds} | {low:.1%} to {high:.1%} | {other} |")


def main() -> int:
    """Read the options and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help="null worlds of each kind")
    parser.add_argument("--cities", type=int, default=5, help="seeds of the demo")
    parser.add_argument("--incidents", type=Path, help="CSV whose counts are shuffled")
    options = parser.parse_args()
    town, few = Town.of(0), max(options.worlds // 10, 2)
    say(f"{town.mask.sum():,} cells with a road; windows of {int((2 * WINDOW + 1).sum())} cells")
    say_bands("Plants of the demo", planted_in_demo(range(options.cities), few))
    found, shares, with_any = planted_on_flat_ground(town, few)
    say_bands("Plants on flat ground", found)
    false = float(np.mean(shares))
    say(f"\n{len(shares)} maps: {false:.2%} of hot cells are false, {with_any:.1%} have any")
    say_nulls("No hotspot, the demo's cells", null_worlds(town, options.worlds), options.worlds)
    rows = big_null_maps(options.incidents, options.worlds)
    say_nulls("No hotspot, 100,000 cells", rows, options.worlds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
