"""The options of the hotspots command, and how its answer is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from geogrid.cli import dated_hotspots
from geogrid.cli.options import option, window_of
from geogrid.cli.speech import Speech

if TYPE_CHECKING:
    from geogrid.workspace import Questions, Window

Function = TypeVar("Function", bound=Callable[..., Any])
# What every method may be asked with.
SHARED: Final = (
    option(
        "--method",
        default="gi",
        show_default=True,
        help="How hotspots are looked for. gi: Getis-Ord Gi* with exact p; emerging: step by "
        "step; near-repeat: Knox test and alerts; scan: new clusters.",
    ),
    option("--radius", type=float, help="Radius of the window, metres; at least two cells."),
    option("--null", default="total", show_default=True, help="total or conditional."),
    option("--correction", default="bh", show_default=True, help="bh, by, bonferroni or none."),
    option("--q", type=float, default=0.05, show_default=True, help="False discovery rate."),
    option(
        "--min-support",
        type=int,
        default=3,
        show_default=True,
        help="Least number of incidents in the window of a hot cell.",
    ),
    option("--category", "categories", multiple=True, help="Only incidents of this category."),
    option(
        "--source",
        default="call,unknown",
        show_default=True,
        help="Sources of incidents that count: call, officer, sensor, unknown.",
    ),
)
# What only some methods take, by the name it is handed over with where it is given; see
# `geogrid.service.hotspot_methods`. No defaults here: the method knows them.
OWN: Final[dict[str, Callable[..., Any]]] = {**dated_hotspots.OPTIONS}


def looked_for(function: Function) -> Function:
    """Add the options of the hotspots command.

    Parameters
    ----------
    function
        The command; its settings are read by `asked_hotspots`.

    Returns
    -------
    Callable
        The same, with the options.
    """
    for add in reversed((*SHARED, *OWN.values())):
        function = add(function)
    return function


def asked_hotspots(settings: dict[str, Any]) -> tuple[Window, Questions]:
    """Return what the hotspots layer is asked with.

    Parameters
    ----------
    settings
        What click gives.

    Returns
    -------
    window : Window
        Which days and hours count.
    questions : Questions
        With the method, its options and which incidents count.

    Raises
    ------
    InputError
        A value is out of its range.
    """
    from geogrid.workspace import HotspotParams, IncidentChoice, Questions

    params = HotspotParams(
        settings["radius"],
        settings["null"],
        settings["correction"],
        settings["q"],
        settings["min_support"],
    )
    sources = tuple(word.strip() for word in settings["source"].split(",") if word.strip())
    choice = IncidentChoice(tuple(settings["categories"]), sources)
    own = ((name, settings[name]) for name in sorted(OWN) if settings[name] is not None)
    questions = Questions(
        hotspots=params, choice=choice, method=settings["method"], method_options=tuple(own)
    )
    return window_of(settings), questions


def say_hotspots(speech: Speech, summary: dict[str, Any]) -> None:
    """Say what the hotspots layer found, as far as its method tells.

    Parameters
    ----------
    speech
        How the command talks.
    summary
        Of the layer.
    """
    if {"hot", "cold", "tested"} <= set(summary) and summary.get("method") not in NOT_HOT:
        speech.say("{hot:,} hot and {cold:,} cold of {tested:,} cells at risk", **summary)
    if {"counted", "radius_m", "q", "correction"} <= set(summary):
        speech.say(
            "{counted:,} incidents counted; radius {radius_m:g} m, q = {q:g}, {correction}",
            **summary,
        )
    if "mask" in summary:
        speech.say("at risk by {mask}", mask=summary["mask"])
    SAYINGS.get(summary.get("method", ""), _nothing_more)(speech, summary)


def _nothing_more(speech: Speech, summary: dict[str, Any]) -> None:
    """Say nothing that only one method knows."""


# Lines that only one method says, after the shared ones.
SAYINGS: Final[dict[str, Callable[[Speech, dict[str, Any]], None]]] = {**dated_hotspots.SAYINGS}
# Methods for which cells are not hot or cold at risk, but on alert or in a cluster.
NOT_HOT: Final = frozenset({"near-repeat", "scan"})
