"""What a one-file map holds: the manifest that its script reads first, and packed data."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid import i18n
from geogrid.errors import InputError
from geogrid.export.lattice_mesh import mesh
from geogrid.export.lattice_wire import WireColumn, district_column, encode
from geogrid.export.map_features import district_outlines, feature_arrays
from geogrid.export.map_words import WORDS
from geogrid.export.one_file import packed
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid
from geogrid.model.layer import Layer

logger = logging.getLogger(__name__)

DATA_BYTES: Final = 900_000  # of packed data; our scripts and words take 85 kB: 1 MB and Leaflet
MANY: Final = 3  # columns of a layer that nothing is known of
SHOWN_FROM_START: Final = frozenset({"checkpoints"})
DIVERGING_DECIMALS: Final = 2
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {  # the most telling first
    "coverage": ("patrol_s", "visits", "last_seen", "longest_absence_h"),
    "gaps": ("state", "balance"),
    "hotspots": ("hot", "category", "alert", "cluster", "count", "z"),
    "camera_coverage": ("covered_share", "cameras"),
    "reach": ("minutes",),
    "forecast": ("rank", "expected"),
}


@dataclass(frozen=True, slots=True)
class MapOptions:
    """How a map is titled and what it shows.

    Parameters
    ----------
    title
        Its title.
    language
        ``en`` or ``zh``: what it opens in; a reader can change it.
    time_zone
        Name of the zone that times are shown in.
    columns
        The columns of each lattice layer, by its id; what a layer is about by default.
    """

    title: str
    language: str = "en"
    time_zone: str = "UTC"
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MapData:
    """A map's manifest, a JSON object, and its packed data by name.

    Parameters
    ----------
    manifest
        What is on the map and how it is drawn; it names the data.
    blobs
        Text as `geogrid.export.one_file.packed` makes it.
    """

    manifest: dict[str, Any]
    blobs: dict[str, str]

    def size(self) -> int:
        """Return the length of the packed data."""
        return sum(len(text) for text in self.blobs.values())


def map_data(layers: Sequence[Layer], options: MapOptions) -> MapData:
    """Return what a one-file map of these layers holds.

    Parameters
    ----------
    layers
        At least one lattice layer, all on one grid, and registers. The map opens with the
        first column of the first.
    options
        Its title, language, time zone and columns.

    Returns
    -------
    MapData
        As much as fits into 1 MB beside Leaflet: the first column of every layer, then
        registers, then further columns. What is left out is named in the manifest.

    Raises
    ------
    InputError
        There is no lattice layer, the layers are on different grids, or one layer comes twice.
    """
    grid = _common_grid(layers)
    data = MapData({}, {})
    data.blobs["mesh"] = packed(_json(mesh(grid)))
    data.blobs["outlines"] = packed(_json(district_outlines(grid.boundary)))
    district = district_column(grid)
    data.blobs["district"] = packed(_shuffled(district))
    columns, features, left_out = _fill(layers, options, data)
    data.manifest.update(
        {
            "title": options.title,
            "language": options.language,
            "timeZone": options.time_zone,
            "synthetic": any(layer.synthetic for layer in layers),
            "dataAsOf": max(
                filter(None, (layer.provenance.data_as_of for layer in layers)), default=None
            ),
            "sources": _sources(layers),
            "district": district.meta(),
            "columns": columns,
            "features": features,
            "leftOut": left_out,
            "layers": [_about(layer) for layer in layers],
        }
    )
    data.manifest["words"] = _words(data.manifest, layers)
    return data


def _common_grid(layers: Sequence[Layer]) -> Grid:
    ids = [layer.id for layer in layers]
    grids = [layer.table.grid for layer in layers if isinstance(layer.table, CellTable)]
    if not grids:
        raise InputError("a map needs at least one layer of cells; got {layers}", layers=ids)
    if len(set(ids)) != len(ids):
        raise InputError("a map can show each layer once; got {layers}", layers=ids)
    first = grids[0]
    for grid in grids[1:]:
        if grid is not first and not (
            grid.spec == first.spec and np.array_equal(grid.cells, first.cells)
        ):
            raise InputError("the layers {layers} are on different grids", layers=ids)
    return first


def _fill(
    layers: Sequence[Layer], options: MapOptions, data: MapData
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """Pack columns and registers, the most telling first, until the file is full."""
    wanted = [
        (rank, order, layer, layer.table, about)
        for order, layer in enumerate(layers)
        if isinstance(layer.table, CellTable)
        for rank, about in enumerate(_chosen(layer.id, layer.table, options))
    ]
    columns: list[tuple[int, int, dict[str, Any]]] = []
    left_out: list[str] = []
    features: list[dict[str, Any]] = []
    for rank, order, layer, table, about in sorted(wanted, key=lambda item: item[:2]):
        if rank == 1 and not features:
            features = _registers(layers, data, left_out)
        column = encode(about, _rounded(about, table))
        text, name = packed(_shuffled(column)), f"{layer.id}.{about.name}"
        if rank > 0 and data.size() + len(text) > DATA_BYTES:
            left_out.append(about.title)
            continue
        data.blobs[name] = text
        entry = {"id": name, "layer": layer.id, "layerTitle": layer.title, **column.meta()}
        columns.append((order, rank, entry))
    features = features or _registers(layers, data, left_out)
    if left_out:
        logger.info("left out of the map to keep it small: %s", ", ".join(left_out))
    return [entry for _, _, entry in sorted(columns, key=lambda item: item[:2])], features, left_out


def _chosen(layer: str, table: CellTable, options: MapOptions) -> list[Field]:
    """Return the fields of a lattice layer that go on the map, the most telling first."""
    if layer in options.columns:
        return [table.field(name) for name in options.columns[layer]]
    drawable = [about for about in table.fields if about.scale != "text"]
    known = _COLUMNS.get(layer)
    if known is None:
        return drawable[:MANY]
    rank = {name: i for i, name in enumerate(known)}
    return sorted((about for about in drawable if about.name in rank), key=lambda f: rank[f.name])


def _rounded(about: Field, table: CellTable) -> NDArray[np.generic]:
    """Return a column's values; of scores no more decimals than are read."""
    values = table[about.name]
    if about.scale != "diverging":
        return values
    return np.round(values.astype(np.float64), DIVERGING_DECIMALS)


