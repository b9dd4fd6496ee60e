from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geogrid.analysis.gistar import Draws, gistar, gistar_by_part, gistar_z, support_by_part
from geogrid.kernels.window_sums import disc_half_widths

GOLDEN = Path(__file__).parents[1] / "golden"
NULLS = st.sampled_from(["total", "conditional"])


@st.composite
def lattices(draw):
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=7))
    counts = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 9)))
    mask = draw(hnp.arrays(np.bool_, shape))
    mask[0, 0] = True
    return counts, mask


def on_lattice(mask, values):
    out = np.full(mask.shape, np.nan)
    out[mask] = values
    return out


@pytest.mark.parametrize(
    ("distance_m", "z"),
    [
        (30, 1.4507798),
        (60, 1.9005589),
        (90, 2.0969387),
        (120, 1.9819069),
        (150, 1.3066984),
        (180, 0.9449261),
    ],
)
def test_z_equals_the_published_values_of_getis_and_ord(distance_m, z):
    values = np.loadtxt(GOLDEN / "getisord.csv", delimiter=",")[:, 2].astype(np.int64)
    counts = values.reshape(16, 16)
    result = gistar(counts, np.ones((16, 16), dtype=np.bool_), disc_half_widths(distance_m / 30))
    assert round(float(result.z[119]), 7) == z  # the data's row 120, counted from 1


@settings(deadline=None, max_examples=40)  # the first call compiles
@given(lattices())
def test_z_equals_the_formula_written_out(lattice):
    counts, mask = lattice
    rows, cols = np.nonzero(mask)
    y, n = counts[mask].astype(float), rows.size
    near = (rows[:, None] - rows) ** 2 + (cols[:, None] - cols) ** 2 <= 2.5**2
    w, s = near.sum(axis=1), y.std()
    scale = s * np.sqrt((n * w - w**2) / max(n - 1, 1))
    possible = scale > 1e-9
    z = gistar(counts, mask, disc_half_widths(2.5)).z
    expected = (near @ y - y.mean() * w)[possible] / scale[possible]
    np.testing.assert_allclose(z[possible], expected, rtol=0, atol=1e-10)
    np.testing.assert_array_equal(z[~possible], 0.0)


@settings(deadline=None, max_examples=40)
@given(lattices(), NULLS, st.integers(0, 3))
def test_turning_and_mirroring_the_lattice_turns_the_result(lattice, null, quarters):
    counts, mask = lattice
    half_widths = disc_half_widths(2.0)
    straight = gistar(counts, mask, half_widths, null=null)
    for change in (lambda a: np.ascontiguousarray(np.rot90(a, quarters)), np.flipud, np.fliplr):
        turned = gistar(change(counts), change(mask), half_widths, null=null)
        for name in ("z", "p", "expected"):
            np.testing.assert_array_equal(
                on_lattice(change(mask), getattr(turned, name)),
                change(on_lattice(mask, getattr(straight, name))),
            )


@settings(deadline=None, max_examples=40)
@given(lattices(), NULLS, st.integers(0, 10**6))
def test_counts_outside_the_mask_never_matter(lattice, null, other):
    counts, mask = lattice
    half_widths = disc_half_widths(2.0)
    before = gistar(counts, mask, half_widths, null=null)
    after = gistar(np.where(mask, counts, other), mask, half_widths, null=null)
    np.testing.assert_array_equal(before.z, after.z)
    np.testing.assert_array_equal(before.p, after.p)


