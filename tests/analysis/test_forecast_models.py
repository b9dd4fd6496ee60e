import numpy as np
import pytest

from geogrid.analysis.forecast_events import Past
from geogrid.analysis.forecast_ground import Ground
from geogrid.analysis.forecast_models import (
    DECAY_DAYS,
    MODELS,
    SelfExciting,
    blend,
    count_long,
    count_year,
    decay,
    density,
    fit_self_exciting,
    models_for,
    self_exciting,
)
from geogrid.errors import InputError
from tests.analysis.forecasting import as_of, incidents_at, past_of, town_of


@pytest.fixture(scope="module")
def past(town):
    return past_of(town.grid, town_of(town.grid), as_of(400))


def one_cell(town, ages, *, span=400.0, cell=70):
    """Return a past with incidents in one cell only."""
    ground = Ground.of(town.grid, np.ones(144, dtype=np.bool_), sigma_m=250.0)
    ages = np.array(sorted(ages, reverse=True), dtype=float)
    first = np.where(np.arange(145) <= cell, 0, ages.size).astype(np.int64)
    return Past(ground, first, ages, np.ones(ages.size), span)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_expects_something_like_the_rate_of_the_past(past, name):
    expected = MODELS[name](past, 7.0)
    assert expected.shape == (144,)
    assert (expected >= 0).all()
    assert expected.sum() == pytest.approx(21.0, rel=0.15)  # three a day


