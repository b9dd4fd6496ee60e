"""An opened workspace that plans the tours of the next hours, and compares what was driven."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geogrid.analysis.tours import TourParams
from geogrid.analysis.travel_speeds import TravelParams
from geogrid.errors import LayerNotFoundError
from geogrid.model.cells import CellTable
from geogrid.model.layer import Layer
from geogrid.service.layer_kinds import PLAN
from geogrid.service.outlook import Outlook
from geogrid.service.patrols import window_days
from geogrid.service.shelf import Progress, no_progress
from geogrid.service.tour_compliance import plan_compliance
from geogrid.service.tour_files import plan_features, read_plan, write_plan
from geogrid.service.tour_layer import TourQuestion, plan_layer
from geogrid.service.tour_units import instant_ms, local_day
from geogrid.service.units import unit_groups


class Touring(Outlook):
    """Everything that can be asked of a workspace about where units go next."""

    def plan(  # noqa: PLR0913 - all but the first have defaults
        self,
        start: str,
        hours: float = 4.0,
        *,
        group: str | None = None,
        tours: TourParams | None = None,
        travel: TravelParams | None = None,
        path: Path | None = None,
        progress: Progress = no_progress,
    ) -> tuple[Layer, dict[str, Any]]:
        """Return a tour for each unit on duty in the next hours.

        Parameters
        ----------
        start
            When tours begin: ISO 8601, local time where it has no offset.
        hours
            How long they last.
        group
            Only units of this group; all if ``None``.
        tours, travel
            How tours are planned, and speeds beside the roads; the defaults if ``None``.
        path
            Also write it: .gpx for navigators, or any ending that layers have.
        progress
            Is told how much is done.

        Returns
        -------
        layer : Layer
            A point for each stop.
        summary : dict
            See `geogrid.service.tour_layer.plan_layer`.

        Raises
        ------
        LayerNotFoundError
            There are no incidents.
        InputError
            No shift is on, no unit's place is known, or a number is out of its range.
        """
        zone = self._shelf.config.time_zone
        question = TourQuestion(
            instant_ms(start, zone), hours, group, tours or TourParams(), travel or TravelParams()
        )
        rules = self._questions.rules
        forecast = self.forecast(local_day(question.start_ms, zone), progress=progress).table
        if not isinstance(forecast, CellTable):
            raise LayerNotFoundError("layer {layer!r} has no lattice", layer="forecast")
        window = question.short_window(zone)
        patrol = None
        if window_days(self._shelf, window)[0]:
            self.layer("coverage", window, progress=progress)
            patrol = self._lattice("coverage", window)
        layer, summary = self._kept(
            (PLAN, question),
            lambda: plan_layer(
                self._shelf, question, forecast, patrol, rules=rules, progress=progress
            ),
        )
        if path is not None:
            write_plan(layer, path)
        return layer, summary

    def unit_groups(self) -> tuple[str, ...]:
        """Return the groups that units are in, sorted; empty where no unit has one."""
        return unit_groups(self._shelf)

    def plan_drawn(
        self, start: str | None = None, hours: float = 4.0, *, group: str | None = None
    ) -> dict[str, Any]:
        """Return tours as GeoJSON to be drawn: stops, and a line for each tour.

        Parameters
        ----------
        start
            When tours begin: ISO 8601, local time where it has no offset; the first full hour
            after the newest fix if ``None``.
        hours
            How long they last.
        group
            Only units of this group; all if ``None``.

        Returns
        -------
        dict
            See `geogrid.service.tour_files.plan_features`; with ``summary``, what `plan` tells
            beside the stops, and ``null`` where ``start`` is not said.

        Raises
        ------
        LayerNotFoundError
            There are no tracks or no incidents.
        InputError
            No shift is on, no unit's place is known, or a number is out of its range.
        """
        if start is None:
            return {**plan_features(self.layer(PLAN)), "summary": None}
        layer, summary = self.plan(start, hours, group=group)
        return {**plan_features(layer), "summary": summary}

    def plan_driven(self, plan: Path, *, progress: Progress = no_progress) -> dict[str, Any]:
        """Return what was driven of a plan that was written before.

        Parameters
        ----------
        plan
            The .geojson or .gpx that `plan` wrote.
        progress
            Is told how many stale days are derived.

        Returns
        -------
        dict
            See `geogrid.service.tour_compliance.plan_compliance`.

        Raises
        ------
        InputError
            It is no such file, or tracks of its hours are not imported.
        """
        rules = self._questions.rules
        with self._lock:
            self._follow_districts()
        return plan_compliance(self._shelf, read_plan(plan), rules, progress)
