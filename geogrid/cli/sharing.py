"""Commands that show and take away: layers, export, map, serve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from geogrid.cli.options import (
    common,
    option,
    questions_of,
    seen_by_cameras,
    window_of,
    windowed,
)
from geogrid.cli.speech import Speech
from geogrid.cli.usage import SpokenCommand
from geogrid.errors import InputError

if TYPE_CHECKING:
    from flask import Flask

    from webmap.basemaps import Basemap

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_BOX_SIDES: Final = 4


@click.command(cls=SpokenCommand, epilog="geogrid layers ws")
@click.argument("ws", type=_FOLDER)
@common
@click.pass_obj
def layers(speech: Speech, /, ws: Path) -> None:
    """List the layers of a workspace."""
    from geogrid.workspace import Workspace

    workspace = Workspace.open(ws)
    listed = workspace.layer_list(speech.language)
    if workspace.synthetic:
        speech.say("Synthetic data")
    for layer in listed:
        speech.say("  {id:<16} {kind:<9} {title}", **layer)
    speech.answer({"layers": listed})


@click.command(cls=SpokenCommand, epilog="geogrid export ws gaps -o gaps.geojson --district 350402")
@click.argument("ws", type=_FOLDER)
@click.argument("layer")
@option("-o", "--output", type=_FILE, required=True, help="The file to write.")
@option("--format", "form", help="Format, as an ending such as gpkg; added to the name.")
@option("--bbox", metavar="W,S,E,N", help="Only this box, degrees, WGS-84.")
@option("--district", help="Only this district, by id or name.")
@option(
    "--area",
    metavar="LON,LAT;...",
    help="Only this area: its corners, degrees, WGS-84, or LAYER:ID such as districts:350402.",
)
@option(
    "--where",
    multiple=True,
    metavar="COLUMN=...",
    help="Only these values: COLUMN=LEAST..MOST, COLUMN=VALUE,VALUE or COLUMN!=VALUE,VALUE; "
    "may be given again, all have to hold.",
)
@option(
    "--datum",
    help="Coordinates: wgs84, cgcs2000, gcj02, bd09, or working for the workspace's own CRS.",
)
@option("--method", help="Method of the layer hotspots, as in geogrid hotspots.")
@option("--weight", help="What gaps count incidents by, such as harm.")
@windowed
@seen_by_cameras
@common
@click.pass_obj
def export(speech: Speech, /, ws: Path, layer: str, output: Path, **settings: Any) -> None:
    """Write a layer, or a part of it, in any of eight formats."""
    from geogrid.workspace import Workspace

    ending = f".{settings['form'].lstrip('.')}" if settings["form"] else output.suffix
    if output.suffix != ending:
        output = output.with_name(f"{output.name}{ending}")
    workspace = Workspace.open(ws, questions_of(settings))
    selection = workspace.selection(
        bbox=_box(settings["bbox"]),
        district=settings["district"],
        datum=settings["datum"],
        area=settings["area"],
        where=";".join(settings["where"]),
    )
    if settings["method"]:
        workspace = workspace.by_method(settings["method"])
    if settings["weight"]:
        workspace = workspace.gaps_by(settings["weight"])
    path = workspace.export(layer, output, selection=selection, window=window_of(settings))
    speech.say("written: {file} ({size:,} bytes)", file=path, size=path.stat().st_size)
    speech.answer({"file": str(path), "bytes": path.stat().st_size})


def _box(text: str | None) -> tuple[float, float, float, float] | None:
    if not text:
        return None
    try:
        sides = tuple(float(part) for part in text.split(","))
    except ValueError:
        sides = ()
    if len(sides) != _BOX_SIDES or sides[0] >= sides[2] or sides[1] >= sides[3]:
        raise InputError(
            "the box must be west,south,east,north in degrees; got {text!r}", text=text
        )
    return sides[0], sides[1], sides[2], sides[3]


@click.command("map", cls=SpokenCommand, epilog="geogrid map ws -o map.html")
@click.argument("ws", type=_FOLDER)
@option("-o", "--output", type=_FILE, required=True, help="The HTML file to write.")
@windowed
@seen_by_cameras
@common
@click.pass_obj
def map_(speech: Speech, /, ws: Path, output: Path, **settings: Any) -> None:
    """Write the map as one HTML file that opens without a network."""
    from geogrid.workspace import Workspace

    path = Workspace.open(ws, questions_of(settings)).one_file_map(
        output, language=speech.language, window=window_of(settings)
    )
    speech.say("written: {file} ({size:,} bytes)", file=path, size=path.stat().st_size)
    speech.answer({"file": str(path), "bytes": path.stat().st_size})


@click.command(cls=SpokenCommand, epilog="geogrid serve ws --port 8000")
@click.argument("ws", type=_FOLDER)
@option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on.",
)
@option(
    "--server",
    type=click.Choice(["waitress", "gunicorn"]),
    default="waitress",
    show_default=True,
    help="Server program: waitress, or gunicorn where it is installed.",
)
@option(
    "--json-log",
    is_flag=True,
    help="Log each request and each problem as a line of JSON on standard error.",
)
@option("--no-login", is_flag=True, help="Serve other machines although this version has no login.")
@option(
    "--basemaps",
    type=_FILE,
    help="TOML file of grounds for the map; WS/basemaps.toml where it exists.",
)
@seen_by_cameras
@common
@click.pass_obj
def serve(
    speech: Speech,
    /,
    ws: Path,
    host: str,
    port: int,
    *,
    server: str,
    json_log: bool,
    no_login: bool,
    basemaps: Path | None,
    **settings: Any,
) -> None:
    """Serve the interactive map to a browser."""
    from geogrid.workspace import Workspace
    from webmap import Settings, create_app, serve_by_gunicorn
    from webmap import serve as serve_app
    from webmap.journal import log_as_json
    from webmap.server import require_safe, require_server

    if json_log:
        log_as_json()
    grounds, questions = Settings(basemaps=_grounds(ws, basemaps)), questions_of(settings)

    def make() -> Flask:
        return create_app(Workspace.open(ws, questions), settings=grounds)

    require_server(server)
    app = make()  # what is wrong with the workspace is said before anything is served
    require_safe(app, host, no_login=no_login)
    speech.say("the map is at http://{host}:{port}/ (stop with Ctrl+C)", host=host, port=port)
    speech.answer({"url": f"http://{host}:{port}/"})
    if server == "gunicorn":
        del app
        serve_by_gunicorn(make, host, port, no_login=no_login)
    else:
        serve_app(app, host, port, no_login=no_login)


def _grounds(ws: Path, named: Path | None) -> tuple[Basemap, ...]:
    """Return the grounds of the file that is named, or that lies in the workspace."""
    from webmap.basemaps import FILE_NAME, read_basemaps

    file = named or ws / FILE_NAME
    return read_basemaps(file) if named or file.exists() else ()


COMMANDS: Final = (layers, export, map_, serve)
