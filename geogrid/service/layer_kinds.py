"""What layers there can be, what each is made of, and where its data come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geogrid.service.shelf import Shelf
from geogrid.store.registers import DISTRICTS

GRID: Final = "grid"
FORECAST: Final = "forecast"
SPOTS: Final = "spots"
ROADS_NEVER: Final = "roads_never"
REACH: Final = "reach"
PLAN: Final = "plan"
LATTICE_TITLES: Final[Mapping[str, str]] = {
    "coverage": "Patrol coverage",
    "camera_coverage": "Camera coverage",
    "hotspots": "Hotspots",
    "gaps": "Coverage gaps",
    GRID: "Grid",
    FORECAST: "Forecast",
    REACH: "Response reach",
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
    SPOTS: "Hotspot areas",
    PLAN: "Plan of tours",
    ROADS_NEVER: "Roads never patrolled",
}
NOTHING: Final = "no {kind} are imported; import them with: geogrid import WS {kind} FILE"
INPUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "coverage": ("tracks", "depots", "roads"),
    "camera_coverage": ("cameras", "roads", "buildings"),
    "hotspots": ("incidents", "roads", "rooms", "places", "population", "buildings"),
    "gaps": (
        *("tracks", "depots", "incidents", "roads", "rooms", "places"),
        *("areas", "checkpoints", "shifts", "rosters", "dosage"),
    ),
    GRID: (),
    FORECAST: ("incidents", "roads", "rooms", "places"),
    SPOTS: ("incidents", "roads", "rooms", "places", "checkpoints"),
    ROADS_NEVER: ("tracks", "roads"),
    REACH: ("tracks", "incidents", "roads", "rooms"),
    PLAN: ("tracks", "incidents", "roads", "units", "shifts", "dosage"),
}


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
    inputs = INPUTS.get(layer_id, (layer_id,))
    return any(
        file["synthetic"]
        for entry in shelf.application.imports()
        if entry["kind"] in inputs
        for file in entry.get("files", [])
    )
