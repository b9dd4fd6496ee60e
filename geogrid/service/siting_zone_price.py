"""What zones cost a plan: two proofs, one as if there were no zones, and what lies between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from geogrid.analysis.siting import site_cameras
from geogrid.analysis.siting_plan import SitingPlan
from geogrid.service.shelf import Shelf
from geogrid.service.siting_instance import SitingInstance, assembled
from geogrid.service.siting_places import candidate_places
from geogrid.service.siting_question import SitingQuestion


def zone_price(
    shelf: Shelf, question: SitingQuestion, instance: SitingInstance, plan: SitingPlan
) -> dict[str, Any]:
    """Return what the best plan loses by zones, as an interval that holds for sure.

    Parameters
    ----------
    shelf
        The workspace.
    question
        What was asked.
    instance, plan
        With zones.

    Returns
    -------
    dict
        ``gain`` and ``most_gain``: what new sites would add, and what none could exceed, were
        there no zones; ``least`` and ``most`` of the weight that zones cost the best plan.
    """
    demand = instance.demand
    xy = np.concatenate([demand.xy, demand.forbidden_xy])
    at = shelf.grid.position_of(shelf.grid.spec.cell_at(xy[:, 0], xy[:, 1]))
    everywhere = replace(
        demand,
        xy=xy,
        weight=np.concatenate([demand.weight, demand.forbidden_weight]),
        district=shelf.grid.district[at].astype(np.int64),
        forbidden_xy=np.zeros((0, 2)),
        forbidden_weight=np.zeros(0),
    )
    obstacles = instance.obstacles
    places = candidate_places(shelf, question, xy, in_zones=True, obstacles=obstacles)
    standing = (instance.standing, instance.left_out)
    free = assembled(shelf, question, everywhere, places, standing, obstacles)
    other = site_cameras(free.problem, question.params)
    gain, most_gain = _gains(plan)
    free_gain, most_free = _gains(other)
    return {
        "gain": free_gain,
        "most_gain": most_free,
        "least": max(0.0, free_gain - most_gain),
        "most": max(0.0, most_free - gain),
    }


def _gains(plan: SitingPlan) -> tuple[float, float]:
    """Return what new sites add, and what no plan exceeds, beyond cameras that stand."""
    start = plan.problem.value(())
    unit = plan.problem.unit
    return (plan.value - start) * unit, (plan.bound - start) * unit
