"""KML 2.x and KMZ: placemarks with a point, a line, a polygon or a track (``gx:Track``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.crs import WGS84
from geogrid.errors import InputError
from geogrid.io.detect import FileType, SourceFile, open_zip, read_member
from geogrid.io.features import Feature, features_to_table
from geogrid.io.rawtable import Plan, RawTable
from geogrid.io.report import Message
from geogrid.io.shapes import (
    BAD_COORDINATES,
    MAX_VERTICES,
    NO_GEOMETRY,
    TOO_LARGE,
    WRONG_TYPE,
    ShapeFault,
    line,
    polygon,
)
from geogrid.io.xmltext import child_text, local_name, walk_xml

_EXPORTED_ID: Final = "feature_id"  # of our own exports, whose driver numbers placemarks itself
_GEOMETRY: Final = ("Point", "LineString", "Polygon", "MultiGeometry")


def looks_like_kml(source: SourceFile) -> bool:
    """Tell whether an XML file begins as KML does.

    Parameters
    ----------
    source
        A file of type ``XML``.

    Returns
    -------
    bool
        False for anything else.
    """
    return b"<kml" in source.data[:2048]


def holds_kml(source: SourceFile) -> bool:
    """Tell whether a zip is a KMZ.

    Parameters
    ----------
    source
        A file of type ``ZIP``.

    Returns
    -------
    bool
        True where a member is KML and none is a Shapefile.
    """
    names = [info.filename.lower() for info in open_zip(source.data, source.name).infolist()]
    return any(name.endswith(".kml") for name in names) and not any(
        name.endswith(".shp") for name in names
    )


def read_kmz(source: SourceFile, plan: Plan) -> RawTable:
    """Return the placemarks of the first KML in a KMZ.

    Parameters
    ----------
    source
        A file of type ``ZIP``.
    plan
        Says which data to keep.

    Returns
    -------
    RawTable
        WGS-84.
    """
    archive = open_zip(source.data, source.name)
    first = next(info for info in archive.infolist() if info.filename.lower().endswith(".kml"))
    inner = replace(source, data=read_member(archive, first, source.name), type=FileType.XML)
    return read_kml(inner, plan)


def read_kml(source: SourceFile, plan: Plan) -> RawTable:
    """Return the placemarks of a KML file.

    Parameters
    ----------
    source
        A file of type ``XML``.
    plan
        Says which data to keep.

    Returns
    -------
    RawTable
        WGS-84, as KML lays down. Links and styles are not followed.

    Raises
    ------
    InputError
        There are no placemarks.
    """
    features: list[Feature] = []
    links = 0
    for event, element in walk_xml(source, "kml"):
        if event == "start":
            continue
        tag = local_name(element.tag)
        links += tag == "NetworkLink"
        if tag == "Placemark":
            features.extend(_features(element, len(features) + 1, source.path.stem))
            element.clear()
    if not features:
        raise InputError("{file}: there are no placemarks in it, no data", file=source.name)
    note = Message(
        "{count} links to other files are not followed; import what they name as files of their "
        "own",
        {"count": links},
    )
    return features_to_table(features, plan, crs=WGS84, warnings=(note,) if links else ())


def _features(placemark: Element, number: int, stem: str) -> Iterator[Feature]:
    """Yield what a placemark holds: one feature, or one for each time of its tracks."""
    properties = _properties(placemark)
    tracks = [element for element in placemark.iter() if local_name(element.tag) == "Track"]
    if not tracks:
        kind, texts = _geometry(placemark)
        yield Feature(
            number, properties, partial(_shape, kind, texts), texts[0][:60] if texts else ""
        )
    common = {name: text for name, text in properties.items() if name != "id"}
    common = {"unit": properties.get("name") or stem} | common
    for track in tracks:
        times = _texts(track, "when")
        places = _texts(track, "coord")  # one for each time, in the same order (OGC 07-147r2)
        for at in range(max(len(times), len(places))):
            time = times[at] if at < len(times) else ""
            place = places[at] if at < len(places) else ""
            yield Feature(number, common | {"time": time}, partial(_moment, place), place[:60])
            number += 1


def _texts(parent: Element, name: str) -> list[str]:
    return [(child.text or "").strip() for child in parent if local_name(child.tag) == name]


def _moment(place: str) -> shapely.Geometry:
    """Return the point of a track's ``gx:coord``: longitude, latitude and height with spaces."""
    if not place:
        raise ShapeFault(NO_GEOMETRY)
    return shapely.Point(_positions(",".join(place.split()))[0])


def _properties(placemark: Element) -> Mapping[str, str]:
    found: dict[str, str] = {}
    if placemark.get("id"):
        found["id"] = str(placemark.get("id"))
    name = child_text(placemark, "name")
    if name is not None:
        found["name"] = name
    for element in placemark.iter():
        tag = local_name(element.tag)
        title = element.get("name")
        if title and tag == "Data":
            found[title] = child_text(element, "value") or ""
        elif title and tag == "SimpleData":
            found[title] = (element.text or "").strip()
    when = next((e.text for e in placemark.iter() if local_name(e.tag) == "when"), None)
    if when and "time" not in found:  # of a TimeStamp
        found["time"] = when.strip()
    if _EXPORTED_ID in found:
        found["id"] = found.pop(_EXPORTED_ID)
    return found


def _geometry(placemark: Element) -> tuple[str, list[str]]:
    """Return the type of a placemark's geometry and its lists of coordinates."""
    shape = next((child for child in placemark if local_name(child.tag) in _GEOMETRY), None)
    if shape is None:
        return "", []
    texts = [
        (element.text or "").strip()
        for element in shape.iter()
        if local_name(element.tag) == "coordinates"
    ]
    return local_name(shape.tag), texts


def _shape(kind: str, texts: list[str]) -> shapely.Geometry:
    if not kind or not texts:
        raise ShapeFault(NO_GEOMETRY)
    if kind == "MultiGeometry":
        raise ShapeFault(WRONG_TYPE, got=kind, expected="Point, LineString or Polygon")
    rings = [_positions(text) for text in texts]
    if kind == "Polygon":
        return polygon(rings)
    if kind == "LineString":
        return line(rings[0])
    if len(rings[0]) != 1:
        raise ShapeFault(BAD_COORDINATES)
    return shapely.Point(rings[0][0])


def _positions(text: str) -> NDArray[np.float64]:
    if text.count(",") > 3 * MAX_VERTICES:
        raise ShapeFault(TOO_LARGE, limit=MAX_VERTICES)
    try:
        xy = np.array([[float(part) for part in item.split(",")[:2]] for item in text.split()])
    except ValueError as error:  # not a number, or positions of different length
        raise ShapeFault(BAD_COORDINATES) from error
    if xy.ndim != 2 or xy.shape[1] != 2 or not np.isfinite(xy).all():
        raise ShapeFault(BAD_COORDINATES)
    return xy
