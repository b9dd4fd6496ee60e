"""Points merged by the sites that reach them, beside a look at every pair."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.kernels.siting_merge import merged_points

RNG = np.random.default_rng(11)


def sets_of(rows, n_sites):
    return [tuple(i for i in range(n_sites) if int(row[i // 64]) >> (i % 64) & 1) for row in rows]


@pytest.mark.parametrize("n_sites", [1, 3, 64, 70])
def test_every_point_is_counted_with_those_that_the_same_sites_reach(n_sites):
    point = RNG.integers(0, 300, (200, 2)) / 1000.0
    weight = RNG.integers(0, 9, 200)
    corner = np.array([-0.01, -0.02])
    site = RNG.integers(0, 320, (n_sites, 2))
    reach = RNG.integers(20, 90, n_sites)
    rows, total = merged_points(point, weight, corner, site, reach)
    at = np.rint((point - corner) * 1000).astype(int)
    expected = {}
    for xy, amount in zip(at, weight, strict=True):
        near = ((site - xy) ** 2).sum(axis=1) <= reach**2
        key = tuple(np.flatnonzero(near).tolist())
        expected[key] = expected.get(key, 0) + int(amount)
    found = dict(zip(sets_of(rows, n_sites), total.tolist(), strict=True))
    assert found == expected
    assert list(found) == list(expected)  # in the order of the first point of each
    assert total.sum() == weight.sum()


def test_the_table_grows_and_keeps_every_set_once():
    rng = np.random.default_rng(5)
    site, reach = rng.integers(0, 1000, (120, 2)), rng.integers(100, 700, 120)
    point = rng.integers(0, 1000, (5000, 2)) / 1000.0
    rows, total = merged_points(point, np.ones(5000, int), np.zeros(2), site, reach)
    assert len(rows) > 2048  # half of the first table
    assert len(np.unique(rows, axis=0)) == len(rows)
    assert total.sum() == 5000


def test_the_range_is_closed():
    point = np.array([[0.003, 0.004], [0.003, 0.0041]])
    rows, total = merged_points(
        np.round(point, 4), np.array([2, 5]), np.zeros(2), np.zeros((1, 2), int), np.array([5])
    )
    assert rows.tolist() == [[1]]  # 4.1 mm counts as 4
    assert total.tolist() == [7]
