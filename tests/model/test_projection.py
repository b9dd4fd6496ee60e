"""The polynomial that stands for PROJ inside a lattice."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.crs import WGS84, make_crs, transformer, working_crs
from geogrid.model.grid_spec import GridSpec
from geogrid.model.projection import TOLERANCE_M, FastProjection

LAEA = working_crs(116.4, 25.5, 118.6, 27.1)
SPECS = {
    "equal-area": GridSpec(LAEA, 880_000.0, 910_000.0, 250.0, 728, 930),
    "UTM": GridSpec(make_crs(32650), 440_000.0, 2_820_000.0, 250.0, 728, 930),
}


@pytest.mark.parametrize("name", SPECS)
def test_it_is_within_a_hundredth_of_a_millimetre_of_proj(name):
    spec = SPECS[name]
    fast = FastProjection.fit(spec)
    assert fast.x.size > 0
    west, south, east, north = fast.box
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(west, east, 20_000), rng.uniform(south, north, 20_000)
    exact = transformer(WGS84, spec.crs).transform(lon, lat)
    off = [np.abs(a - b).max() for a, b in zip(fast.to_metres(lon, lat), exact, strict=True)]
    assert max(off) < TOLERANCE_M


def test_outside_its_box_it_is_proj_itself():
    fast = FastProjection.fit(SPECS["equal-area"])
    lon, lat = np.array([0.0, 121.5, 117.5]), np.array([0.0, 31.2, 26.3])
    x, y = fast.to_metres(lon, lat)
    exact_x, exact_y = transformer(WGS84, LAEA).transform(lon, lat)
    assert x[:2].tolist() == exact_x[:2].tolist()
    assert y[:2].tolist() == exact_y[:2].tolist()
    assert (x[2], y[2]) == pytest.approx((1e6, 1e6), abs=TOLERANCE_M)


def test_where_no_polynomial_is_good_enough_proj_is_used_everywhere():
    continent = GridSpec(LAEA, -2_000_000.0, -2_000_000.0, 10_000.0, 600, 600)
    fast = FastProjection.fit(continent)
    assert fast.x.size == 0
    lon, lat = np.array([100.0, 117.5]), np.array([20.0, 26.3])
    exact = transformer(WGS84, LAEA).transform(lon, lat)
    np.testing.assert_array_equal(np.array(fast.to_metres(lon, lat)), np.array(exact))
