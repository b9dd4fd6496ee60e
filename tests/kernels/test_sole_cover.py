import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.sole_cover import sole_cover

STEPS = 16  # ends on a raster, so that plain counting of its cells is exact


def covered(rows, weight, n_groups):
    rows = sorted(rows)
    line, group, first, last = (np.array([row[i] for row in rows]) for i in range(4))
    return sole_cover(
        line.astype(np.int64),
        group.astype(np.int64),
        np.column_stack([first, last]).astype(float).reshape(-1, 2),
        np.asarray(weight, dtype=float),
        n_groups,
    )


def by_counting(rows, weight, n_groups):
    once, twice, alone = np.zeros(len(weight)), np.zeros(len(weight)), np.zeros(n_groups)
    for line, length in enumerate(weight):
        for step in range(STEPS):
            middle = (step + 0.5) / STEPS
            seen = {g for owner, g, a, b in rows if owner == line and a <= middle <= b}
            once[line] += bool(seen) * length / STEPS
            twice[line] += (len(seen) > 1) * length / STEPS
            if len(seen) == 1:
                alone[seen.pop()] += length / STEPS
    return once, twice, alone


end = st.integers(0, STEPS).map(lambda n: n / STEPS)
interval = st.tuples(st.integers(0, 2), st.integers(0, 3), end, end).map(
    lambda row: (row[0], row[1], min(row[2:]), max(row[2:]))
)


@settings(deadline=None, max_examples=80)  # the first call compiles
@given(st.lists(interval, max_size=9))
def test_it_agrees_with_counting_the_groups_at_each_place(rows):
    weight = [10.0, 1.0, 3.5]
    for ours, counted in zip(covered(rows, weight, 4), by_counting(rows, weight, 4), strict=True):
        np.testing.assert_allclose(ours, counted, atol=1e-12)


def test_by_hand_two_groups_overlap_on_a_line_of_ten_metres():
    rows = [(0, 0, 0.0, 0.6), (0, 1, 0.5, 0.8)]
    once, twice, alone = covered(rows, [10.0], 2)
    np.testing.assert_allclose(once, [8.0])
    np.testing.assert_allclose(twice, [1.0])
    np.testing.assert_allclose(alone, [5.0, 2.0])


def test_intervals_of_one_group_that_overlap_or_touch_are_one():
    rows = [(0, 1, 0.0, 0.5), (0, 1, 0.25, 0.5), (0, 1, 0.5, 1.0), (0, 1, 0.7, 0.7)]
    once, twice, alone = covered(rows, [4.0], 2)
    assert (once.tolist(), twice.tolist(), alone.tolist()) == ([4.0], [0.0], [0.0, 4.0])


def test_nothing_is_covered_by_no_intervals():
    once, twice, alone = covered([], [4.0], 3)
    assert not once.any()
    assert not twice.any()
    assert not alone.any()