@settings(deadline=None, max_examples=40)
@given(lattices(), NULLS, st.integers(2, 50))
def test_counting_in_another_unit_changes_neither_z_nor_p(lattice, null, times):
    counts, mask = lattice
    half_widths = disc_half_widths(2.0)
    once = gistar(counts, mask, half_widths, null=null)
    often = gistar(times * counts, mask, half_widths, null=null)
    np.testing.assert_allclose(often.z, once.z, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(often.p, once.p, rtol=1e-12)


def test_the_two_nulls_on_a_row_of_cells_by_hand():
    counts = np.array([[0, 3, 1, 0, 0, 2, 0]])
    mask = np.ones((1, 7), dtype=np.bool_)
    total = gistar(counts, mask, disc_half_widths(1.0))
    kept = gistar(counts, mask, disc_half_widths(1.0), null="conditional")
    everyone, others = [0, 3, 1, 0, 0, 2, 0], [0, 1, 0, 0, 2, 0]  # the second cell holds 3
    dealt = [sum(sample) for sample in combinations(everyone, 3)]
    beside = [sum(sample) for sample in combinations(others, 2)]
    assert total.p_hi[1] == pytest.approx(np.mean([s >= 4 for s in dealt]), abs=1e-12)
    assert total.p_lo[1] == pytest.approx(np.mean([s <= 4 for s in dealt]), abs=1e-12)
    assert kept.p_hi[1] == pytest.approx(np.mean([s >= 1 for s in beside]), abs=1e-12)
    assert kept.p_lo[1] == pytest.approx(np.mean([s <= 1 for s in beside]), abs=1e-12)


def test_equal_counts_are_nowhere_unusual():
    result = gistar(np.full((5, 5), 4), np.ones((5, 5), dtype=np.bool_), disc_half_widths(2.0))
    np.testing.assert_array_equal(result.z, 0.0)
    np.testing.assert_allclose(result.p, 1.0)


def test_expected_sums_are_the_mean_times_the_window():
    counts = np.arange(25).reshape(5, 5)
    result = gistar(counts, np.ones((5, 5), dtype=np.bool_), disc_half_widths(1.0))
    np.testing.assert_allclose(result.expected, 12.0 * result.window_cells)


@settings(deadline=None, max_examples=30)
@given(lattices(), NULLS)
def test_a_part_is_judged_as_if_the_others_were_not_there(lattice, null):
    counts, mask = lattice
    parts = np.where(mask, np.indices(mask.shape)[1] % 2, -1)
    half_widths = disc_half_widths(2.0)
    both = gistar_by_part(counts, parts, half_widths, null=null)
    for number in np.unique(parts[mask]):
        alone = gistar(counts, parts == number, half_widths, null=null)
        of_part = parts[mask] == number
        for name in ("support", "window_cells", "expected", "z", "p_lo", "p_hi"):
            np.testing.assert_array_equal(getattr(both, name)[of_part], getattr(alone, name))


@settings(deadline=None, max_examples=30)
@given(lattices())
def test_one_part_is_the_whole_mask_and_shorter_roads_give_the_same(lattice):
    counts, mask = lattice
    half_widths = disc_half_widths(2.0)
    whole = gistar(counts, mask, half_widths)
    parts = np.where(mask, 7, -1)
    np.testing.assert_array_equal(gistar_by_part(counts, parts, half_widths).p, whole.p)
    np.testing.assert_array_equal(gistar_z(counts, mask, half_widths), whole.z)
    sums, sizes = support_by_part(counts, parts, half_widths)
    np.testing.assert_array_equal(sums, whole.support)
    np.testing.assert_array_equal(sizes, whole.window_cells)


@pytest.mark.parametrize("null", ["total", "conditional"])
def test_drawn_tails_are_the_exact_ones_within_the_error_of_drawing(null):
    counts = np.random.default_rng(3).negative_binomial(0.5, 0.3, (20, 20))
    mask = np.ones((20, 20), dtype=np.bool_)
    half_widths = disc_half_widths(2.0)
    exact = gistar(counts, mask, half_widths, null=null)
    drawn = gistar(counts, mask, half_widths, null=null, draws=Draws(9_999, 5))
    for tail in ("p_lo", "p_hi"):
        true = getattr(exact, tail)
        spread = np.sqrt(np.maximum(true * (1 - true), 1e-4) / 9_999)
        assert (np.abs(getattr(drawn, tail) - true) / spread).max() < 5.0
    assert Draws(9_999).floor == 2.0 / 10_000
