"""Commands that answer questions: coverage, cameras, hotspots, gaps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from geogrid.cli.hotspot_options import asked_hotspots, looked_for, say_hotspots
from geogrid.cli.match_words import say_match
from geogrid.cli.options import (
    common,
    engine_of,
    on_engine,
    option,
    questions_of,
    seen_by_cameras,
    window_of,
    windowed,
)
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand

if TYPE_CHECKING:
    from geogrid.workspace import Engine, Questions, Window

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_output = option(
    "-o", "--output", type=_FILE, help="Write the cells: .parquet .geojson .gpkg .csv .fgb"
)
_BUCKETS: Final = {
    "moving": "moving",
    "standing": "standing",
    "depot": "in a depot",
    "silent": "GPS silent",
    "off_grid": "off the grid",
    "rejected": "rejected",
    "total": "tracked in all",
}
_STATES: Final = {
    "not_required": "no patrol required",
    "no_data": "no data",
    "off_duty": "off duty",
    "dark": "dark (GPS silent)",
    "never": "never patrolled",
    "stale": "not patrolled for too long",
    "under": "patrolled too little",
    "met": "patrolled as required",
}
_CAMERAS: Final = (  # figure, what it is, how it is said
    ("cameras", "cameras registered", "{cameras:,}"),
    ("in_service", "in service", "{in_service:,}"),
    ("off", "switched off", "{off:,}"),
    ("planned", "planned", "{planned:,}"),
    ("drawn", "with a view that is known", "{drawn:,}"),
    ("bearing_unknown", "direction not known: not counted", "{bearing_unknown:,}"),
    ("angle_unknown", "view angle not known: not counted", "{angle_unknown:,}"),
    ("range_unknown", "range not known: not counted", "{range_unknown:,}"),
    ("indoors", "deep inside a building: not counted", "{indoors:,}"),
    ("outside", "outside the districts", "{outside:,}"),
    ("assumed_range", "with the default range", "{assumed_range:,}"),
    ("assumed_angle", "with the default view angle", "{assumed_angle:,}"),
    ("assumed_disc", "taken as looking all round", "{assumed_disc:,}"),
    ("range_by_lens", "with the range of their lens", "{range_by_lens:,}"),
    ("on_walls", "on the wall of a building", "{on_walls:,}"),
    ("over_buildings", "looking over a building", "{over_buildings:,}"),
    ("covered_km2", "land seen", "{covered_km2:,.2f} km2"),
    ("twice_km2", "land seen by two or more", "{twice_km2:,.2f} km2"),
    ("roads_covered_km", "roads seen", "{roads_covered_km:,.1f} / {roads_km:,.1f} km"),
)
_CAMERA_TROUBLES: Final = frozenset(line[0] for line in _CAMERAS[5:16])


def _answer(
    speech: Speech,
    ws: Path,
    layer_id: str,
    asked: tuple[Window, Questions],
    output: Path | None,
    engine: Engine | None = None,
) -> dict[str, Any]:
    """Run an analysis, write its cells where asked for, and print its figures."""
    from geogrid.workspace import Workspace

    window, questions = asked
    with ProgressLine(speech.translate) as progress:
        workspace = Workspace.open(ws, engine=engine)
        layer = workspace.layer(layer_id, window, questions=questions, progress=progress)
        if output is not None:
            workspace.export(layer_id, output, window=window, questions=questions)
    if layer.synthetic:
        speech.say("Synthetic data")
    speech.answer(dict(layer.summary))
    return dict(layer.summary)


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
@option("--units", metavar="GROUP", help="Only units of this group.")
@on_engine
@_output
@common
@click.pass_obj
def coverage(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Patrol time per cell, and where every second went.

    Each segment between two fixes is walked through the lattice, so seconds in cells are exact.
    """
    from geogrid.workspace import PatrolRules, Questions

    engine = engine_of(settings)
    rules = PatrolRules(settings["max_gap"], settings["max_speed"])
    asked = (window_of(settings), Questions(rules=rules, group=settings["units"]))
    summary = _answer(speech, ws, "coverage", asked, output, engine)
    if settings["units"] is not None:
        speech.say("only the {registered} units of {group}", **summary["units"])
    speech.say(
        "{cells:,} cells patrolled on {days} days; {kept:,} of {read:,} fixes used",
        cells=summary["cells_patrolled"],
        days=len(summary["days"]),
        kept=summary["fixes"]["kept"],
        read=summary["fixes"]["read"],
    )
    total = summary["ledger"]["total"]
    speech.table(
        [
            (
                speech.translate(_BUCKETS[name]),
                speech.translate("{hours:,.1f} h").format(hours=seconds / 3600),
                f"{seconds / total:.1%}" if total else "",
            )
            for name, seconds in summary["ledger"].items()
        ]
    )


