"""Questions about a year for the whole grid: ours beside DuckDB and Polars on the day files.

The days of a fleet are derived once and repeated, shifted in time, until they fill the calendar:
weeks are alike then, but every day has its own files. Ours reads months laid out by cell, the
peers the same days' Parquet. ``--days 365`` measures a year; the default is a month, so that
`make bench` stays short. Everything is in the page cache: each question is asked once before it is
measured. Where ours and a peer should agree they must, or the script ends with an error.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import fleet
import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray
from patrol_ours import derive, peak_gb
from shapely.geometry import box

from geogrid.analysis.cell_history import cell_history
from geogrid.analysis.month_coverage import coverage_of_months, sums_of_months
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.model.projection import FastProjection
from geogrid.model.window import Window
from geogrid.scale.local import run_local
from geogrid.store.derived import DerivedStore
from geogrid.store.months import MonthStore
from geogrid.store.tracks import DayInputs, TrackStore

CELL_M = 250.0
SOURCE_FIXES = 11_000_000  # a week
FIRST = date(2026, 1, 1)
DAY_MS = 86_400_000  # in Asia/Shanghai every day is as long
THREADS = 2
WINDOWS = {
    "all of it": Window(),
    "nights": Window(hours=(22, 6)),
    "working days, 8 to 17": Window(hours=(8, 17), weekdays=frozenset(range(5))),
}
SUMMED = ("moving_ms", "standing_ms", "depot_ms", "mm")
BOUNDED = ("lo_ms", "hi_ms")
OURS = {
    "moving_s": "moving_ms",
    "standing_s": "standing_ms",
    "depot_s": "depot_ms",
    "distance_m": "mm",
    "patrol_lo_s": "lo_ms",
    "patrol_hi_s": "hi_ms",
}
STAYS_SQL = """
    WITH stays AS (
        SELECT row, col, unit, enter, leave,
            max(leave) OVER (
                PARTITION BY row, col ORDER BY enter, leave
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS until
        FROM read_parquet($files)
    )
    SELECT row, col,
        sum(greatest(leave - greatest(enter, coalesce(until, enter)), 0)) AS present_ms,
        count(DISTINCT unit) AS units, min(enter) AS first, max(leave) AS last
    FROM stays GROUP BY row, col
"""


def source_days(root: Path) -> tuple[DerivedStore, list[DayInputs]]:
    """Return whole days, derived once."""
    fleet.write_fleet(root, SOURCE_FIXES, peers=False)
    tracks = TrackStore(root, fleet.TIME_ZONE)
    store = DerivedStore(root, fleet.RULES, f"{CELL_M:g}")
    days = list(tracks.with_edges())[:-1]  # the last one is cut short
    stale = [inputs for inputs in days if store.read(inputs.day, inputs.fingerprint) is None]
    projection = FastProjection.fit(fleet.lattice(CELL_M))
    for _ in run_local(partial(derive, tracks, store, projection), stale, threads=THREADS):
        pass
    return store, days


def shifted(table: pd.DataFrame, by_ms: int) -> pd.DataFrame:
    """Return a table with its instants moved."""
    return table.assign(enter=table["enter"] + by_ms, leave=table["leave"] + by_ms)


def fill_calendar(root: Path, n_days: int, store: DerivedStore) -> list[date]:
    """Write the days that are not there yet, each a source day moved; return all."""
    source, inputs = source_days(root)
    days = [FIRST + timedelta(days=i) for i in range(n_days)]
    for number, day in enumerate(days):
        of = inputs[number % len(inputs)]
        fingerprint = f"{of.fingerprint} as {day}"
        if store.read(day, fingerprint) is not None:
            continue
        found = source.read(of.day, of.fingerprint)
        if found is None:
            sys.exit(f"{of.day} is not derived")
        by_ms = (day - of.day).days * DAY_MS
        moved = {name: shifted(getattr(found, name), by_ms) for name in ("passes", "silences")}
        store.write(replace(found, day=day, **moved), fingerprint)
    return days


def grid() -> Grid:
    """Return the grid over the fleet's whole lattice."""
    land = box(fleet.WEST_M, fleet.SOUTH_M, fleet.EAST_M, fleet.NORTH_M)
    boundary = Boundary(("A",), ("Prefecture",), (land,), fleet.CRS_OF_FLEET)
    return Grid.over(boundary, CELL_M, crs=fleet.CRS_OF_FLEET)


@dataclass(frozen=True, slots=True)
class Took:
    """What one question took, and its answer."""

    wall_s: float
    cpu_s: float
    answer: Any


def asked(question: Callable[[], Any], times: int = 3) -> Took:
    """Ask once, then some times more; return the medians."""
    answer = question()
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = question()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Took(statistics.median(walls), statistics.median(cpus), answer)


@dataclass(frozen=True, slots=True)
class DayFiles:
    """The day files that the peers read."""

    root: Path
    days: Sequence[date]

    def of(self, window: Window, table: str) -> list[str]:
        """Return a table's files of the window's days."""
        held = [day for day in self.days if window.holds_day(day)]
        return [f"{self.root}/derived/day={day.isoformat()}/{table}.parquet" for day in held]

    def duckdb_sums(self, window: Window) -> dict[str, NDArray[np.int64]]:
        """Return sums per cell by DuckDB."""
        hours = [hour for hour, wanted in enumerate(window.hour_mask()) if wanted]
        found: dict[str, NDArray[np.int64]] = {}
        with duckdb.connect(config={"threads": THREADS}) as db:
            for table, names in (("hours", SUMMED), ("bounds", BOUNDED)):
                sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in names)
                query = (
                    f"SELECT row, col, {sums} FROM read_parquet($files) "  # noqa: S608  # own names
                    "WHERE list_contains($hours, hour) GROUP BY row, col"
                )
                columns = db.execute(query, {"files": self.of(window, table), "hours": hours})
                found |= dense(columns.fetchnumpy(), names)
        return found

    def polars_sums(self, window: Window) -> dict[str, NDArray[np.int64]]:
        """Return sums per cell by Polars."""
        hours = [hour for hour, wanted in enumerate(window.hour_mask()) if wanted]
        found: dict[str, NDArray[np.int64]] = {}
        for table, names in (("hours", SUMMED), ("bounds", BOUNDED)):
            frame = (
                pl.scan_parquet(self.of(window, table))
                .filter(pl.col("hour").is_in(hours))
                .group_by("row", "col")
                .agg(pl.col(*names).cast(pl.Int64).sum())  # a sum stays as narrow as its column
                .collect(engine="streaming")
            )
            found |= dense({name: frame[name].to_numpy() for name in frame.columns}, names)
        return found

    def duckdb_stays(self, scratch: Path) -> dict[str, NDArray[np.int64]]:
        """Return presence, units, first and last instant per cell by DuckDB, of all days."""
        config = {"threads": THREADS, "temp_directory": str(scratch), "memory_limit": "6GB"}
        with duckdb.connect(config=config) as db:
            found = db.execute(STAYS_SQL, {"files": self.of(Window(), "passes")}).fetchnumpy()
        return dense(found, ("present_ms", "units", "first", "last"))

    def polars_units(self) -> dict[str, NDArray[np.int64]]:
        """Return units, first and last instant per cell by Polars, of all days."""
        frame = (
            pl.scan_parquet(self.of(Window(), "passes"))
            .group_by("row", "col")
            .agg(
                pl.col("unit").cast(pl.String).n_unique().alias("units"),
                pl.col("enter").min().alias("first"),
                pl.col("leave").max().alias("last"),
            )
            .collect(engine="streaming")
        )
        columns = {name: frame[name].to_numpy() for name in frame.columns}
        return dense(columns, ("units", "first", "last"))


