"""Layers of a workspace: tables with titles and provenance, ready to be drawn or exported."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geogrid.analysis.gaps import GapParams
from geogrid.analysis.hotspots import HotspotParams
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.views import CameraParams
from geogrid.crs import WGS84, crs_fingerprint
from geogrid.errors import LayerNotFoundError
from geogrid.model.cells import CellTable, Field
from geogrid.model.layer import Layer, Provenance
from geogrid.model.window import Window
from geogrid.service.analyses import (
    IncidentChoice,
    camera_result,
    gap_result,
    in_window,
    newest,
)
from geogrid.service.hotspot_methods import (
    HotspotQuestion,
    OptionValue,
    hotspot_table,
    require_method,
)
from geogrid.service.patrols import coverage, window_days
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.units import UNITS
from geogrid.store.registers import DISTRICTS

GRID: Final = "grid"
GRID_FIELDS: Final = (
    Field("land_share", "Share of land", "", "share", "Of the cell's square, inside the districts"),
)
LATTICE_TITLES: Final[Mapping[str, str]] = {
    "coverage": "Patrol coverage",
    "camera_coverage": "Camera coverage",
    "hotspots": "Hotspots",
    "gaps": "Coverage gaps",
    GRID: "Grid",
}
FEATURE_TITLES: Final[Mapping[str, str]] = {
    DISTRICTS: "Districts",
    "roads": "Roads",
    "cameras": "Cameras",
    "checkpoints": "Checkpoints",
    "rooms": "Police rooms",
    "places": "Places",
    "incidents": "Incidents",
    "areas": "Beats and areas",
    "zones": "Zones",
    "buildings": "Buildings",
    "depots": "Depots",
    "population": "Population",
    "demand": "Demand",
    "candidates": "Candidate sites",
}
_NOTHING: Final = "no {kind} are imported; import them with: geogrid import WS {kind} FILE"
_INPUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "coverage": ("tracks", "depots"),
    "camera_coverage": ("cameras", "roads"),
    "hotspots": ("incidents", "roads", "rooms", "places", "population", "buildings"),
    "gaps": (
        *("tracks", "depots", "incidents", "roads", "rooms", "places"),
        *("areas", "checkpoints", "shifts", "dosage"),
    ),
    GRID: (),
}


@dataclass(frozen=True, slots=True)
class Questions:
    """Everything a lattice layer can be asked with.

    Parameters
    ----------
    window
        Days and hours.
    rules
        Of patrol coverage.
    cameras
        What to assume of cameras.
    hotspots
        How hotspots are looked for.
    choice
        Which incidents count for hotspots.
    gaps
        What counts as a gap.
    method
        Of hotspots; a name of `geogrid.service.hotspot_methods.METHODS`.
    method_options
        What only that method takes: names and values, sorted.

    Raises
    ------
    InputError
        There is no such method, or it does not take an option.
    """

    window: Window = field(default_factory=Window)
    rules: PatrolRules = field(default_factory=PatrolRules)
    cameras: CameraParams = field(default_factory=CameraParams)
    hotspots: HotspotParams = field(default_factory=HotspotParams)
    choice: IncidentChoice = field(default_factory=IncidentChoice)
    gaps: GapParams = field(default_factory=GapParams)
    method: str = "gi"
    method_options: tuple[tuple[str, OptionValue], ...] = ()
    group: str | None = None

    def __post_init__(self) -> None:
        require_method(self.method, dict(self.method_options))

    def parameters(self, layer_id: str) -> dict[str, Any]:
        """Return what a layer depends on, as JSON values.

        Parameters
        ----------
        layer_id
            A lattice layer.

        Returns
        -------
        dict
            By name.
        """
        units = {} if self.group is None else {"units": self.group}
        parts: dict[str, dict[str, Any]] = {
            "coverage": asdict(self.rules) | units,
            "camera_coverage": asdict(self.cameras),
            "hotspots": {
                "method": self.method,
                **asdict(self.hotspots),
                **_listed(asdict(self.choice)),
                **dict(self.method_options),
            },
            "gaps": asdict(self.rules) | asdict(self.gaps),
        }
        timeless = layer_id in ("camera_coverage", GRID)
        window = {} if timeless else {"window": self.window.as_json()}
        return window | parts.get(layer_id, {})


def _listed(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as JSON ones: tuples as lists."""
    return {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}


