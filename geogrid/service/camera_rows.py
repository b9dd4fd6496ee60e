"""An opened workspace that is asked for rows of the report about cameras, with their places."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from geogrid.crs import WGS84, reprojection
from geogrid.errors import InputError
from geogrid.export.json_values import plain
from geogrid.model.points_inside import points_inside_or_on
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.camera_groups import failing_together
from geogrid.service.camera_reports import TABLES, CameraReports
from geogrid.service.camera_tables import ReportQuestion, camera_tables
from geogrid.service.shelf import Shelf

USUAL_ROWS: Final = 500
# The column of a table that names cameras, and what it names.
_NAMED: Final = {
    "cameras": ("id", "camera"),
    "poles": ("id", "pole"),
    "networks": ("id", "network"),
    "care": ("camera", "camera"),
    "zones": ("camera", "camera"),
    "standing": ("camera", "camera"),
}
_LOST: Final = ("lost_m2", "lost_road_m", "lost_places")
_BOX: Final = ["west", "south", "east", "north"]
_DECIMALS: Final = 6  # degrees, 0.1 m


class CameraRows(CameraReports):
    """Rows of the report about cameras: sorted, of one district, with the box of their cameras."""

    def camera_rows(
        self,
        table: str,
        as_of: date,
        *,
        window: Window = ALL_TIME,
        district: str | None = None,
        order: str = "",
        rows: int = USUAL_ROWS,
    ) -> dict[str, Any]:
        """Return the first rows of one table of the report about cameras.

        Parameters
        ----------
        table
            A name of `geogrid.service.camera_reports.TABLES`; of cameras, poles and networks
            without which nothing is lost there are no rows.
        as_of
            The day that reviews are held to.
        window
            Only cameras count that are on all through its hours.
        district
            Only rows of this district; cameras belong to the one that they stand in, poles and
            networks to that of their first camera. Roads, places and hours are of all districts.
        order
            A column, with ``-`` before it for the largest first; the report's order where empty.
            What is not known comes last.
        rows
            Most rows.

        Returns
        -------
        dict
            JSON values: ``table``, ``as_of``, ``matched`` (rows there are) and ``rows``; where they
            name cameras with ``district`` and ``box`` (west, south, east, north; degrees, WGS-84).

        Raises
        ------
        LayerNotFoundError
            No cameras are registered.
        InputError
            There is no such table, column or district.
        """
        if table not in TABLES:
            raise InputError(
                "a report about cameras has no table {table!r}; give one of {known}",
                table=table,
                known=", ".join(TABLES),
            )
        if district is not None:
            self._shelf.grid.boundary.position_of(district)
        found = self._report_table(table, ReportQuestion(as_of, window.hours))
        if district is not None and "district" in found:
            found = found[found["district"] == district]
        found = _ordered(found, order)
        return {
            "table": table,
            "as_of": as_of.isoformat(),
            "matched": len(found),
            "rows": [_row(row) for row in found.head(rows).to_dict("records")],
        }

    def write_camera_table(
        self, path: Path, as_of: date, *, window: Window = ALL_TIME, table: str = "care"
    ) -> None:
        """Write the report about cameras under the usual rules to a file.

        Parameters
        ----------
        path
            .xlsx has a sheet for each table, .csv and .parquet have one of them.
        as_of
            The day that reviews are held to.
        window
            Only cameras count that are on all through its hours.
        table
            Which one; a name of `geogrid.service.camera_reports.TABLES`.

        Raises
        ------
        LayerNotFoundError
            No cameras are registered.
        InputError
            There is no such table, or the ending of the file is unknown.
        """
        question = ReportQuestion(as_of, window.hours)
        self.camera_report(question, rows=0, path=path, table=table)

    def _report_table(self, table: str, question: ReportQuestion) -> pd.DataFrame:
        """Return a table of a report that is worked out once, with the places of its cameras."""
        params = self._questions.cameras
        report = self._kept(
            ("camera report", question), lambda: camera_tables(self._shelf, question, params)
        )
        found = report.tables[table]
        if table in {"roads", "places"}:
            return found[found["district"] == ""].drop(columns="district")
        if table not in _NAMED:
            return found
        if "lost_m2" in found:
            found = found[(found[list(_LOST)] > 0).any(axis=1)]
        column, named = _NAMED[table]
        places = self._kept("places of cameras", lambda: _places(self._shelf))
        return found.join(places[named], on=column)


def _places(shelf: Shelf) -> dict[str, pd.DataFrame]:
    """Return district and box of each camera, pole and network segment, by name."""
    register = shelf.registers.read("cameras")
    lonlat = np.column_stack([register.geometry.x, register.geometry.y])
    xy = reprojection(WGS84, shelf.config.crs)(lonlat)
    boundary = shelf.grid.boundary
    district = np.full(len(xy), "", dtype=object)
    for name, shape in zip(boundary.ids[::-1], boundary.geometries[::-1], strict=True):
        district[points_inside_or_on(shape, xy[:, 0], xy[:, 1])] = name  # on a border in the first
    together = failing_together(register, xy)
    lon, lat = np.round(lonlat, _DECIMALS).T
    cameras = pd.DataFrame(
        {
            "camera": register.index.astype(str),
            "pole": list(together.pole),
            "network": list(together.network),
            "district": district,
            "west": lon,
            "south": lat,
            "east": lon,
            "north": lat,
        }
    )
    how = {"district": "first", "west": "min", "south": "min", "east": "max", "north": "max"}
    return {name: cameras.groupby(name).agg(how) for name in ("camera", "pole", "network")}


def _ordered(table: pd.DataFrame, order: str) -> pd.DataFrame:
    """Return a table by one of its columns; equal rows keep their order."""
    if not order:
        return table
    column = order.removeprefix("-")
    known = [str(name) for name in table.columns if name not in _BOX]
    if column not in known:
        raise InputError(
            "a table of cameras has no column {column!r}; give one of {known}",
            column=column,
            known=", ".join(known),
        )
    return table.sort_values(
        column, ascending=not order.startswith("-"), kind="stable", na_position="last"
    )


def _row(row: dict[Any, Any]) -> dict[str, Any]:
    """Return a row as JSON values; the four edges of its box as one value."""
    values: dict[str, Any] = {str(name): plain(value) for name, value in row.items()}
    if "west" in values:
        edges = [values.pop(name) for name in _BOX]
        values["box"] = None if edges[0] is None else edges
    if "findings" in values:
        values["findings"] = values["findings"].split()
    return values
