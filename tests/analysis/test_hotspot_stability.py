from dataclasses import replace

import numpy as np
import pytest
from shapely.geometry import box

from geogrid.analysis.hotspot_areas import FRINGE_SHARE
from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.hotspot_stability import SCALES, SHIFTS, hotspot_stability
from geogrid.analysis.hotspots import hotspots
from geogrid.crs import make_crs
from geogrid.errors import InputError
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from tests.analysis.forecasting import incidents_at

SIDE = 40
PARAMS = HotspotParams(radius_m=600.0)


def square_of(first, last):
    """Return a grid over a square of cells of 250 m."""
    crs = make_crs(32650)
    square = box(500_000 + first * 250, first * 250, 500_000 + last * 250, last * 250)
    return Grid.over(Boundary(("A",), ("Town",), (square,), crs), 250, crs=crs)


@pytest.fixture(scope="module")
def city():
    """Return a square of 40 x 40 cells of 250 m."""
    square = box(500_000, 0, 500_000 + SIDE * 250, SIDE * 250)
    return Grid.over(
        Boundary(("A",), ("Town",), (square,), make_crs(32650)), 250, crs=make_crs(32650)
    )


def clustered(grid, *, n=600, middle=(20.0, 20.0), sigma=1.5, everywhere=400, seed=0):
    rng = np.random.default_rng(seed)
    u, v = rng.uniform(0.1, SIDE - 0.1, (2, everywhere))
    spot = rng.normal(0.0, sigma, (2, n))
    u, v = np.append(u, middle[0] + spot[0]), np.append(v, middle[1] + spot[1])
    return incidents_at(grid, np.zeros(u.size), u, v)


def every(grid):
    return np.ones(len(grid), dtype=np.bool_)


def test_no_shift_puts_a_centre_on_a_border():
    for size in SCALES:
        for shift in np.array(SHIFTS).ravel():
            at = (np.arange(5000) + 0.5) / size + shift  # from the anchor on
            assert np.abs(at - np.round(at)).min() > 1e-6


def test_the_middle_of_a_strong_cluster_is_hot_on_every_lattice_and_its_edge_on_some(city):
    stability = hotspot_stability(clustered(city), city, every(city), params=PARAMS)
    assert stability.lattices == 15
    assert stability.cell_sizes_m == (200.0, 250.0, 300.0)
    square = stability.share.reshape(SIDE, SIDE)
    assert square[19:21, 19:21].min() == 1.0
    assert (square[:8] == 0).mean() > 0.99
    between = (square > 0) & (square < 1)
    assert between.any()


def test_the_grids_own_lattice_calls_what_the_hotspots_command_calls(city):
    incidents = clustered(city, seed=2)
    stability = hotspot_stability(incidents, city, every(city), params=PARAMS)
    table = hotspots(incidents, city, at_risk=every(city), params=PARAMS)
    hot = (table["z"] > 0) & (table["q"] <= 0.05) & (table["support"] >= 3)
    np.testing.assert_array_equal(stability.hot, hot)


def test_sizes_of_which_the_radius_is_under_two_cells_are_left_out(city):
    stability = hotspot_stability(
        clustered(city), city, every(city), params=HotspotParams(radius_m=500.0)
    )
    assert stability.cell_sizes_m == (200.0, 250.0)
    assert stability.lattices == 10


def test_moving_everything_by_whole_cells_of_every_size_moves_the_stability(city):
    # Twelve cells of 250 m are fifteen of 200 m and ten of 300 m.
    here, moved = (
        hotspot_stability(
            clustered(city, everywhere=0, middle=(at, at)), city, every(city), params=PARAMS
        ).share.reshape(SIDE, SIDE)
        for at in (14.0, 26.0)
    )
    np.testing.assert_array_equal(here[6:22, 6:22], moved[18:34, 18:34])
    assert (here[6:22, 6:22] > 0.5).any()


def test_land_without_risk_around_a_town_changes_nothing(city):
    at_risk = np.zeros((SIDE, SIDE), dtype=np.bool_)
    at_risk[10:30, 10:30] = True
    inner = box(500_000 + 2500, 2500, 500_000 + 7500, 7500)
    town = Grid.over(
        Boundary(("A",), ("Town",), (inner,), make_crs(32650)), 250, crs=make_crs(32650)
    )
    rng = np.random.default_rng(3)
    u, v = 20 + rng.normal(0, 1.5, (2, 300))
    incidents = incidents_at(city, np.zeros(300), u, v)
    wide = hotspot_stability(incidents, city, at_risk.ravel(), params=PARAMS)
    narrow = hotspot_stability(incidents, town, every(town), params=PARAMS)
    np.testing.assert_array_equal(wide.share[at_risk.ravel()], narrow.share)
    assert np.isnan(wide.share[~at_risk.ravel()]).all()


def test_no_place_is_hot_by_less_than_the_least_support(city):
    rng = np.random.default_rng(5)
    u, v = rng.uniform(0.1, SIDE - 0.1, (2, 40))
    u[:2] = v[:2] = 20.3  # two at one spot
    lonely = hotspot_stability(
        incidents_at(city, np.zeros(40), u, v),
        city,
        every(city),
        params=HotspotParams(radius_m=600.0, correction="none", q=0.2, min_support=4),
    )
    assert lonely.share.reshape(SIDE, SIDE)[20, 20] < FRINGE_SHARE


def test_without_an_incident_there_is_nothing_to_test(city):
    with pytest.raises(InputError, match="no incident"):
        hotspot_stability(clustered(city).where(np.zeros(1000, bool)), city, every(city))


def test_weights_with_a_common_unit_change_no_verdict_when_all_are_alike(city):
    incidents = clustered(city)
    harm = replace(PARAMS, weight="harm")
    heavy = replace(incidents, weight=np.full(len(incidents), 2.5))
    plain = hotspot_stability(incidents, city, every(city), params=PARAMS)
    weighed = hotspot_stability(heavy, city, every(city), params=harm)
    np.testing.assert_array_equal(plain.share, weighed.share)


def test_incidents_of_small_weight_make_no_area(city):
    incidents = clustered(city, n=300, everywhere=2000)
    light = np.ones(len(incidents))
    light[2000:] = 0.05  # the cluster
    harm = replace(PARAMS, weight="harm")
    plain = hotspot_stability(incidents, city, every(city), params=PARAMS)
    weighed = hotspot_stability(replace(incidents, weight=light), city, every(city), params=harm)
    assert (plain.share >= FRINGE_SHARE).sum() > 4
    assert (weighed.share >= FRINGE_SHARE).sum() == 0


def test_a_district_as_reference_is_refused(city):
    with pytest.raises(InputError, match="compared with the whole city"):
        hotspot_stability(
            clustered(city), city, every(city), params=replace(PARAMS, reference="district")
        )
