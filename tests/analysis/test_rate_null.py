import numpy as np
import pytest
from scipy import stats

from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.hotspots import hotspots
from geogrid.analysis.rate_null import (
    FIELDS,
    Exposure,
    empirical_bayes,
    rate_hotspots,
    tail_chances,
)
from geogrid.errors import InputError
from tests.analysis.incident_lattice import cell_of, everywhere, grid_of, incidents_of

SHAPE = (100, 100)


@pytest.fixture
def rng():
    return np.random.default_rng(77)


def on_grid(grid, values):
    """Return a lattice of values as a column of a grid."""
    return np.array(
        [values[row, col] for row, col in zip(*np.divmod(grid.cells, 100), strict=True)]
    )


def town(rng):
    """Return exposure with a dense middle: a hundred times as many people as outside."""
    row, col = np.indices(SHAPE)
    dense = np.hypot(row - 50, col - 50) < 12
    return np.where(dense, 300.0, 3.0) * rng.uniform(0.5, 1.5, SHAPE)


def test_tails_are_those_of_the_poisson_and_of_the_negative_binomial_distribution():
    count = np.array([0, 1, 4, 30, 200])
    expected = np.array([0.3, 1.7, 1.0, 4.0, 120.0])
    poisson = stats.poisson(expected)
    p_lo, p_hi = tail_chances(count, expected, 1.0)
    np.testing.assert_allclose(p_lo, poisson.cdf(count), rtol=1e-12)
    np.testing.assert_allclose(p_hi, poisson.sf(count - 1), rtol=1e-12)
    clumped = stats.nbinom(expected / 1.5, 1 / 2.5)
    np.testing.assert_allclose(clumped.var() / clumped.mean(), 2.5)
    p_lo, p_hi = tail_chances(count, expected, 2.5)
    np.testing.assert_allclose(p_lo, clumped.cdf(count), rtol=1e-10)
    np.testing.assert_allclose(p_hi, clumped.sf(count - 1), rtol=1e-10)


def test_a_sum_of_clumped_counts_has_the_tail_of_one_with_the_sum_of_expectations():
    expected, dispersion = np.array([0.4, 1.1, 2.0]), 3.0
    sums = np.array([1.0])
    for mean in expected:
        cells = stats.nbinom(mean / (dispersion - 1), 1 / dispersion).pmf(np.arange(200))
        sums = np.convolve(sums, cells)
    _, p_hi = tail_chances(np.array([9]), np.array([expected.sum()]), dispersion)
    assert p_hi[0] == pytest.approx(sums[9:].sum(), rel=1e-9)


def test_smoothed_rates_and_poisson_chances_equal_the_published_ones_of_north_carolina(shared_data):
    file = shared_data / "hotspot_references" / "nc_sids_oracle.csv"
    rows = np.genfromtxt(file, delimiter=",", names=True, dtype=None, encoding="utf-8")
    rows = {name.strip('"'): rows[name] for name in rows.dtype.names}
    deaths, births = rows["SID74"].astype(float), rows["BIR74"].astype(float)
    np.testing.assert_allclose(empirical_bayes(deaths, births), rows["EBglobal"], rtol=1e-12)
    rate = deaths.sum() / births.sum()
    p_lo, _ = tail_chances(rows["SID74"].astype(int), rate * births, 1.0)
    np.testing.assert_allclose(p_lo, rows["probmap"], rtol=1e-12)


def test_rates_without_more_spread_than_chance_are_all_drawn_to_the_mean():
    np.testing.assert_array_equal(empirical_bayes(np.full(5, 2.0), np.full(5, 4.0)), 0.5)


def test_a_dense_middle_is_hot_by_count_and_not_by_rate(rng):
    grid = grid_of(*SHAPE)
    people = town(rng)
    counts = rng.poisson(people * 0.01)
    incidents = incidents_of(counts)
    by_count = hotspots(incidents, grid, at_risk=everywhere(grid))
    by_rate = rate_hotspots(incidents, grid, exposure=Exposure("people", on_grid(grid, people)))
    assert by_count.summary["hot"] > 300
    assert by_rate.summary["hot"] == by_rate.summary["cold"] == 0


