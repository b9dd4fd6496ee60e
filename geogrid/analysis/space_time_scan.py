"""New clusters of the last days: the prospective space-time permutation scan.

Discs of several radii around every cell that had an incident, each over several numbers of last
days, are compared with what the place and the days by themselves lead to expect. The most
unlikely cylinder is judged against those of many records in which the same days are dealt to
the same places at random, so that testing every place and length costs nothing further. No
population is needed, and places that are always busy are no cluster.

References
----------
Kulldorff, M., Heffernan, R., Hartman, J., Assunção, R. & Mostashari, F. (2005). A space-time
permutation scan statistic for disease outbreak detection. PLoS Medicine 2(3), e59.
Abrams, A. M., Kleinman, K. & Kulldorff, M. (2010). Gumbel based p-value approximations for
spatial scan statistics. International Journal of Health Geographics 9, 61.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.hotspot_data import MIN_INCIDENTS
from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.incident_days import DatedIncidents, require_used
from geogrid.errors import InputError
from geogrid.kernels.space_time_scan import count_in_cylinders, likelihood_ratios
from geogrid.kernels.window_sums import disc_half_widths
from geogrid.model.grid import Grid

DEFAULT_RADIUS_M: Final = 1000.0
DEFAULT_DAYS: Final = 7
PERMUTATIONS: Final = 999
MOST_SHARE: Final = 0.5  # of all incidents in one disc; SaTScan's default as well
LISTED: Final = 10  # clusters that are reported, unlikely or not
_EULER: Final = 0.5772156649015329


@dataclass(frozen=True, slots=True)
class ScanParams:
    """How new clusters are looked for.

    Parameters
    ----------
    base
        ``q`` is the chance under which a cluster is called; ``min_support`` the least number
        of incidents in it; ``radius_m`` the radius of the largest disc, ``None`` for 1,000 m
        within 2 to 12 cells; nothing else. There is nothing to correct: the chance is that of
        such a cluster anywhere.
    max_days
        Longest cylinder, days, >= 1; all end on the last day of the record.
    permutations
        How often days are dealt to places, >= 1.

    Raises
    ------
    InputError
        A value is out of its range, or has no use here.
    """

    base: HotspotParams = field(default_factory=HotspotParams)
    max_days: int = DEFAULT_DAYS
    permutations: int = PERMUTATIONS

    def __post_init__(self) -> None:
        require_used(self.base, "scan", "radius_m", "q", "min_support")
        if self.max_days < 1:
            raise InputError("a cluster must last 1 day or more, got {days}", days=self.max_days)
        if self.permutations < 1:
            raise InputError("permutations must be 1 or more, got {count}", count=self.permutations)

    def radii(self, cell_size_m: float) -> tuple[float, ...]:
        """Return the radii of the discs, in cells: every whole number, and the largest.

        Parameters
        ----------
        cell_size_m
            Cell size, metres.

        Returns
        -------
        tuple of float
            Rising from 0, the cell by itself.

        Raises
        ------
        InputError
            The radius is under 2 or over 12 cells.
        """
        if self.base.radius_m is None:
            largest = min(max(DEFAULT_RADIUS_M / cell_size_m, 2.0), 12.0)
        else:
            largest = self.base.radius_over(cell_size_m) / cell_size_m
        whole = [float(radius) for radius in range(math.floor(largest * (1.0 + 1e-9)) + 1)]
        return tuple(whole) if largest - whole[-1] < 1e-6 else (*whole, largest)


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cylinder.

    Parameters
    ----------
    position
        Position in the grid of the cell in its middle.
    radius_cells
        Radius of its disc, in cells; 0 for the one cell.
    days
        Its length, to the last day of the record.
    observed
        Incidents in it.
    expected
        Incidents that its place and its days lead to expect.
    llr
        Logarithm of the likelihood ratio.
    p
        Chance of as unlikely a cylinder anywhere, from the permutations.
    p_gumbel
        The same from a Gumbel distribution fitted to them, below their floor; NaN where they
        do not vary.
    """

    position: int
    radius_cells: float
    days: int
    observed: int
    expected: float
    llr: float
    p: float
    p_gumbel: float


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """Clusters whose discs do not touch, the most unlikely first.

    Parameters
    ----------
    clusters
        At most ten, called or not.
    greatest
        The greatest log-likelihood ratio of each permutation, shape (permutations,).
    centres
        Cells around which discs were drawn.
    counted
        Incidents in the grid.
    """

    clusters: tuple[Cluster, ...]
    greatest: NDArray[np.float64]
    centres: int
    counted: int


