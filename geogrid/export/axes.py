"""What the coordinates of a file are in: a datum in degrees, or a projected CRS in metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.crs import WGS84, Datum, from_wgs84, make_crs, reprojection

WORKING: Final = "working"  # the word for the CRS that a workspace computes in
# PROJ has no definition of these two, because they are distortions and not datums. The name
# keeps software from taking them for WGS-84.
_DISTORTED: Final = (
    'GEOGCRS["{name}",DATUM["{name}",ELLIPSOID["Krassowsky 1940",6378245,298.3]],'
    "CS[ellipsoidal,2],"
    'AXIS["geodetic latitude (Lat)",north],AXIS["geodetic longitude (Lon)",east],'
    'ANGLEUNIT["degree",0.0174532925199433]]'
)


def datum_crs(datum: Datum) -> CRS:
    """Return the CRS that a file in a datum is labelled with.

    Parameters
    ----------
    datum
        The datum.

    Returns
    -------
    pyproj.CRS
        Geographic, in degrees. For GCJ-02 and BD-09 a CRS of that name on an unknown datum,
        which no software can transform by itself.
    """
    if datum is Datum.WGS84:
        return WGS84
    if datum is Datum.CGCS2000:
        return make_crs(4490)
    name = "GCJ-02" if datum is Datum.GCJ02 else "BD-09"
    return make_crs(_DISTORTED.format(name=f"{name} (distorted WGS 84)"))


@dataclass(frozen=True, slots=True)
class Axes:
    """What coordinates are in, and what their columns are called.

    Parameters
    ----------
    datum
        The datum; of a projected CRS that of its places before they are projected.
    projected
        A projected CRS in metres; ``None`` for degrees.
    """

    datum: Datum = Datum.WGS84
    projected: CRS | None = None

    @property
    def name(self) -> str:
        """``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``working``."""
        return str(self.datum) if self.projected is None else WORKING

    @property
    def crs(self) -> CRS:
        """What a file is labelled with."""
        return datum_crs(self.datum) if self.projected is None else self.projected

    @property
    def is_wgs84(self) -> bool:
        """Whether coordinates are what a reader takes for granted."""
        return self.projected is None and self.datum is Datum.WGS84

    @property
    def label(self) -> str:
        """Text that follows a name, so that nobody takes it for WGS-84; nothing where it is."""
        return "" if self.is_wgs84 else f"_{self.name}"

    @property
    def columns(self) -> tuple[str, str]:
        """East and north: names of the columns of coordinates."""
        if self.projected is not None:
            return "x_m", "y_m"
        return f"lon{self.label}", f"lat{self.label}"

    def moved(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return places as these axes have them.

        Parameters
        ----------
        xy
            Shape (n, 2): longitude and latitude in degrees, WGS-84.

        Returns
        -------
        ndarray
            Shape (n, 2): degrees, or metres of the projected CRS.
        """
        if self.projected is not None:
            return reprojection(WGS84, self.projected)(xy)
        return np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], self.datum))

    def moved_shapes(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return geometries as these axes have them.

        Parameters
        ----------
        shapes
            Degrees, WGS-84.

        Returns
        -------
        ndarray of shapely.Geometry
            Of the same shape.
        """
        return np.asarray(shapely.transform(shapes, self.moved))
