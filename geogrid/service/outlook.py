"""An opened workspace that is asked what comes next, and which hotspots go on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.obstacles import Obstacles
from geogrid.crs import Datum
from geogrid.export.files import write_layer
from geogrid.model.layer import Layer
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.analyses import IncidentChoice
from geogrid.service.atlas import Atlas
from geogrid.service.buildings import registered_obstacles
from geogrid.service.forecasts import ForecastQuestion, forecast_layer
from geogrid.service.hotspot_spots import spots_layer
from geogrid.service.plan_files import require_plan_format, write_plan_file
from geogrid.service.shelf import Progress, no_progress
from geogrid.service.siting import siting_plan
from geogrid.service.siting_question import SitingQuestion


class Outlook(Atlas):
    """Everything that can be asked of a workspace about areas that stay and days ahead."""

    def forecast(
        self,
        as_of: date,
        horizon_days: int = 7,
        *,
        choice: IncidentChoice | None = None,
        path: Path | None = None,
        progress: Progress = no_progress,
    ) -> Layer:
        """Return where incidents are expected, with the record of such forecasts.

        Parameters
        ----------
        as_of
            First local day of the forecast; what was not over before it began is not known.
        horizon_days
            Days ahead.
        choice
            Which incidents count; what the public reported if ``None``.
        path
            Also write it to this file; its ending says the format.
        progress
            Is told how much of the back-test is done, and of patrol days that weights need.

        Returns
        -------
        Layer
            Of cells; see `geogrid.service.forecasts.forecast_layer` for its figures.

        Raises
        ------
        LayerNotFoundError
            There are no incidents.
        InputError
            There are too few of them before the day.
        """
        question = ForecastQuestion(as_of, horizon_days, choice or IncidentChoice())
        patrol = None
        if question.counts_officers and any(day < as_of for day in self._shelf.tracks.days()):
            self.layer("coverage", question.patrol_window, progress=progress)
            patrol = self._lattice("coverage", question.patrol_window)
        layer = self._kept(
            ("forecast", question),
            lambda: forecast_layer(self._shelf, question, patrol, progress),
        )
        if path is not None:
            write_layer(layer, path)
        return layer

    def site(
        self,
        question: SitingQuestion,
        *,
        path: Path | None = None,
        datum: Datum = Datum.WGS84,
        progress: Progress = no_progress,
    ) -> dict[str, Any]:
        """Return where the next cameras or posts go, with a proof of how good that is.

        Parameters
        ----------
        question
            What is asked.
        path
            Also write the plan to this file: .json with its proof, .xlsx as a work order,
            .geojson with points and views.
        datum
            Of the coordinates in a work order.
        progress
            Is told what is being done.

        Returns
        -------
        dict
            See `geogrid.service.siting.siting_plan`.

        Raises
        ------
        LayerNotFoundError
            A register that is asked for is not imported.
        InputError
            There is no demand or no candidate, or the plan cannot be.
        """
        with self._lock:
            self._follow_districts()
        if path is not None:
            require_plan_format(path, datum)
        plan = siting_plan(self._shelf, question, progress, obstacles=self._obstacles())
        if path is not None:
            write_plan_file(self._shelf, plan, path, datum, obstacles=self._obstacles())
        return plan

    def _obstacles(self) -> Obstacles | None:
        """Return the buildings in the plane of the grid, kept while facts stay."""
        return self._kept(("obstacles",), lambda: registered_obstacles(self._shelf))

    def spots(
        self,
        window: Window = ALL_TIME,
        *,
        choice: IncidentChoice | None = None,
        params: HotspotParams | None = None,
        earlier: Path | None = None,
        path: Path | None = None,
    ) -> tuple[Layer, dict[str, Any]]:
        """Return the hotspots of a window as areas.

        Parameters
        ----------
        window
            Days and hours.
        choice
            Which incidents count; what the public reported if ``None``.
        params
            How hotspots are looked for; the defaults if ``None``.
        earlier
            File of earlier areas, whose ids and names go on.
        path
            Also write the areas to this file; its ending says the format.

        Returns
        -------
        layer : Layer
            A feature for each core and each fringe.
        summary : dict
            See `geogrid.service.hotspot_spots.spots_layer`.

        Raises
        ------
        LayerNotFoundError
            There are no incidents.
        InputError
            There are too few of them, or ``earlier`` is no file of areas.
        """
        with self._lock:
            self._follow_districts()
        asked, patrol = choice or IncidentChoice(), None
        if "officer" in asked.sources and self._shelf.tracks.days():
            patrol = self._lattice("coverage", window)
        layer, summary = spots_layer(
            self._shelf,
            window,
            asked,
            params or HotspotParams(),
            earlier=earlier,
            patrol=patrol,
        )
        if path is not None:
            write_layer(layer, path)
        return layer, summary
