"""What neighbours say: patches are found better, lone cells as before, and nothing calls more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geogrid.analysis.balance import balance
from geogrid.analysis.near_evidence import near_cells, near_classes
from geogrid.analysis.ratio_groups import LOG_RATIO, fitted_groups

ROWS = COLS = 60


@given(st.integers(1, 6), st.integers(1, 6), st.data())
def test_cells_around_one_are_those_that_touch_it(rows, cols, data):
    every = np.arange(rows * cols)
    chosen = data.draw(st.sets(st.sampled_from(every.tolist()), min_size=1))
    cells = np.array(data.draw(st.permutations(sorted(chosen))))
    near = near_cells(cells, cols)
    for at, cell in enumerate(cells.tolist()):
        r, c = divmod(cell, cols)
        touching = {
            other
            for other in chosen
            if other != cell and abs(other // cols - r) <= 1 and abs(other % cols - c) <= 1
        }
        told = near[at][near[at] >= 0]
        assert set(cells[told].tolist()) == touching
        assert told.size == len(touching)


def town(seed, size, factor=5.0):
    """Return presence and incidents of a town with 24 patches of demand, and where these are."""
    rng = np.random.default_rng(seed)
    presence = rng.lognormal(7.0, 1.0, (ROWS, COLS))
    planted = np.zeros((ROWS, COLS), bool)
    for r, c in rng.integers(0, ROWS - size, (24, 2)) if size else ():
        planted[r : r + size, c : c + size] = True
    rate = presence * np.where(planted, factor, 1.0)
    counts = rng.multinomial(5_000, rate.ravel() / rate.sum())
    return presence.ravel(), counts.astype(float), planted.ravel()


NEAR = near_cells(np.arange(ROWS * COLS), COLS)


def found(seed, size, near):
    presence, counts, planted = town(seed, size)
    result = balance(counts, presence, least_s=10.0, near=near)
    called = result.verdict == 1
    return np.array([planted.sum(), (called & planted).sum(), called.sum()]), result.near_share


def test_patches_are_found_better_and_no_more_calls_are_wrong():
    alone, asked = np.zeros(3), np.zeros(3)
    for seed in range(4):
        alone += found(seed, 3, None)[0]
        sums, share = found(seed, 3, NEAR)
        asked += sums
        assert share >= 0.2  # of the eight around a cell of a patch, three to eight are in it
    assert asked[1] >= 1.25 * alone[1]
    assert asked[1] / asked[2] >= 0.93  # 5 % may be wrong


def test_lone_cells_are_found_as_before():
    alone, asked = np.zeros(3), np.zeros(3)
    for seed in range(4):
        alone += found(seed, 1, None)[0]
        asked += found(seed, 1, NEAR)[0]
    assert asked[1] >= alone[1] - 3
    assert asked[2] - asked[1] <= alone[2] - alone[1] + 3


def test_in_a_town_in_proportion_neighbours_call_nothing():
    assert sum(found(seed, 0, NEAR)[0][2] for seed in range(8)) <= 1


def test_where_every_cell_varies_by_itself_false_findings_stay_near_their_bound():
    wrong = called = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        presence = rng.lognormal(8.0, 1.0, ROWS * COLS)
        rate = presence * rng.lognormal(0.0, 0.6, presence.size)
        counts = rng.multinomial(150_000, rate / rate.sum()).astype(float)
        over = balance(counts, presence, least_s=10.0, near=NEAR).verdict == 1
        truth = (rate / rate.sum()) / (presence / presence.sum()) > 1.25
        wrong, called = wrong + (over & ~truth).sum(), called + over.sum()
    assert called > 300
    assert wrong / called < 0.07


def test_a_class_is_chosen_by_what_others_say():
    presence, counts, _ = town(3, 3)
    expected = counts.sum() * presence / presence.sum()
    groups = fitted_groups(counts, expected)
    classes = near_classes(counts, expected, NEAR, groups)
    for cell in np.argsort(-counts)[:5].tolist():
        less = counts.copy()
        less[cell] = 0.0
        again = near_classes(less, expected, NEAR, groups)
        if again.near_share == classes.near_share:
            assert again.number[cell] == classes.number[cell]
    np.testing.assert_allclose(classes.weight.sum(axis=1), 1.0)
    assert classes.weight.shape[1] == LOG_RATIO.size


def test_the_probability_by_hand_from_the_class_of_a_cell():
    presence, counts, _ = town(4, 3)
    expected = counts.sum() * presence / presence.sum()
    groups = fitted_groups(counts, expected)
    classes = near_classes(counts, expected, NEAR, groups)
    result = balance(counts, presence, least_s=1e-9, near=NEAR)
    for cell in np.random.default_rng(0).integers(0, counts.size, 20).tolist():
        log = counts[cell] * LOG_RATIO - expected[cell] * np.exp(LOG_RATIO)
        posterior = classes.weight[classes.number[cell]] * np.exp(log - log.max())
        over = posterior[np.exp(LOG_RATIO) > 1.25].sum() / posterior.sum()
        assert result.p_exceeds[cell] == pytest.approx(over, rel=1e-9, abs=1e-12)
