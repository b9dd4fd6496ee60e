"""What goes into a file: the chosen rows of a layer on the wanted axes, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.export.axes import Axes
from geogrid.export.json_values import Json, plain
from geogrid.export.selection import BBox, Selection
from geogrid.model.cells import CellTable
from geogrid.model.layer import Layer
from geogrid.model.points_inside import points_inside

ALL: Final = Selection()
_CELL_DEGREES_PER_M: Final = 1 / 20_000  # a metre is less than this up to 79 degrees of latitude


@dataclass(frozen=True, slots=True, eq=False)
class FileContents:
    """Rows of a layer with everything that a file says about them.

    Parameters
    ----------
    name
        Name of the layer inside a file; it ends in the datum when that is not WGS-84.
    frame
        The rows, in ``axes``.
    id_column
        The column with the stable id of each feature.
    axes
        What the coordinates are in.
    about
        Title, whether the data is synthetic, provenance, fields: a JSON object.
    is_lattice
        Whether the rows are cells.
    """

    name: str
    frame: gpd.GeoDataFrame
    id_column: str
    axes: Axes
    about: Mapping[str, Json]
    is_lattice: bool


def file_contents(layer: Layer, selection: Selection = ALL) -> FileContents:
    """Return the chosen rows of a layer, ready to be written.

    Parameters
    ----------
    layer
        The layer.
    selection
        Which rows, and what their coordinates shall be in: their columns then carry its name,
        as in ``lon_gcj02``. Of cells a district has those with most of their land in it, an
        area those whose centre lies in it.

    Returns
    -------
    FileContents
        Cells get the H3 index of their centre as a column.

    Raises
    ------
    InputError
        There is no such district or column, the box is no box, or the layer knows no
        districts.
    """
    if isinstance(layer.table, CellTable):
        frame, id_column = _cells(layer.table, selection), "cell"
    else:
        frame, id_column = _with_ids(layer.table)
        frame = _chosen(layer.id, frame, selection)
    if selection.bbox is not None:
        frame = frame[_in_box(frame, selection.bbox)]
    frame = frame.reset_index(drop=True)
    axes = selection.axes
    about = _about(layer, selection)
    placed = _on_axes(frame, axes)
    return FileContents(layer.id + axes.label, placed, id_column, axes, about, layer.is_lattice)


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


def _cells(table: CellTable, selection: Selection) -> gpd.GeoDataFrame:
    """Return the cells that are chosen, and those near the box; only their polygons are made."""
    grid = table.grid
    keep = selection.rows(table.columns.get, len(grid))
    lon, lat = grid.lonlat()
    if selection.district is not None:
        keep &= grid.district == grid.boundary.position_of(selection.district)
    if selection.area is not None:
        near = np.flatnonzero(keep)
        keep[near] = points_inside(selection.area, lon[near], lat[near])
    if selection.bbox is not None:
        bbox = selection.bbox
        _require_box(bbox)
        margin = _CELL_DEGREES_PER_M * grid.spec.cell_size
        keep &= (lon >= bbox[0] - margin) & (lon <= bbox[2] + margin)
        keep &= (lat >= bbox[1] - margin) & (lat <= bbox[3] + margin)
    frame = table.to_geodataframe(keep)
    index = [f"{cell:x}" for cell in grid.h3_ids()[keep].tolist()]
    frame.insert(frame.columns.get_loc("lat") + 1, "h3", index)
    return frame


def _chosen(layer_id: str, frame: gpd.GeoDataFrame, selection: Selection) -> gpd.GeoDataFrame:
    """Return the features of a district and an area whose values are as asked for."""
    names = set(frame.columns) - {frame.geometry.name}
    frame = frame[selection.rows(lambda n: frame[n] if n in names else None, len(frame))]
    if selection.land is not None:
        frame = frame[frame.intersects(selection.land)]
    elif selection.district is not None:
        frame = frame[_in_district(layer_id, frame, selection.district)]
    if selection.area is not None:
        frame = frame[frame.intersects(selection.area)]
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


def _on_axes(frame: gpd.GeoDataFrame, axes: Axes) -> gpd.GeoDataFrame:
    """Return the frame with its geometry and its columns lon and lat on other axes."""
    if axes.is_wgs84:
        return frame
    shapes = axes.moved_shapes(frame.geometry.to_numpy())
    columns = {"geometry": f"geometry{axes.label}"}
    plain_frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    if {"lon", "lat"} <= set(plain_frame.columns):
        moved = axes.moved(plain_frame[["lon", "lat"]].to_numpy(dtype=np.float64))
        plain_frame = plain_frame.assign(lon=moved[:, 0], lat=moved[:, 1])
        columns |= dict(zip(("lon", "lat"), axes.columns, strict=True))
    result = gpd.GeoDataFrame(plain_frame, geometry=shapes, crs=axes.crs)
    renamed: gpd.GeoDataFrame = result.rename(columns=columns).set_geometry(columns["geometry"])
    return renamed


def _about(layer: Layer, selection: Selection) -> dict[str, Json]:
    fields = [
        {"name": f.name, "title": f.title, "unit": f.unit, "meaning": f.meaning}
        for f in layer.fields
    ]
    picked = selection.as_text()
    axes = selection.axes
    crs = {} if axes.projected is None else {"crs": axes.crs.to_wkt("WKT2_2019")}
    return {
        "title": layer.title,
        "synthetic": layer.synthetic,
        "provenance": plain(layer.provenance.as_json()),
        "completeness": plain(layer.completeness),
        "fields": plain(fields),
        "datum": axes.name,
        **crs,
        **({"selection": plain(picked)} if picked else {}),
    }
