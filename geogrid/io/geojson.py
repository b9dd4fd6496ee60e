"""GeoJSON (RFC 7946), with the old ``crs`` member and the encodings that occur, and TopoJSON."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any, Final

from pyproj import CRS

from geogrid.crs import WGS84, make_crs
from geogrid.errors import FileFormatError, InputError
from geogrid.io.detect import SourceFile
from geogrid.io.features import Feature, features_to_table
from geogrid.io.rawtable import Plan, RawTable
from geogrid.io.report import Message
from geogrid.io.shapes import from_geojson
from geogrid.io.text import find_encoding, to_text
from geogrid.io.topojson import topology_features

MAX_JSON_BYTES: Final = 512 << 20
MAX_FEATURES: Final = 5_000_000
_MAYBE_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")  # an escape of half a character


def read_geojson(source: SourceFile, plan: Plan) -> RawTable:
    """Return the features of a GeoJSON or TopoJSON file.

    Parameters
    ----------
    source
        A file of type ``JSON``.
    plan
        Says which properties to keep.

    Returns
    -------
    RawTable
        WGS-84 unless the file has a ``crs`` member.

    Raises
    ------
    FileFormatError
        It is not JSON, is nested too deeply, or is JSON of another kind.
    InputError
        It is too large or has no features.
    """
    document = _parse(source)
    features = _features(document, source.name)
    codec, _ = find_encoding(source.data, source.name)
    note = Message(
        "the encoding is {codec}; GeoJSON should be UTF-8 (RFC 7946)", {"codec": codec.upper()}
    )
    return features_to_table(
        features,
        plan,
        crs=_crs(document, source.name),
        synthetic=document.get("synthetic") is True,
        warnings=() if codec == "utf-8" else (note,),
    )


def _features(document: dict[str, Any], name: str) -> list[Feature]:
    if document.get("type") == "Topology":
        features = topology_features(document, name)
        if not features:
            raise InputError(
                "{file}: the format is TopoJSON, and its layer has no features, no data",
                file=name,
            )
        return features
    if document.get("type") == "Feature":
        raw: object = [document]
    elif document.get("type") == "FeatureCollection":
        raw = document.get("features")
    else:
        raise FileFormatError(
            "{file}: the format is not GeoJSON: its type is {found!r}, and FeatureCollection is "
            "needed",
            file=name,
            found=str(document.get("type"))[:40],
        )
    if not isinstance(raw, list):
        raise FileFormatError("{file}: the format is not GeoJSON: 'features' is no list", file=name)
    if not raw:
        raise InputError("{file}: there are no features in it, no data", file=name)
    return [_feature(number, item) for number, item in enumerate(raw, start=1)]


def _parse(source: SourceFile) -> dict[str, Any]:
    if len(source.data) > MAX_JSON_BYTES:
        raise InputError(
            "{file}: the size is {size:,} bytes, more than the limit of {limit:,}; split the file",
            file=source.name,
            size=len(source.data),
            limit=MAX_JSON_BYTES,
        )
    text = to_text(source.data, source.name)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise FileFormatError(
            "{file}: this is not JSON: {reason}, line {line}, column {column}",
            file=source.name,
            reason=error.msg,
            line=error.lineno,
            column=error.colno,
        ) from error
    except RecursionError as error:
        raise FileFormatError(
            "{file}: the JSON is nested too deeply to be GeoJSON", file=source.name
        ) from error
    except ValueError as error:  # an integer of thousands of digits
        if isinstance(error, FileFormatError):
            raise
        raise FileFormatError(
            "{file}: the JSON has a number that is too long", file=source.name
        ) from error
    if not isinstance(document, dict):
        raise FileFormatError(
            "{file}: the format is not GeoJSON: its outermost value is a list", file=source.name
        )
    if _MAYBE_HALF.search(text):
        _refuse_halves(document, source.name)
    return document


def _refuse_halves(document: dict[str, Any], name: str) -> None:
    """Refuse text with a surrogate that has no other half: no encoding can hold it."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise FileFormatError(
            "{file}: a text has the escape {escape}, which is half of a character; write the "
            "character whole",
            file=name,
            escape=f"\\u{ord(error.object[error.start]):04x}",
        ) from error


def _feature(number: int, item: object) -> Feature:
    """Return a feature; one without ``id`` among its properties takes the member of that name."""
    member = item if isinstance(item, dict) else {}
    properties = member.get("properties")
    known = dict(properties) if isinstance(properties, dict) else {}
    if "id" in member and "id" not in known:
        known["id"] = member["id"]
    raw = member.get("geometry")
    return Feature(number, known, partial(from_geojson, raw), str(raw)[:60])


def _crs(document: dict[str, Any], name: str) -> CRS:
    member = document.get("crs")
    if member is None:
        return WGS84
    properties = member.get("properties") if isinstance(member, dict) else None
    code = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(code, str) or len(code) > 100:
        raise FileFormatError(
            "{file}: the 'crs' member names no CRS; remove it if the coordinates are WGS-84",
            file=name,
        )
    return WGS84 if "CRS84" in code.upper() else make_crs(code)
