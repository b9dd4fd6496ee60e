"""Commands about treated places: evaluate, treatment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from geogrid.cli.options import common, option
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand
from geogrid.errors import InputError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geogrid.service.evaluation import EvaluationQuestion
    from geogrid.workspace import Workspace

Function = TypeVar("Function", bound=Callable[..., Any])
_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_ZONES: Final = {
    "place": "place",
    "ring": "ring around it",
    "control": "control",
    "control_ring": "ring around the control",
}


def _compared(function: Function) -> Function:
    """Add the options that say what a place is compared with."""
    added = [
        option(
            "--control",
            type=_FILE,
            help="Polygons of a place without treatment; by default all beyond the ring.",
        ),
        option(
            "--ring",
            type=float,
            default=300.0,
            show_default=True,
            help="Width of the ring in which displaced incidents are looked for, metres.",
        ),
        option("--category", "categories", multiple=True, help="Only incidents of this category."),
    ]
    for add in reversed(added):
        function = add(function)
    return function


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            "{name} wants a day, such as 2026-03-01, got {text!r}", name=name, text=text
        ) from error


def _question(
    place: BaseGeometry, periods: tuple[str, str], settings: dict[str, Any]
) -> EvaluationQuestion:
    from geogrid.service.analyses import IncidentChoice
    from geogrid.service.evaluation import EvaluationQuestion, period_of, place_of_file

    control = settings["control"]
    return EvaluationQuestion(
        place,
        period_of(periods[0]),
        period_of(periods[1]),
        control=None if control is None else place_of_file(control),
        ring_m=settings["ring"],
        choice=IncidentChoice(categories=tuple(settings["categories"])),
    )


@click.command(
    cls=SpokenCommand,
    epilog="geogrid evaluate ws --place market.geojson --before 2026-01-01:2026-01-31 "
    "--after 2026-02-01:2026-02-28",
)
@click.argument("ws", type=_FOLDER)
@option("--place", type=_FILE, required=True, help="Polygons of the treated place.")
@option("--before", required=True, metavar="DAY:DAY", help="Days before, both included.")
@option("--after", required=True, metavar="DAY:DAY", help="Days after, both included.")
@_compared
@common
@click.pass_obj
def evaluate(speech: Speech, /, ws: Path, place: Path, **settings: Any) -> None:
    """Whether incidents fell at a treated place beyond what they did elsewhere.

    Weighted displacement difference with its interval, and the patrols of both periods.
    """
    from geogrid.service.evaluation import place_of_file
    from geogrid.workspace import Workspace

    periods = (settings["before"], settings["after"])
    question = _question(place_of_file(place), periods, settings)
    with ProgressLine(speech.translate) as progress:
        workspace = Workspace.open(ws)
        told = workspace.evaluate(question, progress=progress)
    if workspace.synthetic:
        speech.say("Synthetic data")
    _say(speech, told)
    speech.answer(told)


def _say(speech: Speech, told: dict[str, Any]) -> None:
    """Print counts, the difference with its interval, and what patrols delivered."""
    head = ("", *map(speech.translate, ("before", "after")))
    counts = [
        (speech.translate(_ZONES[name]), f"{pair['before']:,}", f"{pair['after']:,}")
        for name, pair in told["counts"].items()
    ]
    speech.table([head, *counts])
    low, high = told["interval"]
    speech.say(
        "{wdd:+,.1f} incidents beyond the control, ring included; 95 % interval {low:+,.1f} to "
        "{high:+,.1f}",
        wdd=told["wdd"],
        low=low,
        high=high,
    )
    if told["wdq"] is None:
        speech.say("displacement quotient: says nothing, the place did not fall")
    else:
        speech.say(
            "displacement quotient {wdq:+.2f}: over 0 the ring gained too, below 0 incidents moved",
            wdq=told["wdq"],
        )
    if told["few"]:
        speech.say("counts are small: the interval is rough")
    for period in ("before", "after"):
        delivered = (told["dosage"] or {}).get("place", {}).get(period)
        if delivered and delivered["days"]:
            speech.say(
                "{period}: {minutes:,.1f} patrolled minutes a day at the place, {visits:,.0f} "
                "visits on {days} days with tracks",
                period=speech.translate(period),
                minutes=delivered["min_per_day"],
                visits=delivered["visits"],
                days=delivered["days"],
            )


@click.command(
    cls=SpokenCommand,
    epilog="geogrid treatment open ws --place market.geojson --from 2026-02-01 --name Market",
)
@click.argument("action", type=click.Choice(["open", "list", "close"]))
@click.argument("ws", type=_FOLDER)
@click.argument("number", required=False, metavar="[TREATMENT]")
@option("--place", type=_FILE, help="Polygons of the treated place, to open it.")
@option("--from", "first", metavar="YYYY-MM-DD", help="First local day of the treatment.")
@option("--to", "last", metavar="YYYY-MM-DD", help="Last local day, included, to close it.")
@option("--name", default="", help="A name of the place, never of a person.")
@option("--note", default="", help="What is done there.")
@option("--before", metavar="DAY:DAY", help="Days before; as many as the treatment by default.")
@option("--after", metavar="DAY:DAY", help="Days after; those of the treatment by default.")
@_compared
@common
@click.pass_obj
def treatment(speech: Speech, /, action: str, ws: Path, **settings: Any) -> None:
    """Keep places under treatment: open one, list them, close one with the evidence.

    What is opened or closed is a change of the workspace: geogrid undo takes it back.
    """
    from geogrid.workspace import Workspace

    workspace = Workspace.open(ws)
    if action == "list":
        _list(speech, workspace)
    elif action == "open":
        _open(speech, workspace, settings)
    else:
        _close(speech, workspace, settings)


def _needed(settings: dict[str, Any], action: str, *names: str) -> None:
    """Refuse a command line without what an action needs."""
    for name, option_name in zip(names[::2], names[1::2], strict=True):
        if settings[name] is None:
            raise InputError(
                "geogrid treatment {action} needs {name}", action=action, name=option_name
            )


def _open(speech: Speech, workspace: Workspace, settings: dict[str, Any]) -> None:
    from geogrid.service.evaluation import place_of_file

    _needed(settings, "open", "place", "--place", "first", "--from")
    told = workspace.open_treatment(
        place_of_file(settings["place"]),
        _day("--from", settings["first"]),
        name=settings["name"],
        note=settings["note"],
    )
    speech.say("treatment {id} of {name} is open", id=told["id"], name=told["name"])
    speech.answer(told)


def _list(speech: Speech, workspace: Workspace) -> None:
    told = workspace.treatments()
    head = tuple(map(speech.translate, ("treatment", "name", "from", "to", "difference")))
    rows = [
        (
            row["id"],
            row["name"],
            row["opened"],
            row["closed"] or speech.translate("open"),
            f"{row['evidence']['wdd']:+,.1f}" if row["evidence"] else "",
        )
        for row in told
    ]
    speech.table([head, *rows] if rows else [])
    if not rows:
        speech.say("no place is or was under treatment")
    speech.answer({"treatments": told})


def _close(speech: Speech, workspace: Workspace, settings: dict[str, Any]) -> None:
    from geogrid.service.treatments import usual_periods

    _needed(settings, "close", "number", "TREATMENT", "last", "--to")
    last = _day("--to", settings["last"])
    row = workspace.treatment(settings["number"])
    usual = usual_periods(date.fromisoformat(row["opened"]), last)
    asked = (settings["before"] or usual[0], settings["after"] or usual[1])
    question = _question(row["geometry"], asked, settings)
    told = workspace.close_treatment(settings["number"], last, question)
    _say(speech, told["evidence"])
    speech.say("treatment {id} of {name} is closed", id=told["id"], name=told["name"])
    speech.answer(told)


COMMANDS: Final = (evaluate, treatment)
