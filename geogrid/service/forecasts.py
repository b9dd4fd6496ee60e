"""Forecasts of a workspace, from its incidents and registers."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from geogrid.analysis.feedback import OFFICER, exposure_weights, officer_share
from geogrid.analysis.forecast import ForecastParams, forecast
from geogrid.analysis.forecast_events import ForecastTime, day_number, known_days
from geogrid.analysis.stacked_places import at_places, stacked_places
from geogrid.crs import crs_fingerprint
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.model.cells import CellTable
from geogrid.model.incidents import SOURCES, Incidents
from geogrid.model.layer import Layer, Provenance
from geogrid.model.window import Window
from geogrid.service.analyses import IncidentChoice, chosen_incidents, exposure, newest
from geogrid.service.hotspot_inputs import room_places, stack_figures
from geogrid.service.layer_kinds import NOTHING, is_synthetic, sources_of
from geogrid.service.reduced import require_stays
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.store.registers import DISTRICTS

TITLE: Final = "Forecast"
_REGISTERS: Final = ("roads", "rooms", "places")


@dataclass(frozen=True, slots=True)
class ForecastQuestion:
    """What a forecast is asked with.

    Parameters
    ----------
    as_of
        Local day; what was not over before it began is not known.
    horizon_days
        Days ahead, ``as_of`` the first.
    choice
        Which incidents count; what the public reported, unless asked otherwise.
    params
        Budgets, kernel, back-test.
    """

    as_of: date
    horizon_days: int = 7
    choice: IncidentChoice = field(default_factory=IncidentChoice)
    params: ForecastParams = field(default_factory=ForecastParams)

    def as_json(self) -> dict[str, Any]:
        """Return everything that was asked, as JSON values."""
        lists = {"categories": list(self.choice.categories), "sources": list(self.choice.sources)}
        params = asdict(self.params) | {"budgets": list(self.params.budgets)}
        return {
            "as_of": self.as_of.isoformat(),
            "horizon_days": self.horizon_days,
            "stacked": self.choice.stacked,
            **lists,
            **params,
            "mask_period": list(self.choice.mask_period) if self.choice.mask_period else None,
        }

    @property
    def patrol_window(self) -> Window:
        """The days whose patrols a forecast may know."""
        return Window(last=self.as_of - timedelta(days=1))

    @property
    def counts_officers(self) -> bool:
        """Whether incidents found by officers count."""
        return "officer" in self.choice.sources


def first_day_ahead(shelf: Shelf, window: Window, as_of: date | None = None) -> date:
    """Return the first day that a forecast is about.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Days whose incidents may be known.
    as_of
        The day, where it is asked for by itself.

    Returns
    -------
    date
        ``as_of``; else the local day after the window, or after the newest incident where
        that is earlier.

    Raises
    ------
    LayerNotFoundError
        There are no incidents.
    InputError
        The window asks for some hours or days of the week only, or begins on some day:
        forecasts are of whole days, and know everything before.
    """
    if not shelf.incidents.fingerprint():
        raise _nothing_imported()
    if window.first is not None or window.weekdays is not None or not all(window.hour_mask()):
        raise InputError(
            "a forecast knows all hours of all days up to the last day of the window; ask "
            "without a first day, hours and days of the week"
        )
    if as_of is not None:
        return as_of
    newest_ms = int(shelf.incidents.read().t_from.max())
    zone = ZoneInfo(shelf.config.time_zone)
    last = datetime.fromtimestamp(newest_ms / 1000, zone).date()
    return min(last, window.last or last) + timedelta(days=1)


def forecast_layer(
    shelf: Shelf,
    question: ForecastQuestion,
    patrol: CellTable | None = None,
    progress: Progress = no_progress,
) -> Layer:
    """Return where incidents are expected, as a layer.

    Parameters
    ----------
    shelf
        The workspace.
    question
        What is asked.
    patrol
        Patrol coverage of ``question.patrol_window``, to weigh what officers found by how
        often they were there; ``None`` where it is not known or not needed.
    progress
        Is told how much of the back-test is done.

    Returns
    -------
    Layer
        Its table is that of `geogrid.analysis.forecast.forecast`; the summary also has
        ``sources`` ``officer_share`` ``officer_included`` ``officer_weighted`` ``warnings``,
        and ``stacked``: coordinates that too many of the incidents known by then share.

    Raises
    ------
    LayerNotFoundError
        There are no incidents.
    InputError
        There are too few of them before the day.
    """
    if not shelf.incidents.fingerprint():
        raise _nothing_imported()
    time = ForecastTime(question.as_of, question.horizon_days, shelf.config.time_zone)
    every = chosen_incidents(shelf, Window(), replace(question.choice, sources=SOURCES))
    wanted = [SOURCES.index(source) for source in question.choice.sources]
    counted = every.where(np.isin(every.source, wanted))
    counted, stacked = _trusted(counted, shelf, question)
    days = len(patrol.summary["days"]) if patrol is not None else 0
    weight = np.ones(len(counted))  # harm is not counted: what is expected are incidents
    weighted = patrol is not None and question.counts_officers and days > 0
    if patrol is not None and weighted:
        require_stays(patrol)
        weight = exposure_weights(
            counted.source == OFFICER,
            shelf.grid.position_at(counted.lon, counted.lat),
            patrol["days"].astype(np.float64),
            days,
        )
    table = forecast(
        replace(counted, weight=weight),
        shelf.grid,
        time,
        exposure=exposure(shelf),
        params=replace(question.params, mask_period=question.choice.mask_period),
        progress=progress,
    )
    known = every.where(known_days(every, time.time_zone) < time.as_of_day)
    guard = officer_share(known, question.choice.sources, weighted=weighted)
    summary = dict(table.summary) | guard.as_json() | {"stacked": stacked}
    return Layer(
        id="forecast",
        title=TITLE,
        table=replace(table, summary=summary),
        fields=table.fields,
        provenance=_provenance(shelf, question, known, has_patrol=weighted),
        synthetic=is_synthetic(shelf, "incidents"),
    )


def _trusted(
    incidents: Incidents, shelf: Shelf, question: ForecastQuestion
) -> tuple[Incidents, dict[str, Any]]:
    """Return the incidents whose place is believed, judged by what is known on the day."""
    known = known_days(incidents, shelf.config.time_zone) < day_number(question.as_of)
    stacks = stacked_places(incidents.where(known), rooms=room_places(shelf))
    doubted = at_places(incidents, stacks)
    figures = stack_figures(stacks, int((doubted & known).sum()), question.choice)
    return incidents.where(~doubted) if figures["dropped"] else incidents, figures


def _nothing_imported() -> LayerNotFoundError:
    return LayerNotFoundError(NOTHING, kind="incidents")


def _provenance(
    shelf: Shelf, question: ForecastQuestion, known: Incidents, *, has_patrol: bool
) -> Provenance:
    """Return where a forecast comes from; its age is that of the newest incident it knew."""
    hashes = {name: shelf.registers.fingerprint(name) for name in (DISTRICTS, *_REGISTERS)}
    hashes["incidents"] = shelf.incidents.fingerprint()
    if has_patrol:
        days = [day for day in shelf.tracks.days() if day < question.as_of]
        prints = "".join(shelf.tracks.fingerprint(day) for day in days)
        hashes["tracks"] = hashlib.sha256(prints.encode()).hexdigest()
    inputs = {name: value for name, value in hashes.items() if value}
    return Provenance(
        inputs=inputs,
        parameters=question.as_json(),
        version=version("geogrid"),
        crs=crs_fingerprint(shelf.config.crs),
        data_as_of=newest(known.t_to.tolist()),
        sources=sources_of(shelf, tuple(inputs)),
    )
