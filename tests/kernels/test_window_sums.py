import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geogrid.kernels.window_sums import disc_half_widths, window_sums, window_sums_at

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, max_side=7)
RADII = st.sampled_from([0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 9.0])


@st.composite
def lattices(draw):
    shape = draw(SHAPES)
    counts = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 10**6)))
    return counts, draw(hnp.arrays(np.bool_, shape))


def sums_by_distance(counts, mask, radius):
    """Return the same from the distance of every pair of cells."""
    rows, cols = np.indices(counts.shape)
    sums, sizes = np.zeros_like(counts), np.zeros_like(counts)
    for row, col in np.ndindex(counts.shape):
        near = ((rows - row) ** 2 + (cols - col) ** 2 <= radius**2) & mask
        sums[row, col], sizes[row, col] = counts[near].sum(), near.sum()
    return sums, sizes


@pytest.mark.parametrize(
    ("radius", "half_widths"),
    [
        (0.0, [0]),
        (1.0, [0, 1, 0]),
        (1.5, [1, 1, 1]),
        (2.0, [0, 1, 2, 1, 0]),
        (2.5, [1, 2, 2, 2, 1]),
        (3.0, [0, 2, 2, 3, 2, 2, 0]),
    ],
)
def test_a_disc_is_made_of_the_cells_whose_centre_is_within_the_radius(radius, half_widths):
    assert disc_half_widths(radius).tolist() == half_widths


def test_a_centre_at_exactly_the_radius_is_inside_whatever_the_division_rounds_to():
    assert 0.3 / 0.1 < 3.0
    assert disc_half_widths(0.3 / 0.1).tolist() == disc_half_widths(3.0).tolist()


@settings(deadline=None, max_examples=60)  # the first call compiles
@given(lattices(), RADII)
def test_window_sums_equal_the_sums_over_all_pairs_of_cells(lattice, radius):
    counts, mask = lattice
    sums, sizes = window_sums(counts, mask, disc_half_widths(radius))
    expected_sums, expected_sizes = sums_by_distance(counts, mask, radius)
    np.testing.assert_array_equal(sums, expected_sums)
    np.testing.assert_array_equal(sizes, expected_sizes)


@settings(deadline=None, max_examples=40)
@given(lattices(), RADII)
def test_chosen_cells_get_what_the_whole_lattice_gives_them(lattice, radius):
    counts, mask = lattice
    half_widths = disc_half_widths(radius)
    rows, cols = np.nonzero(mask)
    sums, sizes = window_sums_at(counts, mask, rows, cols, half_widths)
    all_sums, all_sizes = window_sums(counts, mask, half_widths)
    np.testing.assert_array_equal(sums, all_sums[rows, cols])
    np.testing.assert_array_equal(sizes, all_sizes[rows, cols])


@settings(deadline=None, max_examples=40)
@given(lattices(), RADII, st.integers(0, 3))
def test_turning_and_mirroring_the_lattice_turns_the_sums(lattice, radius, quarters):
    counts, mask = lattice
    half_widths = disc_half_widths(radius)
    for change in (lambda a: np.ascontiguousarray(np.rot90(a, quarters)), np.flipud, np.fliplr):
        sums, _ = window_sums(change(counts), change(mask), half_widths)
        np.testing.assert_array_equal(
            sums, change(window_sums(counts, mask, half_widths)[0]), strict=True
        )


@settings(deadline=None, max_examples=40)
@given(lattices(), RADII, st.integers(-(10**9), 10**9))
def test_counts_outside_the_mask_never_matter(lattice, radius, other):
    counts, mask = lattice
    half_widths = disc_half_widths(radius)
    changed = np.where(mask, counts, other)
    for before, after in zip(
        window_sums(counts, mask, half_widths),
        window_sums(changed, mask, half_widths),
        strict=True,
    ):
        np.testing.assert_array_equal(before, after)


@settings(deadline=None, max_examples=40)
@given(lattices(), RADII)
def test_every_count_is_seen_by_as_many_windows_as_its_own_window_has_cells(lattice, radius):
    counts, mask = lattice
    sums, sizes = window_sums(counts, mask, disc_half_widths(radius))
    assert sums[mask].sum() == (counts * sizes)[mask].sum()


def test_sums_past_32_bits_are_exact():
    counts = np.full((3, 3), 2**40, dtype=np.int64)
    sums, sizes = window_sums(counts, np.ones((3, 3), dtype=np.bool_), disc_half_widths(9.0))
    assert sums[1, 1] == 9 * 2**40
    assert math.prod(sizes.shape) == sizes[1, 1]
