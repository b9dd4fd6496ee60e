"""The command that says where the next cameras go: site."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from geogrid.cli.options import common, option, window_of, windowed
from geogrid.cli.siting_options import asked_with, question_of_settings
from geogrid.cli.siting_words import say_plan
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand
from geogrid.errors import InputError

if TYPE_CHECKING:
    from geogrid.workspace import Workspace

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)


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


def _save(speech: Speech, workspace: Workspace, name: str, plan: dict[str, Any]) -> dict[str, Any]:
    """Keep a plan as a scenario."""
    from datetime import UTC, datetime

    made = workspace.scenario_of_plan(name, plan, datetime.now(UTC))
    speech.say("kept as scenario {number}: {name}", number=made["id"], name=name)
    return {"scenario": made["id"]}


@click.command(cls=SpokenCommand, epilog="geogrid site ws --new 20 --range 250 -o plan.json")
@click.argument("ws", type=_FOLDER, required=False)
@asked_with
@windowed
@option("--verify", type=_FILE, metavar="PLAN.json", help="Check a stored plan instead.")
@option("--save", metavar="NAME", help="Keep the plan as a scenario of this name.")
@option(
    "--datum",
    metavar="wgs84|cgcs2000|gcj02|bd09",
    default="wgs84",
    help="Datum of the coordinates in an .xlsx work order.",
)
@option(
    "-o",
    "--output",
    type=_FILE,
    help="Write the plan: .json with its proof, .xlsx work order, .geojson with views.",
)
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
    from geogrid.workspace import Workspace, datum_named

    name, datum = settings.pop("save"), datum_named(settings.pop("datum"))
    question = question_of_settings(settings, window_of(settings))
    workspace = Workspace.open(ws)
    began = time.perf_counter()
    with ProgressLine(speech.translate) as progress:
        plan = workspace.site(question, path=output, datum=datum, progress=progress)
    seconds = time.perf_counter() - began
    if plan["synthetic"]:
        speech.say("Synthetic data")
    say_plan(speech, plan)
    kept = {} if name is None else _save(speech, workspace, name, plan)
    speech.answer(summary_of(plan) | {"seconds": round(seconds, 3)} | kept)


COMMANDS: Final = (site,)
