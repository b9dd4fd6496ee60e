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
from geogrid.io.columnnames import UNIT_WORDS
from geogrid.io.detect import open_source
from geogrid.io.finish import make_report
from geogrid.io.gates import (
    MAX_TEXT_LENGTH,
    MISSING,
    NOT_NUMBER,
    OUT_OF_RANGE,
    Gate,
    gate_id,
    gate_length,
)
from geogrid.io.kinds import KINDS, PRIVATE_PLACES, SHAPES, FieldSpec
from geogrid.io.opening import read_raw
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
from geogrid.io.values import Numbers, choices, flags, numbers_with_units, texts

UNKNOWN_WORD: Final = "the word is not one of {words}"
CONFLICT: Final = "the same {field} stands in row {other} with other content"
INVALID: Final = "the geometry is invalid: {problem}"
REGISTERS: Final = tuple(kind for kind in KINDS if kind not in {"districts", "tracks", "incidents"})
_FACTORS: Final = {
    ("km", "m"): 1_000.0,
    ("ft", "m"): 0.3048,
    ("ms", "kmh"): 3.6,
    ("mph", "kmh"): 1.609344,
    ("kn", "kmh"): 1.852,
}


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
        WGS-84; index ``id`` (text; the row number where the kind needs no id and the file has
        none); the kind's other fields as columns, null where not known.
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


def read_field(gate: Gate, spec: FieldSpec) -> NDArray[Any]:
    """Return one field of all rows.

    A needed field that is empty or unreadable refuses its row; an optional one becomes null
    with a warning.

    Parameters
    ----------
    gate
        The rows.
    spec
        The field.

    Returns
    -------
    ndarray, shape (n,)
        Floats (NaN where not known) for numbers; objects (``None`` where not known) else.
    """
    column = gate.table.columns.get(spec.name)
    if column is None:
        missing = np.nan if spec.type == "number" else None
        return np.full(gate.ok.size, missing, dtype=float if spec.type == "number" else object)
    if spec.type == "number":
        return _number_field(gate, spec)
    if spec.type == "flag":
        value, bad = flags(column)
        gate.note(bad, spec.name)
        return value
    if spec.type == "choice":
        return _choice_field(gate, spec)
    gate_length(gate, spec.name, MAX_TEXT_LENGTH)
    value = texts(column)
    if spec.required:
        gate.refuse(np.array([text is None for text in value], dtype=bool), spec.name, MISSING)
    return value


def _number_field(gate: Gate, spec: FieldSpec) -> NDArray[np.float64]:
    part = _with_units(gate, spec)
    value = part.value
    low = -np.inf if spec.low is None else spec.low
    high = np.inf if spec.high is None else spec.high
    with np.errstate(invalid="ignore"):
        off = (value < low) | (value > high)
    if spec.required or spec.name == "weight":
        gate.refuse(part.blank & spec.required, spec.name, MISSING)
        gate.refuse(part.bad, spec.name, NOT_NUMBER)
        gate.refuse(off, spec.name, OUT_OF_RANGE, {"low": low, "high": high})
    else:
        gate.note(part.bad | off, spec.name)
    value = np.where(off, np.nan, value)
    if spec.name in {"bearing", "heading"}:
        value = np.where(value == 360.0, 0.0, value)
    return value


def _with_units(gate: Gate, spec: FieldSpec) -> Numbers:
    """Return numbers in the field's unit; a cell's own unit goes before the header's."""

    def factor(unit: str | None) -> float | None:
        return 1.0 if unit == spec.unit else _FACTORS.get((unit or "", spec.unit or ""))

    in_cells = {word: size for word, unit in UNIT_WORDS.items() if (size := factor(unit))}
    of_header = factor(gate.table.header.names[spec.name].unit) or 1.0
    return numbers_with_units(gate.table.columns[spec.name], in_cells, otherwise=of_header)


def _choice_field(gate: Gate, spec: FieldSpec) -> NDArray[np.object_]:
    value, bad = choices(gate.table.columns[spec.name], spec.choices, keep_others=spec.open_choices)
    if spec.required:
        blank = np.array([text is None for text in value], dtype=bool) & ~bad
        gate.refuse(blank, spec.name, MISSING)
        if not spec.open_choices:
            words = ", ".join(dict.fromkeys(spec.choices.values()))
            gate.refuse(bad, spec.name, UNKNOWN_WORD, {"words": words})
    elif not spec.open_choices:
        gate.note(bad, spec.name)
    return value


def set_repeats_aside(gate: Gate, ids: NDArray[np.object_], values: list[NDArray[Any]]) -> int:
    """Set rows aside that repeat an earlier one; refuse those that contradict it.

    Parameters
    ----------
    gate
        The rows.
    ids
        The key of each row.
    values
        Everything that must be equal in a repeated row.

    Returns
    -------
    int
        Number of rows set aside.
    """
    kept = np.flatnonzero(gate.ok)
    first: dict[object, int] = {}
    repeated: list[int] = []
    clash: dict[int, int] = {}
    for i in kept.tolist():
        before = first.setdefault(ids[i], i)
        if before == i:
            continue
        same = all(_equal(value[i], value[before]) for value in values)
        if same:
            repeated.append(i)
        else:
            clash[i] = before
    bad = np.zeros(gate.ok.size, dtype=bool)
    bad[list(clash)] = True
    gate.refuse(
        bad, "id", CONFLICT, lambda i: {"field": "id", "other": int(gate.table.row[clash[i]])}
    )
    gate.ok[repeated] = False
    return len(repeated)


def _equal(one: object, other: object) -> bool:
    both_unknown = (
        isinstance(one, float) and isinstance(other, float) and np.isnan(one) and np.isnan(other)
    )
    return bool(both_unknown or one == other)


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
