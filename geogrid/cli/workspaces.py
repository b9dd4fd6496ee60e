"""Commands that make and change workspaces."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from geogrid.cli.options import common, option
from geogrid.cli.speech import ProgressLine, Speech
from geogrid.cli.usage import SpokenCommand
from geogrid.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from geogrid.io import ReadOptions
    from geogrid.model.boundary import RepairNote
    from geogrid.workspace import ImportResult, Workspace

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=True)
_DECLARED: Final = ("datum", "tz", "speed_unit", "unit")
EXIT_REFUSED: Final = 2


@click.command(
    cls=SpokenCommand,
    epilog="geogrid init ws --districts data/boundaries/sanming_2010.geojson --cell 250",
)
@click.argument("ws", type=_FOLDER)
@option("--districts", type=_FILE, required=True, help="File of districts.")
@option("--cell", type=float, default=250.0, show_default=True, help="Cell size, metres.")
@option("--crs", default="auto", show_default=True, help="auto, or a code such as EPSG:4548.")
@option("--origin", metavar="X,Y", default="0,0", help="Anchor of the lattice, metres.")
@option("--tz", default="Asia/Shanghai", show_default=True, help="Local time zone, IANA name.")
@option("--id", "id_field", help="Field with the districts' ids.")
@option("--name", "name_field", help="Field with the districts' names.")
@option("--title", default="", help="Name of the workspace, shown on the map.")
@option("--repair", is_flag=True, help="Repair invalid or overlapping districts, and say how.")
@option("--datum", help="Datum of coordinates: wgs84, cgcs2000, gcj02 or bd09.")
@option("--lattice", default="square", show_default=True, help="Form of the cells.")
@common
@click.pass_obj
def init(speech: Speech, /, ws: Path, districts: Path, **settings: Any) -> None:
    """Make a workspace: a new folder with a grid over a city's districts."""
    if settings["lattice"] != "square":
        raise InputError(
            "cells of the form {form!r} come in a later version; this one makes square cells",
            form=settings["lattice"],
        )
    from geogrid.workspace import Choices, DistrictFile, Workspace, datum_named

    file = DistrictFile(
        districts,
        settings["id_field"],
        settings["name_field"],
        repair=settings["repair"],
        datum=datum_named(settings["datum"]) if settings["datum"] else None,
    )
    choices = Choices(
        settings["cell"],
        settings["crs"],
        _origin(settings["origin"]),
        settings["tz"],
        settings["title"],
    )
    workspace, repairs = Workspace.create(ws, file, choices)
    _tell_grid(speech, workspace, repairs)


