"""Kill an import of a million rows at random moments, and check what it leaves.

Each round copies a small workspace, starts an import in a process of its own, and ends it with
SIGKILL at a moment drawn evenly from 0 to 1.1 times what a whole import takes (the median of the
last ones that were not killed, as other programs may be busy). Then

- ``geogrid doctor`` must call the workspace sound, before and after it is opened;
- it must be as before the import or as after it, byte for byte, never between;
- where it is as before, the import is run again: it must give the bytes of an import that was
  never killed.

The program stops with exit status 1 at the first round in which one of them does not hold, and
keeps that workspace. Rounds can be run in pieces: round r draws the same moment in any piece.

    python tools/kill_imports.py [ROUNDS [ROWS [FIRST_ROUND]]]
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from pathlib import Path

import numpy as np
import pandas as pd

from geogrid.service.care import inspect
from geogrid.workspace import DistrictFile, Workspace, read_options

ROUNDS, ROWS = 200, 1_000_000
UNITS, STEP_S = 250, 20
WEST, SOUTH, WIDTH, HEIGHT = 117.60, 26.20, 0.20, 0.15  # degrees
BEGIN = pd.Timestamp("2026-03-02 00:00")
DECLARED = {"datum": "wgs84", "tz": "Asia/Shanghai"}
LATER = 1.1  # of a whole import: some rounds come too late
IMPORT = """
import sys
from pathlib import Path
from geogrid.workspace import Workspace, read_options
print("ready", flush=True)
options = read_options({"datum": "wgs84", "tz": "Asia/Shanghai"})
Workspace.open(sys.argv[1]).import_files("tracks", [Path(sys.argv[2])], options)
"""


def write_districts(path: Path) -> Path:
    """Write one district around everything that is driven."""
    east, north = WEST + WIDTH, SOUTH + HEIGHT
    ring = [[WEST, SOUTH], [east, SOUTH], [east, north], [WEST, north], [WEST, SOUTH]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"id": "1", "name": "City"}, "geometry": geometry}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def write_fixes(path: Path, rows: int, begin: pd.Timestamp) -> Path:
    """Write fixes of units that wander about, one every 20 s, as CSV."""
    rng, each = np.random.default_rng(0), -(-rows // UNITS)
    walk = rng.normal(0, 2e-4, (UNITS, each, 2)).cumsum(axis=1) + rng.uniform(0, 1, (UNITS, 1, 2))
    share = np.abs((walk + 1) % 2 - 1)  # reflected at the edges
    times = (begin + pd.to_timedelta(np.arange(each) * STEP_S, unit="s")).strftime("%F %T")
    table = pd.DataFrame(
        {
            "unit": np.repeat([f"car-{n:03d}" for n in range(UNITS)], each),
            "time": np.tile(times.to_numpy(), UNITS),
            "lon": (WEST + WIDTH * share[..., 0]).round(6).ravel(),
            "lat": (SOUTH + HEIGHT * share[..., 1]).round(6).ravel(),
        }
    )
    table.head(rows).to_csv(path, index=False)
    return path


def content(root: Path) -> dict[str, str]:
    """Return the hash of each file that an import makes, and what the log says."""
    files = [*root.glob("tracks/*/*"), *root.glob("quarantine/*"), root / "registers.gpkg"]
    hashes = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    log = Workspace.open(root).import_log()
    return hashes | {"log": str([(entry["kind"], entry.get("accepted")) for entry in log])}


def started(root: Path, file: Path) -> subprocess.Popen[bytes]:
    """Start an import and return when its program is loaded."""
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(root), str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    if process.stdout is not None:
        with process.stdout as said:
            said.readline()
    return process


def whole_import(root: Path, file: Path) -> float:
    """Run an import to its end and return the seconds it took once its program was loaded."""
    process = started(root, file)
    loaded = time.monotonic()
    if process.wait() != 0:
        sys.exit(f"an import that nobody killed failed in {root}")
    return time.monotonic() - loaded


def killed(root: Path, file: Path, after_s: float) -> None:
    """Run an import and kill it."""
    process = started(root, file)
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    process.wait()


def outcome(
    root: Path, file: Path, ends: tuple[dict[str, str], dict[str, str]], lasted: deque[float]
) -> str:
    """Say what a killed import left; anything but ``before`` and ``after`` is a fault."""
    before, after = ends
    if not inspect(root).seen.sound:
        return "not sound"
    left = content(root)
    if not inspect(root).seen.sound:
        return "not sound once opened"
    if left not in (before, after):
        return "between"
    if left == before:
        lasted.append(whole_import(root, file))
        if content(root) != after:
            return "another end"
    return "before" if left == before else "after"


def main(rounds: int, rows: int, first: int) -> None:
    """Run the rounds.

    Parameters
    ----------
    rounds
        How many.
    rows
        Of the file that is imported.
    first
        Number of the first one; it draws the moment.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        districts = DistrictFile(write_districts(folder / "districts.geojson"))
        base, _ = Workspace.create(folder / "base", districts)
        # An older file of the same days: the import has old files to keep and to replace.
        old = write_fixes(folder / "old.csv", 50_000, BEGIN + pd.Timedelta(seconds=7))
        base.import_files("tracks", [old], read_options(DECLARED))
        file = write_fixes(folder / "many.csv", rows, BEGIN)
        before = content(base.path)
        whole = folder / "whole"
        shutil.copytree(base.path, whole)
        lasted = deque([whole_import(whole, file)], maxlen=5)
        ends = before, content(whole)
        print(f"{rows:,} rows, a whole import {lasted[0]:.1f} s", flush=True)
        seen: Counter[str] = Counter()
        for number in range(first, first + rounds):
            copy = folder / f"round{number}"
            shutil.copytree(base.path, copy)
            moment = random.Random(number).uniform(0, LATER)  # noqa: S311 - moments of a test
            killed(copy, file, moment * float(np.median(lasted)))
            said = outcome(copy, file, ends, lasted)
            seen[said] += 1
            if said not in {"before", "after"}:
                kept = shutil.copytree(copy, Path(tempfile.gettempdir()) / f"killed{number}")
                sys.exit(f"round {number} at {moment:.4f} of an import: {said}; kept in {kept}")
            shutil.rmtree(copy)
            if (number - first) % 10 == 9:
                print(f"{number - first + 1} rounds: {dict(seen)}", flush=True)
        print(f"{rounds} rounds, sound each time, the same bytes in the end: {dict(seen)}")


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    main(*[*words, *(ROUNDS, ROWS, 0)[len(words) :]])
