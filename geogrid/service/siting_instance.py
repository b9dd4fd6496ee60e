"""A workspace's siting question as whole numbers: who sees what, and the rules by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.sight_lines import SightPoints
from geogrid.analysis.siting_cameras import SitedCameras
from geogrid.analysis.siting_demand import Demand
from geogrid.analysis.siting_problem import Reach, SitingProblem
from geogrid.analysis.siting_rules import SitingRules
from geogrid.errors import InputError
from geogrid.service.shelf import Shelf
from geogrid.service.siting_demand import demand_of
from geogrid.service.siting_places import Candidates, candidate_places, standing_cameras
from geogrid.service.siting_question import EVERY, SitingQuestion


@dataclass(frozen=True, slots=True, eq=False)
class SitingInstance:
    """A question over the registers of a workspace.

    Parameters
    ----------
    demand
        What is to be seen.
    places
        Where new sites may stand.
    standing
        Cameras that stand.
    left_out
        Cameras in service that cannot be counted.
    points
        The demand by place, with the buildings that may hide it.
    problem
        All of it in whole numbers.
    """

    demand: Demand
    places: Candidates
    standing: SitedCameras
    left_out: int
    points: SightPoints
    problem: SitingProblem

    @property
    def obstacles(self) -> Obstacles | None:
        """What buildings were looked at; ``None`` where none were."""
        return self.points.obstacles


def instance_of(
    shelf: Shelf,
    question: SitingQuestion,
    kept: SitedCameras | None = None,
    obstacles: Obstacles | None = None,
) -> SitingInstance:
    """Return the instance of a covering question.

    Parameters
    ----------
    shelf
        The workspace.
    question
        What is asked.
    kept
        Cameras that are taken to stand; those of the register if ``None``.
    obstacles
        Buildings; ``None`` where none are looked at.

    Returns
    -------
    SitingInstance
        Checked.

    Raises
    ------
    LayerNotFoundError
        A register that is asked for is not imported.
    InputError
        There is no demand or no candidate, or a rule names something that is not there.
    """
    demand = demand_of(shelf, question.weight, question.window, district=question.district)
    standing, left_out = standing_cameras(shelf)
    standing = standing if kept is None else kept
    places = candidate_places(shelf, question, demand.xy, obstacles=obstacles)
    return assembled(shelf, question, demand, places, (standing, left_out), obstacles)


def assembled(
    shelf: Shelf,
    question: SitingQuestion,
    demand: Demand,
    places: Candidates,
    standing: tuple[SitedCameras, int],
    obstacles: Obstacles | None,
) -> SitingInstance:
    """Return the instance of demand, candidates and standing cameras.

    Parameters
    ----------
    shelf
        The workspace.
    question
        Its rules.
    demand
        What is to be seen.
    places
        Where new sites may stand.
    standing
        Cameras that stand, and how many cannot be counted.
    obstacles
        Buildings; ``None`` where none are looked at.

    Returns
    -------
    SitingInstance
        Checked.

    Raises
    ------
    InputError
        A rule names something that is not there, or rules contradict each other.
    """
    points = SightPoints.of(demand.xy, question.range_m, obstacles)
    reach = points.reach(places.cameras)
    seen = points.reach(standing[0])
    views = np.bincount(seen.point, minlength=len(demand)).astype(np.int64)
    problem = _problem(shelf, question, demand, places, (reach, views))
    return SitingInstance(demand, places, *standing, points, problem)


def _problem(
    shelf: Shelf,
    question: SitingQuestion,
    demand: Demand,
    places: Candidates,
    seen: tuple[Reach, NDArray[np.int64]],
) -> SitingProblem:
    asked, ids = question.rules, places.cameras.ids
    least = _least(shelf, question)
    rules = SitingRules(
        cost=None if asked.budget is None and question.model != "lscp" else places.cost,
        pole=places.pole,
        views=seen[1],
        required=[_one(ids, name) for name in asked.required],
        forbidden=np.concatenate([np.zeros(0, np.int64), *(_all(ids, n) for n in asked.forbidden)]),
        pairs=[
            (a, b) for one, other in asked.pairs for a in _all(ids, one) for b in _all(ids, other)
        ],
        backup=asked.backup,
        district=demand.district if least else None,
        least=least,
    )
    budget = asked.budget if asked.budget is not None else question.new
    if question.model == "lscp":
        budget = int(places.cost.sum())
    return SitingProblem.of(seen[0], demand.weight, budget or 0, rules)


def _least(shelf: Shelf, question: SitingQuestion) -> Sequence[float]:
    """Return the least share of each district; empty without floors."""
    asked = dict(question.rules.least)
    if not asked:
        return ()
    boundary = shelf.grid.boundary
    share = [asked.pop(EVERY, 0.0)] * len(boundary)
    for name, value in asked.items():
        share[boundary.position_of(name)] = value
    return share


def _all(ids: tuple[str, ...], name: str) -> NDArray[np.int64]:
    """Return the candidate of a name, or all bearings of a pole of that name."""
    at = [k for k, one in enumerate(ids) if one == name or one.rpartition("@")[0] == name]
    if not at:
        raise InputError("there is no candidate {name!r} among those that may be", name=name)
    return np.array(at, dtype=np.int64)


def _one(ids: tuple[str, ...], name: str) -> int:
    """Return the candidate of a name."""
    at = _all(ids, name)
    if at.size > 1:
        raise InputError(
            "candidate {name!r} has several bearings; require one, such as {one!r}",
            name=name,
            one=ids[at[0]],
        )
    return int(at[0])
