"""How much memory an answer takes, about: what is kept of answers is bounded by it."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.service.shelf import Shelf

SAMPLED: Final = 1_024  # of many parts so many are looked at
_OF_THE_WORKSPACE: Final = (Boundary, Grid, Shelf)  # there once, whatever is kept
_GEOMETRY_BYTES: Final = 150  # of an object of GEOS, beside its coordinates
_POINT_BYTES: Final = 16


def answer_bytes(answer: object) -> int:
    """Return about how many bytes an answer takes.

    Arrays count with what they hold, many parts by a sample of them. The grid and the stores of
    the workspace, which answers share, count nothing; nor does what is mapped from a file.

    Parameters
    ----------
    answer
        What an opened workspace keeps: layers, tables, JSON values, frames.

    Returns
    -------
    int
        Bytes; each part counts once, however often the answer names it.
    """
    return _bytes_of(answer, {})


def _bytes_of(value: object, seen: dict[int, object]) -> int:
    """Return the bytes of a value and of its parts that were not seen before.

    What was seen is held, so that nothing else is given its number meanwhile.
    """
    if id(value) in seen or value is None or isinstance(value, (*_OF_THE_WORKSPACE, type)):
        return 0
    seen[id(value)] = value
    if isinstance(value, np.ndarray):
        return _of_array(value, seen)
    if isinstance(value, (pd.DataFrame, pd.Series, pd.Index)):
        return _of_frame(value, seen)
    if isinstance(value, shapely.Geometry):
        return _GEOMETRY_BYTES + _POINT_BYTES * int(shapely.get_num_coordinates(value))
    parts = _parts(value)
    return sys.getsizeof(value) + _of_parts(parts, len(parts), seen)


def _of_array(array: NDArray[Any], seen: dict[int, object]) -> int:
    """Return the bytes of an array and of the objects that it names."""
    if isinstance(array, np.memmap):
        return 0
    if array.dtype != object:
        return int(array.nbytes)
    step = max(1, array.size // SAMPLED)
    return int(array.nbytes) + _of_parts(array.ravel()[::step].tolist(), array.size, seen)


def _of_frame(frame: pd.DataFrame | pd.Series | pd.Index, seen: dict[int, object]) -> int:
    """Return the bytes of a table with its index."""
    if isinstance(frame, pd.Index):
        return _of_column(frame, seen)
    if isinstance(frame, pd.Series):
        return _of_column(frame, seen) + _of_column(frame.index, seen)
    columns = (_of_column(frame.iloc[:, at], seen) for at in range(frame.shape[1]))
    return _of_column(frame.index, seen) + sum(columns)


def _of_column(column: pd.Series | pd.Index, seen: dict[int, object]) -> int:
    """Return the bytes of a column, the objects that it names among them."""
    if column.dtype == object or column.dtype.name == "geometry":
        return _of_array(column.to_numpy(dtype=object), seen)
    return int(column.nbytes)


def _parts(value: object) -> Sequence[object]:
    """Return what a value is made of."""
    if isinstance(value, (str, bytes, int, float)):
        return ()
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, (set, frozenset)):
        return list(value)
    if dataclasses.is_dataclass(value):
        return [getattr(value, one.name) for one in dataclasses.fields(value)]
    return list(getattr(value, "__dict__", {}).values())


def _of_parts(parts: Sequence[object], count: int, seen: dict[int, object]) -> int:
    """Return the bytes of ``count`` parts, of which some or all are given."""
    looked_at = parts[:: max(1, len(parts) // SAMPLED)]
    total = sum(_bytes_of(part, seen) for part in looked_at)
    return round(total * count / len(looked_at)) if looked_at else 0
