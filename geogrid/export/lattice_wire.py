"""The grid as arrays for a browser: one small number a cell, and the mesh that places cells.

A column is one little-endian number per active cell in id order: value = raw * scale + offset,
and the greatest raw value (NaN for floats) stands for null.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.export.lattice_mesh import mesh
from geogrid.export.legend import categories_of, category_text, column_legend
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid

__all__ = [
    "WireColumn",
    "area_column",
    "column_legend",
    "district_column",
    "encode",
    "mesh",
    "wire_column",
]

_SHARE_STEPS: Final = 10_000
_SMALL_SHARE: Final = 0.05  # a column of which no share is larger is kept a hundred times as fine
_NULL: Final = {"u1": 2**8 - 1, "u2": 2**16 - 1, "u4": 2**32 - 1}
_DECIMALS: Final = {"s": 1, "m": 1, "min": 1, "h": 2, "km": 2, "m2": 0}  # by unit; else 3


@dataclass(frozen=True, slots=True)
class WireColumn:
    """One column as bytes, with what is needed to read and draw it.

    Parameters
    ----------
    field
        What the column holds.
    dtype
        ``u1``, ``u2``, ``u4`` or ``f4``, little-endian.
    scale, offset
        Value = raw * scale + offset.
    null
        The raw value of null; ``None`` for ``f4``, where it is NaN.
    decimals
        Digits after the point that are true.
    categories
        The values of a category column, by raw value; empty for numbers.
    data
        One raw value per active cell, in id order.
    legend
        See `geogrid.export.legend.column_legend`.
    """

    field: Field
    dtype: str
    scale: float
    offset: float
    null: int | None
    decimals: int
    data: bytes
    legend: dict[str, Any]
    categories: tuple[str, ...] = ()

    def meta(self) -> dict[str, Any]:
        """Return all but the bytes as a JSON object."""
        return {
            "name": self.field.name,
            "title": self.field.title,
            "unit": self.field.unit,
            "scale_kind": self.field.scale,
            "meaning": self.field.meaning,
            "dtype": self.dtype,
            "scale": self.scale,
            "offset": self.offset,
            "null": self.null,
            "decimals": self.decimals,
            "categories": list(self.categories),
            "legend": self.legend,
        }

    def values(self) -> NDArray[np.float64]:
        """Return the numbers that a reader gets; NaN for null. Of categories, their codes."""
        raw = np.frombuffer(self.data, dtype=np.dtype(f"<{self.dtype}"))
        value = np.round(raw.astype(np.float64) * self.scale + self.offset, self.decimals)
        return (
            raw.astype(np.float64)
            if self.null is None
            else np.where(raw == self.null, np.nan, value)
        )


def wire_column(table: CellTable, name: str) -> WireColumn:
    """Return a column in the smallest numbers that keep what is shown.

    Whole numbers are kept exactly, shares to 0.0001 (to 0.000001 where all are below 0.05), times
    to the second, other numbers to the decimals of their unit. A value above zero never becomes
    zero, and a share below one never one: none and all are said only where they are true.

    Parameters
    ----------
    table
        The table.
    name
        The column: numbers, times or categories.

    Returns
    -------
    WireColumn
        Its bytes and how to read them.

    Raises
    ------
    InputError
        The column is text, or a value is none of its categories.
    LayerNotFoundError
        There is no such column.
    """
    return encode(table.field(name), table[name])


def district_column(grid: Grid) -> WireColumn:
    """Return each cell's district, as its position in the boundary.

    Parameters
    ----------
    grid
        The grid.

    Returns
    -------
    WireColumn
        A category column whose categories are the districts' ids.
    """
    ids = np.array(grid.boundary.ids, dtype=object)
    about = Field("district", "District", scale="category", categories=grid.boundary.ids)
    return encode(about, ids[grid.district])


def area_column(grid: Grid) -> WireColumn:
    """Return each cell's land in square metres, as floats, for sums in the browser.

    Parameters
    ----------
    grid
        The grid.

    Returns
    -------
    WireColumn
        Of dtype ``f4``.
    """
    about = Field("area_m2", "Land", unit="m2", meaning="land of the cell on the ellipsoid")
    return _floats(about, grid.area_m2)


def encode(about: Field, values: NDArray[np.generic]) -> WireColumn:
    """Return values of a column in the smallest numbers that keep what is shown.

    Parameters
    ----------
    about
        What the column holds.
    values
        One per active cell, shape (n,).

    Returns
    -------
    WireColumn
        See `wire_column`.

    Raises
    ------
    InputError
        The column is text, or a value is none of its categories.
    """
    if about.scale == "category":
        return _categories(about, values)
    if about.scale == "text":
        column_legend(about, values)  # says why it is refused
    if about.scale == "time" or values.dtype.kind == "M":
        moment = values.astype("datetime64[s]")
        numbers = np.where(np.isnat(moment), np.nan, moment.astype(np.int64).astype(np.float64))
        return _stepped(about, numbers, values, _Steps("u4", 0))
    numbers = values.astype(np.float64)
    steps = _steps(about, numbers[np.isfinite(numbers)])
    return _floats(about, values) if steps is None else _stepped(about, numbers, values, steps)


@dataclass(frozen=True, slots=True)
class _Steps:
    """Unsigned whole steps of ``10 ** -decimals`` from ``least`` steps up."""

    dtype: str
    decimals: int
    least: int = 0
    limits: tuple[bool, bool] = field(default=(True, False))  # 0 kept apart, 1 kept apart


def _steps(about: Field, finite: NDArray[np.float64]) -> _Steps | None:
    """Return steps fine enough for a column; ``None`` where floats are needed."""
    low = min(0.0, float(finite.min(initial=0.0)))
    high = float(finite.max(initial=0.0))
    if about.scale == "share" and low >= 0.0 and high <= 1.0:
        return _Steps("u2", 6) if high < _SMALL_SHARE else _Steps("u2", 4, limits=(True, True))
    whole = bool(np.all(finite == np.rint(finite)))
    decimals = 0 if whole else _DECIMALS.get(about.unit, 3)
    least = int(np.floor(low * 10**decimals))
    span = high * 10**decimals - least
    for dtype, null in _NULL.items():
        if span < null - 1:
            return _Steps(dtype, decimals, least)
    return None


def _stepped(
    about: Field, numbers: NDArray[np.float64], values: NDArray[np.generic], steps: _Steps
) -> WireColumn:
    null = _NULL[steps.dtype]
    fine = numbers * 10.0**steps.decimals
    known = np.isfinite(fine)
    raw = np.rint(np.where(known, fine, 0.0))
    keep_zero, keep_one = steps.limits
    if keep_zero:
        raw = np.where(known & (fine > 0.0), np.maximum(raw, 1.0), raw)
    if keep_one:
        raw = np.where(known & (numbers < 1.0), np.minimum(raw, _SHARE_STEPS - 1.0), raw)
    raw = np.where(known, raw - steps.least, null)
    return WireColumn(
        field=about,
        dtype=steps.dtype,
        scale=float(f"1e-{steps.decimals}"),
        offset=steps.least / 10**steps.decimals,
        null=null,
        decimals=steps.decimals,
        data=raw.astype(f"<{steps.dtype}").tobytes(),
        legend=column_legend(about, values),
    )


def _floats(about: Field, values: NDArray[np.generic]) -> WireColumn:
    return WireColumn(
        field=about,
        dtype="f4",
        scale=1.0,
        offset=0.0,
        null=None,
        decimals=_DECIMALS.get(about.unit, 3),
        data=values.astype("<f4").tobytes(),
        legend=column_legend(about, values),
    )


def _categories(about: Field, values: NDArray[np.generic]) -> WireColumn:
    categories = categories_of(about, values)
    legend = column_legend(about, values)  # refuses too many categories
    null = _NULL["u1"]
    code: dict[str | None, int] = {name: i for i, name in enumerate(categories)} | {None: null}
    distinct, inverse = _distinct(values)
    for text in distinct:
        if text not in code:
            raise InputError(
                "column {column}: {value!r} is none of its categories {categories}",
                column=about.name,
                value=text,
                categories=list(categories),
            )
    table = np.array([code[text] for text in distinct], dtype=np.uint8)
    return WireColumn(
        about, "u1", 1.0, 0.0, null, 0, table[inverse].tobytes(), legend, tuple(categories)
    )


def _distinct(values: NDArray[np.generic]) -> tuple[list[str | None], NDArray[np.int64]]:
    """Return the distinct categories of a column and which one each cell has."""
    seen: dict[str | None, int] = {}
    places = [seen.setdefault(category_text(value), len(seen)) for value in values.tolist()]
    return list(seen), np.array(places, dtype=np.int64)
