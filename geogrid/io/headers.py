"""Which column is which field, decided from the header alone and never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.io.columnnames import HeaderName, core_name, parse_header
from geogrid.io.fields import FieldSpec
from geogrid.io.kinds import KINDS, SHAPES
from geogrid.io.persons import check_persons, check_plates
from geogrid.io.report import ReadOptions

MAX_COLUMNS: Final = 500
_NAMING_UNITS: Final = frozenset({"tracks", "units", "rosters"})  # where a plate is a unit's name


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
    check_persons(headers)
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
    check_plates(headers, chosen.get("unit") if kind in _NAMING_UNITS else None)
    known = {"unit": -1} if options.unit is not None and kind == "tracks" else {}
    _check_complete(headers, kind, fields, known | chosen)
    return named_columns(headers, chosen, kind)


def named_columns(headers: Sequence[str], columns: Mapping[str, int], kind: str) -> HeaderMap:
    """Return a mapping that is settled, with what each column's name says.

    Parameters
    ----------
    headers
        Names of the columns.
    columns
        From field to position of the column.
    kind
        One of `KINDS`.

    Returns
    -------
    HeaderMap
        The mapping.
    """
    specs = {spec.name: spec for spec in KINDS[kind]}
    names = {name: _reading(headers[position], specs[name]) for name, position in columns.items()}
    return HeaderMap(columns, names, tuple(headers))


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
    if kind == "dosage" and not chosen.keys() & {"place", "class"}:
        raise InputError(
            "no column for place, nor for class; the columns are {found}; say which one it is with "
            "--map class=COLUMN",
            found=_listed(headers),
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
