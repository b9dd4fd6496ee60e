"""Profiles: what is known of a source, written once as TOML and used for all its files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.io.speedunits import KMH
from geogrid.io.times import check_zone

DECLARED: Final = ("datum", "tz", "speed_unit", "unit", "credit")
_LARGEST: Final = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a source.

    Parameters
    ----------
    declared
        ``datum``, ``tz``, ``speed_unit``, ``unit`` and ``credit``, where they are known.
    columns
        From field to column.
    """

    declared: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)

    def as_toml(self) -> str:
        """Return the profile as it would stand in a file."""
        lines = [
            f"{name} = {_quoted(self.declared[name])}" for name in DECLARED if name in self.declared
        ]
        if self.columns:
            lines += ["", "[map]"]
            lines += [
                f"{name} = {_quoted(column)}" for name, column in sorted(self.columns.items())
            ]
        return "\n".join(lines) + "\n"

    def as_json(self) -> dict[str, Any]:
        """Return the profile as JSON values: what is declared, and ``map``."""
        return dict(self.declared) | {"map": dict(self.columns)}


def _quoted(text: str) -> str:
    """Return a basic string of TOML; JSON's escapes are among its own."""
    return json.dumps(text, ensure_ascii=False)


def read_profile(path: Path) -> Profile:
    """Return the profile in a file.

    Parameters
    ----------
    path
        TOML.

    Returns
    -------
    Profile
        Checked.

    Raises
    ------
    InputError
        The file is missing or no profile, or says something unknown.
    """
    if not path.is_file() or path.stat().st_size > _LARGEST:
        raise InputError("there is no profile {path}", path=path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            "{file}: a profile is TOML in UTF-8; save it so", file=path.name
        ) from error
    return parse_profile(text, path.name)


def parse_profile(text: str, name: str) -> Profile:
    """Return the profile in a text.

    Parameters
    ----------
    text
        TOML.
    name
        What to call it in messages.

    Returns
    -------
    Profile
        Checked.

    Raises
    ------
    InputError
        The text is no profile, or says something unknown.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            "{file}: the profile cannot be read: {reason}", file=name, reason=error
        ) from error
    columns = values.pop("map", {})
    unknown = sorted(values.keys() - set(DECLARED))
    texts = [*values.values(), *(columns.values() if isinstance(columns, dict) else [None])]
    if unknown or not all(isinstance(text, str) and text for text in texts):
        raise InputError(
            "{file}: a profile has the keys {known}, each a text, and a table map from field to "
            "column; got {found}",
            file=name,
            known=", ".join(DECLARED),
            found=", ".join([*unknown, *(key for key in values if key not in unknown)]) or "map",
        )
    _check_values(values, name)
    return Profile(values, columns)


def _check_values(values: Mapping[str, str], name: str) -> None:
    check_zone(values.get("tz"))
    for key, known in (("datum", tuple(Datum)), ("speed_unit", tuple(KMH))):
        if key in values and values[key] not in known:
            raise InputError(
                "{file}: {key} is {got!r}; it is one of {known}",
                file=name,
                key=key,
                got=values[key],
                known=", ".join(known),
            )
