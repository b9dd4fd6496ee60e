"""Lists of several offices become one register: pairs to confirm, and one change for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geogrid import io
from geogrid.analysis.register_pairs import Pair, register_pairs
from geogrid.errors import InputError
from geogrid.io import ReadOptions, ReadReport, Refusal
from geogrid.service.datum_guards import datum_guard
from geogrid.service.import_results import ImportResult
from geogrid.service.imports import ImportNote, write_quarantine
from geogrid.service.shelf import Shelf
from geogrid.store.transaction import transaction

KINDS: Final = ("cameras", "checkpoints", "rooms", "places", "depots")
_COLUMNS: Final = ("ours", "theirs", "metres", "names_alike", "degrees", "verdict", "reason")
_ACCEPT: Final = "accept"
_YES: Final = frozenset({"yes", "y", "1", "true", "x", "是", "同意"})
_SAME: Final = "the same as {ours}, which keeps its place: {reason}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two lists of one kind, and which entries may be the same.

    Parameters
    ----------
    kind
        What they list.
    ours
        The register.
    theirs
        The entries of the file.
    report
        What reading the file came to.
    pairs
        Entries that may be the same, the most alike first.
    """

    kind: str
    ours: gpd.GeoDataFrame
    theirs: gpd.GeoDataFrame
    report: ReadReport
    pairs: tuple[Pair, ...]

    def table(self, translate: Callable[[str], str] = str) -> pd.DataFrame:
        """Return the pairs as a table, with an empty column ``accept``.

        Parameters
        ----------
        translate
            Returns a template in another language.

        Returns
        -------
        pandas.DataFrame
            ``ours`` ``theirs`` ``metres`` ``names_alike`` ``degrees`` ``verdict`` ``reason``
            ``accept``.
        """
        rows = [
            (
                pair.ours,
                pair.theirs,
                round(pair.metres, 1),
                round(pair.share, 2),
                round(pair.degrees, 0),
                pair.verdict,
                reason_of(pair, translate),
            )
            for pair in self.pairs
        ]
        return pd.DataFrame(rows, columns=list(_COLUMNS)).assign(**{_ACCEPT: ""})


def reason_of(pair: Pair, translate: Callable[[str], str] = str) -> str:
    """Return why two entries may be the same.

    Parameters
    ----------
    pair
        The entries.
    translate
        Returns a template in another language.

    Returns
    -------
    str
        Parts with semicolons between.
    """
    return "; ".join(translate(part).format(**values) for part, values in pair.reasons)


def propose(
    shelf: Shelf, kind: str, path: Path, options: ReadOptions, *, within_m: float
) -> Proposal:
    """Return which entries of a file may be ones that are registered; nothing is stored.

    Parameters
    ----------
    shelf
        The workspace.
    kind
        One of `KINDS`.
    path
        The other list.
    options
        What is declared of it.
    within_m
        Metres.

    Returns
    -------
    Proposal
        The pairs.

    Raises
    ------
    InputError
        The kind has no places to compare, or the file cannot be used.
    """
    if kind not in KINDS:
        raise InputError(
            "registers of {kind!r} are not merged; those of {kinds} are",
            kind=kind,
            kinds=", ".join(KINDS),
        )
    guard = datum_guard(shelf, kind, options)
    options = replace(options, area=shelf.import_area(), guard=guard)
    theirs, report = io.read_register(path, kind, options)
    ours = shelf.registers.read(kind)
    points = [_as_points(frame) for frame in (ours, theirs)]
    pairs = register_pairs(points[0], points[1], within_m=within_m)
    return Proposal(kind, ours, theirs, report, pairs)


