"""Layers of a workspace: tables with titles and provenance, ready to be drawn or exported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geogrid.analysis.gaps import GapParams
from geogrid.analysis.hotspots import HotspotParams
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.views import CameraParams
from geogrid.crs import WGS84
from geogrid.errors import LayerNotFoundError
from geogrid.model.cells import CellTable, Field
from geogrid.model.layer import Layer
from geogrid.model.window import Window
from geogrid.service.analyses import (
    IncidentChoice,
    camera_result,
    gap_result,
    in_window,
)
from geogrid.service.forecasts import ForecastQuestion, first_day_ahead, forecast_layer
from geogrid.service.hotspot_methods import (
    HotspotQuestion,
    OptionValue,
    hotspot_table,
    require_method,
    weighs_officers,
)
from geogrid.service.hotspot_spots import spots_layer
from geogrid.service.layer_kinds import (
    FEATURE_TITLES,
    FORECAST,
    GRID,
    INPUTS,
    LATTICE_TITLES,
    NOTHING,
    PLAN,
    REACH,
    ROADS_NEVER,
    SPOTS,
    is_synthetic,
    sources_of,
)
from geogrid.service.layer_origins import completeness_of, provenance_of
from geogrid.service.patrols import coverage
from geogrid.service.reach_layer import ReachQuestion, reach_layer
from geogrid.service.reduced import with_fixes
from geogrid.service.road_layers import roads_layer
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.tour_next import next_plan
from geogrid.service.units import UNITS
from geogrid.store.registers import DISTRICTS

__all__ = [
    "FEATURE_TITLES",
    "GRID",
    "GRID_FIELDS",
    "LATTICE_TITLES",
    "Questions",
    "build_layer",
    "is_synthetic",
    "layer_ids",
    "sources_of",
]

GAPS: Final = "gaps"
CoverageOf = Callable[[Window], CellTable]
GRID_FIELDS: Final = (
    Field("land_share", "Share of land", "", "share", "Of the cell's square, inside the districts"),
)


@dataclass(frozen=True, slots=True)
class Questions:
    """Everything a layer can be asked with.

    Parameters
    ----------
    window
        Days and hours.
    rules
        Of patrol coverage.
    cameras
        What to assume of cameras.
    hotspots
        How hotspots are looked for; the areas of ``spots`` as well.
    choice
        Which incidents count for hotspots, their areas and forecasts.
    gaps
        What counts as a gap.
    method
        Of hotspots; a name of `geogrid.service.hotspot_methods.METHODS`.
    method_options
        What only that method takes: names and values, sorted.
    group
        Only units of this group count in ``coverage``; all do if ``None``.
    as_of
        First local day of the forecast; if ``None``, the day after the window, or after the
        newest incident where that is earlier.
    horizon_days
        Days that the forecast looks ahead.

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
    as_of: date | None = None
    horizon_days: int = 7

    def __post_init__(self) -> None:
        require_method(self.method, dict(self.method_options))

    def parameters(self, layer_id: str) -> dict[str, Any]:
        """Return what a layer depends on, as JSON values.

        Parameters
        ----------
        layer_id
            A layer.

        Returns
        -------
        dict
            By name.
        """
        choice = _listed(asdict(self.choice))
        units = {} if self.group is None else {"units": self.group}
        parts: dict[str, dict[str, Any]] = {
            "coverage": asdict(self.rules) | units,
            "camera_coverage": asdict(self.cameras),
            "hotspots": {
                "method": self.method,
                **(asdict(self.rules) if "officer" in self.choice.sources else {}),
                **asdict(self.hotspots),
                **choice,
                **dict(self.method_options),
            },
            "gaps": asdict(self.rules) | asdict(self.gaps),
            SPOTS: asdict(self.hotspots) | choice,
            FORECAST: asdict(self.rules)
            | choice
            | {"as_of": str(self.as_of), "horizon_days": self.horizon_days},
        }
        timeless = layer_id in ("camera_coverage", GRID)
        window = {} if timeless else {"window": self.window.as_json()}
        return window | parts.get(layer_id, {})


def _listed(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as JSON ones: tuples as lists."""
    return {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}


def layer_ids(shelf: Shelf) -> tuple[str, ...]:
    """Return the layers a workspace has at hand: lattices first, then features.

    More can be asked for that take a while: ``forecast``, ``plan``, ``reach`` and ``spots``.

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
        "coverage": bool(shelf.tracks.calendar()),
        "camera_coverage": "cameras" in kinds,
        "hotspots": bool(shelf.incidents.fingerprint()),
        "gaps": bool(shelf.tracks.days()),
        "incidents": bool(shelf.incidents.fingerprint()),
        ROADS_NEVER: bool(shelf.tracks.days()) and "roads" in kinds,
        GRID: True,
    }
    lattices = [name for name in LATTICE_TITLES if facts.get(name, False)]
    features = [name for name in FEATURE_TITLES if name in kinds or facts.get(name, False)]
    return (*lattices, *features)


