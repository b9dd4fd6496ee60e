"""Which part of a layer is taken away, from the words that the command line and the page share."""

from __future__ import annotations

from typing import Final

from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.export.axes import WORKING
from geogrid.export.selection import BBox, Selection, area_named, conditions
from geogrid.service.outlook import Outlook

AXES: Final = (*Datum, WORKING)


class Taking(Outlook):
    """What is asked of a workspace before a layer is written to a file."""

    def selection(
        self,
        *,
        bbox: BBox | None = None,
        district: str | None = None,
        datum: str | None = None,
        area: str | None = None,
        where: str | None = None,
    ) -> Selection:
        """Return the part of a layer that texts name.

        Parameters
        ----------
        bbox
            (west, south, east, north), degrees, WGS-84.
        district
            Id or name of a district.
        datum
            A datum such as ``gcj02``, or ``working`` for the CRS of this workspace.
        area
            Corners of an area, as `geogrid.export.selection.area_named` reads them.
        where
            What values have to be, as `geogrid.export.selection.conditions` reads it.

        Returns
        -------
        Selection
            For `Workspace.export`.

        Raises
        ------
        InputError
            One of the texts cannot be read, or there is no such district.
        """
        named = (datum or Datum.WGS84).lower()
        if named not in AXES:
            raise InputError(
                "unknown datum {datum!r}; give one of {known}", datum=datum, known=", ".join(AXES)
            )
        projected = self.grid.spec.crs if named == WORKING else None
        held = Datum.WGS84 if projected is not None else Datum(named)
        boundary = self.grid.boundary
        found = boundary.ids[boundary.position_of(district)] if district is not None else None
        return Selection(bbox, found, held, projected, area_named(area), conditions(where))