def _as_points(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a register whose polygons are points inside them."""
    return pd.DataFrame(frame).assign(geometry=frame.geometry.representative_point().to_numpy())


def accepted_pairs(proposal: Proposal, answer: str) -> tuple[Pair, ...]:
    """Return the pairs that a person confirms.

    Parameters
    ----------
    proposal
        The pairs.
    answer
        ``all``, ``same`` (those that nothing speaks against), ``none``, or the CSV file of the
        table with yes in its column ``accept``.

    Returns
    -------
    tuple of Pair
        In the order of the proposal.

    Raises
    ------
    InputError
        The file is missing, or does not list these pairs.
    """
    if answer in {"all", "same", "none"}:
        wanted = {"all": {"same", "ask"}, "same": {"same"}, "none": set()}[answer]
        return tuple(pair for pair in proposal.pairs if pair.verdict in wanted)
    path = Path(answer)
    if not path.is_file():
        raise InputError(
            "--accept wants all, same, none, or the file of the table; there is no file {file}",
            file=path,
        )
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        marked = table[table[_ACCEPT].str.strip().str.lower().isin(_YES)]
        said = set(zip(marked["ours"], marked["theirs"], strict=True))
    except (KeyError, ValueError) as error:
        raise InputError(
            "{file} is not the table of pairs: it needs the columns ours, theirs and accept",
            file=path.name,
        ) from error
    known = {(_plain(pair.ours), _plain(pair.theirs)): pair for pair in proposal.pairs}
    unknown = sorted(said - known.keys())
    if unknown:
        raise InputError(
            "{file}: {ours} and {theirs} are no pair any more; make the table again",
            file=path.name,
            ours=unknown[0][0],
            theirs=unknown[0][1],
        )
    return tuple(pair for names, pair in known.items() if names in said)


def _plain(text: str) -> str:
    """Return an id as the table has it: one that a spreadsheet would run has a ' before it."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


def write_table(proposal: Proposal, path: Path) -> None:
    """Write the pairs as CSV, to be marked by a person.

    Parameters
    ----------
    proposal
        The pairs.
    path
        The file.
    """
    table = proposal.table()
    for column in ("ours", "theirs"):
        table[column] = table[column].map(_plain)
    table.to_csv(path, index=False, encoding="utf-8-sig")


def merge(
    shelf: Shelf, proposal: Proposal, accepted: tuple[Pair, ...], note: ImportNote
) -> ImportResult:
    """Take a list into the register: confirmed pairs fill gaps, all other entries are added.

    Parameters
    ----------
    shelf
        The workspace.
    proposal
        The two lists.
    accepted
        The pairs that are one thing.
    note
        What to write into the log with it.

    Returns
    -------
    ImportResult
        Each entry that is not added stands in quarantine with its pair and reason.
    """
    fresh = proposal.theirs.drop(index=[pair.theirs for pair in accepted])
    fresh = fresh.rename(index=_new_ids(fresh, proposal))
    filled = _filled(proposal, {pair.ours: pair.theirs for pair in accepted})
    traces = tuple(
        Refusal(0, "id", pair.theirs, _SAME, {"ours": pair.ours, "reason": reason_of(pair)})
        for pair in accepted
    )
    report = replace(
        proposal.report,
        accepted=len(fresh),
        refusals=proposal.report.refusals + traces,
    )
    entry: dict[str, Any] = {"at": note.at.isoformat(), "kind": proposal.kind}
    with transaction(shelf.root, entry) as change:
        for part in (filled, fresh):
            if len(part):
                shelf.registers.put(change, proposal.kind, part)
        result = ImportResult(
            entry["id"], proposal.kind, (report,), len(fresh), proposal.report.duplicates
        )
        write_quarantine(change, result.number, [report])
        entry |= result.as_json() | {"credit": note.credit}
    return result


def _new_ids(fresh: gpd.GeoDataFrame, proposal: Proposal) -> Mapping[str, str]:
    """Return other ids for entries that would take the place of another thing."""
    taken = set(proposal.ours.index)
    return {name: f"{proposal.report.file}:{name}" for name in fresh.index if name in taken}


def _filled(proposal: Proposal, same: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Return our entries of confirmed pairs, with what they did not know filled in."""
    ours = proposal.ours.loc[list(same)].astype(object)
    theirs = proposal.theirs.loc[list(same.values())].set_axis(ours.index)
    for column in theirs.columns.difference(["geometry"]):
        values = theirs[column]
        ours[column] = (
            ours[column].where(ours[column].notna(), values) if column in ours else values
        )
    return gpd.GeoDataFrame(ours.infer_objects(), geometry="geometry", crs=proposal.ours.crs)
