"""Layers for office and field programs: workbooks, zipped Shapefiles, KML.

Each of them holds less than a layer does. What a format cannot hold is refused, or cut and
counted in what the file says about itself; nothing is lost in silence.
"""

from __future__ import annotations

import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
import xlsxwriter
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.export.aside import written_aside
from geogrid.export.contents import FileContents
from geogrid.export.file_columns import tidy
from geogrid.export.json_values import json_text, utc_texts
from geogrid.export.sheets import BOOK_OPTIONS, fill_sheet

ABOUT_NAME: Final = "provenance.json"  # in a zipped Shapefile
NAME_BYTES: Final = 10  # of a column of a DBF file
TEXT_BYTES: Final = 254
WHOLE_DIGITS: Final = 10**17  # beyond it a DBF file would round
_KINDS: Final = {0: "points", 4: "points", 1: "lines", 2: "lines", 5: "lines"}  # else areas
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)


def write_xlsx(contents: FileContents, path: Path) -> None:
    """Write a workbook: the rows, then what the columns mean and where the data comes from.

    Text is never a formula or a link. Points have their place as columns; of other shapes a
    point inside stands for the place.

    Parameters
    ----------
    contents
        Rows of a layer.
    path
        The file.

    Raises
    ------
    InputError
        There are more rows than a sheet has, or a text is too long for a cell.
    """
    table = _told_times(tidy(contents))
    if not contents.is_lattice:
        table = table.assign(**_inner_points(contents))
    with written_aside(path) as part, xlsxwriter.Workbook(str(part), BOOK_OPTIONS) as book:
        book.set_properties(
            {"created": _made(contents).replace(tzinfo=None), "title": contents.about["title"]}
        )
        bold = book.add_format({"bold": True})
        fill_sheet(book.add_worksheet(contents.name[:31]), table, bold)
        about = book.add_worksheet("about")
        about.write_row(0, 0, ("name", "title", "unit", "meaning"), bold)
        fields: Any = contents.about["fields"]
        for row, field in enumerate(fields, start=1):
            about.write_row(row, 0, [field[name] for name in ("name", "title", "unit", "meaning")])
        about.write_string(len(fields) + 2, 0, json_text(dict(contents.about)))


def _inner_points(contents: FileContents) -> dict[str, NDArray[np.float64]]:
    """Return a point inside each shape, and the point itself of points, as two columns."""
    places = shapely.point_on_surface(contents.frame.geometry.to_numpy())
    east, north = contents.axes.columns
    return {east: shapely.get_x(places), north: shapely.get_y(places)}


def write_shapefile(contents: FileContents, path: Path) -> None:
    """Write a zipped Shapefile, one for each kind of geometry, with its encoding and CRS.

    Names of columns have ten letters there and text 254 bytes: ``provenance.json`` in the zip
    tells which name became which, and how many texts were cut.

    Parameters
    ----------
    contents
        Rows of a layer.
    path
        The file, ending in ``.zip``.
    """
    table = _told_times(tidy(contents))
    names = _short_names([str(name) for name in table.columns])
    texts = {name: _cut(table[name]) for name in table.columns if table[name].dtype == object}
    told = dict(contents.about) | {
        "shapefile": {
            "columns": dict(zip(map(str, table.columns), names, strict=True)),
            "texts_cut": {str(name): cut for name, (_, cut) in texts.items() if cut},
        }
    }
    table = table.assign(**{name: values for name, (values, _) in texts.items()})
    table.columns = pd.Index(names)
    with tempfile.TemporaryDirectory(prefix="geogrid-shp-") as folder, written_aside(path) as part:
        for kind, rows in _by_kind(contents).items():
            name = contents.name if kind is None else f"{contents.name}_{kind}"
            frame = gpd.GeoDataFrame(
                table[rows],
                geometry=shapely.force_2d(contents.frame.geometry.to_numpy()[rows]),
                crs=contents.axes.crs,
            )
            pyogrio.write_dataframe(
                frame,
                Path(folder) / f"{name}.shp",
                driver="ESRI Shapefile",
                encoding="UTF-8",
                geometry_type=None if len(frame) else "Point",
                layer_options={"DBF_DATE_LAST_UPDATE": f"{_made(contents):%Y-%m-%d}"},
            )
        (Path(folder) / ABOUT_NAME).write_text(json_text(told) + "\n", "utf-8")
        _zip(Path(folder), part)