def dense(columns: dict[str, NDArray[Any]], names: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """Return columns of found cells for all cells of the lattice; those off it are dropped."""
    spec = fleet.lattice(CELL_M)
    row = columns["row"].astype(np.int64) - round(spec.y_min / CELL_M)
    col = columns["col"].astype(np.int64) - round(spec.x_min / CELL_M)
    on = (row >= 0) & (row < spec.n_rows) & (col >= 0) & (col < spec.n_cols)
    found = {name: np.zeros(spec.n_cells, np.int64) for name in names}
    for name, column in found.items():
        column[row[on] * spec.n_cols + col[on]] = np.asarray(columns[name])[on]
    return found


def require_equal(name: str, ours: NDArray[Any], theirs: NDArray[np.int64]) -> None:
    """End with an error where whole numbers differ."""
    if not np.array_equal(np.rint(ours).astype(np.int64), theirs):
        sys.exit(f"{name}: ours and the peer's differ")


def line(name: str, took: Took, ratio: float = 1.0) -> None:
    """Print a row of the table."""
    print(f"| {name} | {took.wall_s:.3f} | {took.cpu_s:.3f} | {ratio:.1f} |", flush=True)


def compare_sums(ask: dict[str, Any], store: MonthStore, files: DayFiles) -> None:
    """Print what the summed columns take, and hold the peers' against ours."""
    for label, window in WINDOWS.items():
        ours = asked(lambda w=window: sums_of_months(store.read(), window=w, **ask))
        line(f"**summed columns, {label}: geogrid**", ours)
        for peer, method in (("DuckDB", files.duckdb_sums), ("Polars", files.polars_sums)):
            took = asked(partial(method, window), 1)
            line(f"the same, {peer}", took, took.cpu_s / ours.cpu_s)
            for mine, theirs in OURS.items():
                require_equal(mine, ours.answer[mine] * 1e3, took.answer[theirs])


def compare_stays(ask: dict[str, Any], store: MonthStore, files: DayFiles) -> None:
    """Print what the columns that need single stays take, and hold the peers' against ours."""
    for label, window in WINDOWS.items():
        ours = asked(lambda w=window: coverage_of_months(store.read(), window=w, **ask))
        line(f"**all columns, {label}: geogrid**", ours)
    ours = asked(lambda: coverage_of_months(store.read(), window=Window(), **ask))
    with tempfile.TemporaryDirectory() as scratch:
        took = asked(partial(files.duckdb_stays, Path(scratch)), 1)
    line("presence, units, first and last seen, all of it: DuckDB", took, took.cpu_s / ours.cpu_s)
    require_equal("presence_s", ours.answer["presence_s"] * 1e3, took.answer["present_ms"])
    units = asked(files.polars_units, 1)
    line("units, first and last seen, all of it: Polars", units, units.cpu_s / ours.cpu_s)
    for found in (took.answer, units.answer):
        require_equal("units", ours.answer["units"], found["units"])
        seen = found["units"] > 0
        for mine, theirs in (("first_seen", "first"), ("last_seen", "last")):
            instants = ours.answer[mine].astype(np.int64)
            require_equal(mine, instants[seen], found[theirs][seen])


def one_cell(ask: dict[str, Any], store: MonthStore) -> None:
    """Print what the history of the cell with most visits takes."""
    busy = int(np.argmax(coverage_of_months(store.read(), window=Window(), **ask)["visits"]))
    known = {name: ask[name] for name in ("calendar", "time_zone")}
    took = asked(lambda: cell_history(store.read(), busy, Window(), **known))
    line(f"**one cell, {took.answer.enter.size:,} visits: geogrid**", took)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "geogrid-bench"
    )
    parser.add_argument("--days", type=int, default=31)
    choice = parser.parse_args()
    root = choice.folder / f"calendar-{choice.days}"
    over = grid()
    derived = DerivedStore(root, fleet.RULES, f"{CELL_M:g}")
    days = fill_calendar(choice.folder / f"{SOURCE_FIXES}", choice.days, derived)
    store = MonthStore(derived, over, fleet.TIME_ZONE, threads=THREADS)
    store.update(days[:1], "compile")
    shutil.rmtree(store.folder)
    wall, cpu = time.perf_counter(), time.process_time()
    store.update(days, "all")
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    months = store.read()
    size = sum(path.stat().st_size for path in store.folder.glob("*.month"))
    n_stays, n_sums = (
        sum(getattr(month, name).rows.size for month in months for name in names)
        for names in (("stays",), ("driven", "still", "bounds"))
    )
    print(
        f"{len(days)} days, {len(over):,} cells; {n_stays:,} stays and {n_sums:,} sums in "
        f"{len(months)} months, {size / 1e6:,.0f} MB; laid out in {wall:.1f} s of wall time, "
        f"{cpu:.1f} CPU s, {THREADS} threads, {peak_gb():.2f} GB\n"
    )
    print("| question | wall s | CPU s | times ours, CPU |\n|---|---|---|---|")
    ask = {"grid": over, "calendar": days, "time_zone": fleet.TIME_ZONE, "threads": THREADS}
    compare_sums(ask, store, DayFiles(root, days))
    compare_stays(ask, store, DayFiles(root, days))
    one_cell(ask, store)


if __name__ == "__main__":
    main()
