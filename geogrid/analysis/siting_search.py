"""Good plans for a core: greedy, then swaps and kicks; the same plan for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.siting_core import Core
from geogrid.kernels.siting_greedy import Cover, State, add_greedily, switch
from geogrid.kernels.siting_swap import search

_SLACK: Final = 1e-4  # of a plan's worth: how far below the best a search may go on from
_SEEDS: Final = 2**31 - 2  # of the generator in the kernel
_ALL: Final = 2**62


@dataclass(slots=True, eq=False)
class Search:
    """A search that can be gone on with.

    Parameters
    ----------
    core
        What is searched.
    state
        The plan it stands at.
    chosen
        The best plan so far.
    value
        Its worth, the core's constant included.
    dice
        State of the random numbers.
    """

    core: Core
    state: State
    chosen: NDArray[np.bool_]
    value: int
    dice: NDArray[np.int64]

    @classmethod
    def greedy(cls, core: Core, seed: int) -> Search:
        """Return a search that stands at the greedy plan.

        Parameters
        ----------
        core
            What is searched.
        seed
            The same seed gives the same search.

        Returns
        -------
        Search
            Floors are met first, each district for itself, then worth is added.
        """
        chosen = _for_floors(core)
        state = state_of(core.cover, chosen)
        left = core.budget - int(core.rules.cost[chosen].sum())
        add_greedily(core.cover, core.rules, state, left, _ALL)
        dice = np.array([1 + (seed * 7919 + 17) % (_SEEDS - 1)], dtype=np.int64)
        return cls(core, state, state.chosen.copy(), core_value(core, state.chosen), dice)

    def go_on(self, kicks: int) -> None:
        """Search on for a number of kicks.

        Parameters
        ----------
        kicks
            How many.
        """
        core = self.core
        money = np.array([core.budget - core.rules.cost[self.state.chosen].sum()], np.int64)
        floors = core.floors._replace(met=_met(core, self.state.chosen))
        here = core_value(core, self.state.chosen)
        slack = int(_SLACK * max(self.value - core.constant, 0))
        gain, best = search(
            core.cover, core.rules, self.state, floors, self.dice, money, kicks, slack
        )
        if here + gain > self.value:
            self.value, self.chosen = here + int(gain), best

    def restart_from(self, chosen: NDArray[np.bool_]) -> None:
        """Stand at another plan.

        Parameters
        ----------
        chosen
            The plan, shape (n_core_sites,).
        """
        self.state = state_of(self.core.cover, chosen)
        value = core_value(self.core, chosen)
        if value > self.value:
            self.value, self.chosen = value, chosen.copy()

    @property
    def meets_floors(self) -> bool:
        """Whether the best plan has what each district must have."""
        return meets_floors(self.core, self.chosen)


def meets_floors(core: Core, chosen: NDArray[np.bool_]) -> bool:
    """Tell whether a plan has what each district must have.

    Parameters
    ----------
    core
        The core.
    chosen
        Shape (n_core_sites,).

    Returns
    -------
    bool
        True without floors.
    """
    return bool((_met(core, chosen) >= core.floors.need).all())


def keeps_rules(core: Core, chosen: NDArray[np.bool_]) -> bool:
    """Tell whether a plan keeps budget, poles, pairs and floors.

    Parameters
    ----------
    core
        The core.
    chosen
        Shape (n_core_sites,).

    Returns
    -------
    bool
        Whether it does.
    """
    return is_allowed(core, chosen) and meets_floors(core, chosen)


def is_allowed(core: Core, chosen: NDArray[np.bool_]) -> bool:
    """Tell whether a plan keeps budget, poles and pairs.

    Parameters
    ----------
    core
        The core.
    chosen
        Shape (n_core_sites,).

    Returns
    -------
    bool
        Whether it does, floors aside.
    """
    owner = np.repeat(np.arange(len(core)), np.diff(core.rules.foe_start))
    torn = (chosen[owner] & chosen[core.rules.foe]).any()
    return int(core.rules.cost[chosen].sum()) <= core.budget and not torn


def replace_plan(search: Search, chosen: NDArray[np.bool_]) -> Search:
    """Return a search that stands at another plan, whether it is worth more or not.

    Parameters
    ----------
    search
        The search.
    chosen
        Shape (n_core_sites,).

    Returns
    -------
    Search
        With the same random numbers.
    """
    core = search.core
    value = core_value(core, chosen)
    return Search(core, state_of(core.cover, chosen), chosen.copy(), value, search.dice)


def state_of(cover: Cover, chosen: NDArray[np.bool_]) -> State:
    """Return the state of a plan.

    Parameters
    ----------
    cover
        The problem; each site sees something.
    chosen
        Shape (n_sites,).

    Returns
    -------
    State
        New arrays.
    """
    n, m = cover.start.size - 1, cover.first.size
    worth = np.add.reduceat(cover.first[cover.item], cover.start[:-1]) if n else np.zeros(0, int)
    state = State(
        np.zeros(n, np.bool_), np.zeros(m, np.int32), worth.astype(np.int64), np.zeros(m, np.int64)
    )
    for site in np.flatnonzero(chosen):
        switch(int(site), cover, state)
    return state


def core_value(core: Core, chosen: NDArray[np.bool_]) -> int:
    """Return the worth of a plan of core sites.

    Parameters
    ----------
    core
        The core.
    chosen
        Shape (n_core_sites,).

    Returns
    -------
    int
        With the core's constant.
    """
    views = _views(core.cover, chosen)
    cover = core.cover
    return core.constant + int(cover.first[views >= 1].sum() + cover.second[views >= 2].sum())


def greedy_order(core: Core, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the chosen core sites, those that add most first; those that add nothing are left out.

    Parameters
    ----------
    core
        The core.
    chosen
        Shape (n_core_sites,).

    Returns
    -------
    ndarray of int
        Core sites.
    """
    spent = int(core.rules.cost[chosen].sum())
    cost = np.where(chosen, core.rules.cost, spent + 1)
    state = state_of(core.cover, np.zeros(len(core), np.bool_))
    return add_greedily(core.cover, core.rules._replace(cost=cost), state, spent, _ALL)


def _views(cover: Cover, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how many chosen sites see each point."""
    keep = np.repeat(chosen, np.diff(cover.start))
    return np.bincount(cover.item[keep], minlength=cover.first.size)


def _met(core: Core, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return what a plan covers of each district."""
    met = np.zeros(core.floors.need.size, np.int64)
    if met.size:
        seen = _views(core.cover, chosen) > 0
        np.add.at(met, core.floors.district[seen], core.floors.weight[seen])
    return met


def _for_floors(core: Core) -> NDArray[np.bool_]:
    """Return a few sites that meet the floors, or come near."""
    chosen = np.zeros(len(core), np.bool_)
    floors = core.floors
    for district in np.argsort(-floors.need, kind="stable"):
        missing = int(floors.need[district] - _met(core, chosen)[district])
        left = core.budget - int(core.rules.cost[chosen].sum())
        if missing > 0 and left > 0:
            weight = np.where(floors.district == district, floors.weight, 0)
            cover = core.cover._replace(first=weight, second=np.zeros_like(weight))
            state = state_of(cover, chosen)
            add_greedily(cover, core.rules, state, left, missing)
            chosen = state.chosen.copy()
    return chosen