def _zip(folder: Path, path: Path) -> None:
    """Pack a folder's files in the order of their names, without the clock's time."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(file.name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())


def _by_kind(contents: FileContents) -> dict[str | None, NDArray[np.bool_]]:
    """Return which rows have points, lines and areas; ``None`` where all are of one kind."""
    types = shapely.get_type_id(contents.frame.geometry.to_numpy())
    kinds = np.array([_KINDS.get(number, "areas") for number in types.tolist()], dtype=object)
    found = sorted(set(kinds[types >= 0].tolist()))
    if len(found) <= 1:
        return {None: np.ones(len(kinds), dtype=bool)}
    kinds[types < 0] = found[0]
    return {kind: kinds == kind for kind in found}


def _short_names(names: list[str]) -> list[str]:
    """Return distinct names of at most ten bytes."""
    short: list[str] = []
    for name in names:
        stem = name.encode()[:NAME_BYTES].decode(errors="ignore")
        number = 0
        while stem in short:
            number += 1
            tail = f"_{number}"
            stem = name.encode()[: NAME_BYTES - len(tail)].decode(errors="ignore") + tail
        short.append(stem)
    return short


def _cut(column: pd.Series) -> tuple[NDArray[np.object_], int]:
    """Return texts of at most 254 bytes, and how many were longer."""
    values = column.to_numpy(dtype=object)
    long = [isinstance(v, str) and len(v.encode()) > TEXT_BYTES for v in values]
    fitting = [
        text.encode()[:TEXT_BYTES].decode(errors="ignore") if too_long else text
        for text, too_long in zip(values, long, strict=True)
    ]
    return np.array(fitting, dtype=object), sum(long)


def write_kml(contents: FileContents, path: Path) -> None:
    """Write KML for programs that show a globe, with what it is about in a file beside it.

    Parameters
    ----------
    contents
        Rows of a layer.
    path
        The file.

    Raises
    ------
    InputError
        The datum is not WGS-84, which is all that KML knows.
    """
    if not contents.axes.is_wgs84:
        raise InputError(
            "KML is WGS-84 by its standard, not {datum}; write .gpkg, .zip, .csv or .xlsx "
            "for another datum",
            datum=contents.axes.name,
        )
    # KML's own id of a placemark hides a column of that name.
    table = _told_times(tidy(contents)).rename(columns={"id": "feature_id"})
    shapes = shapely.force_2d(contents.frame.geometry.to_numpy())
    ids = "feature_id" if contents.id_column == "id" else contents.id_column
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs=contents.axes.crs)
    with (
        written_aside(path.with_name(f"{path.name}.{ABOUT_NAME}")) as sidecar,
        written_aside(path) as part,
    ):
        sidecar.write_text(json_text(dict(contents.about)) + "\n", encoding="utf-8")
        pyogrio.write_dataframe(
            frame,
            part,
            layer=contents.name,
            driver="KML",
            geometry_type=None if len(frame) else "Unknown",
            dataset_options={"NameField": "name" if "name" in table else ids},
        )


def _told_times(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose times are text in UTC, and whose large numbers are text."""
    columns: dict[str, object] = {}
    for name in table.columns:
        column = table[name]
        columns[name] = column
        if pd.api.types.is_datetime64_any_dtype(column):
            columns[name] = pd.Series(utc_texts(column), dtype=object, index=table.index)
        elif column.dtype.kind in "iu" and (column.abs() >= WHOLE_DIGITS).any():
            columns[name] = column.astype(str).astype(object)
    return pd.DataFrame(columns, index=table.index)


def _made(contents: FileContents) -> datetime:
    """Return the newest instant in the data, which stands for when the file was made."""
    provenance = contents.about["provenance"]
    as_of = provenance.get("data_as_of") if isinstance(provenance, dict) else None
    if not as_of:
        return _NO_TIME
    moment = datetime.fromisoformat(str(as_of))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
