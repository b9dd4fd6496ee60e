"""The generator of large covering instances of Cordeau, Furini & Ljubic (2019), in pure code.

Benders decomposition for very large scale partial set covering and maximal covering location
problems, European Journal of Operational Research 275. Their program draws with ``rand()`` of
glibc: locations, then clients, x then y each ``30 * rand() / RAND_MAX``; then a cost per location;
then demands ``rand() % 100 + 1``.
"""

from __future__ import annotations

import numpy as np

_MOST = 2**31 - 1
_LAG, _NEAR, _DROPPED = 31, 3, 310


def glibc_rand(seed: int, count: int) -> np.ndarray:
    """Return the first numbers of ``srand(seed)``: an additive feedback of lags 3 and 31."""
    state = [seed]
    for _ in range(_LAG - 1):
        word = 16807 * state[-1] % _MOST
        state.append(word)
    state += state[:_NEAR]
    for at in range(len(state), _LAG + _NEAR + _DROPPED + count):
        state.append((state[at - _LAG] + state[at - _NEAR]) & 0xFFFFFFFF)
    return np.array(state[_LAG + _NEAR + _DROPPED :], dtype=np.int64) >> 1


def instance(seed: int, clients: int, locations: int = 100):
    """Return places of locations and of clients, and what clients ask for."""
    n_places = 2 * (locations + clients)
    drawn = glibc_rand(seed, n_places + locations + clients)
    places = (30.0 * drawn[:n_places] / _MOST).reshape(-1, 2)
    demand = drawn[n_places + locations :] % 100 + 1
    return places[:locations], places[locations:], demand
