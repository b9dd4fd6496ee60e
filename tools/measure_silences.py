"""Measure what `never` and `dark` cover after each unit fell silent once, and before.

Run with a demo workspace: python tools/measure_silences.py WS [--hours 8] [--seed 0]. In a copy of
it the fixes of each unit in one stretch of so many hours are taken out; the stretch begins at one
of the unit's fixes, so that it falls into its duty. Gaps are worked out before and after.
--days and --cars make WS first: so many days of so many cars in two districts, a year for instance.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geogrid.demo import SIZES, write_demo
from geogrid.model.tracks import Tracks
from geogrid.service.demo_city import CHOICES, DISTRICTS, demo_districts, shipped_districts
from geogrid.service.options import read_options
from geogrid.service.shelf import Shelf
from geogrid.store.transaction import transaction
from geogrid.workspace import Workspace

HOUR_MS = 3_600_000
FILES_AT_ONCE = 30


def heard(tracks: Tracks, begins: dict[str, int], hours: float) -> NDArray[np.bool_]:
    """Return which fixes are outside of their unit's silence."""
    begin = np.array([begins.get(name, np.iinfo(np.int64).max // 2) for name in tracks.units])
    after = tracks.t - begin[tracks.unit]
    return np.asarray((after <= 0) | (after >= hours * HOUR_MS))


def silence_begins(days: Iterable[Tracks], rng: np.random.Generator) -> dict[str, int]:
    """Return when each unit falls silent: after one of its fixes, drawn from all."""
    times: dict[str, list[NDArray[np.int64]]] = {}
    for tracks in days:
        for number, name in enumerate(tracks.units):
            times.setdefault(name, []).append(tracks.t[tracks.unit == number])
    every = {name: np.concatenate(parts) for name, parts in sorted(times.items())}
    return {name: int(rng.choice(t)) for name, t in every.items() if t.size}


def fall_silent(folder: Path, hours: float, rng: np.random.Generator) -> tuple[int, float]:
    """Take the silences out of a workspace; return units, and the share of fixes that is gone."""
    shelf = Shelf.open(folder)
    begins = silence_begins((shelf.tracks.read(day) for day in shelf.tracks.days()), rng)
    gone = total = 0
    entry = {"at": "2026-01-01T00:00:00Z", "kind": "tracks", "removal": True, "files": []}
    with transaction(folder, entry | {"removed": 0}) as change:
        for day in shelf.tracks.days():
            tracks = shelf.tracks.read(day)
            keep = heard(tracks, begins, hours)
            gone, total = gone + int((~keep).sum()), total + keep.size
            shelf.tracks.replace_day(change, day, tracks.where(keep))
    return len(begins), gone / total


def make_city(folder: Path, *, days: int, cars: int) -> None:
    """Make a workspace of the synthetic city with few cars and many days."""
    plan = replace(SIZES["tiny"], days=days, cars=cars, cameras=10)
    with tempfile.TemporaryDirectory(prefix="silences-") as files:
        made = write_demo(Path(files), shipped_districts(DISTRICTS), size=plan)
        workspace, _ = Workspace.create(folder, demo_districts(), CHOICES)
        wanted = [file for file in made if file.kind in {"roads", "incidents", "depots", "tracks"}]
        for kind, options in dict.fromkeys(
            (one.kind, tuple(one.options.items())) for one in wanted
        ):
            alike = [
                one.path
                for one in wanted
                if (one.kind, tuple(one.options.items())) == (kind, options)
            ]
            for start in range(0, len(alike), FILES_AT_ONCE):
                some = alike[start : start + FILES_AT_ONCE]
                workspace.import_files(kind, some, read_options(dict(options)))


def told(workspace: Workspace) -> tuple[dict[str, int], float]:
    """Print and return cells by state, and the share of dark land."""
    summary = workspace.layer("gaps").summary
    states = {name: count for name, count in summary["states"].items() if count}
    print("  " + ", ".join(f"{name} {count:,}" for name, count in states.items()))
    print(f"  dark: {summary['dark_share']:.2%} of the required land")
    return summary["states"], summary["dark_share"]


def main() -> int:
    """Print the figures of docs/gaps.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--days", type=int)
    parser.add_argument("--cars", type=int, default=12)
    asked = parser.parse_args()
    if asked.days:
        make_city(asked.workspace, days=asked.days, cars=asked.cars)
    with tempfile.TemporaryDirectory(prefix="silences-") as folder:
        copy = Path(folder) / "ws"
        shutil.copytree(asked.workspace, copy)
        workspace = Workspace.open(copy)
        print(f"before: {len(workspace.days())} days")
        before, _ = told(workspace)
        units, gone = fall_silent(copy, asked.hours, np.random.default_rng(asked.seed))
        print(
            f"after {units} units were silent for {asked.hours:g} h each: {gone:.1%} of fixes gone"
        )
        after, _ = told(Workspace.open(copy))
    print(f"never: {after['never'] / before['never']:.1%} of the cells that it covered before")
    return 0


if __name__ == "__main__":
    sys.exit(main())
