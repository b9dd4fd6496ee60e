"""The command that says where the next cameras go: site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from geogrid.cli.options import common, option
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand
from geogrid.errors import InputError

if TYPE_CHECKING:
    from geogrid.service.siting_question import SitingQuestion

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_SHOWN: Final = 20  # sites on a terminal; a file has all
_HEAD: Final = ("site", "lon", "lat", "adds")
_STATUS: Final = {
    "optimal": "no plan is better: proved",
    "within_gap": "proved to be within the gap asked for",
    "time_limit": "the best plan when the search ended; not proved to be within the gap",
}


def _question(settings: dict[str, Any]) -> SitingQuestion:
    """Return what is asked, from the words of the command."""
    from geogrid.analysis.siting import SitingParams
    from geogrid.service.siting_question import PlanRules, SitingQuestion

    rules = PlanRules(backup=settings["backup"])
    params = SitingParams(settings["gap"], settings["time_limit"], settings["seed"])
    return SitingQuestion(
        new=settings["new"],
        model=settings["model"],
        candidates=settings["candidates"],
        range_m=settings["range"],
        weight=settings["weight"],
        share=settings["share"],
        rules=rules,
        params=params,
    )


def _say_plan(speech: Speech, plan: dict[str, Any]) -> None:
    """Say what a plan reaches, what none can, and where its sites are."""
    demand = plan["demand"]
    if plan["model"] == "mclp":
        speech.say(
            "{sites} new sites: {seen:.1%} of the demand ({weight}) seen, {before:.1%} before; "
            "all candidates together could see {most:.1%}",
            sites=len(plan["sites"]),
            seen=demand["seen_share"],
            before=demand["seen_before_share"],
            most=demand["in_reach_share"],
            weight=demand["weight"],
        )
    elif plan["model"] == "lscp":
        speech.say(
            "{sites} new sites cover {seen:.1%} of the demand ({weight}); "
            "fewer than {least} cannot cover what was asked for",
            sites=len(plan["sites"]),
            seen=demand["seen_share"],
            least=plan["bound"],
            weight=demand["weight"],
        )
    else:
        speech.say(
            "{sites} new posts: {mean_m:,.0f} m to demand on average; "
            "no plan comes under {least_mean_m:,.0f} m",
            sites=len(plan["sites"]),
            mean_m=demand["mean_m"],
            least_mean_m=demand["least_mean_m"],
        )
    _say_proof(speech, plan)
    rows = [tuple(map(speech.translate, _HEAD))]
    for place in plan["places"][:_SHOWN]:
        adds = "" if place["adds"] is None else f"{place['adds']:,.0f}"
        rows.append((place["id"], f"{place['lon']:.6f}", f"{place['lat']:.6f}", adds))
    speech.table(rows)


def _say_proof(speech: Speech, plan: dict[str, Any]) -> None:
    """Say how good a plan is proved to be."""
    speech.say(
        "worth {value:,} of at most {bound:,}: gap {gap:.2%}"
        if plan["model"] == "mclp"
        else "cost {value:,}, no plan under {bound:,}: gap {gap:.2%}",
        value=plan["value"],
        bound=plan["bound"],
        gap=plan["gap"],
    )
    speech.say("{message}", message=speech.translate(_STATUS[plan["status"]]))
    if plan["proof"] == "solver":
        speech.say(
            "this bound is the exact solver's; the certificate that anyone can check says "
            "{proved:,}",
            proved=plan["proved_bound"],
        )
    in_zones = plan["candidates"]["in_zones"]
    if in_zones:
        speech.say("{count:,} candidates are in zones and are out", count=in_zones)
    if plan["demand"].get("existing_left_out"):
        speech.say(
            "{count:,} cameras in service are not counted: range or direction not known",
            count=plan["demand"]["existing_left_out"],
        )


def _verify(speech: Speech, path: Path) -> None:
    """Check a stored plan; refuse one that does not hold."""
    from geogrid.service.siting_files import verify_file

    plan, verdict = verify_file(path)
    if not verdict.holds:
        raise InputError(
            "{file}: the plan does not hold: {faults}",
            file=path,
            faults="; ".join(speech.translate(fault) for fault in verdict.faults),
        )
    speech.say(
        "the plan holds: value {value:,}, bound {bound:,} by its certificate, gap {gap:.2%}",
        value=verdict.value,
        bound=verdict.bound,
        gap=verdict.gap,
    )
    speech.answer(verdict.as_json() | {"model": plan["model"], "version": plan["version"]})


@click.command(cls=SpokenCommand, epilog="geogrid site ws --new 20 --range 250 -o plan.json")
@click.argument("ws", type=_FOLDER, required=False)
@option("--new", type=int, metavar="N", help="How many new sites.")
@option(
    "--model",
    default="mclp",
    show_default=True,
    metavar="mclp|lscp|p-median",
    help="Cover most, as few as cover a share, or nearest to demand beside the police rooms.",
)
@option(
    "--candidates",
    default="grid",
    show_default=True,
    metavar="grid|roads|register",
    help="Cells with demand, ends of road lines, or planned cameras of the register.",
)
@option(
    "--range",
    type=float,
    default=250.0,
    show_default=True,
    help="How far a new site sees, metres; a cell is seen if its centre is.",
)
@option(
    "--weight",
    metavar="incidents|people|roads|land",
    help="What demand is; incidents where there are some, else land.",
)
@option(
    "--share", type=float, default=1.0, show_default=True, help="Share of demand to cover (lscp)."
)
@option(
    "--backup",
    type=float,
    default=0.0,
    show_default=True,
    help="Worth of a second view, as a share of the first's.",
)
@option(
    "--gap",
    type=float,
    default=0.01,
    show_default=True,
    help="Stop when the plan is proved this near to the best.",
)
@option(
    "--time-limit",
    type=float,
    default=60.0,
    show_default=True,
    help="Stop after so many seconds with the best plan so far.",
)
@option("--seed", type=int, default=0, show_default=True, help="Of the search.")
@option("--verify", type=_FILE, metavar="PLAN.json", help="Check a stored plan instead.")
@option("-o", "--output", type=_FILE, help="Write the plan with its proof: .json")
@common
@click.pass_obj
def site(
    speech: Speech, /, ws: Path | None, output: Path | None, verify: Path | None, **settings: Any
) -> None:
    """Where the next cameras or posts go, and what no plan can exceed.

    Existing cameras count. Zones of the register are never a place or a view.
    """
    if verify is not None:
        _verify(speech, verify)
        return
    if ws is None:
        raise InputError("give a workspace, or --verify PLAN.json")
    from geogrid.service.siting_files import summary_of
    from geogrid.workspace import Workspace

    question = _question(settings)
    with ProgressLine(speech.translate) as progress:
        plan = Workspace.open(ws).site(question, path=output, progress=progress)
    if plan["synthetic"]:
        speech.say("Synthetic data")
    _say_plan(speech, plan)
    speech.answer(summary_of(plan))


COMMANDS: Final = (site,)
