"""The command that reports on cameras: what they cover, what fails, and what is overdue."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import click

from geogrid.cli.options import common, option, questions_of, seen_by_cameras
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand

if TYPE_CHECKING:
    from geogrid.service.camera_tables import ReportQuestion

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_SHOWN: Final = 10  # rows of a table on a terminal; a file has all


@click.command(
    cls=SpokenCommand, epilog="geogrid camera-report ws --as-of 2026-03-01 -o cameras.xlsx"
)
@click.argument("ws", type=_FOLDER)
@option(
    "--as-of",
    metavar="YYYY-MM-DD",
    help="The day that reviews are held to; today in the workspace's time zone by default.",
)
@option("--hours", metavar="HH-HH", help="Only cameras that are on all through these hours.")
@option(
    "--rank",
    type=click.Choice(["land", "roads", "places"]),
    default="land",
    show_default=True,
    help="What failures are ranked by.",
)
@option(
    "--least-days",
    type=float,
    default=30.0,
    show_default=True,
    help="Images are kept for this many days at least.",
)
@option(
    "--most-days",
    type=float,
    default=90.0,
    show_default=True,
    help="Images are kept for this many days at most.",
)
@option("--soon", type=int, default=30, show_default=True, help="Tell reviews due in so many days.")
@option(
    "--rows",
    type=click.IntRange(min=0),
    metavar="N",
    default=100,
    show_default=True,
    help="Most rows of failures, care and zones in the JSON answer.",
)
@option(
    "--table",
    metavar="NAME",
    default="care",
    show_default=True,
    help="Which table goes into .csv or .parquet: districts, roads, places, hours, cameras, "
    "poles, networks, care, zones, standing.",
)
@seen_by_cameras
@option("-o", "--output", type=_FILE, help="Write the report: .xlsx (all tables) .csv .parquet")
@common
@click.pass_obj
def camera_report(speech: Speech, /, ws: Path, output: Path | None, **settings: Any) -> None:
    """Coverage by cameras, what is lost if one fails, and what is overdue in their register.

    Measures are for land, roads by class and places, by district and by hour of the day. What
    several cameras see counts once.
    """
    from geogrid.workspace import Workspace

    questions = questions_of(settings)
    with ProgressLine(speech.translate) as progress:
        workspace = Workspace.open(ws).asking(questions)
        answer = workspace.camera_report(
            _question(settings, workspace.time_zone),
            rows=settings["rows"],
            language=speech.language,
            path=output,
            table=settings["table"],
            progress=progress,
        )
    if answer["synthetic"]:
        speech.say("Synthetic data")
    _say_cover(speech, answer)
    _say_hours(speech, answer)
    _say_failures(speech, answer)
    _say_care(speech, answer)
    _say_zones(speech, answer)
    speech.answer(answer)


def _question(settings: dict[str, Any], time_zone: str) -> ReportQuestion:
    """Return what is asked, as of today where no day is given."""
    from geogrid.analysis.camera_care import CareRules
    from geogrid.model.window import Window, day_of_text
    from geogrid.service.camera_tables import ReportQuestion

    day = settings["as_of"]
    return ReportQuestion(
        datetime.now(ZoneInfo(time_zone)).date() if day is None else day_of_text(day),
        Window.parse(hours=settings["hours"]).hours,
        settings["rank"],
        CareRules(settings["least_days"], settings["most_days"], settings["soon"]),
    )


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _say_cover(speech: Speech, answer: dict[str, Any]) -> None:
    """Print what is seen by district, by class of road and by kind of place."""
    speech.say(
        "{counted:,} of {cameras:,} cameras count: in service, and with a view that is known",
        **answer["cameras"],
    )
    say = speech.translate
    head = (say("district"), say("land seen"), say("by two"), say("roads"), say("places"))
    whole = answer["total"] | {"district": "", "name": say("all")}
    districts = [
        (
            f"{row['district']} {row['name']}".strip(),
            _share(row["seen_share"]),
            _share(row["twice_share"]),
            _share(row["roads_seen_share"]),
            f"{row['places_seen']:,} / {row['places']:,}",
        )
        for row in (*answer["districts"], whole)
    ]
    speech.table([head, *districts])
    _say_roads_and_places(speech, answer)


def _say_roads_and_places(speech: Speech, answer: dict[str, Any]) -> None:
    say = speech.translate
    if answer["roads"]:
        classes = [
            (
                row["class"] or say("no class"),
                f"{row['km']:,.1f}",
                _share(row["seen_share"]),
                _share(row["twice_share"]),
            )
            for row in answer["roads"]
        ]
        speech.table([(say("class of road"), "km", say("in view"), say("by two")), *classes])
    if answer["places"]:
        kinds = [
            (
                f"{row['register']} {row['kind']}".strip(),
                f"{row['seen']:,} / {row['places']:,}",
                _share(row["shown_share"]),
            )
            for row in answer["places"]
        ]
        speech.table([(say("place"), say("seen"), say("of their outlines")), *kinds])


def _say_hours(speech: Speech, answer: dict[str, Any]) -> None:
    """Print the best and the worst hour where cameras are not on all day."""
    hours = sorted(answer["by_hour"], key=lambda row: (round(row["seen_km2"], 9), row["cameras"]))
    least, most = hours[0], hours[-1]
    if least["cameras"] < most["cameras"]:
        speech.say(
            "Most land is seen at {most:02d}:00 ({most_km2:,.2f} km2), least at {least:02d}:00 "
            "({least_km2:,.2f} km2)",
            most=most["hour"],
            most_km2=most["seen_km2"],
            least=least["hour"],
            least_km2=least["seen_km2"],
        )


def _say_failures(speech: Speech, answer: dict[str, Any]) -> None:
    """Print the worst single points of failure."""
    say = speech.translate
    kinds = {
        "cameras": say("a camera fails"),
        "poles": say("a pole fails"),
        "networks": say("a network segment fails"),
    }
    for name, words in kinds.items():
        failing = answer["failures"][name]
        if not failing["groups"]:
            continue
        speech.say(
            "If {what}: {missed:,} of {groups:,} would be missed, {spare:,} would not",
            what=words,
            **{key: failing[key] for key in ("missed", "groups", "spare")},
        )
        head = ("", say("land lost"), say("of what is seen"), say("roads lost"), say("places lost"))
        rows = [
            (
                row["id"],
                f"{row['lost_m2']:,.0f} m2",
                _share(row["lost_share"]),
                f"{row['lost_road_m']:,.0f} m",
                f"{row['lost_places']:,}",
            )
            for row in failing["rows"][:_SHOWN]
        ]
        speech.table([head, *rows] if rows else [])


def _say_care(speech: Speech, answer: dict[str, Any]) -> None:
    """Print how many cameras have each finding."""
    care = answer["care"]
    speech.say(
        "As of {day}: {found:,} of {cameras:,} cameras have something wrong or missing",
        day=answer["as_of"],
        found=care["with_findings"],
        cameras=care["cameras"],
    )
    speech.table([(care["words"][name], f"{n:,}") for name, n in care["counts"].items() if n])


def _say_zones(speech: Speech, answer: dict[str, Any]) -> None:
    """Print who stands in zones or looks into them."""
    zones = answer["zones"]
    if zones["zones"]:
        speech.say(
            "{views:,} views reach into a zone where none may, {standing:,} cameras stand in one; "
            "stopping it would cost {lost_km2:,.4f} km2 of land and {lost_roads_km:,.3f} km of "
            "road in view",
            **(zones | {"standing": zones["standing_count"]}),
        )


COMMANDS: Final = (camera_report,)
