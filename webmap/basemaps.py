"""Grounds for the map, from a file that an installation writes: tiles of a service or intranet."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from geogrid.crs import Datum
from geogrid.errors import InputError
from webmap.pmtiles import PmTiles

FILE_NAME: Final = "basemaps.toml"  # in a workspace, unless another file is named
_KNOWN: Final = frozenset(
    {"id", "name", "url", "datum", "attribution", "max_zoom", "key_env", "file"}
)
_DEEPEST: Final = 22
_SCHEMES: Final = ("http", "https")


@dataclass(frozen=True, slots=True)
class Basemap:
    """A ground of tiles in Web Mercator.

    Parameters
    ----------
    id
        Short name for the address line: letters, digits, ``-`` and ``_``.
    name
        What a reader sees.
    url
        Address of a tile with ``{z}``, ``{x}`` and ``{y}``: XYZ, or WMTS with its row and column.
    datum
        What the tiles are drawn in. Over GCJ-02 or BD-09 the map shifts what it draws.
    attribution
        Whose map it is, shown on it.
    max_zoom
        The deepest level that has tiles; deeper ones are enlarged.
    archive
        The PMTiles file that this server takes the tiles from; ``None`` where a browser asks
        another server.
    """

    id: str
    name: str
    url: str
    datum: Datum
    attribution: str = ""
    max_zoom: int = 18
    archive: PmTiles | None = None

    @property
    def origin(self) -> str:
        """Scheme and host of its tiles, for the content security policy."""
        if self.archive is not None:
            return "'self'"
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def as_json(self) -> dict[str, Any]:
        """Return what the page needs."""
        return {
            "id": self.id,
            "name": self.name,
            "url": self.url,
            "datum": str(self.datum),
            "attribution": self.attribution,
            "min_zoom": 0 if self.archive is None else self.archive.min_zoom,
            "max_zoom": self.max_zoom,
        }


def read_basemaps(path: Path) -> tuple[Basemap, ...]:
    """Return the grounds that a file names.

    Parameters
    ----------
    path
        TOML with a table ``[[basemap]]`` for each: ``id``, ``name``, ``datum``, and ``url`` or
        ``file``, a PMTiles file of pictures beside the TOML; and if wanted ``attribution``,
        ``max_zoom`` and ``key_env``, the name of the environment variable whose value stands
        for ``{key}`` in the address. The browser sees that value.

    Returns
    -------
    tuple of Basemap
        In the order of the file.

    Raises
    ------
    InputError
        The file is no such TOML; it says which entry and which field.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("{file} is no TOML: {reason}", file=path, reason=str(error)) from error
    entries = found.get("basemap")
    if not isinstance(entries, list) or set(found) != {"basemap"}:
        raise InputError("{file}: write a table [[basemap]] for each ground", file=path)
    made = tuple(_basemap(path, number, entry) for number, entry in enumerate(entries, start=1))
    ids = [one.id for one in made]
    if len(set(ids)) < len(ids):
        raise InputError("{file}: two grounds have the same id in {ids}", file=path, ids=ids)
    return made


def _basemap(path: Path, number: int, entry: Mapping[str, Any]) -> Basemap:
    unknown = sorted(set(entry) - _KNOWN)
    if unknown:
        raise InputError(
            "{file}, ground {number}: unknown field {field!r}; there are {known}",
            file=path,
            number=number,
            field=unknown[0],
            known=", ".join(sorted(_KNOWN)),
        )
    if ("url" in entry) == ("file" in entry):
        raise InputError(
            "{file}, ground {number}: give either a url or a file", file=path, number=number
        )
    source = "file" if "file" in entry else "url"
    for name in ("id", "name", source, "datum"):
        if not isinstance(entry.get(name), str) or not entry[name]:
            raise InputError(
                "{file}, ground {number}: give a text for {field!r}",
                file=path,
                number=number,
                field=name,
            )
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", entry["id"]):
        raise _wrong(path, number, "id", entry["id"], "letters, digits, - and _")
    if entry["datum"] not in tuple(Datum):
        raise _wrong(path, number, "datum", entry["datum"], ", ".join(Datum))
    archive = None if source == "url" else PmTiles(path.parent / entry["file"])
    least = 0 if archive is None else archive.min_zoom
    deepest = entry.get("max_zoom", 18 if archive is None else archive.max_zoom)
    whole = isinstance(deepest, int) and not isinstance(deepest, bool)
    if not whole or not least <= deepest <= _DEEPEST:
        raise _wrong(path, number, "max_zoom", deepest, f"{least} to {_DEEPEST}")
    return Basemap(
        id=entry["id"],
        name=entry["name"],
        url=_address(path, number, entry) if archive is None else _served(entry["id"]),
        datum=Datum(entry["datum"]),
        attribution=str(entry.get("attribution", "")),
        max_zoom=deepest,
        archive=archive,
    )


def _served(ground_id: str) -> str:
    """Return the address under which this server gives the tiles of a file."""
    return f"ground/{ground_id}/{{z}}/{{x}}/{{y}}"


def _address(path: Path, number: int, entry: Mapping[str, Any]) -> str:
    """Return the address of tiles, with its key where it has one."""
    url: str = entry["url"]
    if "{key}" in url:
        key = os.environ.get(str(entry.get("key_env", "")))
        if not key:
            raise InputError(
                "{file}, ground {number}: the address has a {{key}}; name in key_env the "
                "environment variable that holds it, and set that variable",
                file=path,
                number=number,
            )
        url = url.replace("{key}", key)
    parts = urlsplit(url)
    whole = parts.scheme in _SCHEMES and parts.netloc and not re.search(r"[\s;,'\"]", parts.netloc)
    if not whole or not all(name in url for name in ("{z}", "{x}", "{y}")):
        raise _wrong(path, number, "url", entry["url"], "http://HOST/.../{z}/{x}/{y}...")
    return url


def _wrong(path: Path, number: int, field: str, got: object, wanted: str) -> InputError:
    return InputError(
        "{file}, ground {number}: {field} is {got!r}; give {wanted}",
        file=path,
        number=number,
        field=field,
        got=got,
        wanted=wanted,
    )
