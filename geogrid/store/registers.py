"""Registers that people edit: one GeoPackage, a layer per kind, that QGIS opens as it is."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry import MultiPolygon

from geogrid.crs import WGS84
from geogrid.errors import LayerNotFoundError, StoreError
from geogrid.model.boundary import Boundary
from geogrid.store.transaction import Transaction

FILE_NAME: Final = "registers.gpkg"
DISTRICTS: Final = "districts"


class RegisterStore:
    """The registers of a workspace.

    Parameters
    ----------
    root
        The workspace's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._prints: dict[str, tuple[int, str]] = {}  # hash by kind, of the file as it was then
        self._kinds: tuple[int, tuple[str, ...]] | None = None  # of the same

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds that are registered.

        Returns
        -------
        tuple of str
            Sorted.

        Raises
        ------
        StoreError
            The file is missing or damaged.
        """
        changed_ns = self.changed_ns()
        known = self._kinds
        if known is None or known[0] != changed_ns or not changed_ns:
            known = self._kinds = changed_ns, _layers(self.root / FILE_NAME)
        return known[1]

    def changed_ns(self) -> int:
        """Return when the file was last written, nanoseconds since 1970; 0 if it is missing."""
        path = self.root / FILE_NAME
        return path.stat().st_mtime_ns if path.exists() else 0

    def read(self, kind: str) -> gpd.GeoDataFrame:
        """Return a register.

        Parameters
        ----------
        kind
            Such as ``cameras``.

        Returns
        -------
        geopandas.GeoDataFrame
            WGS-84, index ``id``, in the order of ids; a plain table for kinds that have no
            geometry, such as ``units``.

        Raises
        ------
        LayerNotFoundError
            Nothing of that kind is registered.
        """
        if kind not in self.kinds():
            raise LayerNotFoundError(
                "no {kind} are imported; import them with: geogrid import WS {kind} FILE",
                kind=kind,
            )
        return _read(self.root / FILE_NAME, kind)

    def flagged(self, kind: str, field: str) -> gpd.GeoDataFrame:
        """Return the rows of a register whose answer to a yes-or-no field is yes.

        Parameters
        ----------
        kind
            Such as ``roads``.
        field
            Such as ``tunnel``.

        Returns
        -------
        geopandas.GeoDataFrame
            As `read` returns it; empty when nothing of that kind is registered, or the field
            never was given.
        """
        path = self.root / FILE_NAME
        if kind not in self.kinds() or field not in pyogrio.read_info(path, layer=kind)["fields"]:
            return gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=WGS84)
        return _read(path, kind, where=f"\"{field}\" IN ('True', '1')")  # QGIS may write the latter

    def fingerprint(self, kind: str) -> str:
        """Return a hash of a register's content.

        Parameters
        ----------
        kind
            The register.

        Returns
        -------
        str
            Hexadecimal SHA-256; empty when nothing of that kind is registered.
        """
        changed_ns = self.changed_ns()
        if self._prints.get(kind, (0, ""))[0] != changed_ns or not changed_ns:
            self._prints[kind] = (changed_ns, self._fingerprint(kind))
        return self._prints[kind][1]

    def _fingerprint(self, kind: str) -> str:
        if kind not in self.kinds():
            return ""
        frame = self.read(kind)
        digest = hashlib.sha256()
        if isinstance(frame, gpd.GeoDataFrame):
            digest.update(b"".join(shapely.to_wkb(frame.geometry.to_numpy())))
            frame = frame.drop(columns="geometry")
        digest.update(pd.DataFrame(frame).to_csv().encode())
        return digest.hexdigest()

    def put(
        self, change: Transaction, kind: str, frame: gpd.GeoDataFrame, *, replace: bool = False
    ) -> tuple[int, int]:
        """Add entries to a register; an entry with a known id takes the old one's place.

        Parameters
        ----------
        change
            The transaction that takes the new file.
        kind
            The register.
        frame
            WGS-84, index ``id``; a plain table for kinds that have no geometry.
        replace
            Drop all entries that are there.

        Returns
        -------
        added, updated : int
            Counts.
        """
        path = self._staged_path(change)
        merged, updated = frame, 0
        if not replace and path.exists() and kind in _layers(path):
            old = _read(path, kind)
            known = frame.index.isin(old.index)
            updated = int(known.sum())
            kept = old[~old.index.isin(frame.index)]
            merged = _joined(kept, frame) if len(kept) else frame
        ordered = merged.sort_index().rename_axis("id").reset_index()
        pyogrio.write_dataframe(_one_type(ordered), path, layer=kind, driver="GPKG")
        return len(frame) - updated, updated

    def remove(self, change: Transaction, kind: str, ids: Iterable[str]) -> int:
        """Take entries out of a register; one without entries is gone.

        Parameters
        ----------
        change
            The transaction that takes the new file.
        kind
            The register.
        ids
            Which entries; unknown ids are passed over.

        Returns
        -------
        int
            How many were taken out.
        """
        path = self._staged_path(change)
        old = _read(path, kind)
        gone = old.index.isin(set(ids))
        if gone.all():
            _drop_layer(path, kind)
        elif gone.any():
            self.put(change, kind, old[~gone], replace=True)
        return int(gone.sum())

    def put_districts(self, change: Transaction, boundary: Boundary) -> None:
        """Register the districts in place of the ones that are there.

        Parameters
        ----------
        change
            The transaction that takes the new file.
        boundary
            The districts.
        """
        lonlat = boundary.to_crs(WGS84)
        english = {"name_en": list(boundary.names_en)} if boundary.names_en else {}
        frame = gpd.GeoDataFrame(
            {"name": list(boundary.names), **english, "position": np.arange(len(boundary))},
            geometry=list(lonlat.geometries),
            index=pd.Index(boundary.ids, name="id"),
            crs=WGS84,
        )
        self.put(change, DISTRICTS, frame, replace=True)

    def require_districts(self) -> None:
        """Refuse a workspace whose districts cannot be read.

        Raises
        ------
        StoreError
            The file is missing or damaged, or has no districts.
        """
        if DISTRICTS not in self.kinds():
            raise _damaged(self.root / FILE_NAME, LookupError("no districts"))

    def districts(self) -> Boundary:
        """Return the districts.

        Returns
        -------
        Boundary
            WGS-84, in the order of the file they came from.

        Raises
        ------
        StoreError
            The file is missing or damaged.
        """
        self.require_districts()
        frame = self.read(DISTRICTS).sort_values("position")
        shapes = [
            shape.geoms[0] if isinstance(shape, MultiPolygon) and len(shape.geoms) == 1 else shape
            for shape in frame.geometry
        ]
        boundary = Boundary(tuple(frame.index), tuple(frame["name"]), tuple(shapes))
        return boundary.in_english(tuple(frame["name_en"])) if "name_en" in frame else boundary

    def _staged_path(self, change: Transaction) -> Path:
        """Return the staged GeoPackage, a copy of the one in place."""
        staged = FILE_NAME in change.written
        path = change.path_for(FILE_NAME)
        if not staged and (self.root / FILE_NAME).exists():
            shutil.copy2(self.root / FILE_NAME, path)
        return path


def _layers(path: Path) -> tuple[str, ...]:
    """Return the layers of a GeoPackage, sorted."""
    if not path.exists():
        raise StoreError(
            "{file} is missing, and with it the districts; restore it from a backup", file=path
        )
    try:
        return tuple(sorted(name for name, _ in pyogrio.list_layers(path)))
    except pyogrio.errors.DataSourceError as error:
        raise _damaged(path, error) from error


def _read(path: Path, layer: str, where: str | None = None) -> gpd.GeoDataFrame:
    """Return a layer by id, in WGS-84."""
    try:
        frame = pyogrio.read_dataframe(path, layer=layer, where=where)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _damaged(path, error) from error
    placed = isinstance(frame, gpd.GeoDataFrame)
    return (frame.set_crs(WGS84, allow_override=True) if placed else frame).set_index("id")


def _drop_layer(path: Path, layer: str) -> None:
    """Take a layer out of a GeoPackage: its table, its index, and every mention of it."""
    name = layer.replace('"', '""')
    with closing(sqlite3.connect(path)) as connection, connection:
        tables = {
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        mentions = ("gpkg_geometry_columns", "gpkg_extensions", "gpkg_ogr_contents")
        for table in (*(known for known in mentions if known in tables), "gpkg_contents"):
            connection.execute(f"DELETE FROM {table} WHERE table_name = ?", (layer,))  # noqa: S608 - constants
        for table in sorted(tables):
            if table in {f"rtree_{layer}_geom", f"rtree_{layer}_geometry"}:
                connection.execute(f'DROP TABLE "{table}"')
        connection.execute(f'DROP TABLE "{name}"')


def _joined(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows of both, without geometry where the new ones have none."""
    if not isinstance(new, gpd.GeoDataFrame):  # earlier versions kept units with empty points
        return pd.concat([pd.DataFrame(old).drop(columns="geometry", errors="ignore"), new])
    return gpd.GeoDataFrame(pd.concat([old, new]), crs=WGS84)


def _damaged(path: Path, reason: Exception) -> StoreError:
    return StoreError(
        "{file} is damaged ({reason}); restore it from a backup", file=path, reason=reason
    )


def _one_type(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a frame whose polygons are all multipolygons if some are: a layer has one type."""
    if isinstance(frame, gpd.GeoDataFrame) and set(frame.geom_type) == {"Polygon", "MultiPolygon"}:
        shapes = [
            MultiPolygon([shape]) if shape.geom_type == "Polygon" else shape
            for shape in frame.geometry
        ]
        return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    return frame
