"""Which column is which field, decided from the header alone and never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from geogrid.crs import Datum
from geogrid.errors import InputError, PersonDataError
from geogrid.io.kinds import KINDS, SHAPES, FieldSpec, words
from geogrid.io.report import ReadOptions

MAX_COLUMNS: Final = 500

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

_PERSON_WORDS: Final = frozenset(
    words(
        "姓名 人员姓名 警员姓名 民警姓名 民警 警员 驾驶员 司机 驾驶人 报警人 报案人 嫌疑人 受害人 "
        "被害人 当事人 联系人 联系人姓名 负责人 责任人 身份证 身份证号 身份证号码 "
        "证件号 证件号码 警号 "
        "警员编号 手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 出生日期 生日 民族 人脸 "
        "officer officername officerid driver drivername driverid person personname personid "
        "fullname firstname lastname surname givenname victim suspect offender caller complainant "
        "badge badgeno badgenumber idcard idcardno idnumber nationalid passport passportno ssn "
        "phone phoneno phonenumber mobile mobileno cellphone telephone dob birthdate dateofbirth "
        "birthday ethnicity faceid"
    )
)
_PLATE_WORDS: Final = frozenset(
    words(
        "车牌号 车牌 车牌号码 号牌 号牌号码 车辆号牌 plate plateno platenumber licenseplate "
        "licenceplate numberplate registrationplate"
    )
)


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


@dataclass(frozen=True, slots=True)
class HeaderMap:
    """Which column holds which field.

    Parameters
    ----------
    columns
        From field to position of the column.
    names
        From field to what the column's name says.
    headers
        All columns as they stand in the file.
    """

    columns: Mapping[str, int]
    names: Mapping[str, HeaderName]
    headers: tuple[str, ...]

    @property
    def datum(self) -> Datum | None:
        """The datum that the names of the coordinate columns say, or ``None``."""
        return next((self.names[name].datum for name in ("lon", "lat") if name in self.names), None)

    def header(self, name: str) -> str:
        """Return the header of a field's column.

        Parameters
        ----------
        name
            A mapped field.

        Returns
        -------
        str
            As it stands in the file.
        """
        return self.headers[self.columns[name]]


def map_header(
    headers: Sequence[str], kind: str, options: ReadOptions, *, has_geometry: bool = False
) -> HeaderMap:
    """Return which column of a file holds which field of a kind.

    Parameters
    ----------
    headers
        Names of the columns.
    kind
        One of `KINDS`.
    options
        Its ``columns`` come first and settle what is ambiguous.
    has_geometry
        Positions do not come from columns.

    Returns
    -------
    HeaderMap
        Only fields that have a column.

    Raises
    ------
    InputError
        Two columns fit one field, or a required field has none.
    PersonDataError
        A column is about persons.
    """
    if len(headers) > MAX_COLUMNS:
        raise InputError(
            "the file has {count} columns, more than the limit of {limit}; keep the columns that "
            "are needed: {needed}",
            count=len(headers),
            limit=MAX_COLUMNS,
            needed=", ".join(spec.name for spec in KINDS[kind] if spec.type != "note"),
        )
    fields = [
        spec
        for spec in KINDS[kind]
        if not (has_geometry and spec.type in {"lon", "lat", "geometry"})
    ]
    chosen = _declared(headers, fields, options)
    readings = {
        position: parse_header(text)
        for position, text in enumerate(headers)
        if position not in chosen.values()
    }
    _add_matches(chosen, readings, fields, headers)
    _add_fallbacks(chosen, readings, fields)
    _check_persons(headers, kind, chosen)
    _check_complete(headers, kind, fields, chosen)
    names = {
        name: _reading(headers[position], next(spec for spec in fields if spec.name == name))
        for name, position in chosen.items()
    }
    return HeaderMap(chosen, names, tuple(headers))


def _accepted(spec: FieldSpec) -> frozenset[str]:
    return frozenset(core_name(name) for name in (spec.name, *spec.aliases))


def _reading(header: str, spec: FieldSpec) -> HeaderName:
    """Return the reading of a header under which it names the field; the last one if none does."""
    readings = parse_header(header) or (HeaderName(""),)
    accepted = _accepted(spec)
    fitting = [reading for reading in readings if reading.core in accepted]
    return (fitting or list(readings))[-1]


def _declared(
    headers: Sequence[str], fields: Sequence[FieldSpec], options: ReadOptions
) -> dict[str, int]:
    known = {spec.name for spec in fields}
    chosen: dict[str, int] = {}
    for name, column in options.columns.items():
        if name not in known:
            raise InputError(
                "--map {name}=...: there is no field {name!r}; the fields are {fields}",
                name=name,
                fields=", ".join(sorted(known)),
            )
        positions = [i for i, text in enumerate(headers) if text.strip() == column.strip()]
        if len(positions) != 1:
            raise InputError(
                "--map {name}={column}: the file has {count} columns of that name; its columns are "
                "{found}",
                name=name,
                column=column,
                count=len(positions),
                found=_listed(headers),
            )
        chosen[name] = positions[0]
    return chosen


def _add_matches(
    chosen: dict[str, int],
    readings: Mapping[int, tuple[HeaderName, ...]],
    fields: Sequence[FieldSpec],
    headers: Sequence[str],
) -> None:
    open_fields = [spec for spec in fields if spec.name not in chosen]
    fits = {
        position: [
            spec
            for spec in open_fields
            if any(reading.core in _accepted(spec) for reading in names)
        ]
        for position, names in readings.items()
    }
    claimed = {specs[0].name for specs in fits.values() if len(specs) == 1}
    wanted: dict[str, list[int]] = {}
    for position, specs in fits.items():
        free = [spec for spec in specs if spec.name not in claimed] if len(specs) > 1 else specs
        if free:
            best = next((spec for spec in free if spec.required), free[0])
            wanted.setdefault(best.name, []).append(position)
    for spec in open_fields:
        positions = wanted.get(spec.name, [])
        if len(positions) > 1 and (not spec.required or spec.type == "id"):
            exact = [i for i in positions if headers[i].strip().lower() == spec.name]
            positions = exact if len(exact) == 1 else positions
        if len(positions) > 1:
            raise InputError(
                "{count} columns fit the field {name}: {found}; say which one with "
                "--map {name}=COLUMN (of columns with the same name, rename or remove one)",
                count=len(positions),
                name=spec.name,
                found=", ".join(repr(headers[i]) for i in positions),
            )
        if positions:
            chosen[spec.name] = positions[0]


def _add_fallbacks(
    chosen: dict[str, int],
    readings: Mapping[int, tuple[HeaderName, ...]],
    fields: Sequence[FieldSpec],
) -> None:
    for spec in fields:
        for word in spec.fallbacks if spec.name not in chosen else ():
            position = next(
                (
                    i
                    for i, names in readings.items()
                    if i not in chosen.values()
                    and any(reading.core == core_name(word) for reading in names)
                ),
                None,
            )
            if position is not None:
                chosen[spec.name] = position
                break


def _check_persons(headers: Sequence[str], kind: str, chosen: Mapping[str, int]) -> None:
    unit = chosen.get("unit") if kind == "tracks" else None
    for position, text in enumerate(headers):
        cores = {reading.core for reading in parse_header(text)}
        if cores & _PERSON_WORDS or (position != unit and cores & _PLATE_WORDS):
            raise PersonDataError(
                "column {column!r} is about persons, and places are stored here, never people; "
                "remove the column from the file and import it again",
                column=text,
            )


def _check_complete(
    headers: Sequence[str], kind: str, fields: Sequence[FieldSpec], chosen: Mapping[str, int]
) -> None:
    needed = [
        spec.name
        for spec in fields
        if spec.required and not ("geometry" in chosen and spec.type in {"lon", "lat"})
    ]
    if "Point" not in SHAPES[kind] and any(spec.type == "geometry" for spec in fields):
        needed.append("geometry")
    missing = [name for name in needed if name not in chosen]
    if missing:
        raise InputError(
            "no column for {missing}; the columns are {found}; say which one it is with {option}, "
            "or add it",
            missing=", ".join(missing),
            found=_listed(headers),
            option="--id COLUMN" if kind == "districts" else f"--map {missing[0]}=COLUMN",
        )
    if kind == "incidents" and not ("time" in chosen or {"time_from", "time_to"} <= chosen.keys()):
        raise InputError(
            "no column for time, nor for time_from and time_to; the columns are {found}; say "
            "which one it is with --map time=COLUMN",
            found=_listed(headers),
        )


def _listed(headers: Sequence[str]) -> str:
    shown = [repr(text[:40]) for text in headers[:30]]
    rest = len(headers) - len(shown)
    return ", ".join(shown) + (f" (+{rest})" if rest else "")