def layer_ids(shelf: Shelf) -> tuple[str, ...]:
    """Return the layers a workspace has: lattices first, then features.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    tuple of str
        Ids.
    """
    kinds = shelf.registers.kinds()
    facts = {
        "coverage": bool(shelf.tracks.days()),
        "camera_coverage": "cameras" in kinds,
        "hotspots": bool(shelf.incidents.fingerprint()),
        "gaps": bool(shelf.tracks.days()),
        "incidents": bool(shelf.incidents.fingerprint()),
        GRID: True,
    }
    lattices = [name for name in LATTICE_TITLES if facts[name]]
    features = [name for name in FEATURE_TITLES if name in kinds or facts.get(name, False)]
    return (*lattices, *features)


def build_layer(
    shelf: Shelf, layer_id: str, questions: Questions, progress: Progress = no_progress
) -> Layer:
    """Return a layer.

    Parameters
    ----------
    shelf
        The workspace.
    layer_id
        One of the lattice or feature layers.
    questions
        What is asked.
    progress
        Is told how long work goes on.

    Returns
    -------
    Layer
        The layer.

    Raises
    ------
    LayerNotFoundError
        There is no such layer, or what it needs is not imported.
    InputError
        The analysis refuses what it was asked.
    """
    if layer_id in LATTICE_TITLES:
        table: CellTable | gpd.GeoDataFrame = _lattice(shelf, layer_id, questions, progress)
        inputs, title, fields = _INPUTS[layer_id], LATTICE_TITLES[layer_id], table.fields
        if layer_id == "coverage" and questions.group is not None:
            inputs = (*inputs, UNITS)
    elif layer_id in FEATURE_TITLES:
        table = _features(shelf, layer_id, questions.window)
        inputs, title, fields = (layer_id,), FEATURE_TITLES[layer_id], _plain_fields(table)
    else:
        raise LayerNotFoundError(
            "no layer {layer!r}; there are {known}",
            layer=layer_id,
            known=", ".join(layer_ids(shelf)),
        )
    return Layer(
        id=layer_id,
        title=title,
        table=table,
        fields=fields,
        provenance=_provenance(shelf, inputs, questions.parameters(layer_id)),
        synthetic=is_synthetic(shelf, layer_id),
        completeness=_completeness(shelf, layer_id, questions.window),
    )


def _lattice(shelf: Shelf, layer_id: str, questions: Questions, progress: Progress) -> CellTable:
    """Return the table of a lattice layer."""
    if layer_id == GRID:
        return CellTable(shelf.grid, GRID_FIELDS, {"land_share": shelf.grid.land_share})
    if layer_id == "camera_coverage":
        return camera_result(shelf, questions.cameras)
    facts = "incidents" if layer_id == "hotspots" else "tracks"
    if layer_id not in layer_ids(shelf):
        raise LayerNotFoundError(_NOTHING, kind=facts)
    if layer_id == "hotspots":
        question = HotspotQuestion(
            questions.window, questions.choice, questions.hotspots, dict(questions.method_options)
        )
        return hotspot_table(shelf, questions.method, question)
    if layer_id == "coverage":
        group = questions.group
        return coverage(shelf, questions.window, questions.rules, progress, group=group)
    patrol = coverage(shelf, questions.window, questions.rules, progress)
    return gap_result(shelf, questions.window, patrol, rules=questions.rules, params=questions.gaps)


