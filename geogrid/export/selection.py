"""Which rows of a layer are taken away: a district, an area, values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS
from shapely.geometry import MultiPolygon, Polygon

from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.export.axes import Axes

_LEAST_CORNERS: Final = 3
_MOST_CORNERS: Final = 5_000
_CONDITION: Final = re.compile(r"([^!=;]+)(!?=)([^=;]*)")
_RANGE: Final = re.compile(r"(?P<least>[^.,]*(?:\.\d[^.,]*)?)\.\.(?P<most>[^.,]*(?:\.\d[^.,]*)?)")
BBox = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Condition:
    """What the values of one column have to be.

    Parameters
    ----------
    column
        Its name.
    least, most
        A number is in [least, most]; ``None`` leaves that end open. A value that is not known
        is in no range.
    kinds
        The value is one of these, as text; an empty one stands for what is not known. ``None``
        where a range is asked for.
    without
        The value is none of ``kinds``.
    """

    column: str
    least: float | None = None
    most: float | None = None
    kinds: frozenset[str] | None = None
    without: bool = False

    def holds(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Return which values it holds for.

        Parameters
        ----------
        values
            The column, shape (n,).

        Returns
        -------
        ndarray of bool
            Shape (n,).

        Raises
        ------
        InputError
            A range is asked of a column that has no numbers.
        """
        column = pd.Series(np.asarray(values))
        if self.kinds is not None:
            texts = [_text(value) for value in column.to_numpy(dtype=object)]
            found = np.fromiter((text in self.kinds for text in texts), bool, len(texts))
            return np.asarray(~found if self.without else found)
        if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            raise InputError(
                "column {column} has no numbers, so it has no range; name its values, as in "
                "{column}=VALUE,VALUE",
                column=self.column,
            )
        numbers = column.to_numpy(dtype=float, na_value=np.nan)
        found = np.asarray(~np.isnan(numbers))
        with np.errstate(invalid="ignore"):
            if self.least is not None:
                found &= numbers >= self.least
            if self.most is not None:
                found &= numbers <= self.most
        return found


@dataclass(frozen=True, slots=True)
class Selection:
    """The part of a layer to take away.

    Parameters
    ----------
    bbox
        (west, south, east, north) in degrees, WGS-84; ``None`` for everything.
    district
        Id or name of a district; ``None`` for all.
    datum
        Datum of the coordinates that are written.
    projected
        A projected CRS in metres to write instead; ``None`` for degrees.
    area
        An area that was drawn or picked, degrees, WGS-84: cells whose centre lies in it,
        features that touch it.
    where
        What values have to be.
    land
        The outline of ``district``, degrees, WGS-84: features that touch it are in it. Without
        it they have to say themselves which district they are in.
    called
        What ``area`` is called, such as ``districts:350402``, where it was not drawn.
    """

    bbox: BBox | None = None
    district: str | None = None
    datum: Datum = Datum.WGS84
    projected: CRS | None = None
    area: Polygon | MultiPolygon | None = None
    where: tuple[Condition, ...] = ()
    land: Polygon | MultiPolygon | None = None
    called: str = ""

    @property
    def axes(self) -> Axes:
        """What its coordinates are in."""
        return Axes(self.datum, self.projected)

    def rows(self, values: Callable[[str], ArrayLike | None], count: int) -> NDArray[np.bool_]:
        """Return which rows hold all conditions on values.

        Parameters
        ----------
        values
            A function from a column's name to its values, or ``None`` where there is none.
        count
            How many rows there are.

        Returns
        -------
        ndarray of bool
            Shape (count,).

        Raises
        ------
        InputError
            There is no such column, or it has no numbers where a range is asked for.
        """
        keep = np.ones(count, dtype=bool)
        for condition in self.where:
            column = values(condition.column)
            if column is None:
                raise InputError(
                    "the layer has no column {column!r} to choose by", column=condition.column
                )
            keep &= condition.holds(column)
        return keep

    def as_text(self) -> dict[str, object]:
        """Return what is chosen, for the provenance of a file; empty where all is."""
        told: dict[str, object] = {
            "bbox": self.bbox,
            "district": self.district,
            "area": None if self.area is None else self.called or self.area.wkt,
            "where": condition_text(self.where) or None,
        }
        return {name: value for name, value in told.items() if value is not None}


