"""Features with properties and a geometry, from any vector format, to a raw table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from geogrid.io.headers import HeaderMap
from geogrid.io.rawtable import Plan, RawTable
from geogrid.io.report import Message, Refusal
from geogrid.io.shapes import ShapeFault


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature as a format has it.

    Parameters
    ----------
    row
        Its number in the file, from 1.
    properties
        From name to value.
    shape
        Returns the geometry, or raises `ShapeFault`.
    shown
        A few characters of the raw geometry, for a refusal.
    """

    row: int
    properties: Mapping[str, Any]
    shape: Callable[[], shapely.Geometry]
    shown: str = ""


def cell_text(value: object) -> str:
    """Return a property as the text that a table would have.

    Parameters
    ----------
    value
        Of any type a format has.

    Returns
    -------
    str
        Empty for none; whole numbers without a decimal point.
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        return (
            ""
            if np.isnan(number)
            else str(int(number))
            if number.is_integer() and abs(number) < 1e15
            else repr(number)
        )
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, allow_nan=True)[:1000]
    return str(value)


def features_to_table(
    features: Sequence[Feature],
    plan: Plan,
    *,
    crs: CRS | None,
    synthetic: bool = False,
    warnings: Iterable[Message] = (),
) -> RawTable:
    """Return features as a raw table; those without a usable geometry are refused.

    Parameters
    ----------
    features
        In the order of the file.
    plan
        Asked once, with the union of all property names.
    crs
        What the file says its coordinates are in; ``None`` where it says nothing.
    synthetic
        The file says that it is synthetic.
    warnings
        What was seen on the way.

    Returns
    -------
    RawTable
        Values as text, geometry as shapely objects.
    """
    headers = list(dict.fromkeys(name for feature in features for name in feature.properties))
    mapping: HeaderMap = plan(headers, has_geometry=True)
    kept: list[Feature] = []
    shapes: list[shapely.Geometry] = []
    refusals: list[Refusal] = []
    for feature in features:
        try:
            shape = feature.shape()
        except ShapeFault as fault:
            refusals.append(
                Refusal(feature.row, "geometry", feature.shown[:60], fault.reason, fault.values)
            )
            continue
        kept.append(feature)
        shapes.append(shape)
    columns = {
        field: pa.array(
            [cell_text(feature.properties.get(headers[at])) for feature in kept], pa.string()
        )
        for field, at in mapping.columns.items()
    }
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    return RawTable(
        columns,
        np.array([feature.row for feature in kept], dtype=np.int64),
        mapping,
        tuple(refusals),
        geometry,
        crs,
        synthetic=synthetic,
        warnings=tuple(warnings),
    )
