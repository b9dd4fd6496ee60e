import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.range_overlap import label_totals, overlaps_by_label

EDGES = np.array([0, 10, 20, 40])
RANGES = st.lists(
    st.tuples(st.integers(0, 39), st.integers(1, 40)).map(lambda r: (r[0], min(r[0] + r[1], 40))),
    min_size=1,
    max_size=5,
)


def overlaps(start, end, label=(0, 1, 0), n_labels=2):
    arrays = (np.array(part, dtype=np.int64) for part in (start, end, EDGES, label))
    return overlaps_by_label(*arrays, n_labels).tolist()


def test_a_range_over_three_bins_by_hand():
    assert overlaps([5], [25]) == [[10, 10]]  # 5 to 10 and 20 to 25; 10 to 20
    assert overlaps([10], [20]) == [[0, 10]]  # its edges are the bin's
    assert overlaps([10], [20], label=(0, -1, 0)) == [[0, 0]]


def test_what_lies_outside_the_bins_counts_nowhere():
    assert overlaps([-5], [5]) == [[5, 0]]
    assert overlaps([35], [60]) == [[5, 0]]
    assert overlaps([50], [60]) == [[0, 0]]


@settings(deadline=None)  # the first call compiles
@given(RANGES)
def test_a_range_inside_the_bins_keeps_its_length(ranges):
    start, end = np.array(ranges, dtype=np.int64).T.copy()
    found = overlaps_by_label(start, end, EDGES, np.array([0, 1, 0]), 2)
    np.testing.assert_array_equal(found.sum(axis=1), end - start)


@settings(deadline=None)  # the first call compiles
@given(RANGES)
def test_totals_are_the_shares_added_up(ranges):
    start, end = np.array(ranges, dtype=np.int64).T.copy()
    weights = np.linspace(1.0, 2.0, start.size)
    label = np.array([0, 1, 0])
    total = label_totals(start, end, EDGES, label, weights, 2)
    shares = overlaps_by_label(start, end, EDGES, label, 2) / (end - start)[:, None]
    np.testing.assert_allclose(total, weights @ shares, rtol=1e-12)
    np.testing.assert_allclose(total.sum(), weights.sum(), rtol=1e-12)
