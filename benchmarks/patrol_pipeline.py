"""Patrol coverage beside its peers: the same fixes, the same times per cell, CPU and memory.

Run `make bench`, or ``python benchmarks/patrol_pipeline.py`` where the ``bench`` group is
installed. Every measurement runs in a process of its own, first on a small fleet, which compiles
and imports, then on the one that counts; the time is CPU time of all its threads, and memory the
most that the process held. Ours and a peer run in turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import fleet
import numpy as np
import patrol_peers as peers
import pyarrow as pa
import pyarrow.parquet as pq
from patrol_ours import WARM_FIXES, Run, peak_gb
from patrol_peers import COLUMNS, CellTimes

YEAR_FIXES = 590_000_000  # 187 cars, a fix every 10 s, all year
ROUNDING_MS = 1.0  # ours gives whole milliseconds to each piece


def derived_times(root: Path) -> CellTimes:
    """Return the times in the day files that `ours` wrote."""
    files = sorted((root / "derived-250").glob("derived/day=*/hours.parquet"))
    table = pa.concat_tables([pq.read_table(file) for file in files])
    names = ("row", "col", "moving_ms", "standing_ms", "depot_ms")
    row, col, *parts = (table[name].to_numpy().astype(np.int64) for name in names)
    return peers.totals(row * COLUMNS + col, np.sum(parts, axis=0).astype(np.float64))


PEERS: dict[str, tuple[str, bool, Callable[[Path], CellTimes]]] = {
    "movingpandas": ("movingpandas lines + geopandas overlay", True, peers.movingpandas_overlay),
    "tree": ("shapely STRtree, intersect every pair", True, peers.shapely_tree),
    "shortcut": ("the same, whole lines not cut", True, peers.shapely_tree_shortcut),
    "duckdb": ("DuckDB, exact split in SQL, x and y given", True, peers.duckdb_exact),
    "points": ("geopandas, points in cells", False, peers.geopandas_points),
    "h3": ("h3, points in hexagons", False, peers.h3_points),
    "polars": ("Polars, points in cells, x and y given", False, peers.polars_points),
}
OURS = "**geogrid, Parquet in, day files out**"
PLAIN = "geogrid, the same without bounds, which no peer has"
SIZES = {
    100_000: ("movingpandas", "tree", "shortcut"),
    1_000_000: ("tree", "shortcut", "points", "h3"),
    10_000_000: ("duckdb", "polars"),
}  # a method that would take minutes stands with fewer fixes


def measure_here(choice: argparse.Namespace) -> Run:
    """Measure one peer in this process."""
    root, warm = choice.folder / f"{choice.fixes}", choice.folder / f"{WARM_FIXES}"
    fixes = fleet.write_fleet(root, choice.fixes)
    _, _, method = PEERS[choice.method]
    method(warm)
    start, start_cpu = time.perf_counter(), time.process_time()
    found = method(root)
    cpu_s, wall_s = time.process_time() - start_cpu, time.perf_counter() - start
    np.savez(root / f"{choice.method}.npz", **found._asdict())
    return Run(cpu_s, wall_s, peak_gb(), fixes)


class Bench:
    """Runs measurements, each in a process of its own.

    Parameters
    ----------
    folder
        Where the fleets are made, and kept for the next time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, method: str, fixes: int, *more: str) -> Run:
        """Return what one process measured."""
        script = __file__ if method in PEERS else str(Path(__file__).with_name("patrol_ours.py"))
        command = [sys.executable, "-W", "ignore", script, "--folder", str(self.folder)]
        command += ["--method", method, "--fixes", str(fixes), *more]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        return Run(**json.loads(done.stdout.splitlines()[-1]))

    def in_turns(self, peer: str, fixes: int, turns: int) -> tuple[Run, float]:
        """Return the peer's median run and the median ratio to ours, measured next to it."""
        pairs = [
            (self.run("ours", fixes, "--repeats", "3"), self.run(peer, fixes)) for _ in range(turns)
        ]
        middle = sorted((theirs for _, theirs in pairs), key=lambda run: run.cpu_s)[turns // 2]
        return middle, statistics.median(theirs.cpu_s / mine.cpu_s for mine, theirs in pairs)

    def agreement(self, method: str, fixes: int) -> str:
        """Return how far an exact method's times are from ours."""
        root = self.folder / f"{fixes}"
        mine = derived_times(root)
        with np.load(root / f"{method}.npz") as found:
            theirs = CellTimes(**found)
        cells = np.union1d(mine.cell, theirs.cell)
        ms, pieces = np.zeros((2, cells.size)), np.ones(cells.size)
        for line, times in zip(ms, (mine, theirs), strict=True):
            line[np.searchsorted(cells, times.cell)] = times.ms
        pieces[np.searchsorted(cells, theirs.cell)] = np.maximum(theirs.pieces, 1)
        worst = float((np.abs(ms[0] - ms[1]) / pieces).max())
        apart = abs(float(ms[0].sum() - ms[1].sum()))
        if not (worst <= ROUNDING_MS and apart <= ROUNDING_MS):  # also what is no number
            sys.exit(f"{method} and ours disagree: {worst} ms in a piece, {apart} ms in all")
        return (
            f"{PEERS[method][0]}, {fixes:,} fixes: {cells.size:,} cells, "
            f"{ms[0].sum() / 1e3:,.3f} s in all, {apart:.3f} ms apart; "
            f"at most {worst:.2f} ms a piece apart"
        )


def line(name: str, run: Run, exact: str, ratio: str) -> str:
    """Return a row of the table."""
    return (
        f"| {name} | {run.fixes:,} | {run.cpu_s:,.3f} | {run.fixes / run.cpu_s:,.0f} "
        f"| {run.peak_gb:.2f} | {exact} | {ratio} |"
    )


def compare(bench: Bench, turns: int, largest: int) -> None:
    """Print the table of peers, and how far the exact ones are from ours."""
    print("| method | fixes | CPU s | fixes per CPU s | peak GB | exact | times ours |")
    print("|---|---|---|---|---|---|---|")
    agreed = []
    for fixes, methods in SIZES.items():
        if fixes > largest:
            continue
        own = bench.run("ours", fixes, "--repeats", "5")
        print(line(OURS, own, "yes", "1"), flush=True)
        plain = bench.run("plain", fixes, "--repeats", "5")
        print(line(PLAIN, plain, "yes", f"{plain.cpu_s / own.cpu_s:.2f}"), flush=True)
        for size in (fixes, WARM_FIXES):
            root = bench.folder / f"{size}"
            np.save(root / "touched.npy", derived_times(root).cell)
        for name in methods:
            label, exact, _ = PEERS[name]
            run, ratio = bench.in_turns(name, fixes, 1 if name == "movingpandas" else turns)
            print(line(label, run, "yes" if exact else "no", f"{ratio:,.1f}"), flush=True)
            if exact:
                agreed.append(bench.agreement(name, fixes))
    print("", *agreed, "", sep="\n")


def distances(bench: Bench, fixes: int, turns: int) -> None:
    """Print how far the kernel and the whole pipeline are from reading the columns."""
    found = [
        [bench.run(name, fixes, "--repeats", "3") for name in ("read", "kernel", "plain", "ours")]
        for _ in range(turns)
    ]
    names = ("reading and summing", "projection and walk", "day files without bounds", "whole")
    for number, name in enumerate(names):
        middle = sorted((runs[number] for runs in found), key=lambda run: run.cpu_s)[turns // 2]
        ratio = statistics.median(runs[number].cpu_s / runs[0].cpu_s for runs in found)
        print(
            f"{name}: {middle.fixes / middle.cpu_s / 1e6:.1f} M fixes per CPU s, {ratio:.1f} reads"
        )


def year(bench: Bench, fixes: int) -> None:
    """Print what a year of one city takes, stretched in proportion from some weeks."""
    for cell in ("250", "100"):
        run = bench.run("ours", fixes, "--cell", cell, "--threads", "2")
        stretch = YEAR_FIXES / run.fixes
        print(
            f"{run.fixes:,} fixes, cells of {cell} m, 2 threads: {run.cpu_s:.1f} CPU s, "
            f"{run.wall_s:.1f} s of wall time, {run.peak_gb:.2f} GB; {YEAR_FIXES:,} fixes in "
            f"proportion: {run.cpu_s * stretch:.0f} CPU s, {run.wall_s * stretch:.0f} s wall"
        )


def main() -> None:
    """Print the tables, or measure one method when asked for one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "geogrid-bench"
    )
    parser.add_argument("--turns", type=int, default=3, help="pairs of runs per comparison")
    parser.add_argument(
        "--largest", type=int, default=10_000_000, help="fixes of the largest table"
    )
    parser.add_argument("--year", type=int, default=0, help="fixes to stretch to a year, or 0")
    parser.add_argument("--method", choices=sorted(PEERS), help="measure this peer here")
    parser.add_argument("--fixes", type=int, default=100_000)
    choice = parser.parse_args()
    fleet.write_fleet(choice.folder / f"{WARM_FIXES}", WARM_FIXES)
    if choice.method:
        print(json.dumps(asdict(measure_here(choice))))
        return
    bench = Bench(choice.folder)
    compare(bench, choice.turns, choice.largest)
    distances(bench, choice.largest, choice.turns)
    if choice.year:
        year(bench, choice.year)


if __name__ == "__main__":
    main()
