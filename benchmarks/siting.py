"""Siting at city scale: seconds to a proved gap, beside the plain model in HiGHS and beside spopt.

Recipe of an instance, from its seed: a square lattice of 250 m cells; 60 hot spots with lognormal
strength and a spread of 2 to 8 km over a low base, times lognormal noise, rounded to whole demand;
candidates uniform over the square, or drawn by demand (`clustered`). The peer gets one variable a
cell and a site and one sparse row a cell, as in Church & ReVelle (1974), through
`scipy.optimize.milp`. spopt (PySAL) gets a matrix of who is how far from whom and solves with HiGHS
and CBC through PuLP; what it takes to build the model is its time too. Where it is not run its
matrices are larger than memory. Each row runs in a fresh process, so that peaks of memory are its
own. The published instances are in `siting_published.py`.

    .venv/bin/python benchmarks/siting.py [--large] [--only NAME] [--alone]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import time
from dataclasses import dataclass, replace

import numpy as np

from geogrid.analysis.siting import SitingParams, site_cameras
from geogrid.analysis.siting_problem import Reach, SitingProblem
from geogrid.analysis.siting_reach import reach_within
from geogrid.analysis.siting_rules import SitingRules
from geogrid.analysis.siting_verify import verify_plan
from geogrid.analysis.siting_whatif import WhatIf

CELL_M = 250.0
SEED = 2026
PEER_LIMIT_S = 300  # of each of spopt's solvers, after the model is built


@dataclass(frozen=True)
class Size:
    """How large an instance is."""

    name: str
    side: int  # cells
    sites: int
    new: int
    range_m: float
    gap: float
    limit_s: float
    peer_s: float = 0.0  # how long the peer may take; 0: not run
    is_clustered: bool = False  # candidates by demand instead of uniform: they overlap more
    existing: int = 0  # cameras that stand, drawn by demand, 250 m
    has_spopt: bool = False


SIZES = (
    Size("1k x 200", 32, 200, 20, 750.0, 0.0, 20.0, 60.0, has_spopt=True),
    Size("10k x 1k", 100, 1_000, 50, 750.0, 0.01, 20.0),
    Size("10k x 1k", 100, 1_000, 50, 750.0, 0.0, 60.0, 120.0),
    Size("367k x 16k", 606, 16_450, 200, 750.0, 0.01, 30.0),
    Size("367k x 16k", 606, 16_450, 200, 750.0, 0.0005, 30.0),
    Size("367k x 16k", 606, 16_450, 200, 750.0, 0.0, 60.0, 120.0),
    Size("16k kept, 24k", 606, 24_450, 200, 750.0, 0.0005, 30.0, existing=16_450),
)
LARGE = (
    Size("10k x 1k", 100, 1_000, 50, 750.0, 0.01, 20.0, has_spopt=True),
    Size("clustered", 606, 16_450, 200, 750.0, 0.0005, 60.0, is_clustered=True),
    Size("367k x 16k, 2 km", 606, 16_450, 200, 2_000.0, 0.02, 60.0),
    Size("367k x 16k, 2 km", 606, 16_450, 200, 2_000.0, 0.01, 60.0),
    Size("2.3M x 16k", 1_517, 16_450, 200, 1_875.0, 0.005, 60.0),
)


def instance(size: Size) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return centres of cells, their demand, and candidates."""
    rng = np.random.default_rng(SEED)
    axis = (np.arange(size.side) + 0.5) * CELL_M
    xy = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    edge = size.side * CELL_M
    demand = np.full(len(xy), 0.3)
    for _ in range(60):
        centre, spread = rng.uniform(0, edge, 2), rng.uniform(2_000, 8_000)
        far2 = ((xy - centre) ** 2).sum(axis=1)
        demand += rng.lognormal(1.0, 1.0) * np.exp(-far2 / (2 * spread**2))
    demand *= rng.lognormal(0.0, 1.0, len(xy))
    sites = rng.uniform(0, edge, (size.sites, 2))
    if size.is_clustered:
        at = rng.choice(len(xy), size.sites, replace=False, p=demand / demand.sum())
        sites = xy[at] + rng.uniform(-CELL_M / 2, CELL_M / 2, (size.sites, 2))
    return xy, rng.poisson(demand), sites


