"""Make a covering problem smaller without changing its answer.

Demand that the same sites reach becomes one (isomorphic aggregation), and a site whose reach is
inside a cheaper one's goes (domination): Chen et al. (2023), An efficient Benders decomposition
for large-scale maximal covering, European Journal of Operational Research 311, section 3.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def transposed(
    start: NDArray[np.int64], item: NDArray[np.int32], n_items: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return compressed rows by item instead of by owner; owners rise in each.

    Parameters
    ----------
    start, item
        Items of each owner.
    n_items
        How many items there are.

    Returns
    -------
    start : ndarray of int, shape (n_items + 1,)
        Where each item's owners start.
    owner : ndarray of int32
        The owners.
    """
    by = np.zeros(n_items + 1, np.int64)
    for j in item:
        by[j + 1] += 1
    for j in range(n_items):
        by[j + 1] += by[j]
    at = by.copy()
    owner = np.empty(item.size, np.int32)
    for i in range(start.size - 1):
        for k in range(start[i], start[i + 1]):
            owner[at[item[k]]] = i
            at[item[k]] += 1
    return by, owner


@njit(cache=True, nogil=True)
def list_keys(
    start: NDArray[np.int64], owner: NDArray[np.int32], key: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return for each list the sum of its members' keys, wrapped; equal lists, equal sums.

    Parameters
    ----------
    start, owner
        Lists as compressed rows.
    key
        A number per member.

    Returns
    -------
    ndarray of int, shape (n_lists,)
        Sums.
    """
    out = np.zeros(start.size - 1, np.int64)
    for j in range(out.size):
        for k in range(start[j], start[j + 1]):
            out[j] += key[owner[k]]
    return out


@njit(cache=True, nogil=True)
def equal_lists(
    start: NDArray[np.int64],
    owner: NDArray[np.int32],
    order: NDArray[np.int64],
    kind: NDArray[np.int32],
) -> tuple[NDArray[np.int64], int]:
    """Return a group number for each list; lists of one group are equal, compared in full.

    Parameters
    ----------
    start, owner
        Lists as compressed rows.
    order
        The lists, equal ones side by side.
    kind
        Lists of different kinds are never one group.

    Returns
    -------
    group : ndarray of int, shape (n_lists,)
        Group of each list.
    n_groups : int
        How many there are.
    """
    group = np.full(start.size - 1, -1, np.int64)
    n_groups, first = 0, -1
    for at in range(order.size):
        j = order[at]
        same = first >= 0 and kind[j] == kind[first]
        same = same and start[j + 1] - start[j] == start[first + 1] - start[first]
        if same:
            for k in range(start[j + 1] - start[j]):
                if owner[start[j] + k] != owner[start[first] + k]:
                    same = False
                    break
        if not same:
            first = j
            n_groups += 1
        group[j] = n_groups - 1
    return group, n_groups


@njit(cache=True, nogil=True)
def _is_inside(start: NDArray[np.int64], item: NDArray[np.int32], small: int, large: int) -> bool:
    """Tell whether the rising list ``small`` is a part of the rising list ``large``."""
    k = start[large]
    for at in range(start[small], start[small + 1]):
        while k < start[large + 1] and item[k] < item[at]:
            k += 1
        if k == start[large + 1] or item[k] != item[at]:
            return False
    return True


@njit(cache=True, nogil=True)
def dominating(
    start: NDArray[np.int64],
    item: NDArray[np.int32],
    by: NDArray[np.int64],
    owner: NDArray[np.int32],
    cost: NDArray[np.int64],
    kind: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return for each site one that reaches all it reaches for no more, or -1.

    Parameters
    ----------
    start, item
        Demand of each site, rising.
    by, owner
        Sites of each demand.
    cost
        Of each site.
    kind
        Sites are compared inside one kind only; a negative kind is left alone.

    Returns
    -------
    ndarray of int, shape (n_sites,)
        The site itself is in the way of none; what is returned is dominated by no other.
    """
    n = cost.size
    better = np.full(n, -1, np.int64)
    for i in range(n):
        size = start[i + 1] - start[i]
        if size == 0 or kind[i] < 0:
            continue
        rarest = item[start[i]]
        for k in range(start[i], start[i + 1]):
            if by[item[k] + 1] - by[item[k]] < by[rarest + 1] - by[rarest]:
                rarest = item[k]
        for k in range(by[rarest], by[rarest + 1]):
            other = owner[k]
            more = start[other + 1] - start[other] - size
            if other == i or kind[other] != kind[i] or more < 0 or cost[other] > cost[i]:
                continue
            if more == 0 and cost[other] == cost[i] and other > i:
                continue
            if _is_inside(start, item, i, other):
                better[i] = other
                break
    for i in range(n):
        root = better[i]
        while root >= 0 and better[root] >= 0:
            root = better[root]
        better[i] = root
    return better
