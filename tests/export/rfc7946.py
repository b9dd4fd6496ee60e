"""The rules of RFC 7946 that a file can be held to, each as an assertion."""

import json
import math
import re
from itertools import pairwise

GEOMETRIES = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}


def check_text(text, *, decimals=7):
    """Assert that a text is a feature collection as RFC 7946 has it, and return it."""
    collection = json.loads(text, parse_constant=refuse_constant)
    assert collection["type"] == "FeatureCollection"  # section 3.3
    assert "crs" not in collection  # section 4
    assert not {"coordinates", "geometries", "geometry", "properties"} & set(collection)  # 7.1
    ids = [feature["id"] for feature in collection["features"]]
    assert len(set(ids)) == len(ids)
    for feature in collection["features"]:
        assert feature["type"] == "Feature"  # section 3.2
        assert isinstance(feature["id"], str | int | float)
        assert isinstance(feature["properties"], dict)
        if feature["geometry"] is not None:
            check_geometry(feature["geometry"])
    check_box(collection)
    for number in re.findall(r"\[(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)\]", text):
        assert all(len(part.partition(".")[2]) <= decimals for part in number)  # section 11.2
    return collection


def refuse_constant(name):
    raise AssertionError(f"{name} is no JSON number")


def check_geometry(geometry):
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            check_geometry(part)
        return
    depth = GEOMETRIES[geometry["type"]]
    assert geometry["coordinates"], "an empty geometry"
    for position in positions(geometry["coordinates"], depth):
        assert len(position) == 2
        assert all(math.isfinite(value) for value in position)
        assert abs(position[0]) <= 180.0
        assert abs(position[1]) <= 90.0
    if geometry["type"] == "Polygon":
        check_rings(geometry["coordinates"])
    if geometry["type"] == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            check_rings(polygon)


def check_rings(rings):
    for number, ring in enumerate(rings):
        assert len(ring) >= 4  # section 3.1.6
        assert ring[0] == ring[-1]
        area = signed_area(ring)
        assert area > 0.0 if number == 0 else area < 0.0, "a ring of the wrong hand"


def signed_area(ring):
    x0, y0 = ring[0]
    twice = ((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0) for a, b in pairwise(ring))
    return sum(twice) / 2.0


def positions(coordinates, depth):
    if depth == 0:
        yield coordinates
    else:
        for part in coordinates:
            yield from positions(part, depth - 1)


def check_box(collection):
    every = [
        position
        for feature in collection["features"]
        if feature["geometry"] is not None and "coordinates" in feature["geometry"]
        for position in positions(
            feature["geometry"]["coordinates"], GEOMETRIES[feature["geometry"]["type"]]
        )
    ]
    if every:  # section 5
        x, y = zip(*every, strict=True)
        assert collection["bbox"] == [min(x), min(y), max(x), max(y)]