def scan(
    dated: DatedIncidents,
    grid: Grid,
    *,
    rng: np.random.Generator,
    params: ScanParams | None = None,
) -> Scan:
    """Return the clusters of the last days of a record.

    Parameters
    ----------
    dated
        The incidents by day; those outside the grid are left out.
    grid
        The grid.
    rng
        Source of chance; the same state gives the same p.
    params
        Radius, days, permutations; the defaults if ``None``.

    Returns
    -------
    Scan
        The clusters.

    Raises
    ------
    InputError
        There are fewer than 30 incidents, the record is not twice as long as the longest
        cylinder, or the radius does not fit the cell size.

    Notes
    -----
    For c incidents in a cylinder, E = (all in its disc) (all in its days) / C and
    ``LLR = c ln(c / E) + (C - c) ln((C - c) / (C - E))`` where c > E, of all C incidents; discs
    with over half of them are left out.
    """
    params = params or ScanParams()
    position = grid.position_at(dated.incidents.lon, dated.incidents.lat)
    inside = position >= 0
    counted = int(inside.sum())
    if counted < MIN_INCIDENTS:
        raise InputError(
            "the scan needs at least {least} incidents in the grid, got {counted}",
            least=MIN_INCIDENTS,
            counted=counted,
        )
    if dated.n_days < 2 * params.max_days:
        raise InputError(
            "the scan needs a record of at least {least} days, twice its longest cluster; "
            "got {days}",
            least=2 * params.max_days,
            days=dated.n_days,
        )
    space = _Space.of(grid, position[inside], params.radii(grid.spec.cell_size))
    age = dated.last_day - dated.day[inside]
    limits = counted, params.base.min_support, math.floor(counted * MOST_SHARE)
    search = _Search(space, np.sort(age[age < params.max_days]), params.max_days, limits)
    recent = np.argsort(age, kind="stable")[: search.age.size]
    ratios = search.ratios(recent)
    greatest = np.array(
        [search.greatest(rng.permutation(counted)) for _ in range(params.permutations)]
    )
    clusters = search.apart(ratios, recent, greatest)
    return Scan(clusters, greatest, space.in_disc.shape[0], counted)


@dataclass(frozen=True, slots=True, eq=False)
class _Space:
    """The discs around every cell that had an incident, and where the incidents lie in them."""

    row: NDArray[np.int64]  # of each incident, in a lattice cut to them
    col: NDArray[np.int64]
    centre_at: NDArray[np.int64]  # (n_rows, n_cols); -1 for none
    centre: NDArray[np.int64]  # positions in the grid
    radii: tuple[float, ...]
    offsets: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
    in_disc: NDArray[np.int64]  # incidents at any time, (n_centres, n_discs)

    @classmethod
    def of(cls, grid: Grid, position: NDArray[np.int64], radii: tuple[float, ...]) -> _Space:
        row, col = np.divmod(grid.cells[position], grid.spec.n_cols)
        row, col = row - row.min(), col - col.min()
        centre, first = np.unique(position, return_index=True)
        centre_at = np.full((int(row.max()) + 1, int(col.max()) + 1), -1, dtype=np.int64)
        centre_at[row[first], col[first]] = np.arange(centre.size)
        offsets = _offsets(radii)
        in_disc = np.zeros((centre.size, len(radii), 1), dtype=np.int64)
        count_in_cylinders((row, col, np.zeros_like(row)), offsets, centre_at, in_disc)
        return cls(row, col, centre_at, centre, radii, offsets, in_disc[:, :, 0])


