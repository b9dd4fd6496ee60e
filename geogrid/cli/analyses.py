"""Commands that answer questions: coverage, cameras, hotspots, gaps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from geogrid.cli.options import common, option, window_of, windowed
from geogrid.cli.speech import ProgressLine, Speech, SpokenCommand
from geogrid.errors import InputError

if TYPE_CHECKING:
    from geogrid.workspace import Questions, Window

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_output = option(
    "-o", "--output", type=_FILE, help="Write the cells: .parquet .geojson .gpkg .csv .fgb"
)


def _later(name: str, value: str, known: str) -> None:
    """Refuse a choice that this version does not have yet."""
    if value != known:
        raise InputError(
            "{name} {value!r} comes in a later version; this one has {known!r}",
            name=name,
            value=value,
            known=known,
        )


def _answer(
    speech: Speech, ws: Path, layer_id: str, asked: tuple[Window, Questions], output: Path | None
) -> dict[str, Any]:
    """Run an analysis, write its cells where asked for, and print its figures."""
    from geogrid.workspace import Workspace

    window, questions = asked
    progress = ProgressLine(speech.translate)
    workspace = Workspace.open(ws)
    layer = workspace.layer(layer_id, window, questions=questions, progress=progress)
    if output is not None:
        workspace.export(layer_id, output, window=window, questions=questions)
    progress.close()
    summary = dict(layer.summary)
    speech.answer(summary)
    return summary


@click.command(
    cls=SpokenCommand, epilog="geogrid coverage ws --from 2026-03-06 --to 2026-03-08 --hours 22-06"
)
@click.argument("ws", type=_FOLDER)
@windowed
@option(
    "--max-gap",
    type=float,
    default=300.0,
    show_default=True,
    help="A longer silence between fixes is unknown time, seconds.",
)
@option(
    "--max-speed",
    type=float,
    default=160.0,
    show_default=True,
    help="Faster than a unit can go, km/h.",
)
@option("--units", help="Only units of this group.")
@option("--engine", default="threads", show_default=True, help="Where the work is done.")
@_output
@common
@click.pass_obj
def coverage(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Patrol time per cell by the exact walk of the lattice, and where every second went."""
    _later("--engine", settings["engine"], "threads")
    if settings["units"]:
        raise InputError("--units comes in a later version; leave it out to count all units")
    from geogrid.workspace import PatrolRules, Questions

    rules = PatrolRules(settings["max_gap"], settings["max_speed"])
    asked = (window_of(settings), Questions(rules=rules))
    summary = _answer(speech, ws, "coverage", asked, output)
    ledger = summary["ledger"]
    speech.say(
        "{cells:,} cells patrolled on {days} days\n"
        "tracked {total:,.1f} h: moving {moving:,.1f}, standing {standing:,.1f}, "
        "depot {depot:,.1f}, silent {silent:,.1f}, off the grid {off_grid:,.1f}, "
        "rejected {rejected:,.1f}",
        cells=summary["cells_patrolled"],
        days=len(summary["days"]),
        **{name: seconds / 3600 for name, seconds in ledger.items()},
    )


@click.command(cls=SpokenCommand, epilog="geogrid cameras ws --default-range 50 -o cameras.gpkg")
@click.argument("ws", type=_FOLDER)
@windowed
@option("--default-range", type=float, help="Range of cameras that state none, metres.")
@option("--default-angle", type=float, help="View angle of cameras that state none, degrees.")
@_output
@common
@click.pass_obj
def cameras(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Exact share of each cell's land that cameras in service can see."""
    from geogrid.workspace import CameraParams, Questions

    params = CameraParams(settings["default_range"], settings["default_angle"])
    asked = (window_of(settings), Questions(cameras=params))
    summary = _answer(speech, ws, "camera_coverage", asked, output)
    for name, value in summary.items():
        if value is not None:
            speech.say("{name}: {value:,.6g}", name=speech.translate(name), value=value)


@click.command(cls=SpokenCommand, epilog="geogrid hotspots ws --category burglary --radius 600")
@click.argument("ws", type=_FOLDER)
@windowed
@option("--method", default="gi", show_default=True, help="gi: Getis-Ord Gi* with exact p.")
@option("--radius", type=float, help="Radius of the window, metres; at least two cells.")
@option("--null", default="total", show_default=True, help="total or conditional.")
@option("--correction", default="bh", show_default=True, help="bh, by, bonferroni or none.")
@option("--q", type=float, default=0.05, show_default=True, help="False discovery rate.")
@option(
    "--min-support",
    type=int,
    default=3,
    show_default=True,
    help="Least number of incidents in the window of a hot cell.",
)
@option("--category", "categories", multiple=True, help="Only incidents of this category.")
@option(
    "--source",
    default="call,unknown",
    show_default=True,
    help="Sources of incidents that count: call, officer, sensor, unknown.",
)
@_output
@common
@click.pass_obj
def hotspots(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Cells where incidents cluster more than chance explains, where something is at risk."""
    _later("--method", settings["method"], "gi")
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
    asked = (window_of(settings), Questions(hotspots=params, choice=choice))
    summary = _answer(speech, ws, "hotspots", asked, output)
    speech.say(
        "{hot:,} hot and {cold:,} cold of {tested:,} cells at risk (q = {q:g}, {correction}, "
        "radius {radius_m:g} m, mask {mask}); {counted:,} incidents counted",
        **summary,
    )


@click.command(cls=SpokenCommand, epilog="geogrid gaps ws --from 2026-03-08 --to 2026-03-08")
@click.argument("ws", type=_FOLDER)
@windowed
@option(
    "--stale-after",
    type=float,
    default=48.0,
    show_default=True,
    help="A cell not seen for longer is stale, hours.",
)
@_output
@common
@click.pass_obj
def gaps(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """State of every cell: never patrolled, GPS silent, stale or met, and demand against supply."""
    from geogrid.workspace import GapParams, Questions

    params = GapParams(stale_after_h=settings["stale_after"])
    asked = (window_of(settings), Questions(gaps=params))
    summary = _answer(speech, ws, "gaps", asked, output)
    for state, count in summary["states"].items():
        speech.say(
            "{state}: {count:,} cells, {land:,.1f} km2",
            state=speech.translate(state),
            count=count,
            land=summary["land_km2"][state],
        )


COMMANDS: Final = (coverage, cameras, hotspots, gaps)
