"""Near repeats: whether incidents follow each other closely in space and time.

The Knox test counts pairs of incidents by distance and by days between them, and compares with
the pairs that there would be if the same days had been dealt to the same places at random.
Bands are half-open, ``[a, b)``, in metres and in whole local days; labels like "1 to 200" hide
where a pair at the edge belongs, and the calculator that made them common counts ``[a - 1, b)``.

References
----------
Knox, E. G. (1964). The detection of space-time interactions. Applied Statistics 13, 25-30.
Barton, D. E. & David, F. N. (1966). The random intersection of two graphs. In: Research Papers
in Statistics, 445-459. Wiley. (The mean and the variance.)
Ratcliffe, J. H. & Rengert, G. F. (2008). Near-repeat patterns in Philadelphia shootings.
Security Journal 21, 58-76.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.kernels.knox import close_pairs, pairs_by_bands, partners_in_time

Metric = Literal["euclidean", "manhattan"]
SPACE_BANDS: Final = (0.0, 1.0, 101.0, 201.0, 301.0, 401.0)  # m; under 1 m is the same place
TIME_BANDS: Final = (0.0, 8.0, 15.0, 22.0, 29.0)  # days
PERMUTATIONS: Final = 999
MAX_PAIRS: Final = 50_000_000  # 9 bytes each
MAX_DAYS: Final = 36_600


@dataclass(frozen=True, slots=True)
class Bands:
    """Half-open bands of distance and of time, and how distance is measured.

    Parameters
    ----------
    space
        Edges, metres, rising from 0 or more, to the millimetre. The last may be ``inf``.
    time
        Edges, whole days, rising from 0 or more. The last may be ``inf``.
    metric
        ``euclidean``: straight; ``manhattan``: along the grid's axes.

    Raises
    ------
    InputError
        Edges do not rise, there are fewer than two, or the metric is not known.
    """

    space: tuple[float, ...] = SPACE_BANDS
    time: tuple[float, ...] = TIME_BANDS
    metric: Metric = "euclidean"

    def __post_init__(self) -> None:
        for name, edges, unit in (("space", self.space, 1e-3), ("time", self.time, 1.0)):
            whole = all(edge == math.inf or edge % 1.0 == 0.0 for edge in edges)
            rising = all(high - low >= unit for low, high in pairwise(edges))
            finite = all(math.isfinite(edge) for edge in edges[:-1])
            usable = len(edges) >= 2 and finite and rising and edges[0] >= 0.0
            if not usable or (name == "time" and not whole):
                raise InputError(
                    "edges of {name} bands must rise from 0 or more, such as 0,1,101 metres or "
                    "whole days 0,8,15; only the last may be inf: got {edges}",
                    name=name,
                    edges=",".join(f"{edge:g}" for edge in edges),
                )
        if self.metric not in get_args(Metric):
            raise InputError(
                "the metric must be euclidean or manhattan, got {metric!r}", metric=self.metric
            )


@dataclass(frozen=True, slots=True, eq=False)
class KnoxTable:
    """Pairs of incidents by bands, beside what chance gives; arrays (n_space, n_time).

    Parameters
    ----------
    bands
        The bands.
    observed
        Pairs in each.
    expected
        Mean number over all ways to deal the days to the places: exact, not simulated.
    sd
        Standard deviation over those ways, exact; NaN with fewer than four incidents.
    p
        ``(1 + simulated counts of at least the one observed) / (1 + permutations)``.
    """

    bands: Bands
    observed: NDArray[np.int64]
    expected: NDArray[np.float64]
    sd: NDArray[np.float64]
    p: NDArray[np.float64]

    @property
    def ratio(self) -> NDArray[np.float64]:
        """Observed over expected; NaN where nothing is expected."""
        ratio = np.full(self.expected.shape, np.nan)
        np.divide(self.observed, self.expected, out=ratio, where=self.expected > 0.0)
        return ratio


def knox(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    day: NDArray[np.int64],
    *,
    bands: Bands | None = None,
    permutations: int = PERMUTATIONS,
    rng: np.random.Generator,
) -> KnoxTable:
    """Return the Knox test of incidents by bands.

    Parameters
    ----------
    x, y
        Metres in a plane, shape (n,). Distances are rounded to millimetres.
    day
        Local day of each incident, a whole number, shape (n,).
    bands
        The bands; the defaults if ``None``.
    permutations
        How often the days are dealt to the places, >= 1.
    rng
        Source of chance; the same state gives the same p.

    Returns
    -------
    KnoxTable
        One row per band of distance, one column per band of time.

    Raises
    ------
    InputError
        There are fewer than 2 incidents, more than 50 million close pairs or more than 36,600
        days, or ``permutations`` is under 1.

    Notes
    -----
    For n incidents, ``n_s`` pairs close in space and ``n_t`` close in time, E = n_s n_t / C(n, 2)
    and ``Var = E + 4 q_s q_t / (n (n - 1) (n - 2)) + 4 D_s D_t / (n (n - 1) (n - 2) (n - 3)) -
    E^2`` with ``q = sum d (d - 1) / 2`` over the incidents' numbers of partners d, and
    ``D = n_. (n_. - 1) - 2 q``.
    """
    bands = bands or Bands()
    if day.size < 2:
        raise InputError("near repeats need 2 or more incidents, got {count}", count=day.size)
    if permutations < 1:
        raise InputError("permutations must be 1 or more, got {count}", count=permutations)
    order = np.lexsort((y, x))
    x, y, day = x[order], y[order], day[order] - day.min()
    if day.max() >= MAX_DAYS:
        raise InputError("near repeats take at most {most} days", most=MAX_DAYS)
    time = _TimeBands.of(bands.time, day)
    space = _SpaceBands.of(bands, x, y)
    observed = space.table(day, time)
    at_least = np.ones(observed.shape, dtype=np.int64)
    for _ in range(permutations):
        at_least += space.table(rng.permutation(day), time) >= observed
    expected, sd = _moments(space.partners(day.size), time.partners[day])
    named = slice(space.skipped, None), slice(time.skipped, time.skipped + len(bands.time) - 1)
    p = at_least / (permutations + 1)
    return KnoxTable(bands, observed[named], expected[named], sd[named], p[named])


@dataclass(frozen=True, slots=True, eq=False)
class _TimeBands:
    """The bands of time with the gaps beside them, so that each pair is in one."""

    band: NDArray[np.int64]  # of each number of days
    partners: NDArray[np.int64]  # in each band, of an event of each day
    skipped: int  # bands before the first that was asked for

    @classmethod
    def of(cls, edges: tuple[float, ...], day: NDArray[np.int64]) -> _TimeBands:
        skipped = int(edges[0] > 0.0)
        whole = np.array([0.0, *edges[1 - skipped :]])
        band = np.searchsorted(whole, np.arange(int(day.max()) + 1), side="right") - 1
        n_bands = whole.size  # the last is what lies beyond the last edge
        partners = partners_in_time(np.bincount(day), band.astype(np.int64), n_bands)
        return cls(band.astype(np.int64), partners, skipped)


@dataclass(frozen=True, slots=True, eq=False)
class _SpaceBands:
    """The close pairs by band of distance; the last band is all that lies beyond, if asked for."""

    pairs: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]
    n_bands: int
    beyond: bool
    skipped: int

    @classmethod
    def of(cls, bands: Bands, x: NDArray[np.float64], y: NDArray[np.float64]) -> _SpaceBands:
        skipped = int(bands.space[0] > 0.0)
        beyond = bands.space[-1] == math.inf
        finite = bands.space[1 - skipped : -1] if beyond else bands.space[1 - skipped :]
        edges = np.rint(np.array([0.0, *finite]) * 1000.0).astype(np.int64)
        manhattan = bands.metric == "manhattan"
        none = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int8)
        found = close_pairs(x, y, edges, manhattan, none) if edges.size > 1 else 0
        if found > MAX_PAIRS:
            raise InputError(
                "more than {most:,} pairs of incidents lie within {far:g} m of each other; choose "
                "shorter space bands, a shorter time window or fewer categories",
                most=MAX_PAIRS,
                far=edges[-1] / 1000.0,
            )
        pairs = np.empty(found, np.int32), np.empty(found, np.int32), np.empty(found, np.int8)
        if found:
            close_pairs(x, y, edges, manhattan, pairs)
        return cls(pairs, edges.size - 1, beyond, skipped)

    def table(self, day: NDArray[np.int64], time: _TimeBands) -> NDArray[np.int64]:
        """Return the pairs by band of distance and time, if these were the days."""
        n_time = time.partners.shape[1]
        table = np.zeros((self.n_bands, n_time), dtype=np.int64)
        pairs_by_bands(self.pairs, day, time.band, table)
        if self.beyond:
            every = time.partners[day].sum(axis=0) // 2
            table = np.vstack([table, every - table.sum(axis=0)])
        return table

    def partners(self, n: int) -> NDArray[np.int64]:
        """Return how many others lie in each band of distance from each event, (n, n_space)."""
        first, second, band = self.pairs
        ends = np.append(first, second).astype(np.int64) * max(self.n_bands, 1)
        flat = np.bincount(ends + np.append(band, band), minlength=n * self.n_bands)
        partners = flat.reshape(n, self.n_bands) if self.n_bands else np.zeros((n, 0), np.int64)
        if self.beyond:
            partners = np.column_stack([partners, n - 1 - partners.sum(axis=1)])
        return partners


def _moments(
    near: NDArray[np.int64], soon: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation of the pairs, from partners (n, n_space), (n, n_time)."""
    n = float(near.shape[0])
    pairs = [part.sum(axis=0) / 2.0 for part in (near, soon)]
    paths = [(part * (part - 1.0)).sum(axis=0) / 2.0 for part in (near, soon)]
    apart = [pair * (pair - 1.0) - 2.0 * path for pair, path in zip(pairs, paths, strict=True)]
    expected = np.outer(*pairs) / (n * (n - 1.0) / 2.0)
    if n < 4.0:
        return expected, np.full(expected.shape, np.nan)
    triples = n * (n - 1.0) * (n - 2.0)
    square = 4.0 * np.outer(*paths) / triples + 4.0 * np.outer(*apart) / (triples * (n - 3.0))
    return expected, np.sqrt(np.maximum(expected + square - expected**2, 0.0))
