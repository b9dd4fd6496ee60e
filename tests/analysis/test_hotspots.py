import csv
import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import shapely

from geogrid.analysis.hotspot_columns import FIELDS, REASON_TEMPLATES, translated_reason
from geogrid.analysis.hotspots import HotspotParams, at_risk_cells, hotspots
from geogrid.crs import WGS84, transformer
from geogrid.errors import InputError
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
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

ZH = Path(__file__).parents[2] / "geogrid" / "locale" / "zh" / "hotspots.json"


@pytest.fixture
def rng():
    return np.random.default_rng(20260)


def test_a_planted_cluster_is_hot_and_stays_hot_on_shifted_lattices(rng):
    grid = grid_of(30, 40)
    result = hotspots(incidents_of(planted(rng), rng), grid, at_risk=everywhere(grid))
    middle, corner = cell_of(grid, 15, 20), cell_of(grid, 2, 2)
    assert result["hot"][middle] == 99
    assert result["stability"][middle] == 1.0
    assert result["z"][middle] > 10.0 > result["z"][corner]
    assert result["hot"][corner] == 0
    assert result["stability"][corner] == 0.0
    assert str(result["reason"][middle]).startswith("more than chance: ")
    assert result.summary["hot"] == (result["hot"] >= 95).sum() > 0


def test_the_columns_are_those_of_the_contract(rng):
    grid = grid_of(30, 40)
    table = hotspots(incidents_of(planted(rng)), grid, at_risk=everywhere(grid))
    names = ["count", "at_risk", "z", "p", "q", "hot", "support", "stability", "reason"]
    assert list(table.columns) == names
    assert set(np.unique(table["hot"])) <= {99, 95, 90, 0, -90, -95, -99}
    assert (table["q"] >= table["p"]).all()


def test_the_class_follows_from_q_the_sign_of_z_and_the_support(rng):
    grid = grid_of(60, 60)
    counts = rng.poisson(0.4, (60, 60))
    counts[:20, :20] = 0
    counts[40:45, 30:36] += rng.poisson(1.0, (5, 6))
    result = hotspots(incidents_of(counts), grid, at_risk=everywhere(grid))
    table = result
    rows = zip(*(table[name].tolist() for name in ("q", "z", "support", "hot")), strict=True)
    for q, z, support, hot in rows:
        level = 99 if q <= 0.01 else 95 if q <= 0.05 else 90 if q <= 0.10 else 0
        expected = level if z > 0 else -level
        assert hot == (0 if expected > 0 and support < 3 else expected)
    assert {99, 95, 0, -95} <= set(table["hot"].tolist())
    cold = table["reason"][table["hot"] < 0].tolist()
    assert result.summary["cold"] == (table["hot"] <= -95).sum() < len(cold)
    assert all(reason.startswith("fewer than chance: ") for reason in cold)


def test_stability_is_the_share_of_four_moved_maps_in_which_the_cell_is_hot(rng):
    grid = grid_of(30, 40)
    counts = planted(rng)
    counts[[0, -1]] = counts[:, [0, -1]] = 0  # none leaves the grid when moved
    incidents = incidents_of(counts, rng)
    x, y = transformer(WGS84, CRS).transform(incidents.lon, incidents.lat)
    share = np.zeros(len(grid))
    for east in (-CELL / 4, CELL / 4):
        for north in (-CELL / 4, CELL / 4):
            moved = hotspots(incidents_at(x + east, y + north), grid, at_risk=everywhere(grid))
            share += (moved["hot"] >= 95) / 4
    result = hotspots(incidents, grid, at_risk=everywhere(grid))
    np.testing.assert_array_equal(result["stability"], share)
    assert set(np.unique(share)) > {0.0, 1.0}


def test_moved_maps_keep_the_incidents_that_lie_at_the_edge_of_the_mask(rng):
    grid = grid_of(30, 40)
    at_risk = (np.arange(1200) % 40 >= 20)[grid.cells]
    background, edge = rng.uniform(20.3, 40.0, 60), np.full(24, 20.1)
    u, v = np.append(background, edge), np.append(rng.uniform(0, 30, 60), rng.uniform(14, 17, 24))
    incidents = incidents_at(CORNER + u * CELL, CORNER + v * CELL)
    table = hotspots(incidents, grid, at_risk=at_risk)
    assert table["stability"][cell_of(grid, 15, 20)] == 1.0


