"""What a receiver and a radio make of true fixes: noise, losses, gaps, jumps, repeats."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from scipy.signal import lfilter

from geogrid.demo.fleet import Fixes
from geogrid.demo.ground import Flags, Floats, Ints

NOISE_M: Final = 5.0
SINGLE_LOSS_SHARE: Final = 0.005
TELEPORT_SHARE: Final = 0.0003
TELEPORT_M: Final = 20_000.0
ZERO_SHARE: Final = 0.000_02
EXACT_DUPLICATE_SHARE: Final = 0.001
CONFLICT_SHARE: Final = 0.0002
SILENCES_PER_FIX: Final = 1.0 / 900.0  # one in two and a half hours
SILENCE_S: Final = (30.0, 400.0)
BATCHES_PER_FIX: Final = 1.0 / 9_000.0  # fixes kept back and sent later together
_DRIFT_M: Final = 7.0  # of a standing receiver
_DRIFT_MEMORY: Final = 0.97  # from fix to fix


@dataclass(frozen=True, slots=True)
class LongSilence:
    """A receiver that says nothing from one second to another."""

    car: int
    from_s: int
    to_s: int


@dataclass(frozen=True, slots=True)
class DirtCount:
    """How many fixes each kind of dirt took, moved or added."""

    made: int = 0
    lost_single: int = 0
    lost_in_silence: int = 0
    lost_in_tunnel: int = 0
    lost_in_long_silence: int = 0
    teleports: int = 0
    zeros: int = 0
    exact_duplicates: int = 0
    conflicting_duplicates: int = 0
    late: int = 0
    written: int = 0

    def plus(self, other: DirtCount) -> DirtCount:
        """Return the sums with another count.

        Parameters
        ----------
        other
            Of another day.

        Returns
        -------
        DirtCount
            Field by field.
        """
        sums = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return DirtCount(**sums)


@dataclass(frozen=True, slots=True)
class DirtyFixes:
    """Fixes in the order they arrived; ``zero`` marks those that say longitude 0, latitude 0."""

    fixes: Fixes
    zero: Flags
    count: DirtCount


def soil(fixes: Fixes, silences: tuple[LongSilence, ...], rng: np.random.Generator) -> DirtyFixes:
    """Return one day's true fixes as the office receives them.

    Parameters
    ----------
    fixes
        True fixes sorted by car and time.
    silences
        Cars that are silent for hours.
    rng
        Source of chance.

    Returns
    -------
    DirtyFixes
        In order of arrival, which is the order of time but for batches sent late.
    """
    lost, losses = _lost(fixes, silences, rng)
    kept = fixes.take(~lost)
    n = len(kept.car)
    jump = rng.random(n) < TELEPORT_SHARE
    xy = kept.xy + _noise(kept, rng)
    xy[jump] += rng.normal(0.0, TELEPORT_M, (int(jump.sum()), 2))
    zero = rng.random(n) < ZERO_SHARE
    zero[rng.integers(n)] = True
    shake = rng.normal(0.0, (0.8, 3.0), (n, 2)) * ~kept.standing[:, None]
    noisy = Fixes(
        kept.car,
        kept.time_s,
        xy,
        np.abs(kept.speed_kmh + shake[:, 0]).round(1),
        np.round(kept.heading_deg + shake[:, 1]) % 360.0,
        kept.standing,
        kept.tunnel,
    )
    late_s = _delays(noisy, rng)
    rows, same, torn = _arrivals(noisy.time_s + late_s, rng)
    out = noisy.take(rows)
    out.xy[torn] += rng.normal(0.0, 60.0, (int(torn.sum()), 2))
    count = DirtCount(
        made=len(fixes.car),
        **losses,
        teleports=int(jump.sum()),
        zeros=int(zero[rows].sum()),
        exact_duplicates=same,
        conflicting_duplicates=int(torn.sum()),
        late=int((late_s > 0).sum()),
        written=len(rows),
    )
    return DirtyFixes(out, zero[rows], count)


def _arrivals(arrival_s: Ints, rng: np.random.Generator) -> tuple[Ints, int, Flags]:
    """Return rows as they arrive, how many come twice, and which come twice with another place."""
    n = len(arrival_s)
    same = np.flatnonzero(rng.random(n) < EXACT_DUPLICATE_SHARE)
    torn = np.flatnonzero(rng.random(n) < CONFLICT_SHARE)
    rows = np.concatenate([np.arange(n), same, torn])
    again = np.arange(len(rows)) >= n
    order = np.argsort(arrival_s[rows] + again, kind="stable")
    return rows[order], len(same), (np.arange(len(rows)) >= n + len(same))[order]


def _noise(fixes: Fixes, rng: np.random.Generator) -> Floats:
    """Return white noise where cars move and slow drift where they stand, metres."""
    n = len(fixes.car)
    white = rng.normal(0.0, NOISE_M, (n, 2))
    push = rng.normal(0.0, _DRIFT_M * np.sqrt(1.0 - _DRIFT_MEMORY**2), (n, 2))
    drift = np.asarray(lfilter([1.0], [1.0, -_DRIFT_MEMORY], push, axis=0))
    return np.where(fixes.standing[:, None], 0.4 * white + drift, white)


def _lost(
    fixes: Fixes, silences: tuple[LongSilence, ...], rng: np.random.Generator
) -> tuple[Flags, dict[str, int]]:
    """Return which fixes never arrive, and how many for each reason (the first that holds)."""
    n = len(fixes.car)
    long = np.zeros(n, dtype=np.bool_)
    for silence in silences:
        within = (fixes.time_s >= silence.from_s) & (fixes.time_s < silence.to_s)
        long |= within & (fixes.car == silence.car)
    starts = np.flatnonzero(rng.random(n) < SILENCES_PER_FIX)
    length_s = rng.uniform(*SILENCE_S, len(starts))
    silent = _spans(fixes, starts, length_s)
    tunnel = fixes.tunnel & ~long
    silent &= ~long & ~tunnel
    single = (rng.random(n) < SINGLE_LOSS_SHARE) & ~long & ~tunnel & ~silent
    losses = {
        "lost_in_long_silence": int(long.sum()),
        "lost_in_tunnel": int(tunnel.sum()),
        "lost_in_silence": int(silent.sum()),
        "lost_single": int(single.sum()),
    }
    return long | tunnel | silent | single, losses


def _spans(fixes: Fixes, starts: Ints, length_s: Floats) -> Flags:
    """Return the fixes of the same car within some seconds after the start rows."""
    day = 10_000_000
    base_s = int(fixes.time_s.min())
    key = fixes.car * day + (fixes.time_s - base_s)
    stops = np.searchsorted(key, key[starts] + length_s)
    edge = np.zeros(len(key) + 1, dtype=np.int64)
    np.add.at(edge, starts, 1)
    np.add.at(edge, stops, -1)
    return np.asarray(np.cumsum(edge)[:-1] > 0, dtype=np.bool_)


def _delays(fixes: Fixes, rng: np.random.Generator) -> Ints:
    """Return how many seconds late each fix arrives: batches that are sent together."""
    n = len(fixes.car)
    starts = np.flatnonzero(rng.random(n) < BATCHES_PER_FIX)
    late_s = np.zeros(n, dtype=np.int64)
    for start in starts:
        span_s, hold_s = rng.integers(300, 2_000), rng.integers(120, 1_800)
        rows = np.arange(int(start), min(n, int(start) + 200))
        rows = rows[fixes.car[rows] == fixes.car[start]]
        rows = rows[fixes.time_s[rows] < fixes.time_s[start] + span_s]
        late_s[rows] = fixes.time_s[start] + span_s + hold_s - fixes.time_s[rows]
    return late_s
