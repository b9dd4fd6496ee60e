"""The options of the hotspots command, and how its answer is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from geogrid.cli import dated_hotspots
from geogrid.cli.options import option, window_of
from geogrid.cli.speech import Speech
from geogrid.errors import InputError

if TYPE_CHECKING:
    from geogrid.workspace import Questions, Window

Function = TypeVar("Function", bound=Callable[..., Any])
STACKED: Final = option(
    "--stacked",
    default="drop",
    show_default=True,
    help="drop or keep incidents at one coordinate that too many share.",
)
MASK_PERIOD: Final = option(
    "--mask-period",
    metavar="DAY:DAY",
    help="Days whose incidents say where something can happen; the first 365 by default.",
)
# What every method may be asked with.
SHARED: Final = (
    option(
        "--method",
        default="gi",
        show_default=True,
        help="How hotspots are looked for. gi: Getis-Ord Gi* with exact p; local-moran: cells "
        "like their neighbours, or unlike; rate: by what is there; kde: a density, for "
        "looking; emerging: step by step; near-repeat: Knox test and alerts; scan: new clusters.",
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
    option(
        "--weight",
        default="none",
        show_default=True,
        help="none: every incident counts once; harm: by its weight; exposure: what officers "
        "found by how rarely they came, as --source with officer does by itself.",
    ),
    option(
        "--times",
        default="start",
        show_default=True,
        help="A range of times counts where it starts, or aoristic: by the share in the window.",
    ),
    option(
        "--reference",
        default="city",
        show_default=True,
        help="What a cell is compared with: city or its own district.",
    ),
    STACKED,
    MASK_PERIOD,
    option(
        "--shifts",
        default="6,14,22",
        show_default=True,
        metavar="HOUR,...",
        help="Hours at which shifts begin.",
    ),
    option(
        "--seed",
        type=int,
        default=1,
        show_default=True,
        help="Of random draws, where exact chances are out of reach.",
    ),
)
# What only some methods take, by the name it is handed over with where it is given; see
# `geogrid.service.hotspot_methods`. No defaults here: the method knows them.
OWN: Final[dict[str, Callable[..., Any]]] = {
    "per": option("--per", help="rate: incidents per people, roads, places or area (the default)."),
    "spread": option("--spread", help="rate: negative-binomial (the default) or poisson counts."),
    "bandwidth": option(
        "--bandwidth",
        type=float,
        help="kde: standard deviation of the kernel, metres; 500 or two cells by default.",
    ),
    **dated_hotspots.OPTIONS,
}


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
        weight=settings["weight"],
        times=settings["times"],
        reference=settings["reference"],
        seed=settings["seed"],
    )
    sources = tuple(word.strip() for word in settings["source"].split(",") if word.strip())
    choice = IncidentChoice(
        tuple(settings["categories"]),
        sources,
        stacked=settings["stacked"],
        mask_period=two_days(settings["mask_period"]),
        shifts=_hours(settings["shifts"]),
    )
    own = ((name, settings[name]) for name in sorted(OWN) if settings[name] is not None)
    questions = Questions(
        hotspots=params, choice=choice, method=settings["method"], method_options=tuple(own)
    )
    return window_of(settings), questions


def two_days(text: str | None) -> tuple[str, str] | None:
    """Return the two days of a text such as 2025-01-01:2025-12-31.

    Parameters
    ----------
    text
        What was given, if anything.

    Returns
    -------
    tuple of str or None
        First and last day; ``None`` where nothing was given.

    Raises
    ------
    InputError
        They are not two days.
    """
    if not text:
        return None
    first, colon, last = text.partition(":")
    if not (first and colon and last):
        raise InputError("{text!r} are not two days; write 2025-01-01:2025-12-31", text=text)
    return first.strip(), last.strip()


def _hours(text: str) -> tuple[int, ...]:
    """Return the hours of a text such as 6,14,22."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not all(word.isdecimal() for word in words):
        raise InputError("{text!r} are not hours; write 6,14,22", text=text)
    return tuple(int(word) for word in words)


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
    if summary.get("mask"):
        speech.say("at risk by {mask}", mask=speech.retell(summary["mask"]))
    if "stacked" in summary:
        _say_of_incidents(speech, summary)
    SAYINGS.get(summary.get("method", ""), _nothing_more)(speech, summary)


def say_stacks(speech: Speech, stacked: dict[str, Any]) -> None:
    """Say how many incidents share a coordinate as lost addresses do, and what became of them.

    Parameters
    ----------
    speech
        How the command talks.
    stacked
        See `geogrid.service.hotspot_inputs.stack_figures`.
    """
    if stacked["places"]:
        template = (
            "{incidents:,} incidents share {places} coordinates, as lost addresses do: left out"
            if stacked["dropped"]
            else "{incidents:,} incidents share {places} coordinates, as lost addresses do: counted"
        )
        speech.say(template, incidents=stacked["incidents"], places=len(stacked["places"]))


def _say_of_incidents(speech: Speech, summary: dict[str, Any]) -> None:
    """Say what a reader must know of the incidents that were counted."""
    if summary.get("off_mask"):
        speech.say("{off_mask:,} incidents lie where nothing is at risk", **summary)
    say_stacks(speech, summary["stacked"])
    for warning in summary["warnings"]:
        speech.say("{message}", message=speech.retell(warning))
    if summary.get("p_floor"):
        speech.say("chances are drawn at random; none is under {p_floor:g}", **summary)
    if summary.get("officer_weighted"):
        speech.say("incidents found by officers are weighed by how rarely units were there")
    speech.table(
        [
            (shift, speech.translate("{amount:,.1f} incidents").format(amount=amount))
            for shift, amount in summary["by_shift"].items()
        ]
    )


def _say_moran(speech: Speech, summary: dict[str, Any]) -> None:
    """Say how many cells differ from their neighbours."""
    speech.say("{high_low:,} cells are high among low, {low_high:,} are low among high", **summary)


def _say_rate(speech: Speech, summary: dict[str, Any]) -> None:
    """Say what the rates are held against."""
    speech.say(
        "expected by {exposure}; {spread}, the variance is {dispersion:.2f} times the mean",
        **summary,
    )


def _say_density(speech: Speech, summary: dict[str, Any]) -> None:
    """Say what the density was smoothed with, and that it tests nothing."""
    speech.say(
        "{counted:,} incidents smoothed over {bandwidth_m:g} m, for looking: nothing is tested",
        **summary,
    )


def _nothing_more(speech: Speech, summary: dict[str, Any]) -> None:
    """Say nothing that only one method knows."""


# Lines that only one method says, after the shared ones.
SAYINGS: Final[dict[str, Callable[[Speech, dict[str, Any]], None]]] = {
    "local-moran": _say_moran,
    "rate": _say_rate,
    "kde": _say_density,
    **dated_hotspots.SAYINGS,
}
# Methods for which cells are not hot or cold at risk, but on alert or in a cluster.
NOT_HOT: Final = frozenset({"near-repeat", "scan"})
