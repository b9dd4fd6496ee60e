"""A million GBK rows in GCJ-02 imported with all checks, beside plain reads of the same file.

Each runs in a process of its own, one after the other, and says its time and its highest
memory. pandas and Polars read the file and check nothing: no types, area, repeats, datum.
Polars reads UTF-8 only, so the file is decoded for it first, as its users do.

    python benchmarks/import_csv.py [ROWS]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from geogrid.crs import Datum, from_wgs84

ROWS = 1_000_000
UNITS = 200
_SAY = """
import json, resource, time
took = time.perf_counter() - start
print(json.dumps({"s": took, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""
OURS = """
import sys, time
from pathlib import Path
from geogrid.workspace import Workspace, read_options
options = read_options({"datum": "gcj02", "tz": "Asia/Shanghai"})
workspace = Workspace.open(sys.argv[2])
start = time.perf_counter()
result = workspace.import_files("tracks", [Path(sys.argv[1])], options)
assert result.accepted == int(sys.argv[3]), result.as_json()
"""
PANDAS = """
import sys, time
import pandas
start = time.perf_counter()
frame = pandas.read_csv(sys.argv[1], encoding="gb18030")
assert len(frame) == int(sys.argv[3])
"""
POLARS = """
import io, sys, time
import polars
start = time.perf_counter()
text = open(sys.argv[1], encoding="gb18030").read()
frame = polars.read_csv(io.BytesIO(text.encode()))
assert len(frame) == int(sys.argv[3])
"""


def write_file(path: Path, rows: int) -> None:
    """Write fixes of vehicles that drive about in the demo city, a fix each 10 seconds.

    Parameters
    ----------
    path
        The file.
    rows
        How many.
    """
    rng = np.random.default_rng(0)
    each = -(-rows // UNITS)
    step = rng.normal(0.0, 2e-4, (UNITS, each, 2)).cumsum(axis=1)
    lonlat = np.array([117.6, 26.2]) + np.clip(step, -0.2, 0.2)
    x, y = from_wgs84(*lonlat.reshape(-1, 2)[:rows].T, Datum.GCJ02)
    seconds = np.tile(np.arange(each) * 10, UNITS)[:rows]
    times = pd.Timestamp("2026-03-06") + pd.to_timedelta(seconds, unit="s")
    frame = pd.DataFrame(
        {
            "车牌号": np.repeat([f"闽G{n:05d}" for n in range(UNITS)], each)[:rows],
            "定位时间": times.strftime("%Y-%m-%d %H:%M:%S"),
            "经度": x.round(6),
            "纬度": y.round(6),
            "所属单位": "巡警一大队",
        }
    )
    frame.to_csv(path, index=False, encoding="gb18030")


def run(name: str, code: str, *words: str) -> None:
    """Run a program in a process of its own and print its time and memory.

    Parameters
    ----------
    name
        What to call it.
    code
        The program; it sets ``start``.
    *words
        Its arguments.
    """
    done = subprocess.run(
        [sys.executable, "-c", code + _SAY, *words], check=True, capture_output=True, text=True
    )
    said = json.loads(done.stdout)
    print(f"{name:24} {said['s']:8.2f} s {said['mb']:8.0f} MB")


def main(rows: int) -> None:
    """Print the table.

    Parameters
    ----------
    rows
        Rows of the file.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        path = folder / "fixes.csv"
        write_file(path, rows)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB of GBK")
        districts = Path(__file__).parents[1] / "data" / "boundaries" / "sanming_2010.geojson"
        for turn in (1, 2):
            ws = folder / f"ws{turn}"
            init = ["init", str(ws), "--districts", str(districts), "--cell", "1000", "--json"]
            subprocess.run(
                [Path(sys.executable).with_name("geogrid"), *init], check=True, capture_output=True
            )
            run("geogrid import, checked", OURS, str(path), str(ws), str(rows))
            run("pandas, unchecked", PANDAS, str(path), "", str(rows))
            run("Polars, unchecked", POLARS, str(path), "", str(rows))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
