"""Columns of any window that are only sums, without the rest of their layer being worked out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from geogrid.analysis.month_coverage import SUMMED_FIELDS
from geogrid.analysis.patrol_coverage import FIELDS
from geogrid.errors import LayerNotFoundError
from geogrid.export.lattice_wire import WireColumn, wire_column
from geogrid.i18n import translator
from geogrid.model.cells import CellTable
from geogrid.model.layer import Layer
from geogrid.model.window import ALL_TIME, Window
from geogrid.service import answers
from geogrid.service.layer_kinds import INPUTS, LATTICE_TITLES, is_synthetic
from geogrid.service.layer_origins import completeness_of, provenance_of
from geogrid.service.layers import Questions
from geogrid.service.months import PatrolYear
from geogrid.service.outlook import Outlook
from geogrid.service.units import UNITS, units_of_group

COVERAGE: Final = "coverage"
_SUMMED: Final = frozenset(field.name for field in SUMMED_FIELDS)


class QuickColumns(Outlook):
    """Everything that can be asked of a workspace, its summed columns the quick way."""

    def column_json(
        self, layer_id: str, column: str | None, language: str, window: Window = ALL_TIME
    ) -> dict[str, Any]:
        """Return what a layer is, for a reader who wants to draw one of its columns.

        Parameters
        ----------
        layer_id
            A layer.
        column
            The column; ``None`` for the whole layer.
        language
            ``en`` or ``zh``.
        window
            Days and hours.

        Returns
        -------
        dict
            As `layer_json`, of the same version. Where the column is a sum, only sums are worked
            out; the other ``fields`` say what they are, but have no ``wire``.
        """
        if not _is_sum(layer_id, column):
            return self.layer_json(layer_id, language, window)
        return self._kept(
            ("sums_json", language, window),
            lambda: self._sums_json(language, window),
        )

    def _sums_json(self, language: str, window: Window) -> dict[str, Any]:
        """Return what the sums are, and by name all other columns of coverage."""
        described = answers.layer_json(self._sums(window), language)
        worked_out = {field["name"]: field for field in described["fields"]}
        translate = translator(language)
        fields = [
            worked_out.get(field.name)
            or {
                "name": field.name,
                "title": translate(field.title),
                "unit": field.unit,
                "scale": field.scale,
                "meaning": translate(field.meaning) if field.meaning else "",
            }
            for field in FIELDS
        ]
        return described | {"fields": fields}

    def column_of_window(self, layer_id: str, column: str, window: Window) -> WireColumn:
        """Return a column of a lattice layer as bytes, by the quickest way there is.

        Parameters
        ----------
        layer_id
            A lattice layer.
        column
            One of its columns.
        window
            Days and hours.

        Returns
        -------
        WireColumn
            As `wire_column`.
        """
        if not _is_sum(layer_id, column):
            return self.wire_column(layer_id, column, window)
        return wire_column(self._sum_table(window), column)

    def _sum_table(self, window: Window) -> CellTable:
        """Return the summed columns of patrol coverage."""
        table = self._sums(window).table
        if not isinstance(table, CellTable):
            raise LayerNotFoundError("layer {layer!r} has no lattice", layer=COVERAGE)
        return table

    def _sums(self, window: Window) -> Layer:
        """Return the summed columns of patrol coverage as a layer."""
        asked = replace(self._questions, window=window)
        depends = json.dumps(asked.parameters(COVERAGE), sort_keys=True)
        return self._shared(("sums", depends), lambda: self._sums_layer(asked))

    def _sums_layer(self, asked: Questions) -> Layer:
        """Return the sums under the provenance of the whole layer, whose part they are."""
        units, inputs = None, INPUTS[COVERAGE]
        if asked.group is not None:
            units, inputs = units_of_group(self._shelf, asked.group), (*inputs, UNITS)
        # What does not depend on the window is looked up once: it reads the newest day's fixes.
        origin = self._shared(
            ("origin of sums", inputs), lambda: provenance_of(self._shelf, inputs, {})
        )
        table = PatrolYear.of(self._shelf, asked.rules, units=units).sums(asked.window)
        return Layer(
            id=COVERAGE,
            title=LATTICE_TITLES[COVERAGE],
            table=table,
            fields=SUMMED_FIELDS,
            provenance=replace(origin, parameters=asked.parameters(COVERAGE)),
            synthetic=is_synthetic(self._shelf, COVERAGE),
            completeness=completeness_of(self._shelf, COVERAGE, asked.window),
        )


def _is_sum(layer_id: str, column: str | None) -> bool:
    """Tell whether a column is a sum of patrol coverage."""
    return layer_id == COVERAGE and column in _SUMMED