def _features(shelf: Shelf, layer_id: str, window: Window) -> gpd.GeoDataFrame:
    """Return a register, or the incidents of a window, as features."""
    if layer_id != "incidents":
        frame = shelf.registers.read(layer_id)
        return frame.drop(columns="position") if layer_id == DISTRICTS else frame
    frame = shelf.incidents.frame()
    if frame.empty:
        raise LayerNotFoundError(_NOTHING, kind="incidents")
    inside = frame[in_window(frame["t_from"].to_numpy(np.int64), window, shelf.config.time_zone)]
    times = {
        name: pd.to_datetime(inside[name].astype("Int64"), unit="ms")
        for name in ("t_from", "t_to", "received", "dispatched", "arrived")
    }
    points = gpd.points_from_xy(inside["lon"], inside["lat"])
    plain = inside[["category", "weight", "source"]].assign(
        time_from=times["t_from"],
        time_to=times["t_to"],
        **{name: times[name] for name in ("received", "dispatched", "arrived")},
    )
    plain.index = pd.Index(inside["id"], name="id")
    return gpd.GeoDataFrame(plain, geometry=points, crs=WGS84)


def _plain_fields(frame: gpd.GeoDataFrame) -> tuple[Field, ...]:
    """Return the fields of features, named as their columns are."""
    fields = []
    for name in frame.columns.drop("geometry"):
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            fields.append(Field(name, name, "UTC", "time"))
        elif pd.api.types.is_numeric_dtype(column):
            fields.append(Field(name, name))
        else:
            fields.append(Field(name, name, scale="text"))
    return tuple(fields)


def _provenance(shelf: Shelf, inputs: tuple[str, ...], parameters: dict[str, Any]) -> Provenance:
    """Return where a layer of some inputs comes from."""
    hashes = {DISTRICTS: shelf.registers.fingerprint(DISTRICTS)}
    instants: list[int] = []
    for name in inputs:
        if name == "tracks":
            days = "".join(shelf.tracks.fingerprint(day) for day in shelf.tracks.days())
            hashes[name] = hashlib.sha256(days.encode()).hexdigest() if days else ""
            instants += _newest_fix(shelf)
        elif name == "incidents":
            hashes[name] = shelf.incidents.fingerprint()
            instants += shelf.incidents.read().t_to.tolist()
        else:
            hashes[name] = shelf.registers.fingerprint(name)
    return Provenance(
        inputs={name: value for name, value in hashes.items() if value},
        parameters=parameters,
        version=version("geogrid"),
        crs=crs_fingerprint(shelf.config.crs),
        data_as_of=newest(instants),
        sources=sources_of(shelf, (DISTRICTS, *inputs)),
    )


def _newest_fix(shelf: Shelf) -> list[int]:
    """Return the time of the newest fix, if there is any."""
    days = shelf.tracks.days()
    return [int(shelf.tracks.read(days[-1]).t.max())] if days else []


def sources_of(shelf: Shelf, inputs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the files behind some inputs, and whom to credit.

    Parameters
    ----------
    shelf
        The workspace.
    inputs
        Kinds of imports.

    Returns
    -------
    tuple of str
        One text per import, each once.
    """
    texts = []
    for entry in shelf.application.imports():
        if entry["kind"] in inputs:
            credit = f" ({entry['credit']})" if entry.get("credit") else ""
            names = [file["file"] for file in entry.get("files", [])]
            shown = ", ".join(names[:3]) + (f", … {len(names)}" if len(names) > 3 else "")
            texts.append(f"{entry['kind']}: {shown}{credit}")
    return tuple(dict.fromkeys(texts))


def is_synthetic(shelf: Shelf, layer_id: str) -> bool:
    """Tell whether any input of a layer says of itself that it is synthetic.

    Parameters
    ----------
    shelf
        The workspace.
    layer_id
        A layer.

    Returns
    -------
    bool
        True also when only some of the rows are.
    """
    inputs = _INPUTS.get(layer_id, (layer_id,))
    return any(
        file["synthetic"]
        for entry in shelf.application.imports()
        if entry["kind"] in inputs
        for file in entry.get("files", [])
    )


def _completeness(shelf: Shelf, layer_id: str, window: Window) -> dict[str, float]:
    """Return what is known to be missing from a layer."""
    refused = sum(
        len(file["bad_rows"])
        for entry in shelf.application.imports()
        if entry["kind"] in _INPUTS.get(layer_id, (layer_id,))
        for file in entry.get("files", [])
    )
    if layer_id not in ("coverage", "gaps"):
        return {"rows_refused": refused}
    days, missing = window_days(shelf, window)
    return {"days": len(days) + missing, "days_imported": len(days), "rows_refused": refused}