def test_a_planted_rate_is_hot_where_its_count_is_nothing_special(rng):
    grid = grid_of(*SHAPE)
    people = town(rng)
    rate = np.full(SHAPE, 0.01)
    rate[18:23, 18:23] = 0.4  # about one a cell, as in a third of the middle's cells
    counts = rng.poisson(people * rate)
    table = rate_hotspots(
        incidents_of(counts), grid, exposure=Exposure("people", on_grid(grid, people))
    )
    at = cell_of(grid, 20, 20)
    assert table["hot"][at] == 99
    assert table["expected"][at] < table["support"][at]
    assert list(table.columns) == [field.name for field in FIELDS]
    assert table.summary["method"] == "rate"
    assert table.summary["mask"] == "exposure: people"


@pytest.mark.parametrize("spread", ["poisson", "negative-binomial"])
def test_pure_chance_on_uneven_exposure_makes_hot_cells_in_at_most_3_of_20_maps(rng, spread):
    grid = grid_of(*SHAPE)
    people = town(rng)
    exposure = Exposure("people", on_grid(grid, people))
    found = 0
    for _ in range(20):
        mean = people * 0.01
        draw = rng.poisson(mean) if spread == "poisson" else rng.negative_binomial(mean / 1.5, 0.4)
        table = rate_hotspots(incidents_of(draw), grid, exposure=exposure, spread=spread)
        found += table.summary["hot"] > 0
    assert found <= 3


def test_clumped_incidents_make_false_hot_cells_under_poisson_alone(rng):
    grid = grid_of(*SHAPE)
    people = town(rng)
    incidents = incidents_of(rng.negative_binomial(people * 0.01 / 3.0, 0.25))
    exposure = Exposure("people", on_grid(grid, people))
    plain = rate_hotspots(incidents, grid, exposure=exposure, spread="poisson")
    clumped = rate_hotspots(incidents, grid, exposure=exposure)
    assert plain.summary["hot"] > 20
    assert clumped.summary["hot"] == 0
    assert clumped.summary["dispersion"] == pytest.approx(4.0, rel=0.25)


def test_cells_without_exposure_are_not_tested_and_their_incidents_are_named(rng):
    grid = grid_of(*SHAPE)
    people = town(rng)
    people[:30] = 0.0
    counts = rng.poisson(0.05, SHAPE)
    table = rate_hotspots(
        incidents_of(counts), grid, exposure=Exposure("people", on_grid(grid, people))
    )
    assert table.summary["off_mask"] == counts[:30].sum()
    assert np.isnan(table["q"][:3000]).all()
    assert not np.isnan(table["q"][3000:]).any()


def test_a_district_expects_by_its_own_rate(rng):
    grid = grid_of(*SHAPE, split=50)
    people = np.full(SHAPE, 10.0)
    counts = rng.poisson(np.where(np.arange(100) < 50, 0.05, 0.5) * np.ones(SHAPE))
    exposure = Exposure("people", on_grid(grid, people))
    params = HotspotParams(reference="district")
    city = rate_hotspots(incidents_of(counts), grid, exposure=exposure)
    own = rate_hotspots(incidents_of(counts), grid, exposure=exposure, params=params)
    assert city.summary["hot"] > 500
    assert own.summary["hot"] == 0
    assert own["expected"][cell_of(grid, 50, 20)] == pytest.approx(
        21 * counts[:, :50].sum() / 5_000, rel=1e-9
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"spread": "normal"}, "normal"),
        ({"params": HotspotParams(weight="harm")}, "--weight"),
        ({"params": HotspotParams(times="aoristic")}, "--times"),
    ],
)
def test_what_a_rate_cannot_be_asked_is_refused(rng, change, message):
    grid = grid_of(*SHAPE)
    exposure = Exposure("area", grid.area_m2)
    with pytest.raises(InputError, match=message):
        rate_hotspots(incidents_of(rng.poisson(0.1, SHAPE)), grid, exposure=exposure, **change)


@pytest.mark.parametrize("amount", [[0.0, 0.0], [-1.0, 2.0], [np.nan, 1.0]])
def test_exposure_that_is_none_or_no_amount_is_refused(amount):
    with pytest.raises(InputError, match="people"):
        Exposure("people", np.array(amount))
