import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geogrid.analysis.kde import KdeParams, diggle_density, gaussian_sums, kde, shared_out
from geogrid.crs import WGS84, transformer
from geogrid.errors import InputError
from geogrid.model.incidents import Incidents


def incidents_at(grid, u, v):
    """Return incidents at places in cells east and north of the grid's corner."""
    spec = grid.spec
    x, y = spec.x_min + np.asarray(u) * spec.cell_size, spec.y_min + np.asarray(v) * spec.cell_size
    lon, lat = transformer(spec.crs, WGS84).transform(x, y)
    n = len(lon)
    return Incidents(
        ids=np.array([str(i) for i in range(n)], dtype=object),
        t_from=np.zeros(n, np.int64),
        t_to=np.zeros(n, np.int64),
        lon=lon,
        lat=lat,
        categories=("theft",),
        category=np.zeros(n, np.int32),
        weight=np.ones(n),
        source=np.zeros(n, np.int8),
    )


@pytest.fixture(scope="module")
def redwood(shared_data):
    """Return 62 seedlings on 64 x 64 pixels of a unit square, and what spatstat makes of them."""
    folder = shared_data / "hotspot_references"
    x, y = np.loadtxt(folder / "redwood.csv", delimiter=",", skiprows=1).T
    counts = np.zeros((64, 64))
    np.add.at(counts, (np.floor((y + 1) * 64).astype(int), np.floor(x * 64).astype(int)), 1)
    table = np.loadtxt(folder / "redwood_density_sigma0.1_64.csv", delimiter=",", skiprows=1)
    none, uniform, diggle = (column.reshape(64, 64).T for column in table.T)
    return counts, {"none": none, "uniform": uniform, "diggle": diggle}


def test_the_density_equals_spatstats_with_diggles_correction(redwood):
    counts, spatstat = redwood
    density = diggle_density(counts, np.ones((64, 64)), sigma_cells=6.4)
    np.testing.assert_allclose(density * 64**2, spatstat["diggle"], rtol=1e-12)
    assert f"{density.sum():.5f}" == "62.00000"


def test_the_sums_equal_spatstats_without_correction_and_its_uniform_one(redwood):
    counts, spatstat = redwood
    sums = gaussian_sums(counts, 6.4)
    np.testing.assert_allclose(sums * 64**2, spatstat["none"], rtol=1e-12)
    assert f"{sums.sum():.5f}" == "55.81220"
    uniform = sums / gaussian_sums(np.ones((64, 64)), 6.4)
    np.testing.assert_allclose(uniform * 64**2, spatstat["uniform"], rtol=1e-12)
    assert f"{uniform.sum():.5f}" == "64.70784"


@st.composite
def lattices(draw):
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=8))
    counts = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 9))).astype(float)
    land = draw(hnp.arrays(np.float64, shape, elements=st.sampled_from([0.0, 0.25, 1.0])))
    land[0, 0] = 1.0
    return np.where(land > 0, counts, 0.0), land


@settings(deadline=None, max_examples=60)
@given(lattices(), st.sampled_from([0.5, 1.0, 3.0]))
def test_no_incident_is_lost_at_the_edge(lattice, sigma):
    counts, land = lattice
    density = diggle_density(counts, land, sigma)
    assert (density * land).sum() == pytest.approx(counts.sum(), rel=1e-12)
    assert (density >= 0).all()
    assert (density[land == 0] == 0).all()


@settings(deadline=None, max_examples=40)
@given(lattices())
def test_the_density_equals_the_sum_over_all_pairs_of_cells(lattice):
    counts, land = lattice
    rows, cols = (index.ravel() for index in np.indices(counts.shape))
    square = (rows[:, None] - rows) ** 2 + (cols[:, None] - cols) ** 2
    kernel = np.exp(-square / (2 * 1.5**2)) / (2 * np.pi * 1.5**2)
    expected = kernel @ (counts.ravel() / (kernel @ land.ravel()))
    got = diggle_density(counts, land, 1.5).ravel()
    there = land.ravel() > 0
    np.testing.assert_allclose(got[there], expected[there], rtol=1e-9, atol=1e-300)


