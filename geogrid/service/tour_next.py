"""The plan of the four hours that follow the tracks: what the layer ``plan`` shows."""

from __future__ import annotations

from typing import Final

from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.errors import LayerNotFoundError
from geogrid.model.cells import CellTable
from geogrid.model.layer import Layer
from geogrid.service.forecasts import ForecastQuestion, forecast_layer
from geogrid.service.layer_kinds import NOTHING
from geogrid.service.patrols import coverage, window_days
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.tour_layer import TourQuestion, plan_layer
from geogrid.service.tour_units import local_day

_HOUR_MS: Final = 3_600_000


def next_plan(shelf: Shelf, rules: PatrolRules, progress: Progress = no_progress) -> Layer:
    """Return the tours of the four hours from the first full hour after the newest fix.

    Parameters
    ----------
    shelf
        The workspace.
    rules
        Thresholds of patrol time.
    progress
        Is told how much is done.

    Returns
    -------
    Layer
        A point for each stop; see `geogrid.service.tour_layer.plan_layer`.

    Raises
    ------
    LayerNotFoundError
        There are no tracks or no incidents.
    InputError
        No shift is on, or there are too few incidents.
    """
    days = shelf.tracks.days()
    if not days:
        raise LayerNotFoundError(NOTHING, kind="tracks")
    newest_ms = int(shelf.tracks.read(days[-1]).t.max())
    question = TourQuestion((newest_ms // _HOUR_MS + 1) * _HOUR_MS)
    zone = shelf.config.time_zone
    forecast = forecast_layer(
        shelf, ForecastQuestion(local_day(question.start_ms, zone)), progress=progress
    ).table
    if not isinstance(forecast, CellTable):
        raise LayerNotFoundError("layer {layer!r} has no lattice", layer="forecast")
    window, patrol = question.short_window(zone), None
    if window_days(shelf, window)[0]:
        patrol = coverage(shelf, window, rules, progress)
    return plan_layer(shelf, question, forecast, patrol, rules=rules, progress=progress)[0]
