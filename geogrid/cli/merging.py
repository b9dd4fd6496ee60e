"""The command that makes one register of the lists of several offices: merge."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from geogrid.cli.options import common, option
from geogrid.cli.speech import Speech
from geogrid.cli.usage import SpokenCommand

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_SHOWN: Final = 20


@click.command(cls=SpokenCommand, epilog="geogrid merge ws cameras --with list.csv -o pairs.csv")
@click.argument("ws", type=_FOLDER)
@click.argument("kind")
@option("--with", "file", type=_FILE, required=True, help="The other list.")
@option("--datum", help="Datum of coordinates: wgs84, cgcs2000, gcj02 or bd09.")
@option("--map", "columns", multiple=True, metavar="FIELD=COLUMN", help="Column of a field.")
@option("--profile", metavar="NAME|FILE.toml", help="What is known of the source; see profiles.")
@option(
    "--within",
    type=float,
    default=25.0,
    show_default=True,
    help="Entries farther apart are no pair, metres.",
)
@option(
    "--accept",
    metavar="same|all|none|FILE.csv",
    help="Merge: the pairs that nothing speaks against, all, none, or those marked in the table.",
)
@option("-o", "--output", type=_FILE, help="Write the table of pairs, to be marked: .csv")
@common
@click.pass_obj
def merge(speech: Speech, /, ws: Path, kind: str, **settings: Any) -> None:
    """Find the entries of another list that are registered already; merge what is confirmed.

    Without --accept nothing is stored: pairs are shown with distance, names, directions and a
    verdict. Confirmed ones keep our entry, with gaps filled from theirs; all others are added.
    What is not added stands in quarantine with its pair, and undo takes the merge back.
    """
    from geogrid.cli.workspaces import declared_of
    from geogrid.workspace import Workspace

    options = declared_of(settings, ws)
    workspace = Workspace.open(ws)
    file, within = settings["file"], settings["within"]
    proposal = workspace.propose_merge(kind, file, options, within_m=within)
    if settings["output"] is not None:
        workspace.write_pairs(proposal, settings["output"])
    table = proposal.table(speech.translate).drop(columns="accept").astype(object)
    answer: dict[str, Any] = {
        "kind": kind,
        "ours": len(proposal.ours),
        "theirs": len(proposal.theirs),
        "pairs": table.where(table.notna(), None).to_dict("records"),
    }
    for row in answer["pairs"][:_SHOWN]:
        speech.say("  {ours} = {theirs}: {verdict} ({reason})", **row)
    speech.say(
        "{count} pairs among {ours} registered and {theirs} listed entries",
        count=len(proposal.pairs),
        ours=len(proposal.ours),
        theirs=len(proposal.theirs),
    )
    if settings["accept"] is not None:
        result = workspace.merge(proposal, settings["accept"])
        merged = result.as_json(speech.translate)
        answer |= {"import": result.number, "added": result.accepted, "report": merged}
        answer["merged"] = len(proposal.theirs) - result.accepted
        speech.say("{added} added, {merged} merged", added=answer["added"], merged=answer["merged"])
    speech.answer(answer)


COMMANDS: Final = (merge,)