@settings(deadline=None, max_examples=40)
@given(lattices(), st.integers(0, 3))
def test_turning_the_lattice_turns_the_density(lattice, quarters):
    counts, land = lattice
    turned = diggle_density(np.rot90(counts, quarters), np.rot90(land, quarters), 1.0)
    np.testing.assert_allclose(
        turned, np.rot90(diggle_density(counts, land, 1.0), quarters), rtol=1e-9
    )


def test_empty_land_far_away_changes_nothing():
    rng = np.random.default_rng(5)
    counts, land = rng.poisson(1.0, (6, 6)).astype(float), np.ones((6, 6))
    wide = np.pad(land, 30)
    density = diggle_density(np.pad(counts, 30), wide, 1.0)
    np.testing.assert_allclose(
        density[30:-30, 30:-30], diggle_density(counts, land, 1.0), rtol=1e-12
    )


def test_a_point_is_shared_by_its_four_nearest_centres():
    out = shared_out(np.array([1.25]), np.array([0.5]), (2, 3))
    np.testing.assert_allclose(out, [[0.25, 0.75, 0.0], [0.0, 0.0, 0.0]])
    corner = shared_out(np.array([0.1]), np.array([0.1]), (2, 2))
    assert corner[0, 0] == pytest.approx(1.0)


def test_binning_by_shares_is_nearer_the_exact_density_than_binning_by_cells():
    u, v = np.random.default_rng(1).uniform(18, 22, (2, 400))
    rows, cols = np.indices((40, 40)) + 0.5
    square = (cols[..., None] - u) ** 2 + (rows[..., None] - v) ** 2
    exact = np.exp(-square / 8).sum(axis=2) / (8 * np.pi)  # sigma of 2 cells
    binned = np.zeros((40, 40))
    np.add.at(binned, (np.floor(v).astype(int), np.floor(u).astype(int)), 1)
    by_cells = np.abs(gaussian_sums(binned, 2.0) / exact - 1)[16:24, 16:24]
    shares = gaussian_sums(shared_out(u, v, (40, 40)), np.sqrt(4 - 1 / 6))
    by_shares = np.abs(shares / exact - 1)[16:24, 16:24]
    assert by_shares.mean() < 0.2 * by_cells.mean()
    assert by_shares.max() < 0.003


def test_the_total_is_the_number_of_incidents_in_the_grid(town):
    u = [0.01, 0.01, 5.5, 11.99, 40.0]
    table = kde(incidents_at(town.grid, u, [0.01, 11.9, 3.2, 11.99, 3.0]), town.grid)
    assert table.summary["counted"] == 4
    assert table.summary["outside"] == 1
    assert table.summary["total"] == pytest.approx(4.0, rel=1e-9)
    for name in ("density", "density_narrow", "density_wide"):
        total = (table[name] * town.grid.area_m2).sum() / 1e6
        assert total == pytest.approx(4.0, rel=1e-9)
    assert table["count"].sum() == 4


def test_a_wider_bandwidth_has_a_lower_peak(town):
    table = kde(incidents_at(town.grid, [6.5] * 5, [6.5] * 5), town.grid)
    peaks = [table[name].max() for name in ("density_narrow", "density", "density_wide")]
    assert peaks == sorted(peaks, reverse=True)
    assert np.argmax(table["density"]) == town.at(6, 6)


def test_the_default_bandwidth_is_500_metres_or_two_cells():
    assert KdeParams().bandwidth_over(250.0) == 500.0
    assert KdeParams().bandwidth_over(1000.0) == 2000.0


def test_a_bandwidth_narrower_than_a_cell_is_refused(town):
    with pytest.raises(InputError, match="at least one cell of 250 m, got 100 m"):
        kde(incidents_at(town.grid, [1.0], [1.0]), town.grid, params=KdeParams(100.0))
    with pytest.raises(InputError, match="positive"):
        KdeParams(0.0)


def test_nothing_in_a_density_is_called_significant(town):
    table = kde(incidents_at(town.grid, [1.0], [1.0]), town.grid)
    assert not {"p", "q", "z", "hot"} & set(table.columns)