def _origin(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputError("the origin must be like 0,0; got {text!r}", text=text) from error
    return x, y


def _tell_grid(speech: Speech, workspace: Workspace, repairs: tuple[RepairNote, ...]) -> None:
    result = workspace.summary()
    for note in repairs:
        speech.say(
            "repaired {district}: {change}, land {before:,.0f} m2 -> {after:,.0f} m2",
            district=note.district,
            change=note.change,
            before=note.before_m2,
            after=note.after_m2,
        )
    speech.say(
        "{cells:,} cells of {cell_m:g} m, {districts} districts, {area_km2:,.1f} km2\nCRS {crs}",
        **result,
    )
    speech.answer(
        result
        | {
            "repairs": [
                {
                    "district": note.district,
                    "change": note.change,
                    "before_m2": note.before_m2,
                    "after_m2": note.after_m2,
                }
                for note in repairs
            ]
        }
    )


@click.command(cls=SpokenCommand, epilog="geogrid districts ws sanming_2021.geojson --id adcode")
@click.argument("ws", type=_FOLDER)
@click.argument("file", type=_FILE)
@option("--id", "id_field", help="Field with the districts' ids.")
@option("--name", "name_field", help="Field with the districts' names.")
@option("--repair", is_flag=True, help="Repair invalid or overlapping districts, and say how.")
@option("--datum", help="Datum of coordinates: wgs84, cgcs2000, gcj02 or bd09.")
@option("--trust-datum", is_flag=True, help="Take the datum as said, whatever old districts say.")
@common
@click.pass_obj
def districts(speech: Speech, /, ws: Path, file: Path, **settings: Any) -> None:
    """Take other districts; CRS, lattice and cell codes stay."""
    from geogrid.workspace import DistrictFile, Workspace, datum_named

    settings["datum"] = datum_named(settings["datum"]) if settings["datum"] else None
    outlines = DistrictFile(file, **settings)
    workspace, repairs = Workspace.open(ws).replace_districts(outlines)
    _tell_grid(speech, workspace, repairs)


def declared_of(settings: dict[str, Any], ws: Path | None = None) -> ReadOptions:
    """Return what is declared of files, by options before the profile.

    Parameters
    ----------
    settings
        What click gives: ``columns``, ``profile`` and what may be declared; a credit of the
        profile is put into it.
    ws
        The workspace's folder, whose profiles have names.

    Returns
    -------
    ReadOptions
        For an import.

    Raises
    ------
    InputError
        A text cannot be read.
    """
    from geogrid.service.options import read_options

    columns = dict(_pair("--map", text) for text in settings["columns"])
    if settings.get("profile"):
        from geogrid.service.profiles import find_profile

        profile = find_profile(settings["profile"], ws)
        columns = {**profile.columns, **columns}
        for name, value in profile.declared.items():
            settings[name] = settings.get(name) or value
    trusted = bool(settings.get("trust_datum"))
    return read_options(settings, columns, trust_datum=trusted)


def _pair(option_name: str, text: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not (name and equals and value):
        raise InputError(
            "{option} must be like name=value, got {text!r}", option=option_name, text=text
        )
    return name, value


@click.command(
    "import",
    cls=SpokenCommand,
    epilog="geogrid import ws tracks day1.csv day2.csv --datum gcj02 --tz Asia/Shanghai",
)
@click.argument("ws", type=_FOLDER)
@click.argument("kind")
@click.argument("files", type=_FILE, nargs=-1, required=True)
@option("--datum", help="Datum of coordinates: wgs84, cgcs2000, gcj02 or bd09.")
@option("--tz", help="Zone of times without an offset, such as Asia/Shanghai.")
@option("--speed-unit", help="Unit of speeds: kmh, ms, mph or kn.")
@option("--unit", help="Unit of a file whose rows name none, such as a receiver's log.")
@option("--map", "columns", multiple=True, metavar="FIELD=COLUMN", help="Column of a field.")
@option("--profile", metavar="NAME|FILE.toml", help="What is known of the source; see profiles.")
@option("--trust-datum", is_flag=True, help="Take the declared datum, whatever roads say.")
@option("--credit", default="", help="Whom to credit for the data, shown on the map.")
@common
@click.pass_obj
def import_(
    speech: Speech, /, ws: Path, kind: str, files: tuple[Path, ...], **settings: Any
) -> None:
    """Import files of one kind, all of them or none.

    KIND is tracks, incidents, cameras, checkpoints, rooms, places, areas, zones, roads, buildings,
    depots, population, demand, candidates, units, shifts, rosters or dosage. Rows that are refused
    go to quarantine.
    """
    from geogrid.workspace import Workspace

    options = declared_of(settings, ws)
    with ProgressLine(speech.translate) as progress:
        result = Workspace.open(ws).import_files(
            kind, files, options, credit=settings["credit"], progress=progress
        )
    _tell_import(speech, result)


def _tell_import(speech: Speech, result: ImportResult) -> None:
    answer = result.as_json(speech.translate)
    speech.say("{message}", message=answer["message"])
    speech.answer(answer)


@click.command(cls=SpokenCommand, epilog="geogrid check day1.csv --as tracks --datum gcj02")
@click.argument("file", type=_FILE)
@option("--as", "kind", required=True, help="What the file is, such as tracks or cameras.")
@option("--datum", help="Datum of coordinates: wgs84, cgcs2000, gcj02 or bd09.")
@option("--tz", help="Zone of times without an offset, such as Asia/Shanghai.")
@option("--speed-unit", help="Unit of speeds: kmh, ms, mph or kn.")
@option("--unit", help="Unit of a file whose rows name none, such as a receiver's log.")
@option("--map", "columns", multiple=True, metavar="FIELD=COLUMN", help="Column of a field.")
@option("--profile", metavar="NAME|FILE.toml", help="What is known of the source; see profiles.")
@option("--ws", type=_FOLDER, help="Hold it against the area and roads of this workspace.")
@option("--declare", default="", metavar="NAME=VALUE;...", help="The same in one text.")
@common
@click.pass_context
def check(ctx: click.Context, /, file: Path, kind: str, ws: Path | None, **settings: Any) -> None:
    """Read a file as an import would, and store nothing."""
    from geogrid.service.dry_runs import dry_run  # not the workspace: half the time to load

    for text in filter(None, settings.pop("declare").split(";")):
        name, value = _pair("--declare", text)
        if name not in _DECLARED:
            raise InputError(
                "--declare does not know {name!r}; it knows {known}",
                name=name,
                known=", ".join(_DECLARED),
            )
        settings[name] = settings[name] or value
    options = declared_of(settings, ws)
    if ws is not None:
        from geogrid.service.datum_guards import judged_options
        from geogrid.service.shelf import Shelf

        options = judged_options(Shelf.open(ws), kind, options)
    result = dry_run(kind, file, options)
    _tell_import(ctx.obj, result)
    if result.status == "reject":
        ctx.exit(EXIT_REFUSED)


@click.command(cls=SpokenCommand, epilog="geogrid undo ws")
@click.argument("ws", type=_FOLDER)
@common
@click.pass_obj
def undo(speech: Speech, /, ws: Path) -> None:
    """Undo the last import, exactly."""
    from geogrid.workspace import Workspace

    entry = Workspace.open(ws).undo()
    names = ", ".join(file["file"] for file in entry.get("files", []))
    speech.say(
        "undone: import {number} of {kind} ({names})",
        number=entry.get("id", 0),
        kind=entry["kind"],
        names=names,
    )
    speech.answer({"undone": entry.get("id", 0), "kind": entry["kind"]})


@click.command(cls=SpokenCommand, epilog="geogrid quarantine ws -o refused.csv")
@click.argument("ws", type=_FOLDER)
@option("-o", "--output", type=_FILE, help="Write the rows to a CSV file.")
@option("--rows", "number", type=int, metavar="IMPORT", help="Write the whole rows of this import.")
@common
@click.pass_obj
def quarantine(speech: Speech, /, ws: Path, output: Path | None, number: int | None) -> None:
    """List every refused row with its field, value and reason.

    With --rows, -o writes the rows of one import as they were, with the reason beside them:
    correct them and import that file.
    """
    from geogrid.workspace import Workspace

    workspace = Workspace.open(ws)
    rows = workspace.quarantine() if number is None else workspace.refused_rows(number)
    if output is not None and number is not None:
        output.write_text(workspace.refused_csv(number), encoding="utf-8", newline="")
    elif output is not None:
        rows.to_csv(output, index=False, encoding="utf-8-sig")
    elif number is None:
        _list_refused(speech, rows)
    speech.say("{count:,} rows refused", count=len(rows))
    speech.answer({"rows": len(rows), "records": rows.to_dict("records")})


def _list_refused(speech: Speech, rows: pd.DataFrame) -> None:
    """Print refused rows, file by file."""
    told = {reason: speech.retell(reason) for reason in rows["reason"].unique()}
    for file, part in rows.groupby("file", sort=False):
        speech.say("{file}:", file=file)
        for at, field, value, reason in part[["row", "field", "value", "reason"]].to_numpy():
            speech.say(
                "  row {row}, {field} {value!r}: {reason}",
                row=at,
                field=field,
                value=value,
                reason=told[reason],
            )


@click.command(cls=SpokenCommand, epilog="geogrid demo demo/tiny --size tiny")
@click.argument("ws", type=_FOLDER)
@option(
    "--size",
    type=click.Choice(["tiny", "city"]),
    default="tiny",
    show_default=True,
    help="tiny: two districts, three days. city: all of it, seven days.",
)
@option("--seed", type=int, default=0, show_default=True, help="The same seed, the same city.")
@option("--cell", type=float, default=250.0, show_default=True, help="Cell size, metres.")
@common
@click.pass_obj
def demo(
    speech: Speech, /, ws: Path, size: Literal["tiny", "city"], seed: int, cell: float
) -> None:
    """Make a labelled synthetic city on the real districts of Sanming."""
    from geogrid.workspace import Workspace

    with ProgressLine(speech.translate) as progress:
        workspace = Workspace.demo(ws, size=size, seed=seed, cell_size_m=cell, progress=progress)
    speech.say(
        "a synthetic city is in {folder}; look at it with: geogrid serve {folder}", folder=ws
    )
    speech.answer(workspace.summary() | {"layers": list(workspace.layer_ids()), "synthetic": True})


MAKING: Final = (demo, init, districts)
IMPORTING: Final = (check, import_, undo, quarantine)
