import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geogrid.kernels.self_exciting import excitation_left, excitation_step

END = 30.0


@st.composite
def histories(draw):
    """Events of three cells within 30 days, some at the same time, with weights."""
    cells = [
        sorted(draw(st.lists(st.integers(0, 300).map(lambda t: t / 10), max_size=6)))
        for _ in range(3)
    ]
    first = np.cumsum([0, *map(len, cells)]).astype(np.int64)
    days = np.array([day for cell in cells for day in cell], dtype=np.float64)
    weights = np.array([draw(st.sampled_from([0.5, 1.0, 2.0])) for _ in days])
    return first, days, weights


def by_all_pairs(first, days, weights, mu, theta, omega):
    """Return the same from every pair of events of a cell."""
    background, triggered, waited = np.zeros(mu.size), 0.0, 0.0
    for cell in range(mu.size):
        for i in range(first[cell], first[cell + 1]):
            parents = range(first[cell], i)
            force = [
                weights[j] * theta * omega * np.exp(-omega * (days[i] - days[j])) for j in parents
            ]
            rate = mu[cell] + sum(force)
            background[cell] += weights[i] * mu[cell] / rate
            triggered += weights[i] * sum(force) / rate
            waits = [part * (days[i] - days[j]) for part, j in zip(force, parents, strict=True)]
            waited += weights[i] * sum(waits) / rate
    left = END - days
    spent = np.sum(weights * (1 - np.exp(-omega * left)))
    return background, (triggered, waited, spent, np.sum(weights * left * np.exp(-omega * left)))


@settings(deadline=None, max_examples=40)  # the first call compiles
@given(histories(), st.floats(0.05, 0.9), st.floats(0.05, 2.0))
def test_a_step_equals_the_sums_over_all_pairs(history, theta, omega):
    mu = np.array([0.1, 0.02, 0.5])
    background = np.full(3, np.nan)
    got = excitation_step(*history, mu, theta, omega, END, background)
    expected_background, expected = by_all_pairs(*history, mu, theta, omega)
    np.testing.assert_allclose(background, expected_background, rtol=1e-10)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(histories(), st.floats(0.05, 0.9), st.floats(0.05, 2.0))
def test_every_event_is_background_or_triggered(history, theta, omega):
    background = np.zeros(3)
    mu = np.array([0.1, 0.02, 0.5])
    triggered, *_ = excitation_step(*history, mu, theta, omega, END, background)
    assert background.sum() + triggered == pytest.approx(history[2].sum(), rel=1e-9)


@settings(deadline=None, max_examples=40)
@given(histories(), st.floats(0.05, 2.0))
def test_excitation_left_is_the_sum_of_what_faded(history, omega):
    first, days, weights = history
    faded = weights * np.exp(-omega * (END - days))
    expected = [faded[first[c] : first[c + 1]].sum() for c in range(3)]
    left = excitation_left(first, days, weights, omega, END)
    np.testing.assert_allclose(left, expected, rtol=1e-10)


def test_two_events_by_hand():
    # The second, a day later, is set off with intensity 0.5 * ln 2 * 1/2 beside mu = 0.1.
    omega, background = np.log(2.0), np.zeros(1)
    force = 0.5 * omega * 0.5
    triggered, waited, spent, _ = excitation_step(
        np.array([0, 2]),
        np.array([8.0, 9.0]),
        np.ones(2),
        np.array([0.1]),
        0.5,
        omega,
        10.0,
        background,
    )
    assert triggered == pytest.approx(force / (force + 0.1))
    assert waited == pytest.approx(triggered)
    assert spent == pytest.approx((1 - 0.25) + (1 - 0.5))
    assert background[0] == pytest.approx(1.0 + 0.1 / (force + 0.1))
