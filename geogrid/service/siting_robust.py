"""How a plan stands up: other ranges, other months of demand, and a site that fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from geogrid.analysis.siting import SitingParams, site_cameras
from geogrid.analysis.siting_plan import SitingPlan
from geogrid.analysis.siting_problem import SitingProblem
from geogrid.analysis.siting_whatif import losses, safe_sites
from geogrid.errors import InputError
from geogrid.model.window import Window
from geogrid.service.analyses import in_window
from geogrid.service.shelf import Progress, Shelf
from geogrid.service.siting_demand import demand_of
from geogrid.service.siting_instance import SitingInstance, assembled
from geogrid.service.siting_question import SitingQuestion

RANGE_SHARES: Final = (0.8, 1.2)  # of what was asked: what lenses, trees and light do to a range
_YEAR: Final = 12  # months
_MOST_MONTHS: Final = 12  # the latest
_LONGEST_S: Final = 10.0  # of the search for one variant
_GAP: Final = 0.005


def robustness(
    shelf: Shelf,
    question: SitingQuestion,
    instance: SitingInstance,
    plan: SitingPlan,
    progress: Progress,
) -> dict[str, Any]:
    """Return what a plan is worth under other ranges and months, and which sites stay.

    Each variant is solved anew for the same candidates; a site is a safe choice if the plans of
    all variants have it too, or another bearing on its pole.

    Parameters
    ----------
    shelf
        The workspace.
    question
        What was asked.
    instance, plan
        What it gave.
    progress
        Is told how many variants are done.

    Returns
    -------
    dict
        ``variants``: each ``name``, what the plan is ``worth`` there, the ``value`` and ``bound``
        of a plan made for it, and ``regret``: the share of that bound which the plan misses at
        most; ``safe``: ids; ``kept_share`` of variants by site; ``failures``: what is lost if
        one site fails, worst first.
    """
    plain = replace(question, rules=replace(question.rules, least=()))
    variants = list(_variants(shelf, plain, instance))
    limit = min(_LONGEST_S, question.params.time_limit_s)
    params = SitingParams(_GAP, limit, question.params.seed, rounds=2)
    rows, stays = [], []
    pole = plan.problem.pole
    for done, (name, problem) in enumerate(variants):
        progress("other ranges and months", done, len(variants))
        other = site_cameras(problem, params)
        worth = problem.value(plan.sites)
        bound = max(other.bound, worth)
        rows.append(
            {
                "name": name,
                "worth": worth * problem.unit,
                "value": other.value * problem.unit,
                "bound": bound * problem.unit,
                "regret": (bound - worth) / bound if bound else 0.0,
            }
        )
        stays.append(np.unique(pole[other.sites]))
    kept = safe_sites(stays, int(pole.max()) + 1)[pole[plan.sites]]
    ids = [instance.places.cameras.ids[site] for site in plan.sites]
    return {
        "variants": rows,
        "safe": [name for name, share in zip(ids, kept, strict=True) if share == 1.0],
        "kept_share": dict(zip(ids, kept.tolist(), strict=True)),
        "failures": _failures(plan, ids),
    }


def _failures(plan: SitingPlan, ids: list[str]) -> list[dict[str, Any]]:
    """Return what is lost if a site fails, worst first."""
    lost = losses(plan.problem, plan.sites)
    order = np.argsort(-lost, kind="stable")
    return [
        {
            "id": ids[at],
            "loses": float(lost[at]) * plan.problem.unit,
            "share": float(lost[at]) / plan.value if plan.value else 0.0,
        }
        for at in order
    ]


def _variants(
    shelf: Shelf, question: SitingQuestion, instance: SitingInstance
) -> Iterator[tuple[str, SitingProblem]]:
    """Yield problems for the same candidates: other ranges, then other months."""
    standing, obstacles = (instance.standing, instance.left_out), instance.obstacles
    cameras = instance.places.cameras
    for share in RANGE_SHARES:
        nearer = replace(cameras, range_m=cameras.range_m * share)
        places = replace(instance.places, cameras=nearer)
        yield (
            f"range x {share:g}",
            assembled(shelf, question, instance.demand, places, standing, obstacles).problem,
        )
    if instance.demand.name != "incidents":
        return
    for first in _months(shelf, question.window):
        month = _month_window(first, question.window)
        try:
            demand = demand_of(shelf, "incidents", month, district=question.district)
        except InputError:  # none in the district, or all in zones: nothing to see
            continue
        places = instance.places
        problem = assembled(shelf, question, demand, places, standing, obstacles).problem
        yield f"month {first:%Y-%m}", problem


def _months(shelf: Shelf, window: Window) -> list[date]:
    """Return the first days of the latest months that have incidents in a window, rising."""
    events, zone = shelf.incidents.read(), shelf.config.time_zone
    there = in_window(events.t_from, window, zone) & (events.weight > 0.0)
    there &= shelf.grid.position_at(events.lon, events.lat) >= 0
    times = pd.to_datetime(events.t_from[there], unit="ms", utc=True)
    local = pd.DatetimeIndex(times).tz_convert(zone)
    months = np.unique(local.year.to_numpy() * _YEAR + local.month.to_numpy() - 1)
    return [date(int(m) // _YEAR, int(m) % _YEAR + 1, 1) for m in months[-_MOST_MONTHS:]]


def _month_window(first: date, window: Window) -> Window:
    """Return the part of a window that lies in a month."""
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return replace(
        window,
        first=max(first, window.first or first),
        last=min(last, window.last or last),
    )
