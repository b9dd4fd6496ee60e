"""The columns of a layer as the formats of files hold them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike

from geogrid.export.contents import FileContents
from geogrid.export.json_values import json_text, plain, utc_texts

# A spreadsheet runs a cell that begins with one of these; the last four are their full-width
# forms, which some take for the same. See OWASP, CSV Injection.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_values(column: pd.Series) -> ArrayLike:
    """Return values as CSV shows them.

    Parameters
    ----------
    column
        Of `tidy`.

    Returns
    -------
    array_like
        Times as UTC text, truth as ``true`` and ``false``, text that no spreadsheet runs.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        return utc_texts(column)
    if column.dtype == np.bool_:
        return np.where(column, "true", "false")
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy()
    safe = [None if value is None else harmless(value) for value in column.to_numpy()]
    return np.array(safe, dtype=object)


def coordinate_columns(contents: FileContents) -> dict[str, ArrayLike]:
    """Return the geometry as columns: those of points, else WKT.

    Parameters
    ----------
    contents
        Rows of features.

    Returns
    -------
    dict
        Columns by name; a datum that is not WGS-84 is part of the name.
    """
    shapes = contents.frame.geometry.to_numpy()
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all():
        east, north = contents.axes.columns
        return {east: shapely.get_x(shapes), north: shapely.get_y(shapes)}
    return {f"wkt{contents.axes.label}": np.asarray(shapely.to_wkt(shapes, rounding_precision=9))}


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula.

    Parameters
    ----------
    text
        A cell or a header.

    Returns
    -------
    str
        The same, after an apostrophe where it begins like a formula.
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def tidy(contents: FileContents) -> pd.DataFrame:
    """Return the columns as tables can hold them: times in UTC, finite numbers, plain text.

    Parameters
    ----------
    contents
        Rows of a layer.

    Returns
    -------
    DataFrame
        All columns but the geometry.
    """
    columns: dict[str, object] = {}
    for name in contents.frame.columns.drop(contents.frame.geometry.name):
        column = contents.frame[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            aware = column if column.dt.tz is not None else column.dt.tz_localize("UTC")
            columns[name] = aware.dt.tz_convert("UTC").dt.as_unit("ms")
        elif isinstance(column.dtype, np.dtype) and column.dtype.kind == "f":
            values = column.to_numpy() + 0.0
            columns[name] = np.where(np.isfinite(values), values, np.nan)
        elif isinstance(column.dtype, np.dtype) and column.dtype.kind in "iub":
            columns[name] = column
        else:
            columns[name] = pd.Series(
                [_text(value) for value in column.to_numpy(dtype=object)], dtype=object
            )
    return pd.DataFrame(columns, index=contents.frame.index)


def _text(value: object) -> str | None:
    known = plain(value)
    return known if known is None or isinstance(known, str) else json_text(known)
