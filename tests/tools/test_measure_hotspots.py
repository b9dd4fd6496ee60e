"""What the record of hotspots is made of: plants that can be found are, and chance seldom is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tools.measure_hotspots import (
    WINDOW,
    Town,
    by_band,
    gistar,
    hot,
    judged,
    least_hot,
    null_worlds,
    planted_in_demo,
    planted_on_flat_ground,
)


@pytest.fixture(scope="module")
def town():
    return Town.of(0)


def test_the_least_hot_sum_is_the_least_that_is_called():
    rng = np.random.default_rng(0)
    mask = np.ones((40, 40), dtype=np.bool_)
    counts = rng.poisson(0.3, mask.shape).astype(np.int64)
    counts[10:14, 10:14] += 4
    gi = gistar(counts, mask, WINDOW)
    whole = gi.window_cells == gi.window_cells.max()
    called = hot(gi)
    least = least_hot(gi, counts[mask], int(gi.window_cells.max()))
    assert gi.support[called & whole].min() >= least
    assert gi.support[~called & whole].max() < least


def test_plants_of_high_power_are_found_and_those_of_none_are_not(town):
    found, false_shares, _ = planted_on_flat_ground(town, 6)
    shares = {name: share for name, _, _, share in by_band(found)}
    assert shares["95% to 100%"] >= 0.95
    assert shares["0% to 20%"] <= 0.2
    assert np.mean(false_shares) <= 0.05


def test_what_is_found_follows_the_power(town):
    found, _, _ = planted_on_flat_ground(town, 6)
    power = np.array([one for one, _ in found])
    success = np.array([two for _, two in found])
    spread = np.sqrt((power * (1.0 - power)).sum())
    assert abs(success.sum() - power.sum()) < 5.0 * spread


def test_the_plants_of_the_demo_are_found_where_their_power_is_high():
    shares = {name: share for name, _, _, share in by_band(planted_in_demo(range(1), 3))}
    assert shares["95% to 100%"] >= 0.95


def test_a_cell_with_the_towns_own_rate_has_little_power():
    mask = np.ones((30, 30), dtype=np.bool_)
    draws = [np.random.default_rng(seed).poisson(0.5, mask.shape) for seed in range(8)]
    found = judged([draw.astype(np.int64) for draw in draws], mask, 450)
    assert max(power for power, _ in found) < 0.05


def test_worlds_without_a_hotspot_are_called_hot_no_oftener_than_promised(town):
    worlds = 20
    for name, exact, normal in null_worlds(town, worlds):
        assert stats.binomtest(exact, worlds, 0.05, alternative="greater").pvalue > 0.01, name
        if "0.05" in name:
            assert normal > 15  # what z read as normal would have called