def standing(size: Size, xy: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return how many existing cameras see each cell: drawn by demand, 250 m."""
    if not size.existing:
        return np.zeros(len(xy), np.int64)
    rng = np.random.default_rng(SEED + 1)
    at = rng.choice(len(xy), size.existing, p=weight / weight.sum())
    where = xy[at] + rng.uniform(-CELL_M / 2, CELL_M / 2, (size.existing, 2))
    return reach_within(where, xy, 250.0).views(np.arange(size.existing))


def with_spopt(size: Size, xy: np.ndarray, weight: np.ndarray, where: np.ndarray) -> None:
    """Print what spopt finds, and how long its model and its solvers take."""
    import pulp  # noqa: PLC0415 # hundreds of megabytes, in the processes of this peer alone
    from scipy.spatial.distance import cdist  # noqa: PLC0415
    from spopt.locate import MCLP  # noqa: PLC0415

    for name, solver in (
        ("HiGHS", pulp.HiGHS(msg=False, timeLimit=PEER_LIMIT_S)),
        ("CBC", pulp.PULP_CBC_CMD(msg=False, timeLimit=PEER_LIMIT_S)),
    ):
        began = time.perf_counter()
        model = MCLP.from_cost_matrix(
            cdist(xy, where), weight, size.range_m, p_facilities=size.new, name=name
        )
        built = time.perf_counter() - began
        model = model.solve(solver, results=False)
        took = time.perf_counter() - began
        ended = "" if took - built < PEER_LIMIT_S else ", at its limit: at least"
        value = model.problem.objective.value()
        print(
            f"{size.name:17} spopt  {value or float('nan'):>10,.0f} with {name}: model "
            f"{built:.1f} s, in all{ended} {took:.1f} s; no bound",
            flush=True,
        )


def plain_highs(reach: Reach, weight: np.ndarray, new: int, limit_s: float) -> tuple[float, float]:
    """Return value and bound of the plain model in HiGHS."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 # as for spopt
    from scipy.sparse import coo_array, csr_array, eye_array, hstack  # noqa: PLC0415

    n, m = len(reach), reach.n_points
    owner = np.repeat(np.arange(n), np.diff(reach.start))
    seen = coo_array((np.ones(owner.size), (reach.point, owner)), shape=(m, n))
    count = np.concatenate([np.ones(n), np.zeros(m)])
    solved = milp(
        -np.concatenate([np.zeros(n), weight]).astype(float),
        integrality=count,
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(csr_array(hstack([-seen, eye_array(m)])), ub=0.0),
            LinearConstraint(csr_array(count[None, :]), ub=new),
        ],
        options={"time_limit": limit_s},
    )
    value = float("nan") if solved.fun is None else -solved.fun
    bound = getattr(solved, "mip_dual_bound", None)
    return value, float("nan") if bound is None else -bound


def peak_gb() -> float:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def warm() -> None:
    """Load the kernels on a small instance."""
    small = Size("", 12, 30, 3, 750.0, 0.0, 5.0)
    xy, weight, where = instance(small)
    plan = site_cameras(SitingProblem.of(reach_within(where, xy, 750.0), weight, 3))
    verify_plan(plan.as_json())
    WhatIf.of(plan.problem, plan.sites).switch(0)


def run(size: Size) -> None:
    """Print one row, and one of the peer."""
    warm()
    libraries = peak_gb()
    xy, weight, where = instance(size)
    made = peak_gb()
    views = standing(size, xy, weight)
    wall, cpu = time.perf_counter(), time.process_time()
    reach = reach_within(where, xy, size.range_m)
    problem = SitingProblem.of(reach, weight, size.new, SitingRules(views=views))
    plan = site_cameras(problem, SitingParams(gap=size.gap, time_limit_s=size.limit_s))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = peak_gb()
    stored = json.loads(json.dumps(plan.as_json()))
    check, check_cpu = time.perf_counter(), time.process_time()
    verdict = verify_plan(stored)
    check, check_cpu = time.perf_counter() - check, time.process_time() - check_cpu
    trial = WhatIf.of(problem, plan.sites)
    toggle = time.perf_counter()
    for site in range(1_000):
        trial.switch(site % len(problem))
    toggle = (time.perf_counter() - toggle) / 1_000
    print(
        f"{size.name:17} ours   {plan.value:>10,} of {plan.bound:>10,}  gap {plan.gap:8.4%} "
        f"(certificate {verdict.gap:8.4%}, asked {size.gap:.2%}) {plan.status:10} "
        f"wall {wall:6.2f} s cpu {cpu:6.2f} s peak {peak:.2f} GB (packages {libraries:.2f}, with "
        f"the instance {made:.2f})  "
        f"check {1e3 * check:.0f} ms, cpu {1e3 * check_cpu:.0f} "
        f"({'holds' if verdict.holds else 'FAILS'})  "
        f"switch {1e6 * toggle:.1f} us",
        flush=True,
    )
    if size.has_spopt:
        with_spopt(size, xy, weight, where)
    if size.peer_s:
        began, cpu = time.perf_counter(), time.process_time()
        value, bound = plain_highs(reach, weight, size.new, size.peer_s)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        print(
            f"{size.name:17} HiGHS  {value:>10,.0f} of {bound:>10,.0f}  "
            f"wall {took:6.2f} s cpu {cpu:6.2f} s (limit {size.peer_s:.0f} s): "
            f"{took / wall:.1f} x our wall time",
            flush=True,
        )


def main() -> None:
    """Run each row in a process of its own, so that its memory is its own."""
    options = argparse.ArgumentParser()
    options.add_argument("--large", action="store_true", help="also the hard and the slow ones")
    options.add_argument("--only", help="rows whose name has this in it")
    options.add_argument("--alone", action="store_true", help="without the peers")
    given = options.parse_args()
    fresh = multiprocessing.get_context("spawn")
    for size in (*SIZES, *(LARGE if given.large else ())):
        if given.only is None or given.only in size.name:
            row = replace(size, peer_s=0.0, has_spopt=False) if given.alone else size
            one = fresh.Process(target=run, args=(row,))
            one.start()
            one.join()


if __name__ == "__main__":
    main()
