"""No site and no view in a zone where none may be, whatever the problem."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geogrid.analysis.siting import SitingParams, site_cameras
from geogrid.analysis.siting_problem import SitingProblem
from geogrid.analysis.siting_reach import reach_within
from geogrid.analysis.siting_rules import SitingRules
from geogrid.analysis.siting_zones import cut_by_zones, inside_zones

QUICK = SitingParams(gap=0.0, time_limit_s=5.0, rounds=1)


def blob(rng):
    """Return a polygon of any shape, perhaps with a hole."""
    centre, n = rng.uniform(0, 100, 2), int(rng.integers(3, 9))
    turn = np.sort(rng.uniform(0, 2 * np.pi, n))
    far = rng.uniform(3, 25, n)
    ring = centre + np.column_stack([far * np.cos(turn), far * np.sin(turn)])
    made = shapely.make_valid(shapely.Polygon(ring))
    return made.difference(shapely.Point(centre).buffer(2)) if rng.random() < 0.3 else made


def sector(xy, range_m, azimuth, angle):
    turn = np.radians(90 - azimuth + np.linspace(-angle / 2, angle / 2, 25))
    arc = xy + range_m * np.column_stack([np.cos(turn), np.sin(turn)])
    return shapely.Polygon([tuple(xy), *map(tuple, arc)])


@pytest.mark.parametrize("batch", range(20))
def test_no_site_and_no_view_of_a_thousand_random_problems_is_in_a_zone(batch):
    for seed in range(50):
        rng = np.random.default_rng([batch, seed])
        zones = np.array([blob(rng) for _ in range(rng.integers(1, 4))], dtype=object)
        sites, points = rng.uniform(0, 100, (12, 2)), rng.uniform(0, 100, (40, 2))
        sites, points = (xy[inside_zones(xy, zones) < 0] for xy in (sites, points))
        if not len(sites) or not len(points):
            continue
        azimuth, angle = rng.uniform(0, 360, len(sites)), float(rng.choice([60.0, 90.0, 150.0]))
        reach = reach_within(sites, points, 30.0, bearing_deg=azimuth, view_angle_deg=angle)
        rules = SitingRules(pole=rng.integers(-1, 4, len(sites)))
        problem = SitingProblem.of(reach, rng.integers(1, 9, len(points)), 3, rules)
        plan = site_cameras(problem, QUICK)
        assert not shapely.intersects(
            shapely.union_all(zones), shapely.points(sites[plan.sites])
        ).any()
        views = np.array([sector(sites[i], 30.0, azimuth[i], angle) for i in plan.sites], object)
        cut, lost = cut_by_zones(views, zones)
        inside = shapely.area(shapely.intersection(cut, shapely.union_all(zones)))
        assert (inside <= 1e-9 * shapely.area(views)).all()
        whole = shapely.area(shapely.intersection(views, shapely.union_all(zones)))
        np.testing.assert_allclose(lost, whole, atol=1e-6)


def test_the_edge_of_a_zone_is_in_it_and_the_first_zone_is_named():
    zones = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], dtype=object)
    xy = np.array([[1.0, 0.5], [1.5, 0.5], [2.0, 1.0], [2.1, 1.0], [0.5, 0.5]])
    assert inside_zones(xy, zones).tolist() == [0, 1, 1, -1, 0]
    assert inside_zones(xy, np.empty(0, dtype=object)).tolist() == [-1] * 5
    assert inside_zones(np.zeros((0, 2)), zones).tolist() == []


def test_a_view_that_a_zone_swallows_is_empty_and_one_beside_it_stays_whole():
    views = np.array([shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1), shapely.box(1, 0, 3, 1)])
    cut, lost = cut_by_zones(views, np.array([shapely.box(-1, -1, 2, 2)], dtype=object))
    assert cut[0].is_empty
    assert cut[1].equals(views[1])
    assert lost.tolist() == [1.0, 0.0, 1.0]


def test_a_zone_that_only_touches_a_view_takes_nothing():
    views = np.array([shapely.box(0, 0, 1, 1)])
    cut, lost = cut_by_zones(views, np.array([shapely.box(1, 0, 2, 1)], dtype=object))
    assert lost.tolist() == [0.0]
    assert cut[0].area == 1.0
