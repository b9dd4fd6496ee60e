"""An opened workspace that is asked how much of its roads was patrolled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geogrid.export.files import write_layer
from geogrid.model.layer import Layer
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.outlook import Outlook
from geogrid.service.road_layers import roads_layer
from geogrid.service.shelf import Progress, no_progress


class RoadAnswers(Outlook):
    """Everything that can be asked of a workspace about patrols on its roads."""

    def roads(
        self,
        window: Window = ALL_TIME,
        *,
        group: str | None = None,
        path: Path | None = None,
        progress: Progress = no_progress,
    ) -> tuple[Layer, dict[str, Any]]:
        """Return the roads that were never driven in a window, and how much of the roads was.

        Parameters
        ----------
        window
            Which days and hours count.
        group
            Only units of this group count; all do if ``None``.
        path
            Also write the roads to this file; its ending says the format.
        progress
            Is told how many stale days are worked out.

        Returns
        -------
        layer : Layer
            A line for each road with a part that was not driven.
        summary : dict
            See `geogrid.service.road_layers.roads_layer`.

        Raises
        ------
        LayerNotFoundError
            There are no roads, or no tracks.
        InputError
            There is no such group, or a road is no line.
        """
        rules = self._questions.rules
        layer, summary = self._kept(
            ("roads", window, rules, group),
            lambda: roads_layer(self._shelf, window, rules, progress, group=group),
        )
        if path is not None:
            write_layer(layer, path)
        return layer, summary