def build_layer(
    shelf: Shelf,
    layer_id: str,
    questions: Questions,
    progress: Progress = no_progress,
    *,
    coverage_of: CoverageOf | None = None,
) -> Layer:
    """Return a layer.

    Parameters
    ----------
    shelf
        The workspace.
    layer_id
        One of the lattice or feature layers; see `geogrid.service.layer_kinds`.
    questions
        What is asked.
    progress
        Is told how long work goes on.
    coverage_of
        Returns the patrol effort of a window under the rules asked for, for layers that are made
        of it, from where it may be known; it is worked out for them if ``None``.

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
    coverage_of = coverage_of or _coverage_of(shelf, questions.rules, progress)
    if layer_id == FORECAST:
        return _forecast(shelf, questions, progress, coverage_of)
    if layer_id == PLAN:
        return next_plan(shelf, questions.rules, progress)
    if layer_id == REACH:
        reach = ReachQuestion(questions.window, longest_age_s=questions.rules.max_gap_s)
        return reach_layer(shelf, reach, progress)
    if layer_id == SPOTS:
        return _spots(shelf, questions, coverage_of)
    questions = _answerable(shelf, layer_id, questions)
    if layer_id == ROADS_NEVER:
        return roads_layer(shelf, questions.window, questions.rules, progress)[0]
    if layer_id in LATTICE_TITLES:
        table: CellTable | gpd.GeoDataFrame = _lattice(
            shelf, layer_id, questions, progress, coverage_of
        )
        inputs, title, fields = INPUTS[layer_id], LATTICE_TITLES[layer_id], table.fields
        if layer_id == "coverage" and questions.group is not None:
            inputs = (*inputs, UNITS)
        if table.summary.get("officer_weighted"):
            inputs = (*inputs, *INPUTS["coverage"])
    elif layer_id in FEATURE_TITLES:
        table = _features(shelf, layer_id, questions.window)
        inputs, title, fields = (layer_id,), FEATURE_TITLES[layer_id], _plain_fields(table)
    else:
        raise LayerNotFoundError(
            "no layer {layer!r}; there are {known}",
            layer=layer_id,
            known=", ".join((*layer_ids(shelf), FORECAST, PLAN, REACH, SPOTS)),
        )
    return Layer(
        id=layer_id,
        title=title,
        table=table,
        fields=fields,
        provenance=provenance_of(shelf, inputs, questions.parameters(layer_id)),
        synthetic=is_synthetic(shelf, layer_id),
        completeness=completeness_of(shelf, layer_id, questions.window),
    )


def _coverage_of(shelf: Shelf, rules: PatrolRules, progress: Progress) -> CoverageOf:
    """Return what works out the patrol effort of a window."""
    return lambda window: coverage(shelf, window, rules, progress)


def _answerable(shelf: Shelf, layer_id: str, questions: Questions) -> Questions:
    """Return what is asked; gaps only of days whose fixes are kept, and they say of which."""
    if layer_id != GAPS:
        return questions
    return replace(questions, window=with_fixes(shelf, questions.window))


def _forecast(
    shelf: Shelf, questions: Questions, progress: Progress, coverage_of: CoverageOf
) -> Layer:
    """Return the forecast of the days ahead, what officers found weighed by patrols before."""
    as_of = first_day_ahead(shelf, questions.window, questions.as_of)
    question = ForecastQuestion(as_of, questions.horizon_days, questions.choice)
    patrol = None
    if question.counts_officers and any(day < as_of for day in shelf.tracks.days()):
        patrol = coverage_of(question.patrol_window)
    return forecast_layer(shelf, question, patrol, progress)


def _lattice(
    shelf: Shelf,
    layer_id: str,
    questions: Questions,
    progress: Progress,
    coverage_of: CoverageOf,
) -> CellTable:
    """Return the table of a lattice layer."""
    if layer_id == GRID:
        return CellTable(shelf.grid, GRID_FIELDS, {"land_share": shelf.grid.land_share})
    if layer_id == "camera_coverage":
        return camera_result(shelf, questions.cameras)
    facts = "incidents" if layer_id == "hotspots" else "tracks"
    if layer_id not in layer_ids(shelf):
        raise LayerNotFoundError(NOTHING, kind=facts)
    if layer_id == "hotspots":
        return _hotspots(shelf, questions, coverage_of)
    if layer_id == "coverage":
        group = questions.group
        return coverage(shelf, questions.window, questions.rules, progress, group=group)
    patrol = coverage_of(questions.window)
    return gap_result(shelf, questions.window, patrol, rules=questions.rules, params=questions.gaps)


def _spots(shelf: Shelf, questions: Questions, coverage_of: CoverageOf) -> Layer:
    """Return hotspots as areas, what officers found weighed by patrols."""
    asked = questions.window, questions.choice, questions.hotspots
    return spots_layer(shelf, *asked, patrol=_patrol(shelf, questions, "gi", coverage_of))[0]


def _patrol(
    shelf: Shelf, questions: Questions, method: str, coverage_of: CoverageOf
) -> CellTable | None:
    """Return the patrols of the window where a method weighs what officers found by them."""
    if weighs_officers(method, questions.choice) and shelf.tracks.days():
        return coverage_of(questions.window)
    return None


def _hotspots(shelf: Shelf, questions: Questions, coverage_of: CoverageOf) -> CellTable:
    """Return hotspots by the method that is asked for, what officers found weighed by patrols."""
    patrol = _patrol(shelf, questions, questions.method, coverage_of)
    question = HotspotQuestion(
        questions.window,
        questions.choice,
        questions.hotspots,
        dict(questions.method_options),
        patrol,
    )
    return hotspot_table(shelf, questions.method, question)


def _features(shelf: Shelf, layer_id: str, window: Window) -> gpd.GeoDataFrame:
    """Return a register, or the incidents of a window, as features."""
    if layer_id != "incidents":
        frame = shelf.registers.read(layer_id)
        return frame.drop(columns="position") if layer_id == DISTRICTS else frame
    frame = shelf.incidents.frame()
    if frame.empty:
        raise LayerNotFoundError(NOTHING, kind="incidents")
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
