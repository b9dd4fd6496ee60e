"""Writers of the file formats that offices have; each file says that it is synthetic.

Nothing here asks the clock: the same values give the same bytes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import xlsxwriter
from numpy.typing import NDArray

from geogrid.demo.ground import Floats, Ints

NOTE: Final = "合成演示数据 synthetic demo data"
NOTE_COLUMN: Final = "数据来源"
_DECIMALS: Final = 6  # of a degree: 0.1 m
_MADE: Final = datetime(2026, 3, 9)  # noqa: DTZ001 - the container's own date has no zone

Column = Sequence[object] | NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class DemoFile:
    """One file to import: its kind, where it is, and what to declare at import."""

    kind: str
    path: Path
    options: Mapping[str, str]


def write_csv(path: Path, columns: Mapping[str, Column], *, encoding: str) -> None:
    """Write a table as CSV with a header line; NaN and NaT become empty fields.

    Parameters
    ----------
    path
        The file.
    columns
        Values by header; all of one length.
    encoding
        A Python codec, such as ``gb18030`` or ``utf-8-sig``.
    """
    table = pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()})
    body = io.BytesIO()
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    pyarrow.csv.write_csv(table, body, options)
    text = ",".join(columns) + "\n" + body.getvalue().decode("utf-8")
    path.write_bytes(text.encode(encoding))


def write_xlsx(path: Path, columns: Mapping[str, Column], *, sheet: str) -> None:
    """Write a table as a workbook of one sheet with a bold header row.

    Parameters
    ----------
    path
        The file.
    columns
        Values by header; all of one length. NaN becomes an empty cell.
    sheet
        Name of the sheet.
    """
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": _MADE, "comments": NOTE})
    page = book.add_worksheet(sheet)
    page.write_row(0, 0, list(columns), book.add_format({"bold": True}))
    page.freeze_panes(1, 0)
    lists = [
        values.tolist() if isinstance(values, np.ndarray) else values for values in columns.values()
    ]
    for row, values in enumerate(zip(*lists, strict=True), start=1):
        for column, value in enumerate(values):
            if isinstance(value, str):
                page.write_string(row, column, value)
            elif isinstance(value, int | float) and value == value:  # noqa: PLR0124 - NaN
                page.write_number(row, column, value)
    book.close()


def write_points(path: Path, lonlat: tuple[Floats, Floats], columns: Mapping[str, Column]) -> None:
    """Write points as GeoJSON in WGS-84, marked as synthetic at the top and in each feature.

    Parameters
    ----------
    path
        The file.
    lonlat
        Degrees, WGS-84, shape (n,) each.
    columns
        Properties by name; all of length n.
    """
    geometries = [
        {"type": "Point", "coordinates": [lon, lat]}
        for lon, lat in zip(*(rounded(part).tolist() for part in lonlat), strict=True)
    ]
    _write_features(path, geometries, columns)


def write_lines(
    path: Path, lonlat: tuple[Floats, Floats], sizes: Ints, columns: Mapping[str, Column]
) -> None:
    """Write lines as GeoJSON in WGS-84, marked as synthetic at the top and in each feature.

    Parameters
    ----------
    path
        The file.
    lonlat
        Degrees, WGS-84, of all vertices one line after the other.
    sizes
        Vertices of each line, shape (n,).
    columns
        Properties by name; all of length n.
    """
    vertices = np.column_stack([rounded(part) for part in lonlat])
    geometries = [
        {"type": "LineString", "coordinates": part.tolist()}
        for part in np.split(vertices, np.cumsum(sizes)[:-1])
    ]
    _write_features(path, geometries, columns)


def _write_features(
    path: Path, geometries: Sequence[Mapping[str, object]], columns: Mapping[str, Column]
) -> None:
    """Write a feature collection, one feature a line."""
    names = [*columns, "source"]
    lists = [
        values.tolist() if isinstance(values, np.ndarray) else values for values in columns.values()
    ]
    lists.append(["synthetic"] * len(geometries))
    rows = zip(*lists, strict=True)
    features = ",\n".join(
        json.dumps(
            {
                "type": "Feature",
                "properties": dict(zip(names, row, strict=True)),
                "geometry": shape,
            },
            ensure_ascii=False,
        )
        for shape, row in zip(geometries, rows, strict=True)
    )
    head = f'{{"type": "FeatureCollection", "synthetic": true, "note": "{NOTE}", "features": [\n'
    path.write_text(f"{head}{features}\n]}}\n", "utf-8")


def write_gpx(path: Path, unit: str, time_utc_s: Ints, lonlat: tuple[Floats, Floats]) -> None:
    """Write one unit's fixes as a GPX 1.1 track (WGS-84, UTC); the track's name is the unit.

    Parameters
    ----------
    path
        The file.
    unit
        The name.
    time_utc_s
        Seconds since 1970-01-01 UTC, rising, shape (n,).
    lonlat
        Degrees, WGS-84, shape (n,) each.
    """
    lon, lat = (rounded(part).tolist() for part in lonlat)
    points = "\n".join(
        f'<trkpt lat="{y:.6f}" lon="{x:.6f}">'
        f"<time>{datetime.fromtimestamp(t, UTC):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for x, y, t in zip(lon, lat, time_utc_s.tolist(), strict=True)
    )
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="geogrid demo" xmlns="http://www.topografix.com/GPX/1/1">\n'
        f"<metadata><desc>{escape(NOTE)}</desc></metadata>\n"
        f"<trk><name>{escape(unit)}</name><desc>{escape(NOTE)}</desc><trkseg>\n"
        f"{points}\n</trkseg></trk>\n</gpx>\n",
        "utf-8",
    )


def write_track_parquet(
    path: Path, unit: NDArray[np.str_], time_utc_s: Ints, lonlat: tuple[Floats, Floats]
) -> None:
    """Write fixes as Parquet: unit, time (UTC), lon, lat (WGS-84), source_note.

    Parameters
    ----------
    path
        The file.
    unit
        Names, shape (n,).
    time_utc_s
        Seconds since 1970-01-01 UTC, shape (n,).
    lonlat
        Degrees, WGS-84, shape (n,) each.
    """
    n = len(unit)
    table = pa.table(
        {
            "unit": pa.array(unit).dictionary_encode(),
            "time": pa.array(time_utc_s * 1000, pa.timestamp("ms", tz="UTC")),
            "lon": rounded(lonlat[0]),
            "lat": rounded(lonlat[1]),
            "source_note": pa.DictionaryArray.from_arrays(np.zeros(n, np.int32), [NOTE]),
        }
    )
    table = table.replace_schema_metadata({"synthetic": "true", "note": NOTE})
    pq.write_table(table, path, compression="zstd")


def rounded(degrees: Floats) -> Floats:
    """Return degrees to six decimals.

    Parameters
    ----------
    degrees
        Shape (n,).

    Returns
    -------
    ndarray of float, shape (n,)
        Rounded to 0.1 m.
    """
    return np.round(degrees, _DECIMALS)


def local_times(seconds: Ints) -> NDArray[np.datetime64]:
    """Return local seconds as times without a zone.

    Parameters
    ----------
    seconds
        Shape (n,); the least integer stands for no time.

    Returns
    -------
    ndarray of datetime64[s], shape (n,)
        NaT where there is no time.
    """
    return seconds.astype("datetime64[s]")
