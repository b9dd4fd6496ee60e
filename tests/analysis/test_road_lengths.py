import numpy as np
import pytest
import shapely

from geogrid.analysis.road_lengths import (
    road_metres,
    road_segments,
    segment_metres,
    segments_inside,
)
from geogrid.crs import WGS84, reprojection, working_crs
from geogrid.errors import InputError
from geogrid.model.boundary import Boundary
from geogrid.model.cell_shapes import cell_squares
from geogrid.model.grid import Grid
from geogrid.model.places import Places

CRS = working_crs(117.0, 26.0, 118.0, 27.0)
LAND = shapely.box(1_000_000.0, 1_000_000.0, 1_002_000.0, 1_001_500.0)
GRID = Grid.over(Boundary(("a",), ("A",), (LAND,), CRS), 250.0, crs=CRS)


def roads_at(*lines_xy):
    lines = np.array([shapely.LineString(line) for line in lines_xy], dtype=object)
    lonlat = shapely.transform(lines, reprojection(CRS, WGS84))
    ids = tuple(str(i) for i in range(len(lines)))
    return Places(ids, ("road",) * len(lines), lonlat)


def random_lines(n, seed):
    rng = np.random.default_rng(seed)
    start = rng.uniform((1_000_000.0, 1_000_000.0), (1_002_000.0, 1_001_500.0), (n, 1, 2))
    return start + np.cumsum(rng.normal(0.0, 120.0, (n, 6, 2)), axis=1)


def test_the_metres_in_all_cells_sum_to_the_road_inside():
    roads = roads_at(*random_lines(50, 1))
    local = shapely.transform(roads.geometry, reprojection(WGS84, CRS))
    inside = shapely.length(shapely.intersection(local, LAND)).sum()
    assert road_metres(roads, GRID).sum() == pytest.approx(inside, rel=1e-9)


def test_the_metres_of_each_cell_agree_with_clipping_by_shapely():
    roads = roads_at(*random_lines(40, 2))
    local = shapely.transform(roads.geometry, reprojection(WGS84, CRS))
    clipped = shapely.length(shapely.intersection(local[:, None], cell_squares(GRID))).sum(axis=0)
    np.testing.assert_allclose(road_metres(roads, GRID), clipped, rtol=1e-9, atol=1e-7)


def test_a_cell_without_road_has_zero_metres():
    metres = road_metres(roads_at([(1_000_010.0, 1_000_010.0), (1_000_110.0, 1_000_010.0)]), GRID)
    assert metres[0] == pytest.approx(100.0, abs=1e-6)
    assert not metres[1:].any()


def test_a_multiline_is_not_joined_across_its_gap():
    parts = shapely.MultiLineString(
        [
            [(1_000_000.0, 1_000_000.0), (1_000_100.0, 1_000_000.0)],
            [(1_000_200.0, 1_000_000.0), (1_000_300.0, 1_000_000.0)],
        ]
    )
    geometry = shapely.transform(np.array([parts], dtype=object), reprojection(CRS, WGS84))
    segments = road_segments(Places(("m",), ("road",), geometry), CRS)
    assert len(segments) == 2
    np.testing.assert_allclose(segments[:, 2] - segments[:, 0], 100.0, atol=1e-6)


def test_a_road_that_is_no_line_is_refused_by_name():
    roads = Places(("r7",), ("road",), np.array([shapely.Point(117.5, 26.5)], dtype=object))
    with pytest.raises(InputError, match=r"road 'r7' is a Point"):
        road_metres(roads, GRID)


def test_roads_far_from_the_grid_count_nowhere():
    line = shapely.LineString([(-60.0, -20.0), (-60.0, -21.0)])
    roads = Places(("far",), ("road",), np.array([line], dtype=object))
    assert road_metres(roads, GRID).sum() == 0.0


def test_no_roads_give_zero_metres():
    none = Places((), (), np.empty(0, dtype=object))
    assert road_metres(none, GRID).tolist() == [0.0] * len(GRID)


def test_what_is_inside_overlapping_polygons_counts_once_and_agrees_with_shapely():
    rng = np.random.default_rng(3)
    lines = random_lines(60, 4)
    segments = np.concatenate([np.hstack([line[:-1], line[1:]]) for line in lines])
    centres = rng.uniform((1_000_000.0, 1_000_000.0), (1_002_000.0, 1_001_500.0), (40, 2))
    discs = shapely.orient_polygons(shapely.buffer(shapely.points(centres), 150.0))
    union = shapely.union_all(discs)
    expected = shapely.length(
        shapely.intersection(shapely.linestrings(segments.reshape(-1, 2, 2)), union)
    ).sum()
    parts = segments_inside(segments, discs)
    assert np.hypot(*(parts[:, 2:] - parts[:, :2]).T).sum() == pytest.approx(expected, rel=1e-9)


def test_parts_inside_nothing_are_none():
    segments = np.array([[1_000_000.0, 1_000_000.0, 1_000_100.0, 1_000_000.0]])
    assert segments_inside(segments, np.empty(0, dtype=object)).shape == (0, 4)
    assert segment_metres(np.empty((0, 4)), GRID).sum() == 0.0
