"""A file's rows before any value is judged: columns by field, geometry, and what failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.io.headers import HeaderMap
from geogrid.io.report import Message, Refusal

Column = Any  # a pyarrow.Array or ChunkedArray: pyarrow ships no types
Table = Any  # a pyarrow.Table


class Plan(Protocol):
    """Says which columns of a file to keep, once its header is known."""

    def __call__(self, headers: Sequence[str], *, has_geometry: bool = False) -> HeaderMap:
        """Return the mapping, or raise `geogrid.errors.InputError`."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """Rows of a file as text, aligned.

    Parameters
    ----------
    columns
        From field to values: pyarrow strings, or numbers and timestamps where the format
        has types; each of length n.
    row
        Number of each data record, from 1, shape (n,).
    header
        Which column holds which field.
    refusals
        Rows that the container itself spoils; they are not in ``columns``.
    geometry
        Shapely geometries, shape (n,); ``None`` where positions are columns.
    crs
        What the file says its coordinates are in; ``None`` where it says nothing.
    zone
        Zone that the format itself lays down for times without an offset.
    synthetic
        The file says of itself, at its top, that its data is synthetic.
    warnings
        What was seen on the way.
    above
        Rows of a spreadsheet at and above the header, so that row 1 is the next; 0 for what
        is no table.
    """

    columns: Mapping[str, Column]
    row: NDArray[np.int64]
    header: HeaderMap
    refusals: tuple[Refusal, ...] = ()
    geometry: NDArray[np.object_] | None = None
    crs: CRS | None = None
    zone: str | None = None
    synthetic: bool = False
    warnings: tuple[Message, ...] = field(default=())
    above: int = 0

    @property
    def read(self) -> int:
        """Number of data rows in the file."""
        return int(self.row.size) + len({refusal.row for refusal in self.refusals})
