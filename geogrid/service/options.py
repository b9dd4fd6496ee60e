"""Options of an import from the texts that people give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import overload

from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.io import ReadOptions


def read_options(
    declared: Mapping[str, str],
    columns: Mapping[str, str] | None = None,
    *,
    trust_datum: bool = False,
) -> ReadOptions:
    """Return the options of an import from texts.

    Parameters
    ----------
    declared
        ``datum``, ``tz``, ``speed_unit`` and ``unit`` where they are declared.
    columns
        From field to column.
    trust_datum
        The declared datum holds, whatever roads say.

    Returns
    -------
    ReadOptions
        For `Workspace.import_files`.

    Raises
    ------
    InputError
        The datum is not known.
    """
    return ReadOptions(
        datum=datum_named(declared.get("datum"), None),
        time_zone=declared.get("tz") or None,
        speed_unit=declared.get("speed_unit") or None,
        columns=columns or {},
        unit=declared.get("unit") or None,
        trust_datum=trust_datum,
    )


@overload
def datum_named(name: str | None) -> Datum: ...


@overload
def datum_named(name: str | None, default: None) -> Datum | None: ...


def datum_named(name: str | None, default: Datum | None = Datum.WGS84) -> Datum | None:
    """Return the datum of a name.

    Parameters
    ----------
    name
        Such as ``gcj02``; in any case.
    default
        What no name means.

    Returns
    -------
    Datum or None
        The datum.

    Raises
    ------
    InputError
        The datum is not known.
    """
    if not name:
        return default
    if name.lower() not in list(Datum):
        raise InputError(
            "unknown datum {datum!r}; give one of {known}", datum=name, known=", ".join(Datum)
        )
    return Datum(name.lower())
