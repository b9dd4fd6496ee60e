"""The command for camera plans that are kept: scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from geogrid.cli.options import common, option
from geogrid.cli.speech import Speech
from geogrid.cli.usage import SpokenCommand
from geogrid.errors import InputError

if TYPE_CHECKING:
    from geogrid.workspace import Workspace

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_NEEDED: Final = {"list": 0, "show": 1, "compare": 2, "delete": 1, "export": 1}
_LIST_HEAD: Final = ("scenario", "cameras", "seen", "gap", "changed")


def _list(speech: Speech, workspace: Workspace) -> dict[str, Any]:
    found = workspace.scenarios()
    rows = [tuple(map(speech.translate, _LIST_HEAD))]
    for one in found["scenarios"]:
        solved = one["solved"] or {}
        rows.append(
            (
                f"{one['id']} {one['name']}",
                str(one["cameras"]),
                _share(solved.get("covered_share")),
                _share(solved.get("gap")),
                one["changed"],
            )
        )
    if len(rows) == 1:
        speech.say("no scenarios are kept; keep one with: geogrid site WS ... --save NAME")
    else:
        speech.table(rows)
    return found


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2%}"


def _show(speech: Speech, workspace: Workspace, number: int) -> dict[str, Any]:
    found = workspace.scenario(number)
    result = found["result"]
    speech.say("scenario {number}: {name}", number=number, name=found["name"])
    _say_change(speech, result["before"], result["after"])
    rows = [tuple(map(speech.translate, ("camera", "lon", "lat", "range", "adds")))]
    for one in result["cameras"]:
        place = (f"{one['lon']:.6f}", f"{one['lat']:.6f}", f"{one['range']:g}")
        rows.append((one["id"], *place, f"{one['adds']:,.0f}"))
    speech.table(rows)
    return found


def _compare(speech: Speech, workspace: Workspace, first: int, second: int) -> dict[str, Any]:
    found = workspace.compare_scenarios(first, second)
    _say_change(speech, found["first"], found["second"])
    speech.say(
        "cameras: {a} only in the first, {b} only in the second, {both} in both, {differ} differ",
        a=len(found["only_first"]),
        b=len(found["only_second"]),
        both=len(found["both"]),
        differ=len(found["differ"]),
    )
    return found


def _say_change(speech: Speech, before: dict[str, Any], after: dict[str, Any]) -> None:
    speech.say(
        "{after:.1%} of the demand seen instead of {before:.1%}; twice: {twice:.1%} instead of "
        "{twice_before:.1%}",
        after=after["seen_share"],
        before=before["seen_share"],
        twice=after["twice_share"],
        twice_before=before["twice_share"],
    )


def _export(
    speech: Speech, workspace: Workspace, number: int, wanted: tuple[Path | None, str]
) -> dict[str, Any]:
    from geogrid.workspace import datum_named

    output, datum = wanted
    if output is None:
        raise InputError("give a file: -o FILE.geojson, FILE.xlsx or FILE.json")
    path = workspace.export_scenario(number, output, datum=datum_named(datum))
    speech.say("{file}: written", file=path)
    return {"file": str(path), "datum": datum}


@click.command(cls=SpokenCommand, epilog="geogrid scenario list ws")
@click.argument("action", type=click.Choice(sorted(_NEEDED)))
@click.argument("ws", type=_FOLDER)
@click.argument("numbers", type=int, nargs=-1)
@option("-o", "--output", type=_FILE, help="Write to this file: .geojson, .xlsx or .json")
@option(
    "--datum",
    metavar="wgs84|cgcs2000|gcj02|bd09",
    default="wgs84",
    help="Datum of the coordinates in an .xlsx work order.",
)
@common
@click.pass_obj
def scenario(
    speech: Speech, /, action: str, ws: Path, numbers: tuple[int, ...], **settings: Any
) -> None:
    """Camera plans that are kept: list, show, compare, export or delete them.

    NUMBERS are ids of scenarios: none to list, two to compare, else one. Plans are kept with
    geogrid site --save, or on the map.
    """
    from geogrid.workspace import Workspace

    if len(numbers) != _NEEDED[action]:
        raise InputError(
            "{action} needs {count} ids of scenarios, got {got}",
            action=action,
            count=_NEEDED[action],
            got=len(numbers),
        )
    workspace = Workspace.open(ws)
    if action == "list":
        answer = _list(speech, workspace)
    elif action == "show":
        answer = _show(speech, workspace, numbers[0])
    elif action == "compare":
        answer = _compare(speech, workspace, *numbers)
    elif action == "export":
        answer = _export(speech, workspace, numbers[0], (settings["output"], settings["datum"]))
    else:
        workspace.drop_scenario(numbers[0])
        speech.say("scenario {number} is deleted", number=numbers[0])
        answer = {"deleted": numbers[0]}
    speech.answer(answer)


COMMANDS: Final = (scenario,)
