"""Answers of an opened workspace: layers, columns, cells and districts, kept while facts stay."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd

from geogrid.errors import InputError, LayerNotFoundError
from geogrid.export.lattice_mesh import mesh
from geogrid.export.lattice_wire import WireColumn, area_column, district_column, wire_column
from geogrid.i18n import translator
from geogrid.model.cells import CellTable
from geogrid.model.grid import Grid
from geogrid.model.layer import Layer
from geogrid.model.window import ALL_TIME, Window
from geogrid.service import answers
from geogrid.service.answers import Box
from geogrid.service.histories import history_json
from geogrid.service.kept_answers import KeptAnswers
from geogrid.service.layers import (
    FEATURE_TITLES,
    GRID,
    LATTICE_TITLES,
    Questions,
    build_layer,
    is_synthetic,
    layer_ids,
)
from geogrid.service.shelf import Progress, no_progress

_GRID_COLUMNS: Final = {"district": district_column, "area_m2": area_column}


class Atlas(KeptAnswers):
    """Everything that can be asked of a workspace."""

    @property
    def grid(self) -> Grid:
        """The grid over the districts."""
        return self._shelf.grid

    def layer_ids(self) -> tuple[str, ...]:
        """Return the layers there are: lattices first, then features."""
        return self._shared("layer_ids", lambda: layer_ids(self._shelf))

    def layer_list(self, language: str) -> list[dict[str, Any]]:
        """Return id, kind and title of each layer, and whether it is synthetic.

        Parameters
        ----------
        language
            ``en`` or ``zh``.

        Returns
        -------
        list of dict
            JSON values.
        """
        translate = translator(language)
        titles = {**LATTICE_TITLES, **FEATURE_TITLES}
        return [
            {
                "id": layer_id,
                "kind": "lattice" if layer_id in LATTICE_TITLES else "features",
                "title": translate(titles[layer_id]),
                "synthetic": is_synthetic(self._shelf, layer_id),
            }
            for layer_id in self.layer_ids()
        ]

    def register(self, kind: str) -> gpd.GeoDataFrame:
        """Return a register.

        Parameters
        ----------
        kind
            Such as ``cameras``.

        Returns
        -------
        geopandas.GeoDataFrame
            WGS-84, index ``id``.

        Raises
        ------
        LayerNotFoundError
            Nothing of that kind is registered.
        """
        return self._shelf.registers.read(kind)

    def layer(
        self,
        layer_id: str,
        window: Window = ALL_TIME,
        *,
        questions: Questions | None = None,
        progress: Progress = no_progress,
    ) -> Layer:
        """Return a layer, worked out now or kept from before.

        Parameters
        ----------
        layer_id
            One of `layer_ids`, ``forecast`` or ``spots``.
        window
            Days and hours.
        questions
            What else is asked, its window aside; if ``None``, what the workspace was opened
            with.
        progress
            Is told how long work goes on.

        Returns
        -------
        Layer
            The layer.

        Raises
        ------
        LayerNotFoundError
            There is no such layer, or what it needs is not imported.
        InputError
            The analysis refuses what it was asked.
        """
        asked = replace(questions or self._questions, window=window)
        depends = json.dumps(asked.parameters(layer_id), sort_keys=True)

        def coverage_of(other: Window) -> CellTable:
            every = replace(asked, group=None)
            with self._benches.lent():
                return self._lattice("coverage", other, questions=every, progress=progress)

        def made() -> Layer:
            with self._benches.taken():
                shelf = self._shelf
                return build_layer(shelf, layer_id, asked, progress, coverage_of=coverage_of)

        return self._shared((layer_id, depends), made)

    def tables(self, window: Window = ALL_TIME) -> dict[str, CellTable]:
        """Return the tables of all analyses that can be made, by id of their layer.

        Parameters
        ----------
        window
            Days and hours.

        Returns
        -------
        dict of str to CellTable
            A layer whose analysis refuses the window is left out: `layer` says why.
        """
        tables: dict[str, CellTable] = {}
        for layer_id in self.layer_ids():
            if layer_id in LATTICE_TITLES and layer_id != GRID:
                try:
                    table = self.layer(layer_id, window).table
                except InputError:
                    continue
                if isinstance(table, CellTable):
                    tables[layer_id] = table
        return tables

    def cell_report(
        self,
        code: str,
        *,
        language: str = "en",
        window: Window = ALL_TIME,
        also: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        """Return everything known of one cell.

        Parameters
        ----------
        code
            Its public code.
        language
            ``en`` or ``zh``.
        window
            Days and hours.
        also
            Lattice layers to tell of beside those at hand, such as ``forecast``.

        Returns
        -------
        dict
            JSON values.

        Raises
        ------
        LayerNotFoundError
            There is no such cell or layer.
        """
        self.grid.spec.cell_of_code(code)
        tables = self.tables(window) | {name: self._lattice(name, window) for name in also}
        report = answers.cell_json(self.grid, code, tables, language)
        rules, group = self._questions.rules, self._questions.group
        return report | {"history": history_json(self._shelf, code, window, rules, group)}

    def district_table(self, window: Window = ALL_TIME) -> list[dict[str, Any]]:
        """Return the totals of each district.

        Parameters
        ----------
        window
            Days and hours.

        Returns
        -------
        list of dict
            JSON values, in the order of the districts.
        """
        return self._kept(
            ("districts", window), lambda: answers.district_rows(self.grid, self.tables(window))
        )

    def mesh(self) -> dict[str, Any]:
        """Return where the cells lie in Web Mercator, with the columns of the grid itself."""
        return self._shared("mesh", self._mesh)

    def _mesh(self) -> dict[str, Any]:
        columns = {name: make(self.grid).meta() for name, make in _GRID_COLUMNS.items()}
        return mesh(self.grid) | {"columns": columns}

    def wire_column(self, layer_id: str, column: str, window: Window = ALL_TIME) -> WireColumn:
        """Return a column of a lattice layer as bytes.

        Parameters
        ----------
        layer_id
            A lattice layer; ``grid`` has ``district`` and ``area_m2`` as well.
        column
            The column.
        window
            Days and hours.

        Returns
        -------
        WireColumn
            Bytes and how to read them.

        Raises
        ------
        LayerNotFoundError
            There is no such layer or column.
        """
        if layer_id == GRID and column in _GRID_COLUMNS:
            return _GRID_COLUMNS[column](self.grid)
        return wire_column(self._lattice(layer_id, window), column)

    def _lattice(
        self,
        layer_id: str,
        window: Window,
        *,
        questions: Questions | None = None,
        progress: Progress = no_progress,
    ) -> CellTable:
        table = self.layer(layer_id, window, questions=questions, progress=progress).table
        if not isinstance(table, CellTable):
            raise LayerNotFoundError("layer {layer!r} has no lattice", layer=layer_id)
        return table

    def layer_json(
        self, layer_id: str, language: str = "en", window: Window = ALL_TIME
    ) -> dict[str, Any]:
        """Return what a layer is: fields, legends, provenance, age, completeness.

        Parameters
        ----------
        layer_id
            A layer.
        language
            ``en`` or ``zh``.
        window
            Days and hours.

        Returns
        -------
        dict
            JSON values.

        Raises
        ------
        LayerNotFoundError
            There is no such layer.
        """
        described = self._kept(
            ("layer_json", layer_id, language, window),
            lambda: answers.layer_json(self.layer(layer_id, window), language),
        )
        return described | {"version": self.mesh()["version"]} if layer_id == GRID else described

    def features(
        self,
        layer_id: str,
        *,
        bbox: Box | None = None,
        district: str | None = None,
        limit: int = 1000,
        offset: int = 0,
        window: Window = ALL_TIME,
    ) -> dict[str, Any]:
        """Return one page of a layer as GeoJSON.

        Parameters
        ----------
        layer_id
            A layer.
        bbox
            (west, south, east, north) in degrees, WGS-84.
        district
            Id or name of a district.
        limit, offset
            The page.
        window
            Days and hours.

        Returns
        -------
        dict
            A feature collection with ``numberMatched`` and ``numberReturned``.

        Raises
        ------
        LayerNotFoundError
            There is no such layer.
        InputError
            There is no such district.
        """
        layer = self._kept(
            ("frame", layer_id, district, window),
            lambda: self.in_district(self.layer(layer_id, window), district),
        )
        return answers.features_json(layer, bbox=bbox, limit=limit, offset=offset)

    def in_district(self, layer: Layer, district: str | None) -> Layer:
        """Return a layer as features, those of a district where one is named.

        Parameters
        ----------
        layer
            A layer of this workspace.
        district
            Id or name of a district; ``None`` for all.

        Returns
        -------
        Layer
            Its table is a GeoDataFrame.

        Raises
        ------
        InputError
            There is no such district.
        """
        frame = answers.layer_frame(layer)
        if district is not None:
            at = self.grid.boundary.position_of(district)
            if layer.is_lattice:
                frame = frame[frame["district"] == self.grid.boundary.ids[at]]
            else:
                land = self.register("districts").geometry[self.grid.boundary.ids[at]]
                frame = frame[frame.intersects(land)]
        return replace(layer, table=frame)
