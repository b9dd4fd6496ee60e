"""A table of cells: the one form every analysis answers in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.crs import WGS84
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.model.cell_shapes import cell_polygons
from geogrid.model.grid import Grid

if TYPE_CHECKING:
    import folium

Scale = Literal["amount", "share", "diverging", "category", "time", "text"]


@dataclass(frozen=True, slots=True)
class Field:
    """What one column holds.

    Parameters
    ----------
    name
        The column's name.
    title
        A short title in English; it is translated where it is shown.
    unit
        Unit symbol, empty for numbers without unit.
    scale
        How values are to be drawn: ``amount`` from 0 up, ``share`` in [0, 1], ``diverging``
        around 0, ``category`` one of ``categories``, ``time`` (datetime64, UTC), ``text``.
    meaning
        One sentence, with what null means.
    categories
        The values of a ``category`` column in the order they are drawn.
    """

    name: str
    title: str
    unit: str = ""
    scale: Scale = "amount"
    meaning: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CellTable:
    """Columns aligned to the active cells of a grid: 0 is known none, NaN is not known.

    Parameters
    ----------
    grid
        The grid.
    fields
        What each column holds.
    columns
        Arrays of shape (n_cells,), by name. ``category`` and ``text`` columns hold str or None.
    summary
        Figures of the analysis as a whole, JSON values; see the function that made the table.

    Raises
    ------
    InputError
        A column is missing or not aligned to the grid.
    """

    grid: Grid
    fields: tuple[Field, ...]
    columns: Mapping[str, NDArray[np.generic]]
    summary: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        if [field.name for field in self.fields] != list(self.columns):
            raise InputError(
                "columns {columns} do not match the fields {fields}",
                columns=list(self.columns),
                fields=[field.name for field in self.fields],
            )
        for name, column in self.columns.items():
            if column.shape != (len(self.grid),):
                raise InputError(
                    "column {name} has shape {shape}, but the grid has {cells} cells",
                    name=name,
                    shape=column.shape,
                    cells=len(self.grid),
                )

    def __len__(self) -> int:
        return len(self.grid)

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        if name not in self.columns:
            raise LayerNotFoundError(
                "no column {name!r}; there are {columns}", name=name, columns=list(self.columns)
            )
        return self.columns[name]

    def field(self, name: str) -> Field:
        """Return what a column holds.

        Parameters
        ----------
        name
            The column's name.

        Returns
        -------
        Field
            Its title, unit, scale and meaning.

        Raises
        ------
        LayerNotFoundError
            There is no such column.
        """
        for field in self.fields:
            if field.name == name:
                return field
        raise LayerNotFoundError(
            "no column {name!r}; there are {columns}", name=name, columns=list(self.columns)
        )

    def to_frame(self, keep: NDArray[np.bool_] | None = None) -> pd.DataFrame:
        """Return all columns with the ones every table has, without geometry.

        Parameters
        ----------
        keep
            Which active cells to take, shape (n_cells,); all if ``None``.

        Returns
        -------
        pandas.DataFrame
            ``cell``, ``district``, ``area_m2``, ``lon``, ``lat`` (centre, WGS-84), then the
            columns of this table; one row per cell, in the order of the grid.
        """
        grid = self.grid
        at = np.arange(len(grid)) if keep is None else np.flatnonzero(keep)
        lon, lat = grid.lonlat()
        ids = np.array(grid.boundary.ids, dtype=object)
        head = {
            "cell": grid.spec.codes(grid.cells[at]),
            "district": ids[grid.district[at]],
            "area_m2": grid.area_m2[at],
            "lon": lon[at],
            "lat": lat[at],
        }
        return pd.DataFrame(head | {name: column[at] for name, column in self.columns.items()})

    def to_geodataframe(self, keep: NDArray[np.bool_] | None = None) -> gpd.GeoDataFrame:
        """Return all columns with each cell's land as a polygon.

        Parameters
        ----------
        keep
            Which active cells to take, shape (n_cells,); all if ``None``.

        Returns
        -------
        geopandas.GeoDataFrame
            As `to_frame`, with polygons in WGS-84.
        """
        shapes = cell_polygons(self.grid, keep)
        return gpd.GeoDataFrame(self.to_frame(keep), geometry=shapes, crs=WGS84)

    def explore(self, column: str | None = None) -> folium.Map:
        """Return an interactive folium map of one column, for a notebook.

        Parameters
        ----------
        column
            The column to colour by; the first that is not text if ``None``.

        Returns
        -------
        folium.Map
            It needs no network.
        """
        # The one arrow that points up: a convenience for notebooks, which alone need folium.
        from geogrid.export.folium_map import explored  # noqa: PLC0415

        return explored(self, column)
