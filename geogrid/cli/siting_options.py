"""The options of `geogrid site`, and the question that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geogrid.cli.options import Function, option
from geogrid.errors import InputError

if TYPE_CHECKING:
    from geogrid.service.siting_question import PlanRules, SitingQuestion
    from geogrid.workspace import Window

_MODEL = (
    option("--new", type=int, metavar="N", help="How many new sites."),
    option(
        "--budget",
        type=int,
        metavar="COST",
        help="What new sites may cost together, instead of --new; costs are the candidates'.",
    ),
    option(
        "--model",
        default="mclp",
        show_default=True,
        metavar="mclp|lscp|p-median",
        help="Cover most, as few as cover a share, or nearest to demand beside the police rooms.",
    ),
    option(
        "--candidates",
        default="grid",
        show_default=True,
        metavar="grid|roads|register",
        help="Cells with demand, ends of road lines, or the register: candidates, else planned "
        "cameras.",
    ),
    option(
        "--range",
        type=float,
        default=250.0,
        show_default=True,
        help="How far a new site sees, metres; a cell is seen if its centre is.",
    ),
    option(
        "--weight",
        metavar="incidents|people|roads|land|hazards|demand",
        help="What demand is; incidents where there are some, else land.",
    ),
    option(
        "--district",
        metavar="ID|NAME",
        help="Only this district: sites stand there, and demand counts there only.",
    ),
    option(
        "--height",
        type=float,
        metavar="M",
        help="Height of new sites above ground, metres: over lower roofs they look. A candidate's "
        "own goes before.",
    ),
    option("--plain-views", is_flag=True, help="Leave buildings out: nothing hides the ground."),
    option(
        "--share",
        type=float,
        default=1.0,
        show_default=True,
        help="Share of demand to cover (lscp).",
    ),
)
_RULES = (
    option(
        "--bearings",
        type=int,
        default=1,
        show_default=True,
        metavar="N",
        help="Directions tried on each pole; one is chosen.",
    ),
    option(
        "--view-angle",
        type=float,
        default=360.0,
        show_default=True,
        help="View angle of each direction, degrees.",
    ),
    option(
        "--backup",
        type=float,
        default=0.0,
        show_default=True,
        help="Worth of a second view, as a share of the first's.",
    ),
    option(
        "--least",
        multiple=True,
        metavar="SHARE|DISTRICT=SHARE",
        help="Least share of its demand that each district, or one, must have covered.",
    ),
    option("--require", multiple=True, metavar="ID", help="A candidate that must be in the plan."),
    option("--forbid", multiple=True, metavar="ID", help="A candidate that must not be."),
    option(
        "--pair", multiple=True, metavar="ID,ID", help="Two candidates of which one may be chosen."
    ),
)
_SEARCH = (
    option(
        "--gap",
        type=float,
        default=0.01,
        show_default=True,
        help="Stop when the plan is proved this near to the best.",
    ),
    option(
        "--time-limit",
        type=float,
        default=60.0,
        show_default=True,
        help="Stop after so many seconds with the best plan so far.",
    ),
    option("--seed", type=int, default=0, show_default=True, help="Of the search."),
    option("--curve", is_flag=True, help="Also worth by number of sites, with what none exceeds."),
    option("--robust", is_flag=True, help="Also under other ranges and months, and if one fails."),
    option("--price-zones", is_flag=True, help="Also what zones cost, by a second plan."),
)


def asked_with(function: Function) -> Function:
    """Add the options that ask for a plan.

    Parameters
    ----------
    function
        The command.

    Returns
    -------
    Callable
        The same, with the options.
    """
    for add in reversed((*_MODEL, *_RULES, *_SEARCH)):
        function = add(function)
    return function


def question_of_settings(settings: dict[str, Any], window: Window) -> SitingQuestion:
    """Return what is asked, from the words of the command.

    Parameters
    ----------
    settings
        What click gives.
    window
        Days and hours of the incidents.

    Returns
    -------
    SitingQuestion
        Checked.

    Raises
    ------
    InputError
        A word cannot be read.
    """
    from geogrid.analysis.siting import SitingParams
    from geogrid.service.siting_question import SitingQuestion

    return SitingQuestion(
        new=settings["new"],
        model=settings["model"],
        candidates=settings["candidates"],
        range_m=settings["range"],
        weight=settings["weight"],
        window=window,
        share=settings["share"],
        rules=_rules(settings),
        params=SitingParams(settings["gap"], settings["time_limit"], settings["seed"]),
        curve=settings["curve"],
        robust=settings["robust"],
        price_zones=settings["price_zones"],
        district=settings["district"],
        height_m=settings["height"],
        plain_views=settings["plain_views"],
    )


def _rules(settings: dict[str, Any]) -> PlanRules:
    from geogrid.service.siting_question import PlanRules

    return PlanRules(
        budget=settings["budget"],
        bearings=settings["bearings"],
        view_angle_deg=settings["view_angle"],
        backup=settings["backup"],
        least=tuple(map(_least, settings["least"])),
        required=settings["require"],
        forbidden=settings["forbid"],
        pairs=tuple(map(_pair, settings["pair"])),
    )


def _least(text: str) -> tuple[str, float]:
    """Return a district, or all of them, and its least share."""
    from geogrid.service.siting_question import EVERY

    name, equals, share = text.rpartition("=")
    try:
        return (name if equals else EVERY), float(share)
    except ValueError as error:
        raise InputError(
            "--least is a share such as 0.3, or DISTRICT=0.3, got {got!r}", got=text
        ) from error


def _pair(text: str) -> tuple[str, str]:
    """Return two candidates."""
    one, comma, other = text.partition(",")
    if not comma or not one or not other:
        raise InputError("--pair is two candidates, ID,ID, got {got!r}", got=text)
    return one, other
