"""How much of ranges of time falls into labelled bins, in whole milliseconds."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def overlaps_by_label(
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    edges: NDArray[np.int64],
    label: NDArray[np.int64],
    n_labels: int,
) -> NDArray[np.int64]:
    """Return the length of each range inside the bins of each label.

    Parameters
    ----------
    start, end
        The ranges, half-open, shape (n,).
    edges
        Edges of the bins, rising, shape (b + 1,); bins are half-open.
    label
        Label of each bin, 0 to ``n_labels`` - 1, or negative for none; shape (b,).
    n_labels
        How many labels there are.

    Returns
    -------
    ndarray of int64, shape (n, n_labels)
        A range inside labelled bins has its whole length in its row.
    """
    out = np.zeros((start.size, n_labels), dtype=np.int64)
    for i in range(start.size):
        at = max(np.searchsorted(edges, start[i], side="right") - 1, 0)
        while at < label.size and edges[at] < end[i]:
            inside = min(end[i], edges[at + 1]) - max(start[i], edges[at])
            if inside > 0 and label[at] >= 0:
                out[i, label[at]] += inside
            at += 1
    return out


@njit(cache=True, nogil=True)
def label_totals(
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    edges: NDArray[np.int64],
    label: NDArray[np.int64],
    weights: NDArray[np.float64],
    n_labels: int,
) -> NDArray[np.float64]:
    """Return the sum over ranges of their weight times the share of them in each label.

    Parameters
    ----------
    start, end
        The ranges, half-open, none empty, shape (n,).
    edges, label
        The bins; see `overlaps_by_label`.
    weights
        Of each range, shape (n,).
    n_labels
        How many labels there are.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
        It sums to the weights where every range lies inside labelled bins.
    """
    out = np.zeros(n_labels)
    for i in range(start.size):
        at = max(np.searchsorted(edges, start[i], side="right") - 1, 0)
        inside = 0  # of the bins since the label changed: hours of one shift add up exactly
        while at < label.size and edges[at] < end[i]:
            if label[at] >= 0:
                inside += max(min(end[i], edges[at + 1]) - max(start[i], edges[at]), 0)
            at += 1
            last = at == label.size or edges[at] >= end[i]
            if last or label[at] != label[at - 1]:
                if label[at - 1] >= 0:
                    out[label[at - 1]] += weights[i] * inside / (end[i] - start[i])
                inside = 0
    return out
