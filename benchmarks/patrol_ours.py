"""A day of patrol from Parquet to day files: how long it takes, and how much memory.

`patrol_pipeline.py` runs this in processes of its own beside its peers, whose libraries it does not
load. As a script without a method it tells what a late file of a day costs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import fleet
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geogrid.analysis.day_walk import walked_day
from geogrid.analysis.patrol_day import PatrolDay, day_without_bounds, hour_edges, patrol_day
from geogrid.model.projection import FastProjection
from geogrid.scale.local import run_local
from geogrid.scale.memory import keep_freed_memory
from geogrid.store.derived import DerivedStore
from geogrid.store.tracks import DayInputs, TrackStore

WARM_FIXES = 20_000


@dataclass(frozen=True, slots=True)
class Run:
    """What one measurement found."""

    cpu_s: float
    wall_s: float
    peak_gb: float
    fixes: int
    first_s: float = 0.0  # CPU time of a first call on a small fleet: compiling, importing


def derive(
    tracks: TrackStore, store: DerivedStore, projection: FastProjection, inputs: DayInputs
) -> PatrolDay:
    """Read, derive and write one day, as a workspace does."""
    fixes = tracks.read_inputs(inputs)
    day = patrol_day(fixes, inputs.day, fleet.TIME_ZONE, projection, rules=store.rules)
    store.write(day, inputs.fingerprint)
    return day


def derive_plain(
    tracks: TrackStore, store: DerivedStore, projection: FastProjection, inputs: DayInputs
) -> PatrolDay:
    """Do the same without the bounds of each dwell, which no peer works out."""
    fixes = tracks.read_inputs(inputs)
    day, _ = day_without_bounds(fixes, inputs.day, fleet.TIME_ZONE, projection, rules=store.rules)
    store.write(day, inputs.fingerprint)
    return day


def ours(
    root: Path,
    *,
    projection: FastProjection,
    threads: int = 1,
    derived: Callable[..., PatrolDay] = derive,
) -> None:
    """Write day files as a workspace writes them; the projection is fitted when one opens."""
    cell_m = projection.spec.cell_size
    out = root / f"derived-{cell_m:g}"
    shutil.rmtree(out, ignore_errors=True)
    tracks = TrackStore(root, fleet.TIME_ZONE)
    store = DerivedStore(out, fleet.RULES, f"{cell_m:g}")
    work = partial(derived, tracks, store, projection)
    for _ in run_local(work, tracks.with_edges(), threads=threads):
        pass


def kernel_alone(root: Path, projection: FastProjection) -> Callable[[], None]:
    """Return a call that projects, cleans and walks fixes that are in memory."""
    store = TrackStore(root, fleet.TIME_ZONE)
    days = [
        (store.read_inputs(inputs), hour_edges(inputs.day, fleet.TIME_ZONE))
        for inputs in store.with_edges()
    ]

    def walk_all() -> None:
        for fixes, edges in days:
            walked_day(fixes, edges, projection, rules=fleet.RULES)

    return walk_all


def just_read(root: Path) -> None:
    """Read what the day files hold and sum each column."""
    for file in sorted(root.glob("tracks/day=*/fixes.parquet")):
        table = pq.ParquetFile(file).read(use_threads=False)
        columns = [table[name] for name in ("t", "lon", "lat")]
        columns.append(table["unit"].combine_chunks().indices)
        for column in columns:
            column.to_numpy().sum(dtype=np.int64)


def peak_gb() -> float:
    """Return the most memory this process has held, as Linux counts it."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1e6


def measure(call: Callable[[], object], fixes: int, repeats: int) -> Run:
    """Return the median of some calls."""
    cpu, wall = [], []
    for _ in range(repeats):
        start, start_cpu = time.perf_counter(), time.process_time()
        call()
        cpu.append(time.process_time() - start_cpu)
        wall.append(time.perf_counter() - start)
    return Run(statistics.median(cpu), statistics.median(wall), peak_gb(), fixes)


def measure_here(choice: argparse.Namespace) -> Run:
    """Measure one method in this process."""
    root, warm = choice.folder / f"{choice.fixes}", choice.folder / f"{WARM_FIXES}"
    fixes = fleet.write_fleet(root, choice.fixes, peers=choice.fixes <= fleet.LARGEST_OF_PEERS)
    fleet.write_fleet(warm, WARM_FIXES)
    pa.set_cpu_count(1)
    keep_freed_memory()
    projection = FastProjection.fit(fleet.lattice(choice.cell))
    own: dict[str, Callable[[Path], Callable[[], None]]] = {
        "ours": lambda root: partial(ours, root, projection=projection, threads=choice.threads),
        "plain": lambda root: partial(ours, root, projection=projection, derived=derive_plain),
        "kernel": lambda root: kernel_alone(root, projection),
        "read": lambda root: partial(just_read, root),
    }
    start = time.process_time()
    own[choice.method](warm)()
    first = time.process_time() - start
    return replace(measure(own[choice.method](root), fixes, choice.repeats), first_s=first)


def late_day(folder: Path, fixes: int) -> str:
    """Return what the three days that a late file touches cost."""
    root = folder / f"{fixes}"
    fleet.write_fleet(root, fixes)
    keep_freed_memory()
    projection = FastProjection.fit(fleet.lattice(fleet.CELL_M))
    tracks = TrackStore(root, fleet.TIME_ZONE)
    store = DerivedStore(root / "derived-late", fleet.RULES, "late")
    days = list(tracks.with_edges())[1:4]

    def redo() -> None:
        touched = {each.day for each in days}
        for inputs in tracks.with_edges():
            if inputs.day in touched:
                derive(tracks, store, projection, inputs)

    redo()
    run = measure(redo, sum(len(tracks.read(each.day)) for each in days), 3)
    return (
        f"a late file: {len(days)} days of {run.fixes:,} fixes worked out again in "
        f"{run.cpu_s:.2f} CPU s, {run.wall_s:.2f} s of wall time, one thread"
    )


def main() -> None:
    """Measure one method, or tell what a late file costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "geogrid-bench"
    )
    parser.add_argument("--method", choices=("ours", "plain", "kernel", "read"))
    parser.add_argument("--fixes", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cell", type=float, default=fleet.CELL_M, help="size of a cell, metres")
    choice = parser.parse_args()
    if choice.method is None:
        print(late_day(choice.folder, choice.fixes))
    else:
        json.dump(asdict(measure_here(choice)), sys.stdout)


if __name__ == "__main__":
    main()
