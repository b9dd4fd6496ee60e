"""Siting for a workspace: demand, candidates and rules from its registers; plans as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.siting import SitingParams, site_cameras
from geogrid.analysis.siting_fewest import fewest_sites
from geogrid.analysis.siting_median import MedianPlan, MedianProblem, place_posts, require_room
from geogrid.analysis.siting_plan import SitingPlan
from geogrid.analysis.siting_problem import SitingProblem
from geogrid.analysis.siting_reach import reach_within
from geogrid.analysis.siting_rules import SitingRules
from geogrid.analysis.siting_verify import Verdict, verify_plan
from geogrid.crs import WGS84, crs_fingerprint, transformer
from geogrid.errors import InputError
from geogrid.service.layers import is_synthetic
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.siting_places import (
    CANDIDATES,
    Candidates,
    candidate_places,
    demand_weights,
    existing_views,
    inside_zones,
    room_places,
)

MODELS: Final = ("mclp", "lscp", "p-median")


@dataclass(frozen=True, slots=True)
class SitingQuestion:
    """What a plan is asked for.

    Parameters
    ----------
    new
        Number of new sites; not looked at by ``lscp``.
    model
        ``mclp``: cover most with so many; ``lscp``: as few as cover ``share``; ``p-median``:
        nearest to demand, beside the police rooms.
    candidates
        ``grid``: centres of cells with demand; ``roads``: ends of road lines; ``register``:
        cameras with status planned.
    range_m
        How far a new site reaches, metres, > 0; a planned camera's own range goes before.
    weight
        What demand is: ``incidents``, ``people``, ``roads`` (metres) or ``land`` (m2);
        ``None`` for incidents where there are some, else land.
    share
        Of the demand that ``lscp`` is to cover.
    backup
        Worth of a second view, as a share of the first's.
    params
        When to stop.

    Raises
    ------
    InputError
        There is no such model or kind of candidates, or the number of sites is missing.
    """

    new: int | None = None
    model: str = "mclp"
    candidates: str = "grid"
    range_m: float = 250.0
    weight: str | None = None
    share: float = 1.0
    backup: float = 0.0
    params: SitingParams = field(default_factory=SitingParams)

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise InputError(
                "unknown model {model!r}; give one of {known}",
                model=self.model,
                known=", ".join(MODELS),
            )
        if self.candidates not in CANDIDATES:
            raise InputError(
                "unknown candidates {candidates!r}; give one of {known}",
                candidates=self.candidates,
                known=", ".join(CANDIDATES),
            )
        if self.model != "lscp" and self.new is None:
            raise InputError("how many new sites? give --new N")


def siting_plan(
    shelf: Shelf, question: SitingQuestion, progress: Progress = no_progress
) -> dict[str, Any]:
    """Return a plan for a workspace, with its instance, its proof, and where its sites are.

    Parameters
    ----------
    shelf
        The workspace.
    question
        What is asked.
    progress
        Is told what is being done.

    Returns
    -------
    dict
        What `SitingPlan.as_json` gives, with ``places`` (id, lon, lat and what it adds, in
        order), ``demand``, ``candidates``, ``question`` and ``synthetic``.

    Raises
    ------
    LayerNotFoundError
        A register that is asked for is not imported.
    InputError
        There is no demand or no candidate, or the plan cannot be.
    """
    progress("candidates and demand", 0, 0)
    grid = shelf.grid
    centre = np.column_stack(grid.spec.centres(grid.cells))
    name, weight = demand_weights(shelf, question.weight)
    private = inside_zones(shelf, centre)
    lost = float(weight[private].sum())
    weight = np.where(private, 0.0, weight)
    cells = np.flatnonzero(weight > 0.0)
    if not cells.size:
        raise InputError("there is no demand outside of zones; choose another --weight")
    places = candidate_places(shelf, question.candidates, question.range_m, centre[cells])
    demand = {"weight": name, "cells": int(cells.size), "in_zones": lost}
    progress("siting", 0, 0)
    plan: SitingPlan | MedianPlan
    if question.model == "p-median":
        plan, extra = _posts(shelf, question, places, centre[cells], weight[cells])
    else:
        plan, extra = _cameras(shelf, question, places, centre[cells], weight[cells])
    return {
        **plan.as_json(),
        "places": _places(shelf, places, plan),
        "demand": demand | extra,
        "candidates": {"kind": question.candidates, **places.counts},
        "question": asdict(question),
        "crs": crs_fingerprint(shelf.config.crs),
        "synthetic": any(is_synthetic(shelf, kind) for kind in _inputs(name, question)),
    }


def _inputs(weight: str, question: SitingQuestion) -> tuple[str, ...]:
    """Return the layers that a plan is made from."""
    of_weight = {"incidents": ("incidents",), "people": ("population",), "roads": ("roads",)}
    of_candidates = ("roads",) if question.candidates == "roads" else ()
    return (*of_weight.get(weight, ()), "cameras", *of_candidates)


def _cameras(
    shelf: Shelf,
    question: SitingQuestion,
    places: Candidates,
    centre: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> tuple[SitingPlan, dict[str, Any]]:
    """Return a covering plan, and what is known of demand."""
    reach = reach_within(
        places.xy,
        centre,
        places.range_m,
        bearing_deg=places.bearing_deg,
        view_angle_deg=places.view_angle_deg,
    )
    views, left_out = existing_views(shelf, centre)
    rules = SitingRules(pole=places.pole, views=views, backup=question.backup)
    budget = len(places) if question.model == "lscp" else question.new
    problem = SitingProblem.of(reach, weight, budget or 0, rules)
    if question.model == "lscp":
        plan = fewest_sites(problem, question.share, question.params)
    else:
        plan = site_cameras(problem, question.params)
    total = float(problem.first.sum())
    within = (problem.views + reach.views(np.arange(len(places)))) > 0
    seen = (problem.views + reach.views(plan.sites)) > 0
    return plan, {
        "total": total * problem.unit,
        "seen_before_share": float(problem.first[problem.views > 0].sum()) / total,
        "seen_share": float(problem.first[seen].sum()) / total,
        "in_reach_share": float(problem.first[within].sum()) / total,
        "existing_left_out": left_out,
    }


def _posts(
    shelf: Shelf,
    question: SitingQuestion,
    places: Candidates,
    centre: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> tuple[MedianPlan, dict[str, Any]]:
    """Return a plan of posts beside the police rooms, and what is known of demand."""
    require_room(len(places), len(centre))
    distance = _metres(places.xy, centre)
    rooms = room_places(shelf)
    existing = _metres(rooms, centre).min(axis=0) if len(rooms) else None
    problem = MedianProblem.of(weight, distance, question.new or 0, existing=existing)
    plan = place_posts(problem, question.params)
    total = float(problem.weight.sum())
    before = None if existing is None else float((problem.weight * existing).sum()) / total
    return plan, {
        "total": total * problem.unit,
        "rooms": len(rooms),
        "mean_m_before": before,
        "mean_m": plan.value / total,
        "least_mean_m": plan.bound / total,
    }


def _metres(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole metres between two sets of places in a plane."""
    out = np.empty((len(a), len(b)), np.int64)
    for i, (x, y) in enumerate(a):
        out[i] = np.rint(np.hypot(b[:, 0] - x, b[:, 1] - y))
    return out


