"""Plans for a workspace: what they are worth, where their sites are, and what no plan exceeds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.obstacles import Obstacles
from geogrid.analysis.sight_lines import SightPoints, sight_json
from geogrid.analysis.siting import site_cameras
from geogrid.analysis.siting_cameras import ALL_ROUND_DEG, SitedCameras, grid_azimuths, lonlat_of
from geogrid.analysis.siting_curve import siting_curve
from geogrid.analysis.siting_fewest import fewest_sites
from geogrid.analysis.siting_median import MedianPlan, MedianProblem, place_posts, require_room
from geogrid.analysis.siting_plan import SitingPlan
from geogrid.crs import crs_fingerprint
from geogrid.service.layers import is_synthetic
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.siting_demand import demand_of
from geogrid.service.siting_instance import SitingInstance, instance_of
from geogrid.service.siting_places import Candidates, candidate_places, room_places
from geogrid.service.siting_question import SitingQuestion
from geogrid.service.siting_robust import robustness
from geogrid.service.siting_zone_price import zone_price

_DECIMALS: Final = 9  # of a degree: a tenth of a millimetre, so that whole ones stay the same


def siting_plan(
    shelf: Shelf,
    question: SitingQuestion,
    progress: Progress = no_progress,
    kept: SitedCameras | None = None,
    obstacles: Obstacles | None = None,
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
    kept
        Cameras that are taken to stand; those of the register if ``None``.
    obstacles
        The buildings of the workspace; ``None`` where none are registered.

    Returns
    -------
    dict
        What `SitingPlan.as_json` gives, with ``places`` (where each site is, how it looks and
        what it adds, in order), ``curve`` (what is seen after each of them) and ``standing``
        (before the first), ``demand``, ``candidates``, ``question``, ``synthetic``,
        ``sight`` (see `geogrid.analysis.sight_lines.sight_json`), and what was asked for
        besides: ``best_curve``, ``robust``, ``zone_price``.

    Raises
    ------
    LayerNotFoundError
        A register that is asked for is not imported.
    InputError
        There is no demand or no candidate, or the plan cannot be.
    """
    progress("candidates and demand", 0, 0)
    if question.model == "p-median":
        return _posts(shelf, question, progress)
    looked_at = None if question.plain_views else obstacles
    instance = instance_of(shelf, question, kept, looked_at)
    progress("siting", 0, 0)
    plan = solved(instance, question)
    found = plan.as_json() | {
        "objective": plan.value * plan.problem.unit,
        "covered_share": _seen_share(instance, plan.sites),
        "chosen": [instance.places.cameras.ids[site] for site in plan.sites],
        "curve": (plan.marginal() * plan.problem.unit).tolist(),
        "standing": plan.problem.value(()) * plan.problem.unit,
        "places": _places(shelf, instance, plan),
        "demand": _demand_json(instance, plan),
        "sight": sight_json(
            looked_at,
            instance.standing.and_then(instance.places.cameras),
            left_out=obstacles is not None and question.plain_views,
        ),
    }
    found["best_curve"] = None
    if question.has_curve:
        progress("curve", 0, 0)
        found["best_curve"] = best_curve(instance, question)
    if question.price_zones:
        progress("siting as if there were no zones", 0, 0)
        found["zone_price"] = zone_price(shelf, question, instance, plan)
    if question.robust:
        found["robust"] = robust = robustness(shelf, question, instance, plan, progress)
        for place in found["places"]:
            kept = robust["kept_share"][place["id"]]
            place |= {"kept_share": kept, "safe": kept == 1.0}
    return found | _about(shelf, question, instance.demand.name, instance.places)


def solved(instance: SitingInstance, question: SitingQuestion) -> SitingPlan:
    """Return the plan of an instance.

    Parameters
    ----------
    instance
        Demand, candidates and rules.
    question
        The model, and when to stop.

    Returns
    -------
    SitingPlan
        With its proof.

    Raises
    ------
    InputError
        No plan meets what is asked.
    """
    if question.model == "lscp":
        return fewest_sites(instance.problem, question.share, question.params)
    return site_cameras(instance.problem, question.params)


