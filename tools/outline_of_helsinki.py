"""Draw the outline of the Helsinki sample: what encloses its roads, buildings and cameras.

Run in the project's root: ``.venv/bin/python tools/outline_of_helsinki.py``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import geopandas as gpd
import shapely

FOLDER = Path("data/helsinki")
MARGIN_M = 60.0  # a camera at the edge still has its view inside, up to this range
PLANE = "EPSG:3067"  # Finland's metres


def outline() -> shapely.Polygon:
    """Return the convex hull of everything in the sample, grown by the margin, WGS-84."""
    shapes = [
        shape
        for name in ("roads", "buildings", "cameras")
        for shape in gpd.read_file(FOLDER / f"{name}.geojson").to_crs(PLANE).geometry
    ]
    hull = shapely.convex_hull(shapely.geometrycollections(shapes))
    grown = gpd.GeoSeries([hull.buffer(MARGIN_M, quad_segs=4)], crs=PLANE).to_crs("EPSG:4326")
    return shapely.orient_polygons(shapely.set_precision(grown.iloc[0], 1e-6))


def main() -> int:
    """Write ``area.geojson``, one feature."""
    feature = {
        "type": "Feature",
        "properties": {"id": "centre", "name": "Helsinki centre (outline of the sample)"},
        "geometry": json.loads(shapely.to_geojson(outline())),
    }
    collection = {"type": "FeatureCollection", "features": [feature]}
    text = json.dumps(collection, separators=(",", ":"))
    (FOLDER / "area.geojson").write_text(text + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