@pytest.mark.parametrize("null", ["total", "conditional"])
@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, shape: rng.poisson(0.1, shape),
        lambda rng, shape: rng.poisson(2.7, shape),
        lambda rng, shape: rng.negative_binomial(0.05, 0.05 / 0.15, shape),
        lambda rng, shape: np.minimum(rng.zipf(2.0, shape) - 1, 1806),
    ],
    ids=["sparse", "dense", "overdispersed", "heavy-tailed"],
)
def test_pure_chance_makes_hot_cells_in_at_most_3_of_20_maps(rng, draw, null):
    shape = (140, 145)
    grid = grid_of(*shape)
    params = HotspotParams(null=null)
    found = 0
    for _ in range(20):
        incidents = incidents_of(draw(rng, shape))
        result = hotspots(incidents, grid, at_risk=everywhere(grid), params=params)
        found += int(result.summary["hot"] > 0)
    assert found <= 3


def test_land_where_nothing_is_at_risk_changes_no_byte_of_the_cells_that_stay(rng):
    incidents = incidents_of(planted(rng), rng)
    small, large = grid_of(30, 40), grid_of(30, 40, before=7, after=11)
    stay = large.position_of(large.spec.cell_at(*small.spec.centres(small.cells)))
    at_risk = np.zeros(len(large), dtype=np.bool_)
    at_risk[stay] = True
    at_risk[stay[:50]] = False
    before = hotspots(incidents, small, at_risk=at_risk[stay])
    after = hotspots(incidents, large, at_risk=at_risk)
    for name in list(before.columns)[:-1]:
        assert before[name].tobytes() == after[name][stay].tobytes(), name
    assert before["reason"].tolist() == after["reason"][stay].tolist()
    assert small.codes() == np.array(large.codes())[stay].tolist()


def test_cells_that_are_not_at_risk_are_null_and_say_so(rng):
    grid = grid_of(30, 40)
    at_risk = everywhere(grid)
    at_risk[:100] = False
    table = hotspots(incidents_of(planted(rng)), grid, at_risk=at_risk)
    for name in ("z", "p", "q", "hot", "support", "stability"):
        np.testing.assert_array_equal(np.isnan(table[name]), ~at_risk, err_msg=name)
    np.testing.assert_array_equal(table["at_risk"], at_risk)
    assert not np.isnan(table["count"]).any()
    assert set(table["reason"][:100]) == {"not tested: nothing at risk here"}


def test_every_incident_is_counted_or_named(rng):
    grid = grid_of(30, 40)
    counts = planted(rng)
    at_risk = everywhere(grid)
    at_risk[:80] = False  # the two southern rows
    inside = incidents_of(counts)
    x, y = transformer(WGS84, CRS).transform(inside.lon, inside.lat)
    incidents = incidents_at([*x, CORNER - 1.0, 0.0], [*y, CORNER + 10.0, 0.0])
    result = hotspots(incidents, grid, at_risk=at_risk)
    assert result.summary["incidents"] == counts.sum() + 2
    assert result.summary["outside"] == 2
    assert result.summary["off_mask"] == counts[:2].sum()
    assert result.summary["counted"] == counts[2:].sum()
    assert result["count"].sum() == counts.sum()


def test_a_hot_cell_needs_the_least_support(rng):
    grid = grid_of(100, 100)
    counts = np.zeros((100, 100), dtype=np.int64)
    counts[rng.integers(0, 100, 40), rng.integers(0, 100, 40)] = 1
    counts[49:52, 49:52] = 1
    strict = HotspotParams(min_support=12)
    loose = hotspots(incidents_of(counts), grid, at_risk=everywhere(grid))
    held = hotspots(incidents_of(counts), grid, at_risk=everywhere(grid), params=strict)
    at = cell_of(grid, 50, 50)
    assert loose["hot"][at] > 0
    assert held["hot"][at] == 0
    assert held.summary["hot"] == 0
    support = int(held["support"][at])
    expected = f"too few to call: {support} in its window, at least 12 are asked for"
    assert held["reason"][at] == expected
    assert loose["q"][at] == held["q"][at]


