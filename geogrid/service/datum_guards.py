"""The roads of a workspace as judges of what it imports."""

from __future__ import annotations

from shapely.geometry import box

from geogrid.analysis.datum_guard import DatumGuard
from geogrid.io import PLAIN_KINDS, ReadOptions
from geogrid.io.positions import CHINA_BOX
from geogrid.service.shelf import Shelf


def datum_guard(shelf: Shelf, kind: str, options: ReadOptions) -> DatumGuard | None:
    """Return the roads that judge a file's datum, where there are some and datums differ.

    Parameters
    ----------
    shelf
        The workspace.
    kind
        What is imported; roads do not judge roads.
    options
        Say whether the declared datum is to be trusted.

    Returns
    -------
    DatumGuard or None
        ``None`` outside China, without roads, and where the user knows better.
    """
    west, south, east, north = shelf.registers.districts().bounds
    in_china = box(*CHINA_BOX).intersects(box(west, south, east, north))
    is_asked = in_china and not options.trust_datum and kind not in {"roads", *PLAIN_KINDS}
    if not is_asked or "roads" not in shelf.registers.kinds():
        return None
    lines = shelf.registers.read("roads").geometry.to_numpy()
    return DatumGuard.of(lines) if lines.size else None
