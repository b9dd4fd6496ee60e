"""The desk: changes one by one are worth what counting everything anew says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.analysis.siting_cameras import SitedCameras, bearings_around, grid_azimuths, lonlat_of
from geogrid.analysis.siting_demand import Demand
from geogrid.analysis.siting_desk import Desk
from geogrid.crs import WGS84, make_crs, transformer, working_crs

DISTRICTS = 3


def cameras(rng, n):
    angle = rng.choice([60.0, 200.0, 360.0], n)
    turn = np.where(angle < 360.0, rng.uniform(0, 360, n), 0.0)
    names = tuple(f"k{at}" for at in range(n))
    return SitedCameras(names, rng.uniform(0, 1000, (n, 2)), rng.uniform(50, 300, n), turn, angle)


def desk_of(rng, *, backup=0.5, standing=6, points=200):
    demand = Demand(
        "land",
        rng.uniform(0, 1000, (points, 2)),
        rng.integers(1, 20, points).astype(float),
        rng.integers(0, DISTRICTS, points),
        rng.uniform(0, 1000, (20, 2)),
        rng.integers(1, 20, 20).astype(float),
    )
    return demand, Desk.of(demand, cameras(rng, standing), DISTRICTS, backup=backup)


def seen_from(camera, at, xy):
    """Tell which points one camera sees, by the plainest means."""
    offset = xy - camera.xy[at]
    near = np.hypot(*offset.T) <= camera.range_m[at]
    turn = np.degrees(np.arctan2(offset[:, 0], offset[:, 1])) - camera.azimuth_deg[at]
    return near & (np.abs((turn + 180) % 360 - 180) <= camera.view_angle_deg[at] / 2)


@settings(max_examples=60, deadline=None)  # the first call compiles
@given(st.integers(0, 10_000))
def test_changes_one_by_one_are_worth_what_a_count_of_everything_says(seed):
    rng = np.random.default_rng(seed)
    demand, desk = desk_of(rng)
    more = cameras(rng, 8)
    reach = desk.points.reach(more)
    trial = desk.trial()
    there = rng.random(8) < 0.7
    for at in range(8):
        trial.switch(reach.of(at), 1)
    for at in np.flatnonzero(~there):
        trial.switch(reach.of(int(at)), -1)
    gone = int(rng.integers(6))
    trial.switch(desk.reach.of(gone), -1)
    views = sum(seen_from(more, at, demand.xy).astype(int) for at in np.flatnonzero(there))
    views = views + sum(seen_from(desk.existing, at, demand.xy) for at in range(6) if at != gone)
    assert trial.views.tolist() == views.tolist()
    once, twice = demand.weight[views >= 1], np.floor(demand.weight[views >= 2] / 2)
    assert trial.worth == once.sum() + twice.sum()
    assert trial.seen_share == pytest.approx(once.sum() / demand.weight.sum())
    assert trial.twice_share == pytest.approx(demand.weight[views >= 2].sum() / demand.weight.sum())
    by = np.bincount(demand.district, demand.weight * (views >= 1), DISTRICTS)
    assert trial.seen.tolist() == by.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_what_a_camera_adds_is_what_is_lost_without_it(seed):
    rng = np.random.default_rng(seed)
    _, desk = desk_of(rng)
    trial = desk.trial()
    for at in range(6):
        points = desk.reach.of(at)
        alone = trial.lone_worth(points)
        assert trial.switch(points, -1) == -alone
        assert trial.switch(points, 1) == alone


def test_a_trial_leaves_the_desk_as_it_is():
    _, desk = desk_of(np.random.default_rng(1))
    before = desk.views.copy()
    desk.trial().switch(desk.reach.of(0), -1)
    assert desk.views.tolist() == before.tolist()


def test_what_a_view_loses_in_zones_is_the_weight_of_the_points_there():
    demand, desk = desk_of(np.random.default_rng(2))
    more = cameras(np.random.default_rng(3), 5)
    expected = [
        demand.forbidden_weight[seen_from(more, at, demand.forbidden_xy)].sum() for at in range(5)
    ]
    assert desk.lost_in_zones(more).tolist() == expected
    assert sum(expected) > 0


def test_bearings_go_evenly_around_from_the_pole_s_own_and_share_its_name():
    pole = SitedCameras(
        ("a", "b"), np.zeros((2, 2)), np.full(2, 50.0), np.array([10.0, 0.0]), np.full(2, 360.0)
    )
    turned = bearings_around(pole, 4, 90.0)
    assert turned.ids == ("a@0", "a@90", "a@180", "a@270", "b@0", "b@90", "b@180", "b@270")
    assert turned.azimuth_deg.tolist() == [10, 100, 190, 280, 0, 90, 180, 270]
    assert set(turned.view_angle_deg) == {90.0}


def test_north_is_up_on_the_central_meridian_and_leans_as_the_meridians_do():
    crs = make_crs(32650)  # UTM 50N, central meridian 117 E
    found = grid_azimuths(np.array([117.0, 118.0]), np.array([26.0, 26.0]), crs)
    lean = np.degrees(np.arctan(np.tan(np.radians(1.0)) * np.sin(np.radians(26.0))))
    np.testing.assert_allclose(found, [0.0, -lean], atol=1e-3)  # convergence on the sphere


def test_degrees_lead_back_to_the_same_place_within_a_micrometre():
    crs = working_crs(116.2, 25.5, 118.6, 27.1)
    xy = np.array([[1e6, 1e6], [950_125.0, 1_049_875.0], [1_100_000.5, 900_000.5]])
    lon, lat = lonlat_of(xy, crs)
    again = np.column_stack(transformer(WGS84, crs).transform(lon, lat))
    np.testing.assert_allclose(again, xy, atol=1e-6)
