"""The command that draws hotspots as areas: spots."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from geogrid.cli.hotspot_options import MASK_PERIOD, STACKED, say_stacks, two_days
from geogrid.cli.options import common, option, window_of, windowed
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command(
    cls=SpokenCommand,
    epilog="geogrid spots ws --from 2026-03-01 -o spots.geojson --earlier last_week.geojson",
)
@click.argument("ws", type=_FOLDER)
@windowed
@option("--radius", type=float, help="Radius of the window, metres; at least two cells.")
@option("--q", type=float, default=0.05, show_default=True, help="False discovery rate.")
@option("--category", "categories", multiple=True, help="Only incidents of this category.")
@option(
    "--source",
    default="call,unknown",
    show_default=True,
    help="Sources of incidents that count: call, officer, sensor, unknown.",
)
@STACKED
@MASK_PERIOD
@option(
    "--earlier",
    type=_FILE,
    help="File of earlier areas: ids and names of those that go on are kept.",
)
@option("-o", "--output", type=_FILE, help="Write the areas: .parquet .geojson .gpkg .csv .fgb")
@common
@click.pass_obj
def spots(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Draw hotspots as areas with a core, a fringe, a name and an id that stays.

    An area is hot on at least 40 % of moved and resized lattices, its core on 80 %.
    """
    from geogrid.workspace import HotspotParams, IncidentChoice, Workspace

    sources = tuple(word.strip() for word in settings["source"].split(",") if word.strip())
    choice = IncidentChoice(
        tuple(settings["categories"]),
        sources,
        stacked=settings["stacked"],
        mask_period=two_days(settings["mask_period"]),
    )
    params = HotspotParams(radius_m=settings["radius"], q=settings["q"])
    window = window_of(settings)
    with ProgressLine(speech.translate):
        workspace = Workspace.open(ws)
        layer, summary = workspace.spots(
            window, choice=choice, params=params, earlier=settings["earlier"], path=output
        )
    if layer.synthetic:
        speech.say("Synthetic data")
    speech.say(
        "{areas} areas, by {lattices} moved and resized lattices; radius {radius:g} m",
        areas=len(summary["areas"]),
        lattices=summary["lattices"],
        radius=summary["radius_m"],
    )
    head = ("rank", "name", "incidents", "share of incidents", "share of land", "core")
    rows = [tuple(map(speech.translate, head))]
    rows += [
        (
            f"{area['rank']}",
            area["name"],
            f"{area['count']:,}",
            f"{area['share_of_incidents']:.1%}",
            f"{area['share_of_area']:.2%}",
            f"{area['core_share']:.0%}",
        )
        for area in summary["areas"]
    ]
    speech.table(rows if summary["areas"] else [])
    say_stacks(speech, summary["stacked"])
    for warning in summary["warnings"]:
        speech.say("{message}", message=speech.retell(warning))
    speech.answer(summary)


COMMANDS: Final = (spots,)
