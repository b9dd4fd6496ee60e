"""The command that looks ahead: forecast."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from geogrid.cli.hotspot_options import STACKED, say_stacks, two_days
from geogrid.cli.options import common, option
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)


def _say_record(speech: Speech, summary: dict[str, Any]) -> None:
    """Say what the record is made of, and show the card."""
    tested = summary["backtest"]
    if not tested["windows"]:
        speech.say(summary["card"][0]["verdict"])
        return
    speech.say(
        "tested on {windows} windows of {window_days} days, {first} to {last}, "
        "with {incidents:,.0f} incidents:",
        **tested,
    )
    head = ("area", "incidents in it", "PAI", "PAI of counting", "PEI", "model", "so far")
    rows = [tuple(map(speech.translate, head))]
    for entry in summary["card"]:
        pai = entry["pai"]
        rows.append(
            (
                f"{entry['area_percent']:g} %",
                f"{entry['hit_rate']['value']:.1%}",
                f"{pai['value']:.2f} ({pai['lo']:.2f}..{pai['hi']:.2f})",
                f"{entry['baseline']['pai']['value']:.2f}",
                f"{entry['pei']['value']:.2f}",
                entry["model"],
                speech.translate(entry["verdict"]),
            )
        )
    speech.table(rows)


@click.command(cls=SpokenCommand, epilog="geogrid forecast ws --as-of 2026-03-09 --horizon 7")
@click.argument("ws", type=_FOLDER)
@option(
    "--as-of",
    metavar="YYYY-MM-DD",
    required=True,
    help="First local day of the forecast. Nothing that was not over before it is looked at.",
)
@option("--horizon", type=int, default=7, show_default=True, help="Days ahead.")
@option("--category", "categories", multiple=True, help="Only incidents of this category.")
@option(
    "--source",
    default="call,unknown",
    show_default=True,
    help="Sources of incidents that count: call, officer, sensor, unknown.",
)
@STACKED
@option(
    "--mask-period",
    metavar="DAY:DAY",
    help="Days whose incidents say where something can happen; all that are known by default.",
)
@option("-o", "--output", type=_FILE, help="Write the cells: .parquet .geojson .gpkg .csv .fgb")
@common
@click.pass_obj
def forecast(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Where incidents are expected, and how well such forecasts did.

    Plain counts are the forecast unless another model did better than chance explains in a
    back-test, in which no forecast saw what came after it.
    """
    from geogrid.model.window import day_of_text
    from geogrid.workspace import IncidentChoice, Workspace

    as_of = day_of_text(settings["as_of"])
    sources = tuple(word.strip() for word in settings["source"].split(",") if word.strip())
    choice = IncidentChoice(
        tuple(settings["categories"]),
        sources,
        stacked=settings["stacked"],
        mask_period=two_days(settings["mask_period"]),
    )
    with ProgressLine(speech.translate) as progress:
        workspace = Workspace.open(ws)
        layer = workspace.forecast(
            as_of, settings["horizon"], choice=choice, path=output, progress=progress
        )
    summary = dict(layer.summary)
    if layer.synthetic:
        speech.say("Synthetic data")
    speech.say(
        "{expected_total:,.1f} incidents expected in {horizon_days} days from {as_of} on, "
        "in {at_risk:,} cells at risk",
        **summary,
    )
    _say_record(speech, summary)
    say_stacks(speech, summary["stacked"])
    for warning in summary["warnings"]:
        speech.say("{message}", message=speech.retell(warning))
    speech.answer(summary)


COMMANDS: Final = (forecast,)
