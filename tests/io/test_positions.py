"""Positions: datum, swapped axes, metres, the area, conflicts and jumps."""

import numpy as np
import pytest

from geogrid.crs import Datum, from_wgs84
from geogrid.errors import InputError
from geogrid.io import ReadOptions, read_tracks

HEADER = "unit,time,lon,lat"


def table(tmp_path, points, header=HEADER, unit="a", step_s=60):
    lines = [
        f"{unit},2026-03-06T08:{i * step_s // 60:02d}:{i * step_s % 60:02d}Z,{x},{y}"
        for i, (x, y) in enumerate(points)
    ]
    path = tmp_path / "tracks.csv"
    path.write_text("\n".join([header, *lines]), encoding="utf-8")
    return path


def test_an_undeclared_datum_in_china_is_asked_for_and_elsewhere_is_not(tmp_path):
    with pytest.raises(InputError, match="--datum"):
        read_tracks(table(tmp_path, [(117.6, 26.2)]), ReadOptions())
    report = read_tracks(table(tmp_path, [(24.9, 60.2)]), ReadOptions())[2]
    assert report.options["datum"] == "wgs84"
    with pytest.raises(InputError, match="--datum"):  # one point in China is enough
        read_tracks(table(tmp_path, [(24.9, 60.2), (117.6, 26.2)]), ReadOptions())


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09, Datum.CGCS2000])
def test_other_datums_come_back_as_wgs84(tmp_path, datum):
    x, y = from_wgs84([117.6], [26.2], datum)
    path = table(tmp_path, [(repr(float(x[0])), repr(float(y[0])))])
    tracks = read_tracks(path, ReadOptions(datum=datum))[0]
    lon, lat = tracks.lonlat_deg()
    np.testing.assert_allclose([lon[0], lat[0]], [117.6, 26.2], atol=1e-7)


def test_the_header_may_name_the_datum_and_may_not_contradict(tmp_path):
    header = "unit,time,lon_gcj02,lat_gcj02"
    x, y = from_wgs84([117.6], [26.2], Datum.GCJ02)
    path = table(tmp_path, [(float(x[0]), float(y[0]))], header)
    tracks, _, report = read_tracks(path, ReadOptions())
    assert report.options["datum"] == "gcj02"
    assert abs(tracks.lon[0] - 1_176_000_000) <= 1
    with pytest.raises(InputError, match="header says gcj02"):
        read_tracks(path, ReadOptions(datum=Datum.WGS84))


def test_swapped_axes_refuse_the_file_with_the_remedy(tmp_path):
    path = table(tmp_path, [(26.2, 117.6), (26.3, 117.7)])
    with pytest.raises(InputError, match="--map lon=lat --map lat=lon"):
        read_tracks(path, ReadOptions(datum=Datum.WGS84))
    swapped = ReadOptions(datum=Datum.WGS84, columns={"lon": "lat", "lat": "lon"})
    assert read_tracks(path, swapped)[2].accepted == 2


def test_axes_swapped_within_the_range_are_seen_by_the_area(tmp_path):
    memphis = ReadOptions(area=(-90.4, 34.9, -89.6, 35.3))
    path = table(tmp_path, [(35.1, -90.0), (35.2, -89.9)])
    with pytest.raises(InputError, match="swapped"):
        read_tracks(path, memphis)


def test_metres_are_not_taken_for_degrees(tmp_path):
    path = table(tmp_path, [(442_000.0, 4_417_000.0), (442_100.0, 4_417_100.0)])
    with pytest.raises(InputError, match="projected"):
        read_tracks(path, ReadOptions(datum=Datum.WGS84))


def test_rows_outside_the_area_are_refused_with_the_box(tmp_path):
    path = table(tmp_path, [(24.9, 60.2), (25.9, 60.2)])
    report = read_tracks(path, ReadOptions(area=(24.0, 60.0, 25.0, 61.0)))[2]
    assert report.bad_rows == (2,)
    assert "24.000, 60.000, 25.000, 61.000" in str(report.refusals[0].render())


def test_equal_rows_are_counted_and_contradicting_ones_refused(tmp_path):
    path = tmp_path / "tracks.csv"
    rows = [
        "a,2026-03-06T08:00:00Z,24.9,60.2",
        "b,2026-03-06T08:00:00Z,24.9,60.2",
        "a,2026-03-06T08:00:00Z,24.9,60.2",  # 3 repeats 1
        "a,2026-03-06T08:00:00Z,24.8,60.2",  # 4 contradicts 1
        "a,2026-03-06T08:00:00+00:00,24.90,60.20",  # 5 repeats 1 in other words
    ]
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    tracks, _, report = read_tracks(path, ReadOptions())
    assert (len(tracks), report.duplicates, report.bad_rows) == (2, 2, (4,))
    assert "in row 1" in report.refusals[0].render()
    assert report.read == report.accepted + report.duplicates + len(report.refusals)


def test_a_fix_far_away_and_back_is_refused_but_a_journey_is_not(tmp_path):
    home, far = (24.9, 60.2), (30.3, 59.9)
    report = read_tracks(table(tmp_path, [home, home, far, home, home]), ReadOptions())[2]
    assert report.bad_rows == (3,)
    journey = [(24.9 + i * 0.01, 60.2) for i in range(5)] + [far] * 3
    assert read_tracks(table(tmp_path, journey), ReadOptions())[2].status == "accept"


def test_speeds_that_cannot_be_are_warned_of_and_the_position_kept(tmp_path):
    path = tmp_path / "tracks.csv"
    path.write_text(
        "unit,time,lon,lat,speed_mph,heading\n"
        "a,2026-03-06T08:00:00Z,24.9,60.2,300,90\n"
        "a,2026-03-06T08:01:00Z,24.9,60.2,320,90\n"
        "a,2026-03-06T08:02:00Z,24.9,60.2,,720\n",
        encoding="utf-8",
    )
    tracks, _, report = read_tracks(path, ReadOptions())
    assert len(tracks) == 3
    assert report.status == "accept_warn"
    assert [warning.values["field"] for warning in report.warnings] == ["speed", "heading"]
    assert [warning.values["row"] for warning in report.warnings] == [2, 3]


def test_a_file_of_which_nothing_is_kept_is_rejected(tmp_path):
    report = read_tracks(table(tmp_path, [(0, 0), (0, 0)]), ReadOptions())[2]
    assert (report.status, report.accepted, report.bad_rows) == ("reject", 0, (1, 2))
    assert "row 1" in report.summary()
