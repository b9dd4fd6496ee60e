"""GeoPackage and FlatGeobuf through GDAL, which is shown nothing else.

GDAL looks at content, not names, and some of its drivers open network addresses or other
files that a document names. The bytes are identified before (`geogrid.io.detect`), and GDAL
gets them in memory, so only the two drivers that know these first bytes can answer, and
there is no folder beside the file for it to look into.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import numpy as np
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geogrid.crs import make_crs
from geogrid.errors import FileFormatError, InputError
from geogrid.io.detect import FileType, SourceFile
from geogrid.io.features import Feature, features_to_table
from geogrid.io.rawtable import Plan, RawTable
from geogrid.io.shapes import from_wkb

MAX_FEATURES: Final = 5_000_000
_LISTED: Final = "SELECT name, type FROM sqlite_master WHERE type IN ('view', 'table')"


def read_gdal(source: SourceFile, plan: Plan) -> RawTable:
    """Return the features of the only layer with geometry.

    Parameters
    ----------
    source
        A file of type ``GPKG`` or ``FLATGEOBUF``.
    plan
        Says which attributes to keep.

    Returns
    -------
    RawTable
        ``crs`` is ``None`` where the layer has none.

    Raises
    ------
    FileFormatError
        The file is damaged, or its layer is a view.
    InputError
        It has no layer with geometry, or several.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # what matters raises
            meta, values, blobs = _read(source)
    except (DataSourceError, DataLayerError, RuntimeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise FileFormatError(
            "{file}: the {format} is damaged and cannot be read: {reason}",
            file=source.name,
            format=source.type,
            reason=str(error)[:200],
        ) from error
    names = [str(name) for name in meta["fields"]]
    features = [
        Feature(
            number,
            {name: value[number - 1] for name, value in zip(names, values, strict=True)},
            partial(from_wkb, blob),
            f"feature {number}",
        )
        for number, blob in enumerate(blobs, start=1)
    ]
    if not features:
        raise InputError("{file}: there are no features in it, no data", file=source.name)
    crs = make_crs(meta["crs"]) if meta.get("crs") else None
    if crs is not None and crs.is_engineering:  # "undefined", which GeoPackage numbers -1
        crs = None
    return features_to_table(features, plan, crs=crs)


def _read(source: SourceFile) -> tuple[Mapping[str, Any], list[Any], Any]:
    layers = [str(name) for name, kind in pyogrio.list_layers(source.data) if kind is not None]
    if not layers:
        raise FileFormatError(
            "{file}: the {format} has no layer with geometry; it may be damaged or cut off",
            file=source.name,
            format=source.type,
        )
    if len(layers) != 1:
        raise InputError(
            "{file}: {count} layers have geometry ({found}); one is needed: export it to a file of "
            "its own",
            file=source.name,
            count=len(layers),
            found=", ".join(layers[:10]),
        )
    if source.type is FileType.GPKG:
        _refuse_view(source, layers[0])
    meta, _, blobs, values = pyogrio.raw.read(
        source.data,
        layer=layers[0],
        max_features=MAX_FEATURES,
        force_2d=True,
        datetime_as_string=True,
    )
    if len(blobs) == MAX_FEATURES:
        raise InputError(
            "{file}: more features than the limit of {limit}", file=source.name, limit=MAX_FEATURES
        )
    return meta, values, np.asarray(blobs, dtype=object)


def _refuse_view(source: SourceFile, layer: str) -> None:
    """Refuse a layer that is a query: it may never end, or read what is not its own."""
    _, _, _, (names, kinds) = pyogrio.raw.read(source.data, sql=_LISTED, sql_dialect="")
    views = {name for name, kind in zip(names, kinds, strict=True) if kind == "view"}
    if layer in views or layer not in set(names):
        raise FileFormatError(
            "{file}: the layer {layer!r} is a view, not a table; export it as a table of its own",
            file=source.name,
            layer=layer,
        )