@pytest.mark.parametrize("name", MODELS)
def test_nothing_that_a_model_is_given_is_changed(past, name):
    copies = [past.age_days.copy(), past.weight.copy(), past.first.copy()]
    MODELS[name](past, 7.0)
    for array, copy in zip([past.age_days, past.weight, past.first], copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_counts_by_hand(town):
    past = one_cell(town, [1.0, 300.0, 365.0, 366.0, 800.0], span=900.0)
    assert count_year(past, 7.0)[70] == pytest.approx(3 * 7 / 365)
    assert count_long(past, 7.0)[70] == pytest.approx(5 * 7 / 900)
    assert count_year(past, 7.0).sum() == count_year(past, 7.0)[70]


def test_a_history_of_under_a_year_is_counted_by_its_own_length(town):
    past = one_cell(town, [1.0, 50.0], span=100.0)
    assert count_year(past, 10.0)[70] == pytest.approx(2 * 10 / 100)


def test_decay_by_hand(town):
    past = one_cell(town, [0.5, 180.0], span=360.0)
    exposure = DECAY_DAYS * (1 - np.exp(-2.0))
    faded = np.exp(-0.5 / 180) + np.exp(-1.0)
    assert decay(past, 7.0)[70] == pytest.approx(faded * 7 / exposure)


def test_smoothing_keeps_the_expected_total(past):
    assert density(past, 7.0).sum() == pytest.approx(count_year(past, 7.0).sum(), rel=1e-12)


def test_a_long_count_needs_a_year_and_a_half():
    assert "count_3y" not in models_for(500.0)
    assert "count_3y" in models_for(560.0)
    assert models_for(560.0) == tuple(MODELS)


def test_a_past_cannot_hold_the_future(town):
    with pytest.raises(InputError, match="not over"):
        one_cell(town, [3.0, 0.0])


# ------------------------------------------------------------------ the neighbours' word


def test_no_cell_is_its_own_neighbour(town):
    past = one_cell(town, np.linspace(1, 200, 50))
    near = past.ground.smoothed_from_others(past.counts(365.0))
    assert near[70] == pytest.approx(0.0, abs=1e-9)
    assert near[71] > 1.0


def test_the_neighbours_count_for_much_where_cells_are_alike_and_little_where_not(town):
    rng = np.random.default_rng(3)
    place = rng.uniform(0, 12, (2, 4000))
    days = as_of(0).as_of_day + rng.uniform(0, 400, 4000)
    alike = incidents_at(town.grid, days, *place)
    odd = incidents_at(town.grid, days, *(np.floor(place / 3) * 3 + 0.5))  # every third cell
    near, far = (past_of(town.grid, town_, as_of(400)) for town_ in (alike, odd))
    assert near.prior.shape > 20
    assert far.prior.shape < 2
    assert np.std(blend(near, 7.0)) < 0.6 * np.std(count_long(near, 7.0))  # drawn together
    own = count_long(far, 7.0)
    np.testing.assert_allclose(blend(far, 7.0)[own > 0], own[own > 0], rtol=0.02)


def test_the_blend_is_the_mean_of_the_gamma_distribution_after_the_count(past):
    prior = past.prior
    counts, span = past.counts(1095.0), past.span_days
    expected = 7 * (counts + prior.shape) / (span + prior.shape / prior.mean)
    np.testing.assert_allclose(blend(past, 7.0), expected, rtol=1e-12)
    assert (blend(past, 7.0) > 0).all()


# ------------------------------------------------------------------ the self-exciting model


def fit_by_all_pairs(past, prior, steps):
    """Return mu, theta and omega from every pair of incidents of a cell."""
    days, cell, w = past.span_days - past.age_days, past.cell, past.weight
    gap = days[:, None] - days
    pairs = (cell[:, None] == cell) & (np.arange(days.size)[:, None] > np.arange(days.size))
    theta, omega, mu = 0.3, 0.1, 0.7 * prior.mean
    for _ in range(steps):
        force = np.where(pairs, theta * omega * np.exp(-omega * np.where(pairs, gap, 0)) * w, 0)
        rate = mu[cell] + force.sum(axis=1)
        own, parts = mu[cell] / rate, force / rate[:, None]
        left = past.span_days - days
        triggered = (w[:, None] * parts).sum()
        theta = triggered / (w * (1 - np.exp(-omega * left))).sum()
        waits = (w[:, None] * parts * np.where(pairs, gap, 0)).sum()
        slope = (w * left * np.exp(-omega * left)).sum()
        omega = triggered / (waits + theta * slope)
        background = np.bincount(cell, weights=w * own, minlength=mu.size)
        mu = (background + prior.shape) / (past.span_days + prior.shape / prior.mean / (1 - theta))
    return mu, theta, omega


def bursts(grid, *, days=400, seed=4):
    """Return incidents that set off others: each half an incident, within five days or so."""
    rng = np.random.default_rng(seed)
    events = [
        (t, c) for t, c in zip(rng.uniform(0, days, 250), rng.integers(0, 12, 250), strict=True)
    ]
    waiting = list(events)
    while waiting:
        t, cell = waiting.pop()
        for _ in range(rng.poisson(0.5)):
            child = t + rng.exponential(5.0)
            if child < days:
                events.append((child, cell))
                waiting.append((child, cell))
    when, cell = map(np.array, zip(*sorted(events), strict=True))
    return incidents_at(grid, as_of(0).as_of_day + when, cell % 12 + 0.5, np.full(cell.size, 5.5))


def test_the_fit_equals_the_one_over_all_pairs(town):
    past = past_of(town.grid, bursts(town.grid, days=150), as_of(150))
    prior = past.prior
    model = fit_self_exciting(past, prior, steps=12)
    mu, theta, omega = fit_by_all_pairs(past, prior, 12)
    np.testing.assert_allclose(model.mu, mu, rtol=1e-9)
    assert model.theta == pytest.approx(theta, rel=1e-9)
    assert model.omega == pytest.approx(omega, rel=1e-9)


def test_the_fit_finds_what_made_the_incidents(town):
    past = past_of(town.grid, bursts(town.grid), as_of(400))
    model = fit_self_exciting(past, past.prior)
    assert model.theta == pytest.approx(0.5, abs=0.15)
    assert 1 / model.omega == pytest.approx(5.0, rel=0.4)


def test_without_excitation_the_fit_finds_little(past):
    model = fit_self_exciting(past, past.prior)
    assert model.theta < 0.1
    np.testing.assert_allclose(self_exciting(past, 7.0), blend(past, 7.0), rtol=0.3)


def test_expected_incidents_obey_the_equation_of_the_mean_intensity():
    model = SelfExciting(np.array([0.2, 0.0]), 0.6, 0.5)
    left = np.array([1.5, 2.0])
    step, rate, total = 1e-4, model.mu + 0.6 * 0.5 * left, np.zeros(2)
    for _ in range(int(7 / step)):
        total += rate * step
        rate += -0.5 * (1 - 0.6) * (rate - model.mu / (1 - 0.6)) * step
    np.testing.assert_allclose(model.expected(left, 7.0), total, rtol=1e-3)


def test_expected_incidents_are_those_of_many_simulated_weeks():
    rng = np.random.default_rng(11)
    model, sims, total = SelfExciting(np.array([0.2]), 0.5, 0.4), 4000, 0
    for _ in range(sims):
        waiting = list(rng.uniform(0, 7, rng.poisson(0.2 * 7)))
        waiting += [t for t in rng.exponential(2.5, rng.poisson(0.5 * 1.5)) if t < 7]  # left: 1.5
        while waiting:
            t = waiting.pop()
            total += 1
            waiting += [c for c in t + rng.exponential(2.5, rng.poisson(0.5)) if c < 7]
    assert model.expected(np.array([1.5]), 7.0)[0] == pytest.approx(total / sims, rel=0.03)


def test_a_fresh_incident_raises_its_cell_and_fades(town):
    calm = bursts(town.grid)
    past = past_of(town.grid, calm, as_of(400))
    model = fit_self_exciting(past, past.prior)
    left = np.zeros(144)
    left[7] = 1.0
    now = model.expected(left, 7.0) - model.expected(np.zeros(144), 7.0)
    later = model.expected(left * np.exp(-30 * model.omega), 7.0)
    assert now[7] > 0.2
    assert now.sum() == pytest.approx(now[7])
    assert later[7] - model.expected(np.zeros(144), 7.0)[7] < 0.1 * now[7]


def test_with_no_incident_twice_in_a_cell_there_is_no_excitation(town):
    past = one_cell(town, [10.0])
    model = fit_self_exciting(past, past.prior)
    assert model.theta == 0.0
    assert np.isfinite(self_exciting(past, 7.0)).all()
