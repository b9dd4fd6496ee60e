"""Roads tell which datum positions are in, and say nothing where they cannot."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geogrid.analysis.datum_guard import LEAST_PLACES, TRIED, DatumGuard
from geogrid.crs import Datum, from_wgs84

WEST, SOUTH = 117.60, 26.20
M = 1 / 111_195.0  # degrees of latitude


def town(seed=0, streets=40):
    """Return crooked streets at uneven distances over 6 km x 6 km."""
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(streets):
        start = rng.uniform(0, 6_000, 2)
        steps = rng.normal(0, 1, (12, 2)).cumsum(axis=0)
        walk = start + 250 * np.vstack([[0, 0], steps])
        lines.append(shapely.LineString(np.array([WEST, SOUTH]) + walk * M))
    return np.array(lines, dtype=object)


def drive(roads, rng, count=150, noise_m=8.0):
    """Return positions along streets with a receiver's noise, WGS-84."""
    length = shapely.length(roads)
    at = rng.choice(len(roads), count, p=length / length.sum())
    points = shapely.line_interpolate_point(roads[at], rng.uniform(0, 1, count), normalized=True)
    return shapely.get_coordinates(points) + rng.normal(0, noise_m * M, (count, 2))


def test_the_datum_of_a_hundred_files_each_is_told():
    roads = town()
    guard, rng = DatumGuard.of(roads), np.random.default_rng(1)
    told = dict.fromkeys(TRIED, 0)
    for datum in TRIED:
        for _ in range(100):
            lonlat = drive(roads, rng)
            told[datum] += guard.judge(*from_wgs84(*lonlat.T, datum)).best is datum
    assert min(told.values()) >= 99, told


def test_cgcs2000_is_not_held_against_wgs84():
    roads = town()
    verdict = DatumGuard.of(roads).judge(*drive(roads, np.random.default_rng(2)).T)
    assert verdict.best is Datum.WGS84
    assert not verdict.contradicts(Datum.CGCS2000)
    assert not verdict.contradicts(Datum.WGS84)
    assert verdict.contradicts(Datum.GCJ02)


def test_few_places_positions_off_the_roads_and_one_place_say_nothing():
    roads = town()
    guard, rng = DatumGuard.of(roads), np.random.default_rng(3)
    few = drive(roads, rng, LEAST_PLACES - 1)
    elsewhere = np.array([WEST, SOUTH]) + rng.uniform(-20_000, -10_000, (500, 2)) * M
    standing = np.repeat(drive(roads, rng, 1), 500, axis=0)
    for lonlat in (few, elsewhere, standing, np.full((9, 2), np.nan), np.empty((0, 2))):
        verdict = guard.judge(*lonlat.T)
        assert verdict.best is None
        assert not verdict.contradicts(Datum.GCJ02)


def test_positions_all_over_the_town_say_nothing():
    rng = np.random.default_rng(4)
    lonlat = np.array([WEST, SOUTH]) + rng.uniform(0, 6_000, (2_000, 2)) * M
    assert DatumGuard.of(town()).judge(*lonlat.T).best is None


def test_a_share_is_that_of_places_within_25_metres_by_brute_force():
    roads = town(streets=6)
    rng = np.random.default_rng(5)
    lonlat = drive(roads, rng, 300, noise_m=25.0)
    verdict = DatumGuard.of(roads).judge(*lonlat.T)
    scale = np.array([np.cos(np.radians(np.mean(shapely.total_bounds(roads)[1::2]))), 1.0]) / M
    plane = [shapely.transform(road, lambda xy: xy * scale) for road in roads]
    near = [min(shapely.distance(road, shapely.Point(p)) for road in plane) for p in lonlat * scale]
    assert verdict.shares[Datum.WGS84] == pytest.approx(np.mean(np.array(near) <= 25.0), abs=0.03)


def test_the_answer_does_not_hang_on_the_order_of_rows():
    roads = town()
    guard, rng = DatumGuard.of(roads), np.random.default_rng(6)
    lonlat = drive(roads, rng, 1_000)
    one = guard.judge(*lonlat.T)
    other = guard.judge(*lonlat[rng.permutation(1_000)].T)
    assert one.best is other.best
    assert one.shares[Datum.WGS84] == pytest.approx(other.shares[Datum.WGS84], abs=0.05)


def houses(roads, rng, count=200, side_m=14.0, aside_m=22.0):
    """Return square buildings beside streets, none on one, WGS-84."""
    length, found = shapely.length(roads), []
    tree = shapely.STRtree(roads)
    while len(found) < count:
        road = roads[rng.choice(len(roads), p=length / length.sum())]
        at = road.interpolate(rng.uniform(0, 1), normalized=True)
        x, y = np.array([at.x, at.y]) + rng.choice([-1, 1], 2) * aside_m * M
        house = shapely.box(x - side_m * M, y - side_m * M, x + side_m * M, y + side_m * M)
        if not tree.query(house, predicate="intersects").size:
            found.append(house)
    return np.array(found, dtype=object)


def blocks(roads):
    """Return the land between streets, of a hectare or more."""
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(roads))))
    return faces[shapely.area(faces) > (100.0 * M) ** 2]


def moved(shapes, datum):
    return shapely.transform(shapes, lambda xy: np.column_stack(from_wgs84(*xy.T, datum)))


@pytest.mark.parametrize("datum", TRIED)
def test_the_datum_of_lines_outlines_and_buildings_is_told(datum):
    roads = town()
    guard, rng = DatumGuard.of(roads), np.random.default_rng(8)
    known = moved(roads[rng.permutation(len(roads))[:20]], datum)
    assert guard.judge_outlines(known).best is datum
    assert guard.judge_outlines(moved(blocks(roads), datum)).best is datum
    dense = town(streets=120)
    told = DatumGuard.of(dense).judge_buildings(moved(houses(dense, rng), datum))
    assert told.best is datum, told


def test_roads_of_another_town_and_few_buildings_say_nothing():
    roads = town()
    guard, rng = DatumGuard.of(roads), np.random.default_rng(9)
    elsewhere = shapely.transform(town(seed=3), lambda xy: xy + 0.2)
    assert guard.judge_outlines(elsewhere).best is None
    assert guard.judge_outlines(np.array([None, None], dtype=object)).best is None
    assert guard.judge_buildings(houses(roads, rng, 30)).best is None


def test_the_share_of_buildings_without_a_road_through_them_by_brute_force():
    roads = town(streets=60)
    rng = np.random.default_rng(10)
    shapes = moved(houses(roads, rng, 60), Datum.GCJ02)
    share = DatumGuard.of(roads).judge_buildings(shapes).shares[Datum.WGS84]
    beside = [s for s in shapes if min(s.distance(r) for r in roads) <= 60.0 * M / 0.95]
    through = [s for s in beside if any(s.intersects(r) for r in roads)]
    assert share == pytest.approx(1 - len(through) / len(beside), abs=0.06)