def test_one_full_cell_alone_is_no_cluster_and_the_reason_says_what_holds(rng):
    grid = grid_of(100, 100)
    counts = np.zeros((100, 100), dtype=np.int64)
    counts[rng.integers(0, 100, 40), rng.integers(0, 100, 40)] = 1
    counts[50, 50] = 500
    table = hotspots(incidents_of(counts), grid, at_risk=everywhere(grid))
    at = cell_of(grid, 50, 50)
    # Dealt at random, the 500 lie in 21 windows of 10,000 wherever they fall.
    assert table["p"][at] == pytest.approx(2 * 21 / 10_000, rel=1e-9)
    assert table["hot"][at] == 0
    assert str(table["reason"][at]).startswith("unusual alone, not among all cells tested: 50")


def test_january_in_memphis_has_no_hot_cell_with_less_than_three_robberies(shared_data):
    folder = shared_data / "memphis_robbery_2019"
    collection = json.loads((folder / "precincts.geojson").read_text("utf-8"))
    shapes = tuple(shapely.geometry.shape(item["geometry"]) for item in collection["features"])
    names = tuple(str(item["properties"]["precinct"]) for item in collection["features"])
    grid = Grid.over(Boundary(names, names, shapes), 200.0)
    with (folder / "incidents.csv").open(encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if datetime.fromisoformat(row["time"]).month == 1
        ]
    place = transformer(WGS84, CRS).transform(
        [float(row["lon"]) for row in rows], [float(row["lat"]) for row in rows]
    )
    result = hotspots(incidents_at(*place), grid, at_risk=everywhere(grid))
    hot = result["hot"] > 0
    assert result.summary["counted"] > 200
    assert hot.any()
    assert result["support"][hot].min() >= 3
    lone = (result["count"] > 0) & (result["support"] < 3)
    assert lone.any()
    assert not hot[lone].any()


@pytest.mark.parametrize("radius_m", [499.0, 3001.0, 0.0, -600.0, float("nan"), float("inf")])
def test_a_radius_under_two_or_over_twelve_cells_is_refused(rng, radius_m):
    grid = grid_of(30, 40)
    with pytest.raises(InputError, match="500 to 3000 m"):
        hotspots(incidents_of(planted(rng)), grid, params=HotspotParams(radius_m=radius_m))


def test_fewer_than_30_incidents_at_risk_are_refused_with_the_reason():
    grid = grid_of(30, 40)
    counts = np.zeros((30, 40), dtype=np.int64)
    counts[5, 5], counts[20, 20] = 29, 3
    at_risk = everywhere(grid)
    at_risk[cell_of(grid, 20, 20)] = False
    with pytest.raises(InputError, match=r"at least 30 .* got 29 \(of 32: 0 outside .* 3 where"):
        hotspots(incidents_of(counts), grid, at_risk=at_risk)
    assert hotspots(incidents_of(counts), grid, at_risk=everywhere(grid)).summary["counted"] == 32


def test_masks_that_are_not_aligned_are_refused(rng):
    grid, incidents = grid_of(30, 40), incidents_of(planted(rng))
    with pytest.raises(InputError, match="at_risk"):
        hotspots(incidents, grid, at_risk=np.ones(3, dtype=np.bool_))
    with pytest.raises(InputError, match="roads"):
        at_risk_cells(incidents, grid, exposure={"roads": np.ones(len(grid))})


def test_each_incident_counts_once_whatever_its_weight_or_time_range(rng):
    grid, incidents = grid_of(30, 40), incidents_of(planted(rng))
    x, y = transformer(WGS84, CRS).transform(incidents.lon, incidents.lat)
    heavy = incidents_at(x, y, weight=7.0, hours=9)
    one = hotspots(incidents, grid, at_risk=everywhere(grid))
    other = hotspots(heavy, grid, at_risk=everywhere(grid))
    np.testing.assert_array_equal(one["z"], other["z"])
    assert (one.summary["weights_ignored"], other.summary["weights_ignored"]) == (False, True)