def best_curve(instance: SitingInstance, question: SitingQuestion) -> dict[str, Any]:
    """Return worth by number of new sites, between what was found and what no plan exceeds.

    Parameters
    ----------
    instance
        Demand, candidates and rules.
    question
        The seed of the search.

    Returns
    -------
    dict
        ``lower`` and ``upper`` for 0, 1, 2, ... new sites, ``total``, and ``flat_from``: the
        number from which one more brings under a tenth of the average.

    Raises
    ------
    InputError
        Sites have costs, or districts have floors.
    """
    curve = siting_curve(instance.problem, question.params.seed)
    unit = instance.problem.unit
    return {
        "lower": (curve.lower * unit).tolist(),
        "upper": (curve.upper * unit).tolist(),
        "total": curve.total * unit,
        "flat_from": curve.flat_from,
    }


def _about(
    shelf: Shelf, question: SitingQuestion, weight: str, places: Candidates
) -> dict[str, Any]:
    """Return where a plan comes from."""
    of_weight = {
        "incidents": ("incidents",),
        "people": ("population",),
        "roads": ("roads",),
        "hazards": ("places",),
        "demand": ("demand",),
    }
    of_candidates = {"roads": ("roads",), "register": ("candidates",)}
    kinds = (
        *of_weight.get(weight, ()),
        *("cameras", "buildings"),
        *of_candidates.get(question.candidates, ()),
    )
    return {
        "candidates": {"kind": question.candidates, **places.counts},
        "question": question.as_json(),
        "crs": crs_fingerprint(shelf.config.crs),
        "synthetic": any(is_synthetic(shelf, kind) for kind in kinds),
    }


def _seen_share(instance: SitingInstance, sites: NDArray[np.int64]) -> float:
    """Return the share of the demand that is seen at least once."""
    problem = instance.problem
    seen = (problem.views + problem.reach.views(sites)) > 0
    return float(problem.first[seen].sum() / problem.first.sum())


def _demand_json(instance: SitingInstance, plan: SitingPlan) -> dict[str, Any]:
    """Return what is known of demand under a plan."""
    problem, demand = instance.problem, instance.demand
    total = float(problem.first.sum())
    views = problem.views + problem.reach.views(plan.sites)
    within = problem.views + np.bincount(problem.reach.point, minlength=len(demand)) > 0
    cut, hidden = lost_in_zones(instance, plan.sites), hidden_from(instance, plan.sites)
    return {
        "weight": demand.name,
        "cells": len(demand),
        "total": total * problem.unit,
        "seen_before_share": float(problem.first[problem.views > 0].sum()) / total,
        "seen_share": float(problem.first[views > 0].sum()) / total,
        "twice_share": float(problem.first[views > 1].sum()) / total,
        "in_reach_share": float(problem.first[within].sum()) / total,
        "existing_left_out": instance.left_out,
        "in_zones": demand.in_zones,
        "cut_in_zones": float(cut.sum()),
        "hidden": float(hidden.sum()),
        "off_grid": demand.off_grid,
    }


