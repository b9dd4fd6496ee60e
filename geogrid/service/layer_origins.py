"""Where a layer comes from, how old its data are, and what is known to be missing from it."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import Any

from geogrid.crs import crs_fingerprint
from geogrid.model.layer import Provenance
from geogrid.model.window import Window
from geogrid.service.analyses import newest
from geogrid.service.layer_kinds import INPUTS, sources_of
from geogrid.service.patrols import window_days
from geogrid.service.reduced import with_fixes
from geogrid.service.shelf import Shelf
from geogrid.store.registers import DISTRICTS


def provenance_of(shelf: Shelf, inputs: tuple[str, ...], parameters: dict[str, Any]) -> Provenance:
    """Return where a layer of some inputs comes from.

    Parameters
    ----------
    shelf
        The workspace.
    inputs
        Kinds of imports.
    parameters
        What else it depends on, JSON values.

    Returns
    -------
    Provenance
        Equal inputs and parameters have an equal fingerprint.
    """
    hashes = {DISTRICTS: shelf.registers.fingerprint(DISTRICTS)}
    instants: list[int] = []
    for name in inputs:
        if name == "tracks":
            days = "".join(shelf.tracks.fingerprint(day) for day in shelf.tracks.calendar())
            hashes[name] = hashlib.sha256(days.encode()).hexdigest() if days else ""
            instants += _newest_fix(shelf)
        elif name == "incidents":
            hashes[name] = shelf.incidents.fingerprint()
            instants += shelf.incidents.read().t_to.tolist()
        else:
            hashes[name] = shelf.registers.fingerprint(name)
    return Provenance(
        inputs={name: value for name, value in hashes.items() if value},
        parameters=parameters,
        version=version("geogrid"),
        crs=crs_fingerprint(shelf.config.crs),
        data_as_of=newest(instants),
        sources=sources_of(shelf, (DISTRICTS, *inputs)),
    )


def _newest_fix(shelf: Shelf) -> list[int]:
    """Return the time of the newest fix, if there is any."""
    days, reduced = shelf.tracks.days(), shelf.tracks.sums.imported_days()
    if days:
        return [int(shelf.tracks.read(days[-1]).t.max())]
    return [int(shelf.tracks.sums.manifest(reduced[-1])["newest_ms"])] if reduced else []


def completeness_of(shelf: Shelf, layer_id: str, window: Window) -> dict[str, float]:
    """Return what is known to be missing from a layer.

    Parameters
    ----------
    shelf
        The workspace.
    layer_id
        The layer.
    window
        Days and hours.

    Returns
    -------
    dict
        Counts of days, and of refused rows.
    """
    refused = sum(
        len(file["bad_rows"])
        for entry in shelf.application.imports()
        if entry["kind"] in INPUTS.get(layer_id, (layer_id,))
        for file in entry.get("files", [])
    )
    if layer_id not in ("coverage", "gaps"):
        return {"rows_refused": refused}
    if layer_id == "gaps":
        window = with_fixes(shelf, window)
    calendar = shelf.tracks.calendar() if layer_id == "coverage" else None
    days, missing = window_days(shelf, window, calendar)
    return {"days": len(days) + missing, "days_imported": len(days), "rows_refused": refused}