def test_the_order_of_incidents_changes_nothing_and_they_are_not_changed(rng):
    grid, incidents = grid_of(30, 40), incidents_of(planted(rng), rng)
    lon = incidents.lon.copy()
    at_risk = everywhere(grid)
    order = rng.permutation(len(incidents))
    one = hotspots(incidents, grid, at_risk=at_risk)
    other = hotspots(incidents.where(order), grid, at_risk=at_risk)
    for name in ("z", "p", "q", "stability"):
        assert one[name].tobytes() == other[name].tobytes()
    np.testing.assert_array_equal(incidents.lon, lon)
    assert at_risk.all()


def test_the_summary_names_everything_the_result_hangs_on(rng):
    grid = grid_of(30, 40)
    params = HotspotParams(radius_m=700.0, null="conditional", correction="by", q=0.1)
    summary = hotspots(
        incidents_of(planted(rng)), grid, at_risk=everywhere(grid), mask_name="land", params=params
    ).summary
    assert summary["method"] == "gi"
    assert (summary["cells"], summary["tested"]) == (1200, 1200)
    assert (summary["mask"], summary["null"], summary["correction"]) == (
        "land",
        "conditional",
        "by",
    )
    assert (summary["radius_m"], summary["q"], summary["min_support"]) == (700.0, 0.1, 3)
    assert summary["window_cells"] == 21
    assert json.loads(json.dumps(summary)) == summary


def test_cells_with_exposure_or_an_incident_are_at_risk():
    grid = grid_of(10, 10)
    roads, places = np.zeros((2, len(grid)), dtype=np.bool_)
    roads[[3, 4]] = True
    counts = np.zeros((10, 10), dtype=np.int64)
    counts[9, 9] = 1
    exposure = {"roads": roads, "places": places}
    mask, name = at_risk_cells(incidents_of(counts), grid, exposure=exposure)
    assert np.flatnonzero(mask).tolist() == [3, 4, 99]
    assert name == "exposure: roads"
    assert np.flatnonzero(roads).tolist() == [3, 4]


def test_without_exposure_cells_within_a_kilometre_of_an_incident_are_at_risk():
    grid = grid_of(20, 20)
    counts = np.zeros((20, 20), dtype=np.int64)
    counts[10, 10] = 2
    mask, name = at_risk_cells(incidents_of(counts), grid, exposure={"roads": np.zeros(400, bool)})
    rows, cols = np.divmod(np.arange(400), 20)
    np.testing.assert_array_equal(mask, (rows - 10) ** 2 + (cols - 10) ** 2 <= 16)
    assert name == "fallback: within 1000 m of an incident"


def test_without_a_mask_the_fallback_is_used_and_named(rng):
    grid = grid_of(60, 60)
    counts = np.zeros((60, 60), dtype=np.int64)
    counts[5:35, 5:35] = rng.poisson(0.2, (30, 30))
    result = hotspots(incidents_of(counts), grid)
    assert result.summary["mask"] == "fallback: within 1000 m of an incident"
    assert result.summary["tested"] == at_risk_cells(incidents_of(counts), grid)[0].sum() < 3600
    assert result.summary["off_mask"] == 0


def test_every_reason_and_title_can_be_said_in_chinese(rng):
    words = json.loads(ZH.read_text("utf-8"))
    assert set(REASON_TEMPLATES.values()) <= set(words)
    assert {text for field in FIELDS for text in (field.title, field.meaning)} <= set(words)
    grid = grid_of(30, 40)
    at_risk = everywhere(grid)
    at_risk[0] = False
    table = hotspots(incidents_of(planted(rng)), grid, at_risk=at_risk)
    for sentence in set(table["reason"].tolist()):
        chinese = translated_reason(sentence, lambda template: words[template])
        numbers = [word for word in sentence.replace(",", " ").split() if word[0].isdigit()]
        assert chinese != sentence
        assert all(number in chinese for number in numbers)
    assert translated_reason("something else", lambda template: words[template]) == "something else"
