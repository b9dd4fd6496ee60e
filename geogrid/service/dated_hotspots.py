"""Methods of hotspots that follow incidents day by day: emerging, near repeat, scan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from geogrid.analysis.emerging import DEFAULT_MAX_STEPS, EmergingParams, emerging_hotspots
from geogrid.analysis.incident_days import DatedIncidents, local_days
from geogrid.analysis.near_repeat import PERMUTATIONS, SPACE_BANDS, TIME_BANDS, Bands, Metric
from geogrid.analysis.near_repeat_alerts import NearRepeatParams, near_repeat
from geogrid.analysis.new_clusters import new_clusters
from geogrid.analysis.space_time_scan import DEFAULT_DAYS, ScanParams
from geogrid.errors import InputError
from geogrid.model.cells import CellTable
from geogrid.service.hotspot_inputs import HotspotInputs, hotspot_inputs
from geogrid.service.shelf import Shelf

if TYPE_CHECKING:  # the table of methods names those below
    from geogrid.service.hotspot_methods import HotspotQuestion

EMERGING_OPTIONS: Final = frozenset({"step_days", "lag_steps"})
NEAR_REPEAT_OPTIONS: Final = frozenset({"space_bands", "time_bands", "metric", "permutations"})
SCAN_OPTIONS: Final = frozenset({"max_days", "permutations"})
_WEEKS: Final = (7, 28, 91)
_EPOCH: Final = date(1970, 1, 1)


def emerging_table(shelf: Shelf, question: HotspotQuestion) -> CellTable:
    """Return the emerging hotspots of a workspace in a window.

    Steps end with the last day of the window, or of the record where that ends before: what
    was not recorded is not known to be none.

    Parameters
    ----------
    shelf
        The workspace.
    question
        Window, incidents, parameters; options ``step_days`` and ``lag_steps``.

    Returns
    -------
    CellTable
        See `geogrid.analysis.emerging`.

    Raises
    ------
    InputError
        There are too few incidents or steps, the radius does not fit the cells, or steps of
        other than whole weeks are asked for on some days of the week.
    """
    inputs = _inputs(shelf, question)
    dated = _dated(shelf, question, inputs, beyond_record=False)
    step_days = _number(question, "step_days")
    if question.window.weekdays is not None:
        fitting = [days for days in _WEEKS if dated.n_days // days <= DEFAULT_MAX_STEPS]
        step_days = step_days or (fitting[0] if fitting else _WEEKS[-1])
        if step_days % 7:
            raise InputError(
                "with --weekdays a step must be whole weeks, got {days} days", days=step_days
            )
    lag_steps = _number(question, "lag_steps")
    params = EmergingParams(question.params, step_days, 1 if lag_steps is None else lag_steps)
    table = emerging_hotspots(
        dated, shelf.grid, at_risk=inputs.at_risk, mask_name=inputs.mask_name, params=params
    )
    return replace(table, summary={**table.summary, **inputs.figures})


def near_repeat_table(shelf: Shelf, question: HotspotQuestion) -> CellTable:
    """Return the near repeats of a workspace, and the alerts on the last day of the window.

    Parameters
    ----------
    shelf
        The workspace.
    question
        Window, incidents, parameters; options ``space_bands``, ``time_bands``, ``metric`` and
        ``permutations``. Without a last day, alerts are those of the day of the newest
        incident on record.

    Returns
    -------
    CellTable
        See `geogrid.analysis.near_repeat_alerts`.

    Raises
    ------
    InputError
        There are too few incidents, or the bands cannot be read.
    """
    options = question.options
    metric: Metric = str(options.get("metric", "euclidean"))  # type: ignore[assignment]  # Bands checks it
    bands = Bands(
        _edges(options.get("space_bands"), SPACE_BANDS),
        _edges(options.get("time_bands"), TIME_BANDS),
        metric,
    )
    permutations = _number(question, "permutations")
    params = NearRepeatParams(
        question.params, bands, PERMUTATIONS if permutations is None else permutations
    )
    inputs = _inputs(shelf, question)
    dated = _dated(shelf, question, inputs, beyond_record=True)
    rng = np.random.default_rng(question.params.seed)
    return _told(near_repeat(dated, shelf.grid, rng=rng, params=params), question, inputs)


def scan_table(shelf: Shelf, question: HotspotQuestion) -> CellTable:
    """Return the clusters of a workspace that are new at the end of the window.

    Parameters
    ----------
    shelf
        The workspace.
    question
        Window, incidents, parameters; options ``max_days`` and ``permutations``.

    Returns
    -------
    CellTable
        See `geogrid.analysis.new_clusters`.

    Raises
    ------
    InputError
        There are too few incidents or days, or the radius does not fit the cells.
    """
    max_days, permutations = (_number(question, name) for name in ("max_days", "permutations"))
    params = ScanParams(
        question.params,
        DEFAULT_DAYS if max_days is None else max_days,
        PERMUTATIONS if permutations is None else permutations,
    )
    inputs = _inputs(shelf, question)
    dated = _dated(shelf, question, inputs, beyond_record=True)
    rng = np.random.default_rng(question.params.seed)
    return _told(new_clusters(dated, shelf.grid, rng=rng, params=params), question, inputs)


def _inputs(shelf: Shelf, question: HotspotQuestion) -> HotspotInputs:
    """Return which incidents count, each once, on which cells."""
    window, choice = question.window, question.choice
    return hotspot_inputs(shelf, window, choice, aoristic=False, harm=False)


def _dated(
    shelf: Shelf, question: HotspotQuestion, inputs: HotspotInputs, *, beyond_record: bool
) -> DatedIncidents:
    """Return the incidents that count by local day, and the days they could have fallen on.

    The record reaches from the first to the last incident of any kind. A window may end later
    where it is asked what still holds then.
    """
    zone = shelf.config.time_zone
    recorded = local_days(shelf.incidents.read().t_from, zone)
    first, last = int(recorded.min()), int(recorded.max())
    if question.window.first is not None:
        first = max(first, (question.window.first - _EPOCH).days)
    if question.window.last is not None:
        end = (question.window.last - _EPOCH).days
        last = end if beyond_record else min(last, end)
    if last < first:
        raise InputError("no incident was recorded in the window")
    return DatedIncidents(inputs.incidents, local_days(inputs.incidents.t_from, zone), first, last)


def _number(question: HotspotQuestion, name: str) -> int | None:
    value = question.options.get(name)
    return None if value is None else int(value)


def _edges(text: object, default: tuple[float, ...]) -> tuple[float, ...]:
    """Return the edges of bands from a text such as ``0,1,101,inf``."""
    if text is None:
        return default
    try:
        return tuple(float(part) for part in str(text).split(","))
    except ValueError as error:
        raise InputError(
            "{text!r} are not edges of bands; write them as 0,1,101 or 0,8,15,inf", text=text
        ) from error


def _told(table: CellTable, question: HotspotQuestion, inputs: HotspotInputs) -> CellTable:
    """Return a table whose summary also tells the seed and of the incidents.

    What was at risk means nothing here, so neither does the period that it was judged by.
    """
    figures = {name: one for name, one in inputs.figures.items() if name != "mask_period"}
    seed = question.params.seed
    return replace(table, summary={**table.summary, "seed": seed, **figures})
