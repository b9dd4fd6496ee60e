"""What the cells around one say of it, without its own incidents.

Gaps come in patches: where demand exceeds supply in a cell, it often does next door. How often is
estimated: `NearClasses.near_share` is the chance that a neighbour of such a cell is one as well;
where cells fall without regard to each other it is the share of all cells, and neighbours say
nothing. The evidence of the neighbours is the ratio of how likely their counts are if the cell is
one and if it is not, each neighbour by itself. It is not taken at its word: cells are put into
classes by it, and each class gets its own share of cells out of balance, estimated from the
counts of its own cells. A class is chosen by what others say and never by a cell's own count, so
false findings are held as they are in one class.

References
----------
Efron, B. (2008). Simultaneous inference: when should hypothesis testing problems be combined?
Annals of Applied Statistics 2, 197-223 (a share of its own for each class).
Scott, J. G. et al. (2015). False discovery rate regression. Journal of the American Statistical
Association 110, 459-471 (shares that depend on a covariate).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.ratio_groups import (
    EXCESS,
    LOG_RATIO,
    PRIOR_CALM,
    PRIOR_OFF,
    ROUNDS,
    Groups,
    likelihood,
)

_OVER: Final = np.exp(LOG_RATIO) > EXCESS
_SHARES: Final = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)  # tried beside that of all cells
_EDGES: Final = (0.5, 1.5, 3.0)  # natural logarithms of evidence that limit the classes
_PRIOR_CELLS: Final = PRIOR_OFF + PRIOR_CALM  # of each class, with the shares of all
_PART: Final = 16_384
_MOST_LOG: Final = 600.0  # of evidence whose exponential is still a number
_AROUND: Final = tuple((r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r, c) != (0, 0))


@dataclass(frozen=True, slots=True, eq=False)
class NearClasses:
    """Classes of cells by what their neighbours say.

    Parameters
    ----------
    number
        Class of each cell, from the least evidence on, shape (n,).
    weight
        How likely each ratio of `geogrid.analysis.ratio_groups.LOG_RATIO` is in a class, shape
        (classes, ratios).
    near_share
        Chance that a neighbour of a cell whose demand exceeds is one as well.
    """

    number: NDArray[np.int64]
    weight: NDArray[np.float64]
    near_share: float


def near_cells(cells: NDArray[np.int64], n_cols: int) -> NDArray[np.int64]:
    """Return the cells around each, those that touch it in a corner too.

    Parameters
    ----------
    cells
        Cells of a lattice, row times ``n_cols`` plus column, each once, shape (n,).
    n_cols
        Columns of the lattice.

    Returns
    -------
    ndarray of int64, shape (n, 8)
        Positions in ``cells``; -1 where none of them is there.
    """
    row, col = np.divmod(cells, n_cols)
    wide = n_cols + 2
    place = np.full((int(row.max(initial=0)) + 3) * wide, -1, dtype=np.int64)
    own = (row + 1) * wide + col + 1
    place[own] = np.arange(cells.size)
    return np.stack([place[own + r * wide + c] for r, c in _AROUND], axis=1)


def near_classes(
    incidents: NDArray[np.float64],
    expected: NDArray[np.float64],
    near: NDArray[np.int64],
    groups: Groups,
) -> NearClasses:
    """Return the classes of cells by what their neighbours say, and the shares in each.

    Parameters
    ----------
    incidents
        Counts, shape (n,).
    expected
        Counts to expect in balance, > 0, shape (n,).
    near
        Positions of the cells around each, -1 where there is none, shape (n, k).
    groups
        What was estimated of all cells together.

    Returns
    -------
    NearClasses
        One class for all where neighbours say nothing.
    """
    shapes = np.stack([groups.calm, _OVER / _OVER.sum(), ~_OVER / (~_OVER).sum()])
    likely = np.concatenate(
        [
            likelihood(incidents[at : at + _PART], expected[at : at + _PART]) @ shapes.T
            for at in range(0, incidents.size, _PART)
        ]
    )
    prior = np.array([1.0 - groups.off_share, 0.0, 0.0])
    prior[1] = groups.off_share * float(_OVER.mean())
    prior[2] = groups.off_share - prior[1]
    evidence, share = _best_evidence(
        likely[:, 1] / np.maximum(likely[:, 0], 1e-300), near, prior[1]
    )
    number = np.digitize(evidence, _EDGES).astype(np.int64)
    weight = np.stack(
        [_shares(likely[number == k], prior) @ shapes for k in range(len(_EDGES) + 1)]
    )
    return NearClasses(number, weight, share)


def _best_evidence(
    factor: NDArray[np.float64], near: NDArray[np.int64], over_share: float
) -> tuple[NDArray[np.float64], float]:
    """Return the logarithm of the neighbours' evidence and the share that explains counts best.

    ``factor`` is how much likelier each cell's own count is if its demand exceeds.
    """
    around = np.append(factor, 1.0)[near]  # -1 is the last: a neighbour that says nothing
    apart = np.log1p(over_share * (around - 1.0)).sum(axis=1)
    own = np.log(np.maximum(factor, 1e-300))
    top, evidence, best = -np.inf, np.zeros(factor.size), over_share
    for share in (over_share, *_SHARES):
        told = np.log1p(share * (around - 1.0)).sum(axis=1) - apart
        log_odds = np.minimum(np.log(max(over_share, 1e-300)) + told + own, _MOST_LOG)
        fit = float(np.logaddexp(np.log1p(-over_share), log_odds).sum())
        if fit > top:
            top, evidence, best = fit, told, share
    return evidence, best


def _shares(likely: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the shares of calm cells, those over and the others in a class.

    ``likely`` has a column for each group, ``prior`` the shares in all cells.
    """
    share = prior
    for _ in range(ROUNDS):
        member = likely * share
        member = member / np.maximum(member.sum(axis=1, keepdims=True), 1e-300)
        share = (member.sum(axis=0) + _PRIOR_CELLS * prior) / (len(likely) + _PRIOR_CELLS)
    return share
