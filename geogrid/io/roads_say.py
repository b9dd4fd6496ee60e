"""What the registered roads say of a file's datum, as refusals with the remedy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.datum_guard import NEAR_M, DatumGuard, DatumVerdict
from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.io.rawtable import RawTable


def heed_roads(verdict: DatumVerdict, declared: Datum | None, table: RawTable) -> None:
    """Refuse a file whose positions lie beside the roads, and near them in another datum.

    Parameters
    ----------
    verdict
        What the roads say.
    declared
        The datum that is declared, if one is.
    table
        The file's rows; a CRS that its format names is WGS-84.

    Raises
    ------
    InputError
        The roads speak clearly for another datum than the declared one, or for one where none
        is declared.
    """
    best = verdict.best
    if best is None:
        return
    said = declared or (Datum.WGS84 if table.crs is not None else None)
    if said is None:
        others = max(share for datum, share in verdict.shares.items() if datum is not best)
        raise InputError(
            "the datum of the coordinates is not declared. The registered roads say {best}: as "
            "{best}, {share:.0%} of {places} places lie within {near:.0f} m of a road, else at "
            "most {other:.0%}. If that is right, say it with --datum {best}",
            best=best.value,
            share=verdict.shares[best],
            places=verdict.places,
            near=NEAR_M,
            other=others,
        )
    if verdict.contradicts(said):
        as_said = verdict.shares[Datum.WGS84 if said is Datum.CGCS2000 else said]
        raise InputError(
            "the coordinates are said to be in {said}, but the registered roads say {best}: as "
            "{best}, {share:.0%} of {places} places lie within {near:.0f} m of a road, as {said} "
            "only {other:.0%}. Import them with --datum {best}, or with --trust-datum if {said} "
            "is right",
            said=said.value,
            best=best.value,
            share=verdict.shares[best],
            places=verdict.places,
            near=NEAR_M,
            other=as_said,
        )


def heed_roads_of_shapes(
    guard: DatumGuard,
    kind: str,
    shapes: NDArray[np.object_],
    declared: Datum | None,
    table: RawTable,
) -> None:
    """Refuse lines, outlines or buildings that fit the roads in another datum only.

    Parameters
    ----------
    guard
        The roads.
    kind
        What the file is read as.
    shapes
        Its geometry in degrees of its own datum, ``None`` where a row is refused.
    declared
        The datum that is declared, if one is.
    table
        The file's rows; a CRS that its format names is WGS-84.

    Raises
    ------
    InputError
        The roads speak clearly for another datum.
    """
    if kind != "buildings":
        heed_roads(guard.judge_outlines(shapes), declared, table)
        return
    verdict = guard.judge_buildings(shapes)
    best, said = verdict.best, declared or (Datum.WGS84 if table.crs is not None else None)
    if best is None or (said is not None and not verdict.contradicts(said)):
        return
    other = said or next(datum for datum in verdict.shares if datum is not best)
    raise InputError(
        "the registered roads say that the buildings are in {best}: as {best}, {share:.0%} of them "
        "have no road through them, as {other} only {less:.0%}. Import them with --datum {best}, "
        "or with --trust-datum if another datum is right",
        best=best.value,
        share=verdict.shares[best],
        other=other.value,
        less=verdict.shares[Datum.WGS84 if other is Datum.CGCS2000 else other],
    )
