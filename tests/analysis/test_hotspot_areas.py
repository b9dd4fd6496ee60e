import numpy as np
import pytest

from geogrid.analysis.hotspot_areas import (
    HotspotArea,
    Landmark,
    areas_frame,
    areas_of_frame,
    followed,
    hotspot_areas,
)
from geogrid.analysis.hotspot_stability import Stability
from geogrid.errors import InputError
from tests.analysis.forecasting import incidents_at

EVERY = np.ones(144, dtype=np.bool_)


def shares(cells):
    """Return a stability that has shares in some cells of the town and 0 elsewhere."""
    share = np.zeros(144)
    for cell, value in cells.items():
        share[cell] = value
    return Stability(share, share >= 0.5, (250.0,), 15, 600.0)


def in_cells(grid, cells):
    """Return incidents in cells of the town, one a mention."""
    cells = np.array(cells)
    return incidents_at(grid, np.zeros(cells.size), cells % 12 + 0.5, cells // 12 + 0.5)


def an_area(cells, *, id_="H", name="Town"):
    cells = np.array(cells)
    return HotspotArea(id_, name, 1, cells, np.ones(cells.size, bool), 5, 0.5, 1.0, 0.1)


@pytest.fixture(scope="module")
def two(town):
    """Return two areas: cells 13-15 with six incidents, 77 with seven."""
    stability = shares({13: 1.0, 14: 0.9, 15: 0.5, 77: 0.6, 100: 0.3})
    incidents = in_cells(town.grid, [13] * 4 + [14] * 2 + [77] * 7 + [40] * 7)
    return hotspot_areas(incidents, town.grid, EVERY, stability)


def test_cells_that_touch_are_one_area_and_those_hot_too_rarely_are_in_none(two):
    assert [area.cells.tolist() for area in two] == [[77], [13, 14, 15]]


def test_the_core_is_hot_on_nearly_every_lattice_and_the_fringe_on_many(two):
    assert two[1].core.tolist() == [True, True, False]
    assert two[0].core.tolist() == [False]


def test_rank_counts_and_shares_by_hand(two, town):
    assert [area.rank for area in two] == [1, 2]
    assert [area.count for area in two] == [7, 6]
    assert [area.share_of_incidents for area in two] == [7 / 20, 6 / 20]
    assert two[1].area_m2 == pytest.approx(3 * 250**2, rel=1e-6)
    assert two[1].share_of_area == pytest.approx(3 / 144, rel=1e-6)


def test_corners_join_cells(town):
    areas = hotspot_areas(
        in_cells(town.grid, [13, 26, 26]), town.grid, EVERY, shares({13: 1.0, 26: 1.0})
    )
    assert [area.cells.tolist() for area in areas] == [[13, 26]]


def test_an_area_with_fewer_incidents_than_the_least_is_left_out(town):
    incidents = in_cells(town.grid, [13, 13, 77, 77, 77])
    stability = shares({13: 1.0, 77: 1.0})
    areas = hotspot_areas(incidents, town.grid, EVERY, stability)
    assert [area.cells.tolist() for area in areas] == [[77]]
    assert len(hotspot_areas(incidents, town.grid, EVERY, stability, min_support=2)) == 2


def test_an_area_is_named_after_a_landmark_in_it_or_else_its_district(two, town):
    lon, lat = town.grid.lonlat()
    marks = [Landmark("Market", lon[14], lat[14]), Landmark("School", lon[99], lat[99])]
    stability = shares({13: 1.0, 14: 0.9, 77: 0.6})
    named = hotspot_areas(
        in_cells(town.grid, [13, 14, 14, *[77] * 3]), town.grid, EVERY, stability, landmarks=marks
    )
    assert [area.name for area in named] == ["Market", "Town"]
    assert [area.name for area in two] == ["Town", "Town 2"]


def test_the_id_is_the_code_of_the_steadiest_cell(two, town):
    assert two[1].id == town.grid.codes()[13]


def test_ids_and_names_stay_while_an_area_drifts_for_weeks(town):
    def week(k):
        cells = {13 + k: 1.0, 14 + k: 0.9, 15 + k: 0.8, 100: 1.0}
        incidents = in_cells(town.grid, [14 + k] * (5 + k % 3) + [100] * 6)
        return hotspot_areas(incidents, town.grid, EVERY, shares(cells))

    areas = week(0)
    first = {area.id: area.name for area in areas}
    for k in range(1, 7):
        areas = followed(week(k), areas, town.grid)
        assert {area.id: area.name for area in areas} == first
    moved = next(area for area in areas if 100 not in area.cells)
    assert moved.cells.tolist() == [19, 20, 21]  # none of the cells it began with


def test_of_a_split_the_larger_part_keeps_the_id_and_the_other_says_where_it_came_from(town):
    before = [an_area([13, 14, 15, 16, 17], id_="H1", name="Market")]
    now = [an_area([13, 14, 15], id_="H1"), an_area([17], id_="H1", name="Market")]
    larger, smaller = followed(now, before, town.grid)
    assert (larger.id, larger.name) == ("H1", "Market")
    assert (smaller.id, smaller.name) == ("H1 2", "Market 2")
    assert larger.came_from == smaller.came_from == ("H1",)


def test_of_a_merger_the_id_of_the_one_that_gives_most_land_stays(town):
    before = [an_area([13, 14], id_="H1"), an_area([16, 17, 18], id_="H2", name="East")]
    (merged,) = followed([an_area([13, 14, 15, 16, 17, 18], id_="H9")], before, town.grid)
    assert (merged.id, merged.name, merged.came_from) == ("H2", "East", ("H1", "H2"))


def test_an_area_that_shares_nothing_is_new_and_takes_nobodys_id(town):
    (new,) = followed([an_area([90], id_="H1")], [an_area([13], id_="H1")], town.grid)
    assert (new.id, new.name, new.came_from) == ("H1 2", "Town 2", ())


def test_each_id_goes_on_once_whatever_the_overlaps(town):
    rng = np.random.default_rng(1)
    for _ in range(50):
        now, before = (
            [an_area(np.unique(rng.integers(0, 144, 12)), id_=f"H{i}") for i in range(5)]
            for _ in range(2)
        )
        ids = [area.id for area in followed(now, before, town.grid)]
        assert len(set(ids)) == len(ids)


def test_following_nothing_changes_nothing(two, town):
    assert [a.id for a in followed(two, (), town.grid)] == [a.id for a in two]
    assert followed((), two, town.grid) == ()


def test_a_file_has_a_row_for_core_and_fringe_and_is_read_back(two, town):
    frame = areas_frame(two, town.grid)
    assert frame.index.is_unique
    assert frame[["part", "rank"]].to_numpy().tolist() == [
        ["fringe", 1],
        ["core", 2],
        ["fringe", 2],
    ]
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.is_valid.all()
    land = frame.geometry.to_crs(town.grid.spec.crs).area
    assert land.sum() == pytest.approx(4 * 250**2, rel=1e-5)
    again = areas_of_frame(frame.reset_index(), town.grid)
    for before, after in zip(two, again, strict=True):
        np.testing.assert_array_equal(before.cells, after.cells)
        np.testing.assert_array_equal(before.core, after.core)
        assert (before.id, before.name, before.count) == (after.id, after.name, after.count)


def test_no_hot_cell_means_no_area_and_an_empty_file(town):
    assert hotspot_areas(in_cells(town.grid, [3]), town.grid, EVERY, shares({})) == ()
    assert len(areas_frame((), town.grid)) == 0
    assert areas_of_frame(areas_frame((), town.grid).reset_index(), town.grid) == ()


def test_another_file_is_refused(two, town):
    with pytest.raises(InputError, match=r"lacks .*'area'"):
        areas_of_frame(areas_frame(two, town.grid).drop(columns="area"), town.grid)
