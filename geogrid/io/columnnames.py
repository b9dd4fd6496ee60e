"""What the name of one column says: the word itself, a unit, a datum, a time zone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from geogrid.crs import Datum

_DATUM: Final = re.compile(
    r"(wgs[\s_-]*84|gcj[\s_-]*02|火星坐标|bd[\s_-]*09|百度坐标|cgcs[\s_-]*2000)"
)
_DATUM_OF: Final = {
    "w": Datum.WGS84,
    "g": Datum.GCJ02,
    "火": Datum.GCJ02,
    "b": Datum.BD09,
    "百": Datum.BD09,
    "c": Datum.CGCS2000,
}
_BRACKET: Final = re.compile(r"[(\[{【](.*?)[)\]}】]")
_NOISE: Final = re.compile(r"[\s_\-:.\ufeff]+")
UNIT_WORDS: Final = {
    "kmh": "kmh",
    "km/h": "kmh",
    "kph": "kmh",
    "公里/小时": "kmh",
    "千米/小时": "kmh",
    "公里/时": "kmh",
    "千米/时": "kmh",
    "m/s": "ms",
    "mps": "ms",
    "米/秒": "ms",
    "mph": "mph",
    "kn": "kn",
    "knots": "kn",
    "节": "kn",
    "m": "m",
    "米": "m",
    "metres": "m",
    "meters": "m",
    "km": "km",
    "公里": "km",
    "千米": "km",
    "mm": "mm",
    "毫米": "mm",
    "px": "px",
    "像素": "px",
    "ft": "ft",
    "英尺": "ft",
    "deg": "degree",
    "degrees": "degree",
    "°": "degree",
    "度": "degree",
    "天": "d",
    "days": "d",
}
_ZONE_WORDS: Final = {"utc": "UTC", "gmt": "UTC", "北京时间": "Asia/Shanghai"}
_SUFFIX: Final = re.compile(r"^(.+?)[\s_\-]+([^\s_\-]+)$")


@dataclass(frozen=True, slots=True)
class HeaderName:
    """What the name of one column says.

    Parameters
    ----------
    core
        The name without case, spaces, units and datum.
    unit
        Unit in brackets or after the name, or ``None``.
    datum
        Datum in the name, or ``None``.
    zone
        Time zone in the name, or ``None``.
    """

    core: str
    unit: str | None = None
    datum: Datum | None = None
    zone: str | None = None


def core_name(text: str) -> str:
    """Return a column's name without what does not count: case, width, spaces, ``_``, ``-``.

    Parameters
    ----------
    text
        A header as it stands in a file.

    Returns
    -------
    str
        Maybe empty.
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


def parse_header(text: str) -> tuple[HeaderName, ...]:
    """Return the readings of a header, the most literal first.

    Parameters
    ----------
    text
        A header as it stands in a file, such as ``速度(km/h)`` or ``lon_wgs84``.

    Returns
    -------
    tuple of HeaderName
        ``speed_kmh`` may be a name of its own or ``speed`` in km/h; both are returned.
    """
    plain = unicodedata.normalize("NFKC", text).lower().strip()
    readings = [HeaderName(core_name(plain))]
    found = _DATUM.search(plain)
    datum = _DATUM_OF[found[1][0]] if found else None
    rest = _DATUM.sub("", plain)
    inside = " ".join(match.strip() for match in _BRACKET.findall(rest))
    rest = _BRACKET.sub("", rest).strip(" _-")
    unit, zone = UNIT_WORDS.get(inside), _ZONE_WORDS.get(inside)
    readings.append(HeaderName(core_name(rest), unit, datum, zone))
    suffix = _SUFFIX.match(rest)
    if suffix and (suffix[2] in UNIT_WORDS or suffix[2] in _ZONE_WORDS):
        word = suffix[2]
        readings.append(
            HeaderName(core_name(suffix[1]), UNIT_WORDS.get(word), datum, _ZONE_WORDS.get(word))
        )
    return tuple(dict.fromkeys(reading for reading in readings if reading.core))
