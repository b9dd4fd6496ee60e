"""The roads of a workspace as judges of what it imports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry import box

from geogrid.analysis.datum_guard import DatumGuard
from geogrid.crs import WGS84, Datum
from geogrid.errors import InputError
from geogrid.io import PLAIN_KINDS, ReadOptions
from geogrid.io.positions import CHINA_BOX
from geogrid.model.boundary import Boundary
from geogrid.service.shelf import Shelf


def judged_options(shelf: Shelf, kind: str, options: ReadOptions) -> ReadOptions:
    """Return what is declared of a file, with what a workspace holds against it.

    Parameters
    ----------
    shelf
        The workspace.
    kind
        What is imported.
    options
        What is declared.

    Returns
    -------
    ReadOptions
        With the area that positions must lie in, and the roads that judge their datum.
    """
    return replace(options, area=shelf.import_area(), guard=datum_guard(shelf, kind, options))


def require_same_datum(known: Boundary, fresh: Boundary) -> None:
    """Refuse districts that fit the outlines of the registered ones in another datum only.

    Parameters
    ----------
    known
        The registered districts.
    fresh
        Those that are to take their place.

    Raises
    ------
    InputError
        As WGS-84 the outlines lie beside each other, in another datum upon each other.
    """
    old = np.array(known.to_crs(WGS84).geometries, dtype=object)
    if not _in_china(known):
        return
    guard = DatumGuard.of(shapely.boundary(old))
    verdict = guard.judge_outlines(np.array(fresh.to_crs(WGS84).geometries, dtype=object))
    if verdict.best is not None and verdict.contradicts(Datum.WGS84):
        raise InputError(
            "the outlines of the districts fit the registered ones as {best}: {share:.0%} of "
            "{places} places along them, as wgs84 {other:.0%}. Take them with --datum {best}, or "
            "with --trust-datum if they are in WGS-84",
            best=verdict.best.value,
            share=verdict.shares[verdict.best],
            places=verdict.places,
            other=verdict.shares[Datum.WGS84],
        )


def _in_china(boundary: Boundary) -> bool:
    west, south, east, north = boundary.bounds
    return bool(box(*CHINA_BOX).intersects(box(west, south, east, north)))


def datum_guard(shelf: Shelf, kind: str, options: ReadOptions) -> DatumGuard | None:
    """Return the roads that judge a file's datum, where there are some and datums differ.

    Parameters
    ----------
    shelf
        The workspace.
    kind
        What is imported; the roads that are registered judge further ones, too.
    options
        Say whether the declared datum is to be trusted.

    Returns
    -------
    DatumGuard or None
        ``None`` outside China, without roads, and where the user knows better.
    """
    in_china = _in_china(shelf.registers.districts())
    is_asked = in_china and not options.trust_datum and kind not in PLAIN_KINDS
    if not is_asked or "roads" not in shelf.registers.kinds():
        return None
    lines = shelf.registers.read("roads").geometry.to_numpy()
    return DatumGuard.of(lines) if lines.size else None