@click.command(cls=SpokenCommand, epilog="geogrid cameras ws --default-range 50 -o cameras.gpkg")
@click.argument("ws", type=_FOLDER)
@windowed
@seen_by_cameras
@_output
@common
@click.pass_obj
def cameras(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Share of each cell's land and roads that cameras in service see."""
    asked = (window_of(settings), questions_of(settings))
    summary = _answer(speech, ws, "camera_coverage", asked, output)
    lines = _CAMERAS if summary["roads_km"] is not None else _CAMERAS[:-1]
    speech.table(
        [
            (speech.translate(words), speech.translate(amount).format(**summary))
            for key, words, amount in lines
            if summary[key] or key not in _CAMERA_TROUBLES
        ]
    )
    _say_buildings(speech, summary)


def _say_buildings(speech: Speech, summary: dict[str, Any]) -> None:
    """Say whether buildings were looked at, and how much they hide."""
    if summary["buildings"] == "left out":
        speech.say("Buildings are left out: nothing hides the ground")
    elif summary["buildings"] == "none":
        speech.say("No buildings are imported: nothing hides the ground")
    elif summary["open_views_km2"]:
        words = {
            "known": speech.translate("heights are known"),
            "in part": speech.translate("heights are known in part"),
            "plan view": speech.translate("in plan: heights are not known"),
        }
        speech.say(
            "Buildings hide {hidden:.0%} of the views ({heights})",
            hidden=1.0 - summary["views_km2"] / summary["open_views_km2"],
            heights=words[summary["heights"]],
        )


@click.command(cls=SpokenCommand, epilog="geogrid hotspots ws --category burglary --radius 600")
@click.argument("ws", type=_FOLDER)
@windowed
@looked_for
@_output
@common
@click.pass_obj
def hotspots(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Find where incidents cluster more than chance explains."""
    summary = _answer(speech, ws, "hotspots", asked_hotspots(settings), output)
    say_hotspots(speech, summary)


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
@option(
    "--weight",
    type=click.Choice(["none", "harm"]),
    default="none",
    show_default=True,
    help="none: every incident counts once; harm: by its weight.",
)
@_output
@common
@click.pass_obj
def gaps(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """State of every cell, never patrolled to met; demand against supply."""
    from geogrid.workspace import GapParams, Questions

    params = GapParams(stale_after_h=settings["stale_after"], weight=settings["weight"])
    asked = (window_of(settings), Questions(gaps=params))
    summary = _answer(speech, ws, "gaps", asked, output)
    speech.table(
        [
            (
                speech.translate(_STATES[state]),
                speech.translate("{count:,} cells").format(count=count),
                speech.translate("{land:,.1f} km2").format(land=summary["land_km2"][state]),
            )
            for state, count in summary["states"].items()
            if count
        ]
    )
    if summary["missing_days"]:
        speech.say("{count} days of the window are not imported", count=summary["missing_days"])
    say_match(speech, summary)


COMMANDS: Final = (coverage, cameras, hotspots, gaps)
