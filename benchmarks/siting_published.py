"""The published covering instances of Cordeau, Furini & Ljubic (2019), to their published values.

Their generator is pure code: ``rand()`` of glibc, locations, then clients, x then y each
``30 * rand() / RAND_MAX``, a cost for each location, demands ``rand() % 100 + 1``; 100 locations,
radius 5.5, 10 to be chosen. Places are kept as the whole numbers that were drawn, so that no point
at the range is lost to rounding. The values of a hundred thousand clients agree with those posted
in fabiofurini/LocationCovering, issue 1.

    .venv/bin/python benchmarks/siting_published.py [--large]
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
from numba import njit

from geogrid.analysis.siting import SitingParams, site_cameras
from geogrid.analysis.siting_merge import reach_of_rows
from geogrid.analysis.siting_problem import SitingProblem
from geogrid.kernels.siting_merge import merged_points

MOST = 2**31 - 1  # RAND_MAX
LOCATIONS, BUDGET = 100, 10
LIMIT_S = 300.0  # of each search; what is proved by then is told
RADIUS = int(5.5 * MOST / 30.0)  # in units of 30 / RAND_MAX
PUBLISHED = ((100_000, 1, 4_431_761), (100_000, 2, 4_374_489), (1_000_000, 1, 44_433_492))
LARGE = ((10_000_000, 1, 444_205_296),)


@njit
def glibc_rand(seed: int, count: int) -> np.ndarray:
    """Return the first numbers of ``srand(seed)``: an additive feedback of lags 3 and 31."""
    state = np.empty(344 + count, np.int64)
    state[0] = seed
    for k in range(1, 31):
        state[k] = 16807 * state[k - 1] % 2147483647
    for k in range(31, 34):
        state[k] = state[k - 31]
    for k in range(34, 344 + count):
        state[k] = (state[k - 31] + state[k - 3]) & 0xFFFFFFFF
    return state[344:] >> 1


def solve(clients: int, seed: int, published: int) -> None:
    """Print value, proof and seconds."""
    began = time.perf_counter()
    n_places = 2 * (LOCATIONS + clients)
    drawn = glibc_rand(seed, n_places + LOCATIONS + clients)
    places = drawn[:n_places].reshape(-1, 2)
    demand = drawn[n_places + LOCATIONS :] % 100 + 1
    made = time.perf_counter()
    rows, weight = merged_points(
        places[LOCATIONS:] * 0.001,  # a unit is a millimetre
        demand,
        np.zeros(2),
        places[:LOCATIONS].copy(),
        np.full(LOCATIONS, RADIUS),
    )
    problem = SitingProblem.of(reach_of_rows(rows, LOCATIONS), weight, BUDGET)
    plan = site_cameras(problem, SitingParams(gap=0.0, time_limit_s=LIMIT_S))
    took = time.perf_counter() - made
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    same = "as published" if plan.value == published else f"NOT the published {published:,}"
    print(
        f"{clients:>10,} clients, seed {seed}: {plan.value:>11,} {same}, {plan.status}; made in "
        f"{made - began:.1f} s, {len(weight):,} merged points, solved in {took:.1f} s, "
        f"peak {peak:.2f} GB"
    )


def main() -> None:
    """Warm the kernels, then run."""
    options = argparse.ArgumentParser()
    options.add_argument("--large", action="store_true", help="also ten million clients")
    large = options.parse_args().large
    glibc_rand(1, 4)
    tiny = np.zeros((1, 2))
    merged_points(tiny, np.ones(1, np.int64), np.zeros(2), tiny.astype(np.int64), np.ones(1, int))
    for clients, seed, published in (*PUBLISHED, *(LARGE if large else ())):
        solve(clients, seed, published)


if __name__ == "__main__":
    main()
