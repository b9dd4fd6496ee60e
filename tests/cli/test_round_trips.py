"""What is exported comes back: exactly where the format can, else at its stated precision."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geogrid.store.registers import RegisterStore
from tests.small_city import EAST, NORTH, SOUTH, WEST

# What a format loses of a register: digits of degrees, and fields that come back as text.
DEGREES = {
    "parquet": 0.0,
    "gpkg": 0.0,
    "fgb": 0.0,
    "geojson": 1e-7,
    "csv": 1e-7,
    "kml": 1e-7,
    "zip": 1e-7,
}
TEXTS = ["", "=1+1", "-7", "@x", '中文, 引号"', "007", "1e5", "a\tb", "'quoted"]


def safe(text):
    """Return a text as CSV holds it: one that a spreadsheet would run has a ' before it."""
    return f"'{text}" if text[:1] in tuple("=+-@") else text


def cameras(path, count=120, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "id": [f"{n:04d}" for n in range(count)],
            "lon": rng.uniform(WEST, EAST, count),
            "lat": rng.uniform(SOUTH, NORTH, count),
            "name": rng.choice(TEXTS, count),
            "bearing": rng.uniform(0, 360, count).round(2),
            "range": rng.uniform(10, 200, count).round(1),
            "status": rng.choice(["on", "off", "planned"], count),
        }
    )
    frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("ending", DEGREES)
def test_cameras_that_are_exported_and_imported_are_the_same(run, ws, districts, tmp_path, ending):
    source = cameras(tmp_path / "cameras.csv")
    assert run("import", ws, "cameras", source, "--datum", "wgs84").code == 0
    file = tmp_path / f"out.{ending}"
    assert run("export", ws, "cameras", "-o", file).code == 0
    assert run("init", tmp_path / "ws2", "--districts", districts).code == 0
    said = run("import", tmp_path / "ws2", "cameras", file, "--datum", "wgs84", "--json")
    assert said.code == 0, said.err
    one, other = (RegisterStore(root).read("cameras") for root in (ws, tmp_path / "ws2"))
    assert one.index.tolist() == other.index.tolist()
    for axis in ("x", "y"):
        off = np.abs(getattr(one.geometry, axis) - getattr(other.geometry, axis)).max()
        assert off <= DEGREES[ending], off
    for field in ("bearing", "range"):
        np.testing.assert_allclose(one[field], other[field], rtol=1e-9)
    assert one["status"].tolist() == other["status"].tolist()
    names = [["" if pd.isna(name) else name for name in part["name"]] for part in (one, other)]
    expected = [safe(name) for name in names[0]] if ending == "csv" else names[0]
    assert names[1] == expected


def test_the_same_words_choose_a_part_on_the_command_line(run, ws, districts, tmp_path):
    source = cameras(tmp_path / "cameras.csv")
    assert run("import", ws, "cameras", source, "--datum", "wgs84").code == 0
    frame = pd.read_csv(source, dtype={"id": str})
    middle = (WEST + EAST) / 2
    area = f"{WEST},{SOUTH};{middle},{SOUTH};{middle},{NORTH};{WEST},{NORTH}"
    words = ["--area", area, "--where", "range=..120", "--where", "status!=off,planned"]
    file = tmp_path / "part.csv"
    assert run("export", ws, "cameras", "-o", file, *words, "--datum", "working").code == 0
    wanted = frame[(frame["lon"] < middle) & (frame["range"] <= 120) & (frame["status"] == "on")]
    part = pd.read_csv(file, dtype={"id": str}, encoding="utf-8-sig")
    assert 3 < len(wanted) < 60
    assert part["id"].tolist() == wanted["id"].tolist()
    assert {"x_m", "y_m"} <= set(part.columns)
    for form in ("geojson", "kml"):
        said = run("export", ws, "cameras", "-o", tmp_path / f"x.{form}", "--datum", "cgcs2000")
        assert said.code == 2
        assert "WGS-84" in said.err
