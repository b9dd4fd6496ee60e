"""Which part of a layer is taken away, from the words that the command line and the page share."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from shapely.geometry import MultiPolygon, Polygon

from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.export.axes import WORKING
from geogrid.export.selection import BBox, Selection, area_named, conditions
from geogrid.service.outlook import Outlook

AXES: Final = (*Datum, WORKING)
_CALLED: Final = re.compile(r"([a-z]+):(.+)", re.DOTALL)
_AREAL: Final = ("districts", "areas", "zones", "places", "depots")  # layers that hold areas


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
            Corners of an area, as `geogrid.export.selection.area_named` reads them; or a layer
            and an id in it, such as ``districts:350402``.
        where
            What values have to be, as `geogrid.export.selection.conditions` reads it.

        Returns
        -------
        Selection
            For `Workspace.export`.

        Raises
        ------
        InputError
            One of the texts cannot be read, or there is no such district or area.
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
        called = _CALLED.fullmatch(area or "")
        return Selection(
            bbox=bbox,
            district=found,
            datum=held,
            projected=projected,
            area=self._area_called(*called.groups()) if called else area_named(area),
            where=conditions(where),
            called=called[0] if called else "",
        )

    def _area_called(self, layer_id: str, name: str) -> Polygon | MultiPolygon:
        """Return the area of a layer that an id names."""
        if layer_id in _AREAL and layer_id in self.layer_ids():
            frame = self.register(layer_id)
            for shape in frame.geometry[np.asarray(frame.index.astype(str)) == name]:
                if isinstance(shape, Polygon | MultiPolygon):
                    return shape
        raise InputError(
            "there is no area {name!r} in {layer}; an area is named by one of the layers {known} "
            "and its id, as in districts:350402",
            name=name[:200],
            layer=layer_id,
            known=", ".join(_AREAL),
        )
