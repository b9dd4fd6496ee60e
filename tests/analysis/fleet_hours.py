"""Fleets whose clocks are right, with the shift plans that fleets have, and clocks to plant."""

from __future__ import annotations

import numpy as np

HOUR = np.arange(24)
# Start and length of each crew's shift, hours.
PLANS = {
    "day": [(8, 10)],
    "two crews of 12 h": [(8, 12), (20, 12)],
    "three crews of 8 h": [(0, 8), (8, 8), (16, 8)],
    "day, evening, night": [(8, 12), (15, 10), (22, 8)],
    "day and a late car": [(8, 12), (8, 12), (8, 12), (16, 10)],
    "from dawn to midnight": [(5, 19)],
}


def rate_by_hour(rng):
    """Return the share of its duty that a unit moves, by the hour: rush hours, a lull at 4."""
    rush = np.exp(-0.5 * ((HOUR - 8) / 1.2) ** 2) + np.exp(-0.5 * ((HOUR - 18) / 1.5) ** 2)
    lull = np.exp(-0.5 * ((HOUR - 4) / 1.5) ** 2)
    meal = np.exp(-0.5 * ((HOUR - 12.5) / 0.8) ** 2)
    size = rng.uniform(0.4, 1.0)
    return 0.45 * np.clip(1.0 + size * (0.4 * rush - 0.6 * lull - 0.5 * meal), 0.05, None)


def duty(start, length):
    """Return the part of each of the 48 hours after midnight that a shift covers."""
    edges = np.arange(49)
    return np.clip(np.minimum(start + length, edges[1:]) - np.maximum(start, edges[:-1]), 0.0, 1.0)


def unit_days(rng, rate, starts, length, n_days):
    """Return hours moved by day and hour; a shift runs on over midnight into the next day."""
    long = np.zeros((n_days + 1) * 24 + 24)
    for day, start in enumerate(starts):
        if rng.random() < 0.1:
            continue
        begin = start + rng.normal(0.0, 0.15)
        span = length + rng.normal(0.0, 0.15)
        on = duty(max(begin, 0.0), span)
        noise = rng.beta(4.0, 4.0, 48) * 2.0 * rng.uniform(0.8, 1.2)
        where = (np.arange(48) + day * 24) % 24
        long[day * 24 : day * 24 + 48] += on * np.clip(rate[where] * noise, 0.0, 1.0)
    return np.minimum(long[: n_days * 24].reshape(n_days, 24), 1.0)


def fleet(rng, *, plan=None, n_units=None, n_days=None, odd=True):
    """Return hours moved by unit, day and hour of a fleet whose clocks are all right.

    Crews keep their hours, or change every week. With ``odd`` one or two units may have a plan
    of their own: a lone night car, a late car, a start an hour later.
    """
    plan = plan or list(PLANS)[rng.integers(len(PLANS))]
    n_units = n_units or int(rng.integers(10, 50))
    n_days = n_days or int(rng.integers(4, 29))
    crews, rate = PLANS[plan], rate_by_hour(rng)
    turning = len(crews) > 1 and rng.random() < 0.4
    units = []
    for at in range(n_units):
        own = np.clip(rate * rng.lognormal(0.0, 0.12, 24), 0.0, 0.95)
        first = int(rng.integers(len(crews)))
        crew = [crews[(first + (day // 7 if turning else 0)) % len(crews)] for day in range(n_days)]
        starts, length = [start for start, _ in crew], crew[0][1]
        if odd and at < 2 and rng.random() < 0.5:
            start = (starts[0] + rng.choice([1, 12, 8, -6])) % 24
            starts, length = [start] * n_days, length + rng.choice([0, 0, -2])
        units.append(unit_days(rng, own, starts, length, n_days))
    return np.stack(units)


def with_clock(hours, unit, off_h):
    """Return a fleet in which one unit's clock is some hours ahead."""
    turned = hours.copy()
    turned[unit] = np.roll(hours[unit].ravel(), off_h).reshape(hours[unit].shape)
    return turned