def _offsets(
    radii: tuple[float, ...],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the cells of the largest disc, and the smallest disc that holds each."""
    disc: dict[tuple[int, int], int] = {}
    for at, radius in reversed(list(enumerate(radii))):
        half_widths = disc_half_widths(radius)
        reach = half_widths.size // 2
        for down, half in enumerate(half_widths.tolist(), start=-reach):
            disc |= {(down, right): at for right in range(-half, half + 1)}
    down, right = np.array(list(disc), dtype=np.int64).T
    return down.copy(), right.copy(), np.array(list(disc.values()), dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """The cylinders to be compared, whatever incidents the last days are dealt to."""

    space: _Space
    age: NDArray[np.int64]  # of the incidents in the longest cylinder's days, rising
    n_windows: int
    limits: tuple[int, int, int]

    def counts(self, recent: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the counts of all cylinders if these incidents had the recent days."""
        space = self.space
        counts = np.empty((*space.in_disc.shape, self.n_windows), dtype=np.int64)
        cells = space.row[recent], space.col[recent], self.age
        count_in_cylinders(cells, space.offsets, space.centre_at, counts)
        return counts

    @property
    def in_window(self) -> NDArray[np.int64]:
        """Incidents of each age or less, anywhere."""
        return np.searchsorted(self.age, np.arange(self.n_windows), side="right")

    def ratios(self, recent: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the log-likelihood ratios of all cylinders."""
        counts = self.counts(recent)
        out = np.empty(counts.shape)
        likelihood_ratios(counts, self.space.in_disc, self.in_window, self.limits, out)
        return out

    def greatest(self, dealt: NDArray[np.int64]) -> float:
        """Return the greatest log-likelihood ratio when the days are dealt in an order."""
        counts = self.counts(dealt[: self.age.size])
        none = np.empty((0, 0, 0))
        in_disc, in_window = self.space.in_disc, self.in_window
        return float(likelihood_ratios(counts, in_disc, in_window, self.limits, none))

    def apart(
        self,
        ratios: NDArray[np.float64],
        recent: NDArray[np.int64],
        greatest: NDArray[np.float64],
    ) -> tuple[Cluster, ...]:
        """Return the most unlikely cylinders whose discs do not touch."""
        space = self.space
        centre_row, centre_col = np.nonzero(space.centre_at >= 0)
        order = np.argsort(space.centre_at[centre_row, centre_col])
        centre_row, centre_col = centre_row[order], centre_col[order]
        counts, in_window = self.counts(recent), self.in_window
        left = np.ascontiguousarray(ratios.transpose(1, 2, 0))  # of equals the smaller disc
        clusters: list[Cluster] = []
        while len(clusters) < LISTED and left.max() > 0.0:
            r, w, i = (int(at) for at in np.unravel_index(int(left.argmax()), left.shape))
            llr = float(left[r, w, i])
            expected = float(space.in_disc[i, r] * in_window[w] / self.limits[0])
            p = float((1 + (greatest >= llr).sum()) / (1 + greatest.size))
            clusters.append(
                Cluster(
                    position=int(space.centre[i]),
                    radius_cells=space.radii[r],
                    days=w + 1,
                    observed=int(counts[i, r, w]),
                    expected=expected,
                    llr=llr,
                    p=p,
                    p_gumbel=_gumbel_p(llr, greatest),
                )
            )
            away = np.hypot(centre_row - centre_row[i], centre_col - centre_col[i])
            for other, radius in enumerate(space.radii):
                left[other][:, away <= radius + space.radii[r]] = 0.0
        return tuple(clusters)


def _gumbel_p(llr: float, greatest: NDArray[np.float64]) -> float:
    """Return the upper tail of a Gumbel distribution fitted by moments."""
    scale = float(greatest.std()) * math.sqrt(6.0) / math.pi
    if scale <= 0.0:
        return math.nan
    mode = float(greatest.mean()) - _EULER * scale
    return -math.expm1(-math.exp(-(llr - mode) / scale))
