"""A workspace in which every name, kind and number is code: nine payloads, in every place."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime

from geogrid.workspace import Choices, DistrictFile, Workspace, read_options
from tests.webmap.pmtiles_files import pmtiles
from webmap.basemaps import read_basemaps
from webmap.views.grounds import CLEAR

RUN = "window.hit=1"
PAYLOADS = {
    "image": f"<img src=x onerror={RUN}>",
    "script": f"<script>{RUN}</script>",
    "svg": f"<svg onload={RUN}>",
    "quotes": f"\" autofocus onfocus={RUN} a='' onmouseover='{RUN}",
    "address": f"javascript:{RUN}//",
    "end of script": f"</script><!--<script>{RUN}</script>-->",
    "template": "{{7*7}}${" + RUN + "}{name}%(name)s",
    "style": "</style><style>body{background:url(https://elsewhere.test/x)}</style>",
    "direction": "\u202e\u2066__proto__\u2069 constructor\u202c",
}
NAMES = tuple(PAYLOADS.values())
WORKSPACE = " ".join(NAMES)
WEST, SOUTH, STEP = 117.600, 26.250, 0.004  # degrees: nine columns of places, one row a kind
ROWS = ("cameras", "checkpoints", "rooms", "places", "incidents", "depots")
MIDDLE = (SOUTH + STEP * 3, WEST + STEP * 4)  # latitude and longitude


def place_of(kind, number):
    """Return longitude and latitude of the place of a kind with a payload's number."""
    return round(WEST + STEP * number, 6), round(SOUTH + STEP * ROWS.index(kind), 6)


def visible(name):
    """Return a name without signs that turn or hide text; scenarios refuse those."""
    return "".join(sign for sign in name if sign.isprintable())


def _rows(kind):
    """Return the rows of a register: every text in them is a payload."""
    for number, name in enumerate(NAMES):
        lon, lat = place_of(kind, number)
        yield {
            "cameras": {"id": name, "lon": lon, "lat": lat, "name": name, "place_type": name},
            "checkpoints": {"id": name, "lon": lon, "lat": lat, "name": name},
            "rooms": {"id": name, "lon": lon, "lat": lat, "class": 1, "name": name},
            "places": {"id": name, "lon": lon, "lat": lat, "kind": name, "name": name},
            "depots": {"id": name, "lon": lon, "lat": lat, "radius_m": 50, "name": name},
            "incidents": {
                "id": name,
                "lon": lon,
                "lat": lat,
                "category": name,
                "time": f"2026-03-02 0{number}:30:00",
            },
        }[kind]


def _fixes():
    """Return the fixes of nine units: a minute apart, for an hour, near the places."""
    for number, name in enumerate(NAMES):
        for minute in range(60):
            yield {
                "unit": name,
                "time": f"2026-03-02 {8 + number % 3:02}:{minute:02}:00",
                "lon": round(WEST + STEP * number, 6),
                "lat": round(SOUTH - STEP + minute * 1e-4, 6),
                "group": name,
            }


def _shapes(kind):
    """Return features with a shape: roads through the city, beats and zones beside it."""
    for number, name in enumerate(NAMES):
        lon, south, north = WEST + STEP * number, SOUTH - STEP * 4, SOUTH - STEP * 2
        square = [[lon, south], [lon + STEP / 2, south], [lon + STEP / 2, north], [lon, north]]
        shape = (
            {"type": "LineString", "coordinates": [[lon, SOUTH - 0.2], [lon, SOUTH + 0.2]]}
            if kind == "roads"
            else {"type": "Polygon", "coordinates": [[*square, square[0]]]}
        )
        about = {
            "roads": {"id": name, "class": name},
            "areas": {"id": name, "name": name},
            "zones": {"id": name, "reason": name},
        }[kind]
        yield {"type": "Feature", "properties": about, "geometry": shape}


def _districts(source, target):
    """Write the districts of a file with payloads for names; three keep their own."""
    found = json.loads(source.read_text("utf-8"))
    for feature, name in zip(found["features"], NAMES, strict=False):
        feature["properties"] |= {"name": name, "name_en": name}
    target.write_text(json.dumps(found), "utf-8")
    return DistrictFile(target, "adcode", "name")


def _write_csv(path, rows):
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def make_hostile_workspace(folder, source):
    """Return a workspace of payloads; `source` has the outlines of its districts."""
    districts = _districts(source, folder / "districts.geojson")
    chosen = Choices(cell_size_m=2000, name=WORKSPACE)
    workspace, _ = Workspace.create(folder / "ws", districts, chosen)
    for kind in (*ROWS, "tracks"):
        rows = _fixes() if kind == "tracks" else _rows(kind)
        file = _write_csv(folder / f"{kind} {PAYLOADS['image']}.csv", rows)
        options = read_options({"datum": "wgs84", "tz": "Asia/Shanghai"})
        workspace.import_files(kind, [file], options)
    for kind in ("roads", "areas", "zones"):
        file = folder / f"{kind}.geojson"
        shapes = {"type": "FeatureCollection", "features": list(_shapes(kind))}
        file.write_text(json.dumps(shapes), "utf-8")
        workspace.import_files(kind, [file], read_options({"datum": "wgs84"}))
    for number, name in enumerate(NAMES):
        lon, lat = place_of("cameras", number)
        camera = {"id": visible(name), "lon": lon, "lat": lat - STEP / 2, "range": 200}
        body = {"name": visible(name), "note": visible(name), "cameras": [camera]}
        workspace.make_scenario(body, datetime(2026, 3, 3, tzinfo=UTC))
    return workspace


def hostile_grounds(folder):
    """Return nine grounds of one PMTiles file, named and credited by payloads."""
    (folder / "ground.pmtiles").write_bytes(pmtiles({(1, 1, 0): CLEAR}))
    lines = [
        f'[[basemap]]\nid = "g{number}"\nfile = "ground.pmtiles"\ndatum = "wgs84"\n'
        f"name = {json.dumps(name)}\nattribution = {json.dumps(name)}\n"
        for number, name in enumerate(NAMES)
    ]
    (folder / "basemaps.toml").write_text("".join(lines), "utf-8")
    return read_basemaps(folder / "basemaps.toml")
