import numpy as np
import pytest

from geogrid.analysis.hotspots import HotspotParams, hotspots
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.crs import WGS84, transformer
from tests.analysis.incident_lattice import (
    CELL,
    CORNER,
    CRS,
    cell_of,
    everywhere,
    grid_of,
    incidents_at,
    incidents_of,
    planted,
)


@pytest.fixture
def rng():
    return np.random.default_rng(20260)


def test_harm_on_a_scale_has_the_exact_chance_of_whole_numbers(rng):
    grid = grid_of(30, 40)
    counts = planted(rng)
    harm = HotspotParams(weight="harm")
    heavy = hotspots(incidents_of(counts, weight=2.5), grid, at_risk=everywhere(grid), params=harm)
    plain = hotspots(incidents_of(counts), grid, at_risk=everywhere(grid))
    for name in ("z", "p", "q", "hot", "support", "stability"):
        np.testing.assert_array_equal(heavy[name], plain[name], err_msg=name)
    np.testing.assert_allclose(heavy["window_weight"], 2.5 * plain["support"])
    assert (heavy.summary["p_method"], heavy.summary["p_floor"]) == ("exact", 0.0)
    assert not heavy.summary["weights_ignored"]
    assert str(heavy["reason"][cell_of(grid, 15, 20)]).startswith("by weight more than chance: ")


def test_a_few_grave_incidents_weigh_as_much_as_many_light_ones_and_still_need_support(rng):
    grid = grid_of(60, 60)
    light = rng.poisson(0.1, (60, 60))
    grave = np.zeros((60, 60), dtype=np.int64)
    grave[30:32, 30:32] = [[1, 1], [1, 0]]
    n_light, n_grave = light.sum(), grave.sum()
    incidents = incidents_of(np.concatenate([light, grave]).reshape(2, 60, 60).sum(axis=0))
    heavy = np.ones(n_light + n_grave)
    x, y = transformer(WGS84, CRS).transform(incidents.lon, incidents.lat)
    at_grave = np.hypot(x - CORNER - 31 * CELL, y - CORNER - 31 * CELL) < CELL
    heavy[at_grave] = 40.0
    weighed = incidents_at(x, y, weight=heavy)
    params = HotspotParams(weight="harm")
    strict = HotspotParams(weight="harm", min_support=20)
    once = hotspots(weighed, grid, at_risk=everywhere(grid))
    table = hotspots(weighed, grid, at_risk=everywhere(grid), params=params)
    held = hotspots(weighed, grid, at_risk=everywhere(grid), params=strict)
    at = cell_of(grid, 30, 30)
    assert once["hot"][at] == 0
    assert table["hot"][at] > 0
    assert held["hot"][at] == 0
    assert str(held["reason"][at]).startswith("too few to call: ")


def test_shares_of_time_have_drawn_chances_that_say_so_and_come_out_the_same_again(rng):
    grid = grid_of(30, 40)
    counts = planted(rng)
    shares = rng.uniform(0.1, 1.0, counts.sum())
    params = HotspotParams(times="aoristic", seed=4)
    incidents = incidents_of(counts, weight=shares)
    one = hotspots(incidents, grid, at_risk=everywhere(grid), params=params)
    again = hotspots(incidents, grid, at_risk=everywhere(grid), params=params)
    assert one.summary["p_method"] == "drawn"
    assert one.summary["p_floor"] == 2e-5
    assert one["p"].min() >= 2e-5
    np.testing.assert_array_equal(one["p"], again["p"])
    assert one["hot"][cell_of(grid, 15, 20)] == 99


def test_a_district_is_held_against_itself_or_against_the_city(rng):
    grid = grid_of(60, 60, split=30)
    counts = rng.poisson(np.where(np.arange(60) < 30, 0.1, 1.5) * np.ones((60, 60)))
    counts[20:23, 10:13] += 2  # much for the quiet district, little for the city
    own = HotspotParams(reference="district")
    in_city = hotspots(incidents_of(counts), grid, at_risk=everywhere(grid))
    in_district = hotspots(incidents_of(counts), grid, at_risk=everywhere(grid), params=own)
    at = cell_of(grid, 21, 11)
    east = grid.position_of(grid.spec.cell_at(*grid.spec.centres(grid.cells))) % 60 >= 30
    assert (in_city["hot"][east] > 0).sum() > 200
    assert (in_district["hot"][east] > 0).sum() == 0
    assert in_district["hot"][at] == 99 > in_city["hot"][at]
    assert in_district.summary["reference"] == "district"


def test_windows_end_at_the_district_when_it_is_its_own_reference(rng):
    grid = grid_of(30, 40, split=20)
    params = HotspotParams(reference="district")
    counts = rng.poisson(0.5, (30, 40))
    table = hotspots(incidents_of(counts), grid, at_risk=everywhere(grid), params=params)
    near = sum(
        counts[15 + row, 19 + col]
        for row, half in zip(range(-2, 3), (1, 2, 2, 2, 1), strict=True)
        for col in range(-half, 1)
    )
    assert table["support"][cell_of(grid, 15, 19)] == near


def test_q_is_of_the_whole_family_and_the_same_in_whatever_part_of_it_is_shown(rng):
    grid = grid_of(30, 40, split=20)
    table = hotspots(incidents_of(planted(rng)), grid, at_risk=everywhere(grid))
    shown = table.to_frame(keep=grid.district == 1)
    np.testing.assert_array_equal(shown["q"], table["q"][grid.district == 1])
    np.testing.assert_array_equal(table["q"], adjusted_p(table["p"], "bh"))
    assert (adjusted_p(shown["p"].to_numpy(), "bh") != shown["q"]).any()
