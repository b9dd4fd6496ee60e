"""Stated speeds are held to the way between fixes; what is not km/h must be declared."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.io import ReadOptions, read_tracks
from geogrid.io.speedunits import KMH

STEP_S = 10
M = 1 / 111_195.0  # degrees of latitude


def rows(unit, factor, *, kmh=45.0, count=60, seed=0):
    """Return a drive north: unit, time, lon, lat and a speed with a receiver's noise."""
    rng = np.random.default_rng(seed)
    speed = kmh * (1 + 0.05 * rng.normal(size=count))
    lat = 26.2 + np.cumsum(speed / 3.6 * STEP_S) * M
    return [
        f"{unit},2026-03-06T08:{i * STEP_S // 60:02d}:{i * STEP_S % 60:02d}Z,17.6,{lat[i]:.7f},"
        f"{speed[i] / factor:.2f}"
        for i in range(count)
    ]


def write(path, lines, speed="speed"):
    path.write_text("\n".join([f"unit,time,lon,lat,{speed}", *lines]), "utf-8")
    return path


@pytest.mark.parametrize("unit", ["ms", "mph", "kn"])
def test_an_undeclared_unit_other_than_kmh_stops_the_import_and_is_named(tmp_path, unit):
    path = write(tmp_path / "a.csv", rows("A", KMH[unit]))
    with pytest.raises(InputError, match=f"--speed-unit {unit}"):
        read_tracks(path, ReadOptions())
    report = read_tracks(path, ReadOptions(speed_unit=unit))[2]
    assert report.status == "accept"


def test_kmh_needs_no_word(tmp_path):
    assert read_tracks(write(tmp_path / "a.csv", rows("A", 1.0)), ReadOptions())[2].warnings == ()


def test_a_header_that_names_the_unit_declares_it(tmp_path):
    path = write(tmp_path / "a.csv", rows("A", KMH["mph"]), "speed (mph)")
    assert read_tracks(path, ReadOptions())[2].status == "accept"


def test_two_fleets_with_two_units_in_one_file_are_told_apart(tmp_path):
    path = write(tmp_path / "a.csv", rows("A", KMH["mph"]) + rows("B", KMH["ms"], seed=1))
    with pytest.raises(InputError, match=r"differs from patrol unit to patrol unit.*mph, ms"):
        read_tracks(path, ReadOptions())


def test_a_declared_unit_that_the_way_contradicts_is_told(tmp_path):
    path = write(tmp_path / "a.csv", rows("A", KMH["ms"]))
    report = read_tracks(path, ReadOptions(speed_unit="mph", datum=Datum.WGS84))[2]
    assert (report.status, len(report.warnings)) == ("accept_warn", 1)
    assert "they are in ms" in str(report.warnings[0])


@pytest.mark.parametrize(
    "lines",
    [
        rows("A", KMH["ms"], count=20),
        rows("A", KMH["ms"], kmh=4.0),
        rows("A", 2.6),  # between m/s and knots: no unit
        [line.rpartition(",")[0] + "," for line in rows("A", 1.0)],
    ],
    ids=["few", "slow", "odd", "none"],
)
def test_what_cannot_be_told_is_not_told(tmp_path, lines):
    assert read_tracks(write(tmp_path / "a.csv", lines), ReadOptions())[2].status == "accept"
