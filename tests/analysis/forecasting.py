"""Incidents of an invented town by day, on the small lattice of the tests' `town`."""

from __future__ import annotations

from datetime import date

import numpy as np

from geogrid.analysis.forecast_events import Events, ForecastTime
from geogrid.analysis.forecast_ground import Ground
from geogrid.crs import WGS84, transformer
from geogrid.model.incidents import Incidents

ZONE = "Asia/Shanghai"
EPOCH = date(1970, 1, 1).toordinal()
START = date(2025, 1, 1)
DAY_MS = 86_400_000
SHANGHAI_MS = 8 * 3_600_000


def day_of(when):
    """Return a date's day number."""
    return when.toordinal() - EPOCH


def incidents_at(grid, days, u, v, *, lasting_days=0.0):
    """Return incidents that begin at local days (fractions allowed), at places in cells."""
    spec = grid.spec
    x, y = spec.x_min + np.asarray(u) * spec.cell_size, spec.y_min + np.asarray(v) * spec.cell_size
    lon, lat = transformer(spec.crs, WGS84).transform(x, y)
    t = np.round(np.asarray(days, dtype=float) * DAY_MS).astype(np.int64) - SHANGHAI_MS
    n = t.size
    return Incidents(
        ids=np.array([f"{i:06d}" for i in range(n)], dtype=object),
        t_from=t,
        t_to=t + round(lasting_days * DAY_MS),
        lon=np.asarray(lon),
        lat=np.asarray(lat),
        categories=("theft",),
        category=np.zeros(n, np.int32),
        weight=np.ones(n),
        source=np.zeros(n, np.int8),
    )


def town_of(grid, *, days=420, a_day=3.0, seed=0):
    """Return incidents of a town whose cells differ by a factor of up to 100."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.4, 1.0, 144)
    cell = rng.choice(144, size=rng.poisson(days * a_day), p=rate / rate.sum())
    when = day_of(START) + rng.uniform(0, days, cell.size)
    inside = rng.uniform(0.05, 0.95, (2, cell.size))
    return incidents_at(grid, when, cell % 12 + inside[0], cell // 12 + inside[1])


def joined(*parts):
    """Return several sets of incidents as one."""
    n = sum(map(len, parts))
    names = ("t_from", "t_to", "lon", "lat", "category", "weight", "source")
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    ids = np.array([f"{i:06d}" for i in range(n)], dtype=object)
    return Incidents(ids=ids, categories=parts[0].categories, **arrays)


def as_of(days):
    """Return the moment some days after the start."""
    return ForecastTime(date.fromordinal(START.toordinal() + days), 7, ZONE)


def past_of(grid, incidents, moment, *, sigma_m=250.0):
    """Return what is known on the whole grid."""
    ground = Ground.of(grid, np.ones(len(grid), dtype=np.bool_), sigma_m=sigma_m)
    return Events.of(incidents, grid, ZONE).past(ground, moment.as_of_day)
