from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from geogrid.analysis.gistar import Draws, gistar
from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.local_moran import CLASSES, FIELDS, local_moran, moran_clusters
from geogrid.kernels.window_sums import disc_half_widths
from tests.analysis.incident_lattice import cell_of, everywhere, grid_of, incidents_of

GOLDEN = Path(__file__).parents[1] / "golden" / "esda_local.csv"
RADIUS = disc_half_widths(2.5)
PERMUTATIONS = 9_999
# esda's quadrants 1 to 4 are high-high, low-high, low-low, high-low.
QUADRANTS = np.array([0, 3, 1, 2])


@pytest.fixture(scope="module")
def esda():
    """Return what esda says of a masked lattice, and the lattice."""
    rows = np.genfromtxt(GOLDEN, delimiter=",", names=True, skip_header=1)
    at = rows["row"].astype(int), rows["col"].astype(int)
    counts = np.zeros((at[0].max() + 1, at[1].max() + 1), dtype=np.int64)
    parts = np.full(counts.shape, -1, dtype=np.int64)
    counts[at], parts[at] = rows["count"].astype(int), 0
    return rows, counts, parts


def errors(drawn, exact):
    """Return how many standard errors drawn chances are off the exact ones."""
    return np.abs(drawn - exact) / np.sqrt(exact * (1.0 - exact) / PERMUTATIONS + 1e-9)


def test_gistar_equals_esda_on_a_mask_with_edges_to_1e_9(esda):
    rows, counts, parts = esda
    result = gistar(counts, parts >= 0, RADIUS)
    np.testing.assert_allclose(result.z, rows["gi_z"], rtol=0, atol=1e-9)


def test_the_conditional_upper_tail_is_that_of_esdas_permutations(esda):
    rows, counts, parts = esda
    exact = gistar(counts, parts >= 0, RADIUS, null="conditional")
    upper = exact.p_hi < 0.4  # there esda's smaller tail is the upper one, ties included
    assert upper.sum() > 60
    off = errors(rows["gi_p_sim"][upper], exact.p_hi[upper])
    assert off.max() < 4.5
    assert np.sqrt((off**2).mean()) == pytest.approx(1.0, abs=0.35)


def test_local_moran_and_its_classes_equal_those_of_esda(esda):
    rows, counts, parts = esda
    result = local_moran(counts, parts, RADIUS)
    n = rows.size  # esda divides by n - 1 where Anselin's equation 12 divides by n
    np.testing.assert_allclose(result.statistic * (n - 1) / n, rows["moran"], rtol=0, atol=1e-9)
    np.testing.assert_array_equal(result.quadrant, QUADRANTS[rows["quad"].astype(int) - 1])


def test_local_morans_chances_are_those_of_esdas_permutations(esda):
    rows, counts, parts = esda
    result = local_moran(counts, parts, RADIUS)
    # A larger statistic means more around a high cell, and less around a low one.
    larger = np.where(result.high, result.p_hi, result.p_lo)
    clear = larger < 0.4
    assert clear.sum() > 60
    assert errors(rows["moran_p_sim"][clear], larger[clear]).max() < 4.5


def test_drawn_chances_are_the_exact_ones_within_the_error_of_drawing(esda):
    _, counts, parts = esda
    exact = local_moran(counts, parts, RADIUS)
    drawn = local_moran(counts, parts, RADIUS, draws=Draws(PERMUTATIONS, 7))
    assert errors(drawn.p_hi, np.minimum(exact.p_hi, 1 - 1e-9)).max() < 4.5


def test_local_moran_on_a_row_of_cells_by_hand():
    counts = np.array([[0, 3, 1, 0, 0, 2, 0]])
    result = local_moran(counts, np.zeros((1, 7), dtype=np.int64), disc_half_widths(1.0))
    mean, spread2 = 6 / 7, 14 / 7 - (6 / 7) ** 2
    assert result.statistic[1] == pytest.approx((3 - mean) / spread2 * (0.5 - mean))
    beside = [sum(pair) for pair in combinations([0, 1, 0, 0, 2, 0], 2)]
    assert result.p_lo[1] == pytest.approx(np.mean([s <= 1 for s in beside]), abs=1e-12)
    assert CLASSES[result.quadrant[1]] == "high_low"


def test_a_cell_without_neighbours_is_called_nothing():
    counts = np.array([[5, 0, 1, 2]])
    parts = np.array([[0, -1, 0, 0]])
    result = local_moran(counts, parts, disc_half_widths(1.0))
    assert (result.statistic[0], result.p[0]) == (0.0, 1.0)


def test_parts_are_judged_by_themselves():
    rng = np.random.default_rng(3)
    counts = rng.poisson(1.0, (12, 20))
    counts[:, 10:] *= 5
    parts = np.repeat([[0] * 10 + [1] * 10], 12, axis=0)
    both = local_moran(counts, parts, RADIUS)
    west = local_moran(counts[:, :10], np.zeros((12, 10), dtype=np.int64), RADIUS)
    inside = parts[parts >= 0] == 0
    np.testing.assert_array_equal(both.statistic[inside], west.statistic)
    np.testing.assert_array_equal(both.p[inside], west.p)


def test_a_ring_with_an_empty_middle_is_low_among_high_and_a_core_is_high_among_high():
    rng = np.random.default_rng(4)
    grid = grid_of(40, 40)
    counts = rng.poisson(0.05, (40, 40))
    counts[8:13, 8:13] = 5
    counts[28:33, 28:33] = 5
    counts[30, 30] = 0
    table = moran_clusters(incidents_of(counts), grid, at_risk=everywhere(grid))
    assert table["cluster"][cell_of(grid, 10, 10)] == "high_high"
    assert table["cluster"][cell_of(grid, 30, 30)] == "low_high"
    assert str(table["reason"][cell_of(grid, 30, 30)]).startswith("few here, many around: 0 in")
    assert table.summary["high_high"] == (table["cluster"] == "high_high").sum() > 0
    assert (table.summary["p_method"], table.summary["p_floor"]) == ("exact", 0.0)
    assert list(table.columns) == [field.name for field in FIELDS]


def test_a_class_with_many_incidents_needs_the_least_support():
    rng = np.random.default_rng(5)
    grid = grid_of(60, 60)
    counts = np.zeros((60, 60), dtype=np.int64)
    counts[rng.integers(0, 60, 30), rng.integers(0, 60, 30)] = 1
    counts[20:23, 20:23] = 1
    params = HotspotParams(min_support=20)
    loose = moran_clusters(incidents_of(counts), grid, at_risk=everywhere(grid))
    strict = moran_clusters(incidents_of(counts), grid, at_risk=everywhere(grid), params=params)
    at = cell_of(grid, 20, 20)
    assert loose["cluster"][at] == "high_high"
    assert strict["cluster"][at] == "none"
    assert str(strict["reason"][at]).startswith("too few to call: 1 in the cell")
    np.testing.assert_array_equal(loose["q"], strict["q"])


def test_pure_chance_makes_clusters_in_at_most_3_of_20_maps():
    rng = np.random.default_rng(6)
    grid = grid_of(100, 100)
    found = 0
    for _ in range(20):
        counts = rng.negative_binomial(0.1, 0.1 / 0.3, (100, 100))
        table = moran_clusters(incidents_of(counts), grid, at_risk=everywhere(grid))
        found += any(table.summary[name] for name in CLASSES[:-1])
    assert found <= 3
