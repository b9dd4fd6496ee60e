"""What goes into a file: the chosen rows of a layer in the wanted datum, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.crs import WGS84, Datum, from_wgs84, make_crs
from geogrid.errors import InputError
from geogrid.export.json_values import Json, plain
from geogrid.model.cells import CellTable
from geogrid.model.layer import Layer

BBox = tuple[float, float, float, float]
_CELL_DEGREES_PER_M: Final = 1 / 20_000  # a metre is less than this up to 79 degrees of latitude
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


@dataclass(frozen=True, slots=True, eq=False)
class FileContents:
    """Rows of a layer with everything that a file says about them.

    Parameters
    ----------
    name
        Name of the layer inside a file; it ends in the datum when that is not WGS-84.
    frame
        The rows, in ``datum``.
    id_column
        The column with the stable id of each feature.
    datum
        What the coordinates are in.
    about
        Title, whether the data is synthetic, provenance, fields: a JSON object.
    is_lattice
        Whether the rows are cells.
    """

    name: str
    frame: gpd.GeoDataFrame
    id_column: str
    datum: Datum
    about: Mapping[str, Json]
    is_lattice: bool


def file_contents(
    layer: Layer,
    *,
    datum: Datum = Datum.WGS84,
    bbox: BBox | None = None,
    district: str | None = None,
) -> FileContents:
    """Return the chosen rows of a layer, ready to be written.

    Parameters
    ----------
    layer
        The layer.
    datum
        What the coordinates shall be in. Their columns then carry its name, as in
        ``lon_gcj02``.
    bbox
        Only features that touch this box (xmin, ymin, xmax, ymax), degrees, WGS-84.
    district
        Only features of the district with this id or name; of cells those with most of
        their land in it.

    Returns
    -------
    FileContents
        Cells get the H3 index of their centre as a column.

    Raises
    ------
    InputError
        There is no such district, the box is no box, or the layer knows no districts.
    """
    if isinstance(layer.table, CellTable):
        frame, id_column = _cells(layer.table, district, bbox), "cell"
    else:
        frame, id_column = _with_ids(layer.table)
        if district is not None:
            frame = frame[_in_district(layer.id, frame, district)]
    if bbox is not None:
        frame = frame[_in_box(frame, bbox)]
    frame = frame.reset_index(drop=True)
    name = layer.id if datum is Datum.WGS84 else f"{layer.id}_{datum}"
    about = _about(layer, datum, {"bbox": bbox, "district": district})
    return FileContents(name, _in_datum(frame, datum), id_column, datum, about, layer.is_lattice)


def bounding_box(shapes: NDArray[np.object_]) -> list[Json] | None:
    """Return the box around geometries.

    Parameters
    ----------
    shapes
        Geometries; missing and empty ones do not count.

    Returns
    -------
    list of float, or None
        The sides xmin, ymin, xmax, ymax; ``None`` where nothing has a place.
    """
    placed = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    return shapely.total_bounds(placed).tolist() if len(placed) else None


def _cells(table: CellTable, district: str | None, bbox: BBox | None) -> gpd.GeoDataFrame:
    """Return the cells of a district, near a box; only their polygons are made."""
    grid = table.grid
    keep = np.ones(len(grid), dtype=bool)
    if district is not None:
        keep &= grid.district == grid.boundary.position_of(district)
    if bbox is not None:
        _require_box(bbox)
        margin = _CELL_DEGREES_PER_M * grid.spec.cell_size
        lon, lat = grid.lonlat()
        keep &= (lon >= bbox[0] - margin) & (lon <= bbox[2] + margin)
        keep &= (lat >= bbox[1] - margin) & (lat <= bbox[3] + margin)
    frame = table.to_geodataframe(keep)
    index = [f"{cell:x}" for cell in grid.h3_ids()[keep].tolist()]
    frame.insert(frame.columns.get_loc("lat") + 1, "h3", index)
    return frame


def _with_ids(features: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, str]:
    """Return features with their ids as a column, and its name."""
    ids, column = features.index.to_series(), "id"
    for column in ("id", "feature_id"):
        if column not in features.columns:
            named = features.copy()
            named.insert(0, column, ids)
            return named, column
        if (features[column].astype(object) == ids.astype(object)).all():
            break
    return features, column


def _in_district(layer_id: str, frame: gpd.GeoDataFrame, district: str) -> NDArray[np.bool_]:
    if "district" not in frame.columns:
        raise InputError(
            "layer {layer} does not say which district its features are in; "
            "choose by --bbox instead",
            layer=layer_id,
        )
    held = frame["district"].to_numpy(dtype=object)
    known = {str(value) for value in pd.unique(held) if value is not None}
    if district not in known:
        raise InputError(
            "no district {district!r}; there are {known}",
            district=district,
            known=sorted(known),
        )
    return np.asarray(held == district, dtype=bool)


def _require_box(bbox: BBox) -> None:
    if not (np.isfinite(bbox).all() and bbox[0] <= bbox[2] and bbox[1] <= bbox[3]):
        raise InputError(
            "a box is xmin,ymin,xmax,ymax in degrees with the smaller values first, got {bbox}",
            bbox=bbox,
        )


def _in_box(frame: gpd.GeoDataFrame, bbox: BBox) -> NDArray[np.bool_]:
    _require_box(bbox)
    shapes = frame.geometry.to_numpy()
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        near = (bounds[:, 0] <= bbox[2]) & (bounds[:, 2] >= bbox[0])
        near &= (bounds[:, 1] <= bbox[3]) & (bounds[:, 3] >= bbox[1])
    near[near] = shapely.intersects(shapes[near], shapely.box(*bbox))
    return np.asarray(near)


def _in_datum(frame: gpd.GeoDataFrame, datum: Datum) -> gpd.GeoDataFrame:
    """Return the frame with its geometry and its columns lon and lat in a datum."""
    if datum is Datum.WGS84:
        return frame

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], datum))

    shapes = shapely.transform(frame.geometry.to_numpy(), moved)
    columns = {"geometry": f"geometry_{datum}"}
    plain_frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    if {"lon", "lat"} <= set(plain_frame.columns):
        lon, lat = from_wgs84(plain_frame["lon"], plain_frame["lat"], datum)
        plain_frame = plain_frame.assign(lon=lon, lat=lat)
        columns |= {"lon": f"lon_{datum}", "lat": f"lat_{datum}"}
    result = gpd.GeoDataFrame(plain_frame, geometry=shapes, crs=datum_crs(datum))
    renamed: gpd.GeoDataFrame = result.rename(columns=columns).set_geometry(columns["geometry"])
    return renamed


def _about(layer: Layer, datum: Datum, chosen: Mapping[str, object]) -> dict[str, Json]:
    fields = [
        {"name": f.name, "title": f.title, "unit": f.unit, "meaning": f.meaning}
        for f in layer.fields
    ]
    picked = {name: value for name, value in chosen.items() if value is not None}
    return {
        "title": layer.title,
        "synthetic": layer.synthetic,
        "provenance": plain(layer.provenance.as_json()),
        "completeness": plain(layer.completeness),
        "fields": plain(fields),
        "datum": str(datum),
        **({"selection": plain(picked)} if picked else {}),
    }
