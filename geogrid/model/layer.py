"""What a person or a program sees: a table with its title, fields and provenance."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd

from geogrid.errors import InputError
from geogrid.model.cells import CellTable, Field


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a layer comes from: enough to make it again, to the same bytes.

    Parameters
    ----------
    inputs
        SHA-256 of each input, by name.
    parameters
        Everything that was asked for, by name; JSON values.
    version
        The program's version.
    crs
        Fingerprint of the working CRS, see `geogrid.crs.crs_fingerprint`.
    data_as_of
        Time of the newest fact in the inputs, ISO 8601 in UTC; ``None`` without facts.
    sources
        What the data is and whom to credit, one text per source.
    """

    inputs: Mapping[str, str]
    parameters: Mapping[str, Any]
    version: str
    crs: str
    data_as_of: str | None
    sources: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the provenance as a JSON object."""
        return {
            "inputs": dict(self.inputs),
            "parameters": dict(self.parameters),
            "version": self.version,
            "crs": self.crs,
            "data_as_of": self.data_as_of,
            "sources": list(self.sources),
        }

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change when anything above does."""
        text = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A table ready to be drawn, exported or served.

    Parameters
    ----------
    id
        Short name, used in addresses and on the command line.
    title
        In English; translated where it is shown.
    table
        Cells of the lattice, or features in WGS-84 with a unique index of feature ids.
    fields
        What each column holds.
    provenance
        Where it comes from.
    synthetic
        True when any input says that it is synthetic.
    completeness
        What is known to be missing, as numbers by name (days in the window, days imported,
        rows in quarantine).

    Raises
    ------
    InputError
        Features are not in WGS-84 or their ids repeat.
    """

    id: str
    title: str
    table: CellTable | gpd.GeoDataFrame
    fields: tuple[Field, ...]
    provenance: Provenance
    synthetic: bool = False
    completeness: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if isinstance(self.table, gpd.GeoDataFrame):
            if self.table.crs is None or self.table.crs.to_epsg() != 4326:
                raise InputError(
                    "layer {layer}: features must be in WGS-84, got {crs}",
                    layer=self.id,
                    crs=self.table.crs,
                )
            if not self.table.index.is_unique:
                raise InputError("layer {layer}: feature ids repeat", layer=self.id)

    @property
    def is_lattice(self) -> bool:
        """Whether the layer is a table of cells."""
        return isinstance(self.table, CellTable)

    @property
    def summary(self) -> Mapping[str, Any]:
        """The figures of the analysis behind a lattice; empty for features."""
        return self.table.summary if isinstance(self.table, CellTable) else {}

    def __len__(self) -> int:
        return len(self.table)

    def to_geodataframe(self) -> gpd.GeoDataFrame:
        """Return the features, with a polygon for each cell of a lattice.

        Returns
        -------
        geopandas.GeoDataFrame
            WGS-84.
        """
        if isinstance(self.table, CellTable):
            return self.table.to_geodataframe()
        return self.table
