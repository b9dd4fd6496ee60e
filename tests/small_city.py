"""Files of a small city: two districts of 2 km x 2 km, drives, cameras and incidents."""

from __future__ import annotations

import json
from pathlib import Path

WEST, EAST, SOUTH, NORTH = 117.60, 117.64, 26.20, 26.22
MIDDLE = (WEST + EAST) / 2
DECLARED = {"datum": "wgs84", "tz": "Asia/Shanghai"}


def square(west: float, east: float) -> list[list[list[float]]]:
    ring = [[west, SOUTH], [east, SOUTH], [east, NORTH], [west, NORTH], [west, SOUTH]]
    return [ring]


def write_districts(path: Path, squares: dict[str, tuple[float, float]]) -> Path:
    """Write districts as GeoJSON: name -> west and east."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": name[:1], "name": name},
            "geometry": {"type": "Polygon", "coordinates": square(*sides)},
        }
        for name, sides in squares.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def write_tracks(path: Path, rows: list[tuple[str, str, float, float]]) -> Path:
    """Write fixes as CSV: unit, local time, lon, lat."""
    lines = ["unit,time,lon,lat", *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def drive(unit: str, day: str, *, start: int = 8, fixes: int = 60) -> list:
    """Return a drive through both districts: a fix a minute from an hour on."""
    return [
        (
            unit,
            f"{day} {start + i // 60:02d}:{i % 60:02d}:00",
            round(WEST + 0.001 + 0.038 * i / fixes, 6),
            26.21,
        )
        for i in range(fixes)
    ]


def write_cameras(path: Path, rows: list[tuple[str, float, float, float]]) -> Path:
    """Write cameras as CSV: id, lon, lat, range."""
    lines = ["id,lon,lat,range", *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def write_incidents(path: Path, rows: list[tuple[str, str, float, float, str]]) -> Path:
    """Write incidents as CSV: id, local time, lon, lat, category."""
    lines = ["id,time,lon,lat,category", *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