def _shuffled(column: WireColumn) -> bytes:
    """Return a column's first bytes, then its second bytes, ...: it packs smaller."""
    raw = np.frombuffer(column.data, dtype=np.uint8)
    return raw.reshape(-1, int(column.dtype[1])).T.tobytes()


def _registers(layers: Sequence[Layer], data: MapData, left_out: list[str]) -> list[dict[str, Any]]:
    """Pack the layers of features that fit; districts are on the map anyway."""
    features = []
    for layer in layers:
        if layer.is_lattice or layer.id == "districts" or len(layer) == 0:
            continue
        arrays = feature_arrays(layer)
        text = "" if arrays is None else packed(_json(arrays))
        if not text or data.size() + len(text) > DATA_BYTES:
            left_out.append(layer.title)
            continue
        data.blobs[layer.id] = text
        shown = layer.id in SHOWN_FROM_START
        features.append({"id": layer.id, "title": layer.title, "count": len(layer), "shown": shown})
    return features


def _sources(layers: Sequence[Layer]) -> list[str]:
    return list(dict.fromkeys(text for layer in layers for text in layer.provenance.sources))


def _about(layer: Layer) -> dict[str, Any]:
    return {
        "id": layer.id,
        "title": layer.title,
        "synthetic": layer.synthetic,
        "completeness": dict(layer.completeness),
        "provenance": layer.provenance.as_json(),
        "fingerprint": layer.provenance.fingerprint,
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _words(manifest: dict[str, Any], layers: Sequence[Layer]) -> dict[str, str]:
    """Return the Chinese for every text on the map."""
    used = set(WORDS) | {layer.title for layer in layers} | set(manifest["leftOut"])
    used |= {about.title for layer in layers for about in layer.fields}
    for column in manifest["columns"]:
        used |= {column["title"], column["meaning"]}
        used |= {entry["label"] for entry in column["legend"]["classes"]} | {column["unit"]}
    chinese = i18n.translator("zh")
    return {text: chinese(text) for text in sorted(used) if chinese(text) != text}
