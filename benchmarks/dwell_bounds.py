"""How often bounds of patrol time hold when fixes are thinned, how wide they are, and how fast.

Run `make bench`, or ``python benchmarks/dwell_bounds.py [--workspace FOLDER]``. Without a
workspace the small synthetic city is made first. The truth is patrol time from all fixes (10 s
in the synthetic city); each row knows only the first fix in every 60 s or 120 s, and cleans those.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.day_walk import walked_day
from geogrid.analysis.dwell_bounds import DayFixes, Prism, dwell_bounds
from geogrid.analysis.patrol_day import hour_edges, local_hours
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.kernels.walk import MOVING, STANDING, walk
from geogrid.model.projection import FastProjection
from geogrid.model.tracks import Tracks
from geogrid.store.tracks import TrackStore
from geogrid.workspace import Workspace

EVERY_S = (0, 60, 120)  # 0: all fixes
PRISMS: tuple[Prism, ...] = ("plain", "narrow")
PATROL_RULES = PatrolRules()
RULES = PATROL_RULES.as_walk_rules()
CELL = ["row", "col"]
CELL_HOUR = ["row", "col", "hour"]


@dataclass(frozen=True)
class Day:
    """A day's fixes, cleaned, with the limits and numbers of its hours."""

    fixes: DayFixes
    edges: NDArray[np.int64]
    clock: NDArray[np.int8]

    @classmethod
    def of(cls, tracks: Tracks, day: date, workspace: Workspace, projection: FastProjection) -> Day:
        """Return a day as it is derived from given fixes."""
        edges = hour_edges(day, workspace.time_zone)
        kept = walked_day(tracks, edges, projection, rules=PATROL_RULES)
        cell_m = projection.spec.cell_size
        fixes = DayFixes(kept.unit, kept.t, kept.x, kept.y, kept.in_depot, cell_m)
        return cls(fixes, edges, local_hours(edges, workspace.time_zone))

    def patrol_ms(self) -> pd.Series[int]:
        """Return patrol time at constant speed per cell and hour."""
        f = self.fixes
        runs = walk(f.unit, f.t, f.x, f.y, f.in_depot, f.cell_m * 1e3, RULES, self.edges)
        frame = pd.DataFrame(
            {"row": runs.row, "col": runs.col, "hour": self.clock[runs.hour]}
            | {"ms": runs.leave - runs.enter}
        )
        return frame[np.isin(runs.kind, (MOVING, STANDING))].groupby(CELL_HOUR)["ms"].sum()

    def bounds(self, prism: Prism) -> pd.DataFrame:
        """Return the bounds per cell and hour."""
        return dwell_bounds(
            self.fixes, rules=RULES, edges=self.edges, clock=self.clock, prism=prism
        )


def thinned(tracks: Tracks, every_s: int) -> Tracks:
    """Return the first fix of each unit in every so many seconds, as it was received."""
    if every_s == 0:
        return tracks
    turn = tracks.t // (every_s * 1000)
    first = np.append(True, (np.diff(turn) != 0) | (np.diff(tracks.unit) != 0))
    return tracks.where(first)


def days_of(workspace: Workspace, most: int) -> Iterator[dict[int, Day]]:
    """Yield the first days of a workspace, full and thinned; depots are as any other place."""
    store = TrackStore(workspace.path, workspace.time_zone)
    projection = FastProjection.fit(workspace.grid.spec)
    for day in store.days()[:most]:
        tracks = store.read(day)
        yield {
            every: Day.of(thinned(tracks, every), day, workspace, projection) for every in EVERY_S
        }


def told(
    bounds: pd.DataFrame, truth: pd.Series[int], places: list[str]
) -> tuple[int, float, float]:
    """Return how many places have patrol time, the share in bounds, and the median width in s."""
    both = bounds.set_index(CELL_HOUR).join(truth.rename("ms"), how="outer").fillna(0)
    both = both.groupby(places).sum()
    both = both[both["ms"] > 0]
    holds = (both["lo_ms"] <= both["ms"]) & (both["ms"] <= both["hi_ms"])
    width = (both["hi_ms"] - both["lo_ms"]).median() / 1e3
    return len(both), float(holds.mean()), float(width)


def row(thin: list[Day], truth: pd.Series[int], every_s: int, prism: Prism) -> str:
    """Return one row of the table."""
    thin[0].bounds(prism)  # compile
    start = time.process_time()
    found = [day.bounds(prism) for day in thin]
    spent_s = time.process_time() - start
    bounds = pd.concat(found, ignore_index=True).groupby(CELL_HOUR, as_index=False).sum()
    cells, cells_hold, cells_width = told(bounds, truth, CELL)
    hours, hours_hold, hours_width = told(bounds, truth, CELL_HOUR)
    rate = sum(day.fixes.t.size - 1 for day in thin) / spent_s
    return (
        f"| {every_s or 'all'} | {prism} | {cells:,} | {cells_hold:.2%} | {cells_width:,.0f} "
        f"| {hours:,} | {hours_hold:.2%} | {hours_width:,.0f} | {rate / 1e6:.2f} |"
    )


def print_table(workspace: Workspace, most: int) -> None:
    """Print one row per rate and prism."""
    days = list(days_of(workspace, most))
    truth = pd.concat([day[0].patrol_ms() for day in days]).groupby(CELL_HOUR).sum()
    median_s = truth.groupby(CELL).sum().median() / 1e3
    print(f"{len(days)} days of {workspace.name}; median patrol time of a cell {median_s:,.0f} s")
    print(
        "| fix every s | prism | cells | in bounds | median width s "
        "| cell-hours | in bounds | median width s | million segments per CPU s |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for every_s in EVERY_S:
        for prism in PRISMS:
            print(row([day[every_s] for day in days], truth, every_s, prism), flush=True)


def main() -> None:
    """Print the table of a workspace, or of the small synthetic city."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, help="a folder; the synthetic city if not given")
    parser.add_argument("--days", type=int, default=3, help="how many days (default: 3)")
    options = parser.parse_args()
    if options.workspace is not None:
        print_table(Workspace.open(options.workspace), options.days)
        return
    with tempfile.TemporaryDirectory() as folder:
        print_table(Workspace.demo(Path(folder) / "city"), options.days)


if __name__ == "__main__":
    main()
