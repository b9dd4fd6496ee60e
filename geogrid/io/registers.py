"""Files of registers - cameras, checkpoints, rooms, places, zones, roads - to GeoDataFrames."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid.crs import WGS84, Datum
from geogrid.errors import InputError
from geogrid.io.detect import open_source
from geogrid.io.fieldvalues import read_field, set_repeats_aside
from geogrid.io.finish import make_report
from geogrid.io.gates import Gate, gate_id
from geogrid.io.kinds import KINDS, PRIVATE_PLACES, SHAPES
from geogrid.io.opening import read_raw
from geogrid.io.plain_kinds import PLAIN_KINDS
from geogrid.io.plain_registers import read_plain
from geogrid.io.positions import (
    choose_datum,
    gate_extent,
    gate_positions,
    gate_shapes,
    has_lonlat,
    refuse_outside,
    shapes_to_wgs84,
)
from geogrid.io.report import Message, ReadOptions, ReadReport
from geogrid.io.roads_say import heed_roads_of_shapes

INVALID: Final = "the geometry is invalid: {problem}"
REGISTERS: Final = tuple(kind for kind in KINDS if kind not in {"districts", "tracks", "incidents"})


def read_register(
    path: str | Path, kind: str, options: ReadOptions
) -> tuple[gpd.GeoDataFrame, ReadReport]:
    """Return the rows of a register.

    Parameters
    ----------
    path
        CSV, XLSX, XLS, GeoJSON, Shapefile (zip, folder or file), GeoPackage or FlatGeobuf.
    kind
        One of `REGISTERS`.
    options
        Datum, columns and area, where the file does not say them.

    Returns
    -------
    register : geopandas.GeoDataFrame
        WGS-84, or a plain table for kinds without geometry; index ``id`` (text; the row number
        where the kind needs no id and the file has none); the kind's other fields as columns,
        null where not known.
    report : ReadReport
        Every other row.

    Raises
    ------
    InputError
        The file as a whole cannot be used, or there is no such kind.
    """
    if kind not in REGISTERS:
        raise InputError(
            "there is no register of the kind {kind!r}; the kinds are {kinds}",
            kind=kind,
            kinds=", ".join(REGISTERS),
        )
    source = open_source(path)
    gate = Gate(read_raw(source, kind, options))
    if kind in PLAIN_KINDS:
        return read_plain(source, kind, gate)
    ids = _ids(gate)
    geometry, datum = _geometry(gate, kind, options)
    columns = {
        spec.name: read_field(gate, spec)
        for spec in KINDS[kind]
        if spec.type not in {"id", "lon", "lat", "geometry", "note"}
    }
    _warn_private(gate, kind, columns)
    duplicates = set_repeats_aside(gate, ids, [geometry, *columns.values()])
    kept = np.flatnonzero(gate.ok)
    frame = gpd.GeoDataFrame(
        {name: values[kept] for name, values in columns.items()},
        geometry=geometry[kept],
        crs=WGS84,
        index=pd.Index(ids[kept], name="id", dtype=object),
    )
    return frame, make_report(
        source, kind, gate, duplicates=duplicates, used={"datum": datum.value}
    )


def _ids(gate: Gate) -> NDArray[np.object_]:
    if "id" in gate.table.columns:
        return gate_id(gate, "id")
    return np.array([str(row) for row in gate.table.row], dtype=object)


def _geometry(gate: Gate, kind: str, options: ReadOptions) -> tuple[NDArray[np.object_], Datum]:
    """Return geometry in WGS-84, ``None`` where the row is refused."""
    if SHAPES[kind] == {"Point"} or has_lonlat(gate.table):
        lon, lat, datum = gate_positions(gate, kind, options)
        shapes = np.full(gate.ok.size, None, dtype=object)
        kept = np.flatnonzero(gate.ok)
        shapes[kept] = shapely.points(lon[kept], lat[kept])
        return shapes, datum
    shapes = gate_shapes(gate, kind)
    _refuse_invalid(gate, shapes)
    gate_extent(gate, shapes)
    shapes[~gate.ok] = None
    box = shapely.bounds(shapes)
    x, y = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
    if options.guard is not None:
        said = gate.table.header.datum or options.datum
        heed_roads_of_shapes(options.guard, kind, shapes, said, gate.table)
    datum = choose_datum(gate, options, x, y)
    shapes = shapes_to_wgs84(shapes, datum)
    _refuse_far(gate, options, shapes)
    return shapes, datum


def _refuse_invalid(gate: Gate, shapes: NDArray[np.object_]) -> None:
    bad = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    gate.refuse(bad, "geometry", INVALID, lambda i: {"problem": shapely.is_valid_reason(shapes[i])})


def _refuse_far(gate: Gate, options: ReadOptions, shapes: NDArray[np.object_]) -> None:
    """Refuse shapes that do not touch the area; a shape may reach beyond it."""
    if options.area is None:
        return
    near = shapely.clip_by_rect(shapes, *options.area)
    touches = ~(shapely.is_empty(near) | shapely.is_missing(near))
    box = shapely.bounds(shapes)
    middle_x, middle_y = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
    inside_x, inside_y = options.area[0], options.area[1]
    refuse_outside(
        gate,
        options,
        np.where(touches, inside_x, middle_x),
        np.where(touches, inside_y, middle_y),
    )


def _warn_private(gate: Gate, kind: str, columns: dict[str, NDArray[Any]]) -> None:
    """Warn of devices in places where the law allows none."""
    places = columns.get("place_type")
    if places is None or kind not in {"cameras", "points"}:
        return
    private = np.array(
        [
            text is not None and any(word in text.lower() for word in PRIVATE_PLACES)
            for text in places
        ],
        dtype=bool,
    )
    rows = gate.table.row[private & gate.ok]
    if rows.size:
        gate.warnings.append(
            Message(
                "{count} rows have a place_type where image devices are prohibited (Decree 799 of "
                "the State Council, article 8): rows {rows}",
                {"count": int(rows.size), "rows": ", ".join(map(str, rows[:20]))},
            )
        )