def lost_in_zones(instance: SitingInstance, sites: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the weight that each site would see in zones, were its view not cut there.

    Parameters
    ----------
    instance
        Demand and candidates.
    sites
        Positions of candidates.

    Returns
    -------
    ndarray of float, shape (n,)
        In the order of ``sites``.
    """
    demand = instance.demand
    if not demand.forbidden_weight.size:
        return np.zeros(len(sites))
    points = SightPoints.of(demand.forbidden_xy, 0.0, instance.obstacles)
    return points.weight_seen(instance.places.cameras.take(sites), demand.forbidden_weight)


def hidden_from(instance: SitingInstance, sites: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the weight within range of each site that buildings hide from it.

    Parameters
    ----------
    instance
        Demand and candidates.
    sites
        Positions of candidates.

    Returns
    -------
    ndarray of float, shape (n,)
        In the order of ``sites``; 0 where no buildings are looked at.
    """
    cameras = instance.places.cameras.take(sites)
    return instance.points.weight_hidden(cameras, instance.demand.weight)


def _places(shelf: Shelf, instance: SitingInstance, plan: SitingPlan) -> list[dict[str, Any]]:
    """Return where the sites of a plan are, which way they look, and what each adds."""
    start = plan.problem.value(())
    adds = np.diff(plan.marginal(), prepend=start) * plan.problem.unit
    cut, hidden = lost_in_zones(instance, plan.sites), hidden_from(instance, plan.sites)
    cost = instance.places.cost[plan.sites]
    rows = places_json(shelf, instance.places.cameras.take(plan.sites))
    return [
        row
        | {"adds": float(gain), "cost": float(price)}
        | {"cut_in_zones": float(lost), "hidden": float(behind)}
        for row, gain, price, lost, behind in zip(rows, adds, cost, cut, hidden, strict=True)
    ]


def places_json(shelf: Shelf, cameras: SitedCameras) -> list[dict[str, Any]]:
    """Return cameras as JSON: places in WGS-84, bearings from true north.

    Parameters
    ----------
    shelf
        The workspace.
    cameras
        In its CRS.

    Returns
    -------
    list of dict
        ``id``, ``lon``, ``lat``, ``range``, ``bearing`` (null: all round), ``view_angle`` and
        ``height`` above ground (null: not known).
    """
    crs = shelf.grid.spec.crs
    lon, lat = lonlat_of(cameras.xy, crs)
    bearing = (cameras.azimuth_deg - grid_azimuths(lon, lat, crs)) % ALL_ROUND_DEG
    return [
        {
            "id": name,
            "lon": round(float(x), _DECIMALS),
            "lat": round(float(y), _DECIMALS),
            "range": round(float(far), 3),
            "bearing": None if angle >= ALL_ROUND_DEG else round(float(turn), 4) % ALL_ROUND_DEG,
            "view_angle": float(angle),
            "height": None if np.isnan(high) else float(high),
        }
        for name, x, y, far, turn, angle, high in zip(
            cameras.ids,
            lon,
            lat,
            cameras.range_m,
            bearing,
            cameras.view_angle_deg,
            cameras.heights(),
            strict=True,
        )
    ]


def _posts(shelf: Shelf, question: SitingQuestion, progress: Progress) -> dict[str, Any]:
    """Return a plan of posts beside the police rooms."""
    demand = demand_of(shelf, question.weight, question.window, district=question.district)
    one_way = replace(question, rules=replace(question.rules, bearings=1))
    places = candidate_places(shelf, one_way, demand.xy)
    require_room(len(places), len(demand))
    distance = _metres(places.cameras.xy, demand.xy)
    rooms = room_places(shelf)
    existing = _metres(rooms, demand.xy).min(axis=0) if len(rooms) else None
    problem = MedianProblem.of(demand.weight, distance, question.new or 0, existing=existing)
    progress("siting", 0, 0)
    plan: MedianPlan = place_posts(problem, question.params)
    total = float(problem.weight.sum())
    before = None if existing is None else float((problem.weight * existing).sum()) / total
    chosen = places.cameras.take(plan.sites)
    known = {
        "weight": demand.name,
        "cells": len(demand),
        "in_zones": demand.in_zones,
        "off_grid": demand.off_grid,
        "total": total * problem.unit,
        "rooms": len(rooms),
        "mean_m_before": before,
        "mean_m": plan.value / total,
        "least_mean_m": plan.bound / total,
    }
    found = plan.as_json() | {
        "objective": plan.value * problem.unit,
        "chosen": list(chosen.ids),
        "places": [row | {"adds": None} for row in places_json(shelf, chosen)],
        "demand": known,
    }
    return found | _about(shelf, question, demand.name, places)


def _metres(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole metres between two sets of places in a plane."""
    out = np.empty((len(a), len(b)), np.int64)
    for i, (x, y) in enumerate(a):
        out[i] = np.rint(np.hypot(b[:, 0] - x, b[:, 1] - y))
    return out
