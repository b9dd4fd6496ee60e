"""Count what tours catch in weeks that the forecast has not seen, beside two simpler ways.

Run in the project's root: ``.venv/bin/python benchmarks/plan_gain.py [WS] [--weeks 8]``; without WS
the tiny demo is built in a temporary folder. Each week is planned as of its first day, for
four hours of a day, with the units where they were at the end of the tracks: what differs is only
which cells are stopped at. Beside the plan stand the hottest cells first and cells in any order,
with the same units, candidates, hours and minutes by road. Counted are the incidents of that week,
at all hours, in cells with a stop. All ways use plain counts of the weeks before, so that no
back-test is needed; what cells are short of is left out.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.drive_times import drive_times
from geogrid.analysis.forecast import ForecastParams
from geogrid.analysis.tours import (
    Plan,
    TourParams,
    TourProblem,
    best_cells,
    equal_time,
    hottest_first,
    planned_tours,
    worth_of,
)
from geogrid.analysis.travel_speeds import TravelParams
from geogrid.model.window import Window
from geogrid.service.analyses import IncidentChoice, chosen_incidents
from geogrid.service.forecasts import ForecastQuestion, forecast_layer
from geogrid.service.road_network import reach_ground
from geogrid.service.shelf import Shelf
from geogrid.service.tour_units import local_day, units_on_duty
from geogrid.workspace import Workspace

WAYS = ("plan", "hottest first", "equal time")
HOURS_MIN = 240.0
PER_UNIT, MOST = 30, 400


def week_counts(shelf: Shelf, first: date) -> NDArray[np.int64]:
    """Return the incidents of a week by cell: those that the public reported."""
    window = Window(first=first, last=first + timedelta(days=6))
    events = chosen_incidents(shelf, window, IncidentChoice())
    at = shelf.grid.position_at(events.lon, events.lat)
    return np.bincount(at[at >= 0], minlength=len(shelf.grid))


def expected(shelf: Shelf, first: date) -> NDArray[np.float64]:
    """Return what is expected of a week by what was known before it."""
    question = ForecastQuestion(first, params=ForecastParams(most_windows=0))
    return np.nan_to_num(forecast_layer(shelf, question).table["expected"])


def plans(problem: TourProblem, rng: np.random.Generator) -> tuple[Plan, Plan, Plan]:
    """Return the three plans of one district."""
    stay = TourParams().stay_min
    return (
        planned_tours(problem),
        hottest_first(problem, problem.worth, stay),
        equal_time(problem, rng, stay),
    )


def run(shelf: Shelf, weeks: int, units_most: int) -> None:
    """Plan each week and print what was caught."""
    grid = shelf.grid
    ground, _ = reach_ground(shelf, TravelParams())
    last = shelf.tracks.days()[-1]
    events = shelf.incidents.read()
    end_ms = int(events.t_from.max())
    units = units_on_duty(shelf, int(shelf.tracks.read(last).t.max()))
    rng = np.random.default_rng(1)
    chosen = np.sort(rng.permutation(len(units.names))[:units_most])
    home = grid.district[np.maximum(grid.position_of(grid.spec.cell_at(*units.xy.T)), 0)]
    crew = np.bincount(home[chosen], minlength=len(grid.boundary.ids))
    final = local_day(end_ms, shelf.config.time_zone)
    caught, worths = np.zeros((weeks, 3)), np.zeros((weeks, 3))
    total, stops = np.zeros(weeks), np.zeros(3)
    for week in range(weeks):
        first = final - timedelta(days=7 * (weeks - week))
        worth, happened = expected(shelf, first), week_counts(shelf, first)
        total[week] = happened.sum()
        usable = np.where(np.nan_to_num(ground.walk_min) <= 5.0, worth, 0.0)
        cells_of = best_cells(usable, grid.district, lambda d: min(PER_UNIT * int(crew[d]), MOST))
        for district, cells in cells_of.items():
            who = chosen[home[chosen] == district]
            times = drive_times(ground, cells, units.xy[who])
            budget = np.full(who.size, HOURS_MIN)
            problem = TourProblem(worth[cells], times.travel, times.depart, budget)
            for way, plan in enumerate(plans(problem, rng)):
                made = cells[np.concatenate(plan)] if plan else cells[:0]
                caught[week, way] += happened[made].sum()
                worths[week, way] += worth_of(plan, problem.worth)
                stops[way] += made.size
    print(f"{chosen.size} units, {HOURS_MIN:g} min, {weeks} weeks, {total.sum():.0f} incidents")
    print(f"{'way':<14}{'stops':>8}{'expected':>10}{'caught':>8}{'share':>8}{'per stop':>10}")
    for way, name in enumerate(WAYS):
        got = caught[:, way].sum()
        print(
            f"{name:<14}{stops[way] / weeks:>8.0f}{worths[:, way].sum():>10.1f}{got:>8.0f}"
            f"{got / total.sum():>8.1%}{got / max(stops[way], 1):>10.3f}"
        )
    for way in (1, 2):
        more = caught[:, 0] - caught[:, way]
        error = more.std(ddof=1) / np.sqrt(weeks) if weeks > 1 else float("nan")
        better = int((more > 0).sum())
        print(
            f"plan less {WAYS[way]}: {more.mean():+.1f} a week (se {error:.1f}), "
            f"better in {better} of {weeks}"
        )


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ws", nargs="?", type=Path)
    parser.add_argument("--weeks", type=int, default=8)
    parser.add_argument("--units", type=int, default=40)
    asked = parser.parse_args()
    if asked.ws is not None:
        run(Shelf.open(asked.ws), asked.weeks, asked.units)
        return
    with tempfile.TemporaryDirectory() as folder:
        ws = Path(folder) / "ws"
        Workspace.demo(ws, size="tiny")
        run(Shelf.open(ws), asked.weeks, asked.units)


if __name__ == "__main__":
    main()