def area_named(text: str | None) -> Polygon | None:
    """Return the area of a text, as the map's address has it.

    Parameters
    ----------
    text
        Corners in order, ``lon,lat;lon,lat;...``, degrees, WGS-84; the last joins the first.

    Returns
    -------
    Polygon or None
        ``None`` where the text is empty.

    Raises
    ------
    InputError
        There are fewer than three corners, or more than 5,000, one is no place, or the outline
        crosses itself.
    """
    if not text:
        return None
    try:
        corners = [tuple(map(float, pair.split(","))) for pair in text.split(";") if pair]
    except ValueError:
        corners = []
    on_globe = all(
        len(pair) == 2 and abs(pair[0]) <= 180 and abs(pair[1]) <= 90 for pair in corners
    )
    if not (_LEAST_CORNERS <= len(corners) <= _MOST_CORNERS and on_globe):
        raise InputError(
            "an area is three or more corners as lon,lat;lon,lat;lon,lat in degrees, got {text!r}",
            text=text[:200],
        )
    area = Polygon(corners)
    if not area.is_valid or area.area == 0.0:
        raise InputError("the area's outline crosses itself; give its corners in order")
    return area


def conditions(text: str | None) -> tuple[Condition, ...]:
    """Return what values have to be, from a text.

    Parameters
    ----------
    text
        ``COLUMN=LEAST..MOST``, ``COLUMN=VALUE,VALUE`` or ``COLUMN!=VALUE,VALUE``, several
        joined by semicolons; all have to hold. An end of a range may be left out. In a value
        spaces, ``,`` ``;`` ``=`` and ``..`` are percent-encoded; an empty value stands for what
        is not known.

    Returns
    -------
    tuple of Condition
        In their order.

    Raises
    ------
    InputError
        A part is none of these.
    """
    parts = [part.strip(" ") for part in (text or "").split(";")]
    return tuple(_condition(part) for part in parts if part)


def _condition(text: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise _unreadable(text)
    column, sign, wanted = found[1].strip(" "), found[2], found[3].strip(" ")
    ends = _RANGE.fullmatch(wanted)
    if ends is None:
        kinds = frozenset(unquote(kind) for kind in wanted.split(","))
        return Condition(column, kinds=kinds, without=sign == "!=")
    try:
        least, most = (float(ends[name]) if ends[name] else None for name in ("least", "most"))
    except ValueError:
        raise _unreadable(text) from None
    if sign == "!=" or (least is None and most is None):
        raise _unreadable(text)
    return Condition(column, least, most)


def _unreadable(text: str) -> InputError:
    return InputError(
        "cannot read {text!r}; choose values as COLUMN=LEAST..MOST, COLUMN=VALUE,VALUE or "
        "COLUMN!=VALUE,VALUE",
        text=text,
    )


def condition_text(where: tuple[Condition, ...]) -> str:
    """Return conditions as the text that `conditions` reads.

    Parameters
    ----------
    where
        The conditions.

    Returns
    -------
    str
        Values sorted.
    """
    return ";".join(map(_told, where))


def _told(one: Condition) -> str:
    if one.kinds is None:
        ends = ("" if end is None else f"{end:.12g}" for end in (one.least, one.most))
        return f"{one.column}={'..'.join(ends)}"
    codes = {" ": "%20", ",": "%2C", ";": "%3B", "=": "%3D", "..": "%2E%2E"}
    values = []
    for kind in sorted(one.kinds):
        escaped = kind.replace("%", "%25")
        for sign, code in codes.items():
            escaped = escaped.replace(sign, code)
        values.append(escaped)
    return f"{one.column}{'!=' if one.without else '='}{','.join(values)}"


def _text(value: object) -> str:
    """Return a value as somebody writes it; nothing for what is not known."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a class 1 that stands beside unknown ones is kept as 1.0
    return str(value)