def _places(
    shelf: Shelf, places: Candidates, plan: SitingPlan | MedianPlan
) -> list[dict[str, Any]]:
    """Return where the sites of a plan are, and what each adds."""
    xy = places.xy[plan.sites]
    lon, lat = transformer(shelf.grid.spec.crs, WGS84).transform(xy[:, 0], xy[:, 1])
    adds: list[float | None] = [None] * len(plan.sites)
    if isinstance(plan, SitingPlan):
        start = plan.problem.value(())
        adds = (np.diff(plan.marginal(), prepend=start) * plan.problem.unit).tolist()
    return [
        {
            "id": places.ids[site],
            "lon": round(float(x), 7),
            "lat": round(float(y), 7),
            "adds": gain,
        }
        for site, x, y, gain in zip(plan.sites.tolist(), lon, lat, adds, strict=True)
    ]


def write_plan(plan: Mapping[str, Any], path: Path) -> Path:
    """Write a plan as JSON.

    Parameters
    ----------
    plan
        What `siting_plan` gave.
    path
        The file; its ending is .json.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The ending is another.
    """
    if path.suffix.lower() != ".json":
        raise InputError("{file}: a siting plan is written as .json", file=path)
    path.write_text(json.dumps(plan, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
    return path


def verify_file(path: Path) -> tuple[dict[str, Any], Verdict]:
    """Return a stored plan, and what a check of it finds.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    plan : dict
        As stored.
    verdict : Verdict
        Counted and summed anew.

    Raises
    ------
    InputError
        It is no plan, or it is damaged.
    """
    try:
        plan = json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError("the siting plan is damaged: {reason}", reason=str(error)) from error
    if not isinstance(plan, dict):
        raise InputError("the siting plan is damaged: {reason}", reason=type(plan).__name__)
    return plan, verify_plan(plan)


def summary_of(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan without its instance and its proof, which are long.

    Parameters
    ----------
    plan
        What `siting_plan` gave.

    Returns
    -------
    dict
        JSON values.
    """
    short = {name: value for name, value in plan.items() if name not in {"instance", "certificate"}}
    return short | {"sha256": plan["instance"]["sha256"]}
