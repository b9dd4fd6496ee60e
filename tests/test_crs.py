"""Datums both ways, the working CRS, and projections that go there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geogrid.crs import (
    WGS84,
    Datum,
    crs_fingerprint,
    crs_label,
    from_wgs84,
    is_equal_area,
    make_crs,
    reprojection,
    to_wgs84,
    transformer,
    working_crs,
)
from geogrid.errors import InputError

GEOD = Geod(ellps="WGS84")
china = st.tuples(st.floats(73.0, 136.0), st.floats(17.0, 54.0))


@pytest.mark.parametrize("datum", list(Datum))
@given(st.lists(china, min_size=1, max_size=20))
def test_a_way_into_a_datum_and_back_is_off_by_less_than_a_millimetre(datum, places):
    lon, lat = np.array(places).T
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
    assert np.max(GEOD.inv(lon, lat, *back)[2]) < 1e-3
    there = from_wgs84(*to_wgs84(lon, lat, datum), datum)
    assert np.max(GEOD.inv(lon, lat, *there)[2]) < 1e-3


def test_a_published_pair_of_wgs84_and_gcj02_is_met():
    lon, lat = from_wgs84([116.397], [39.909], Datum.GCJ02)
    assert lon[0] == pytest.approx(116.403244, abs=5e-7)
    assert lat[0] == pytest.approx(39.910403, abs=5e-7)


def test_gcj02_and_bd09_lie_hundreds_of_metres_off_in_sanming():
    for datum, least, most in ((Datum.GCJ02, 400.0, 800.0), (Datum.BD09, 500.0, 2000.0)):
        lon, lat = from_wgs84([117.64], [26.26], datum)
        away = GEOD.inv(117.64, 26.26, lon[0], lat[0])[2]
        assert least < away < most


def test_cgcs2000_is_taken_as_wgs84():
    lon, lat = to_wgs84([117.64], [26.26], Datum.CGCS2000)
    assert (lon[0], lat[0]) == (117.64, 26.26)


def test_areas_in_the_working_crs_are_true_out_to_250_km():
    crs = working_crs(116.4, 25.5, 118.6, 27.1)
    assert is_equal_area(crs)
    there = transformer(WGS84, crs)
    for lon, lat in ((117.5, 26.3), (116.0, 25.2), (119.5, 28.2), (115.3, 27.0)):
        side = np.linspace(0.0, 0.05, 400)
        ring_lon = lon + np.concatenate([side, 0 * side + 0.05, side[::-1], 0 * side])
        ring_lat = lat + np.concatenate([0 * side, side, 0 * side + 0.05, side[::-1]])
        x, y = there.transform(ring_lon, ring_lat)
        plane = 0.5 * abs(np.sum((x * np.roll(y, -1) - np.roll(x, -1) * y)[:-1]))
        # The strip of a geographic square between two parallels has a closed form.
        e2 = GEOD.es
        e = np.sqrt(e2)
        sin = np.sin(np.radians([lat, lat + 0.05]))
        q = sin / (1 - e2 * sin**2) + np.arctanh(e * sin) / e
        true = GEOD.a**2 * (1 - e2) / 2 * (q[1] - q[0]) * np.radians(0.05)
        assert plane == pytest.approx(true, rel=1e-7)  # chords of parallels, 400 a side


def test_the_working_crs_stays_when_the_outline_moves_a_little():
    assert working_crs(116.41, 25.5, 118.61, 27.1) == working_crs(116.4, 25.5, 118.6, 27.1)
    fingerprint = crs_fingerprint(working_crs(116.4, 25.5, 118.6, 27.1))
    assert len(fingerprint) == 12
    assert fingerprint != crs_fingerprint(working_crs(117.4, 25.5, 119.6, 27.1))


@given(st.lists(st.tuples(st.floats(-3e5, 3e5), st.floats(-3e5, 3e5)), min_size=1, max_size=20))
def test_reprojection_out_of_the_working_crs_and_back_is_exact_to_nanometres(places):
    crs = working_crs(116.4, 25.5, 118.6, 27.1)
    off_centre = [place for place in places if np.hypot(*place) > 2e-3]  # PROJ snaps to it
    xy = np.array([*off_centre, (0.0, 0.0), (0.01, -0.01)]) + 1e6
    back = reprojection(WGS84, crs)(reprojection(crs, WGS84)(xy))
    assert np.abs(back - xy).max() < 2e-8


def test_reprojection_of_a_place_beyond_the_projection_is_infinite_and_says_nothing():
    lonlat = reprojection(working_crs(116.4, 25.5, 118.6, 27.1), WGS84)(np.array([[1e9, 1e9]]))
    assert not np.isfinite(lonlat).any()


def test_a_crs_is_called_by_its_code_or_its_name():
    assert crs_label(make_crs(4548)) == "EPSG:4548"
    assert crs_label(working_crs(117.0, 26.0, 118.0, 27.0)) == "Equal-area around 26.5, 117.5"
    assert not is_equal_area(make_crs(32650))
    assert not is_equal_area(WGS84)


def test_an_unknown_crs_is_refused_with_what_was_given():
    with pytest.raises(InputError, match="EPSG:999999"):
        make_crs("EPSG:999999")
