"""An opened workspace that is asked how far its cells are."""

from __future__ import annotations

from pathlib import Path

from geogrid.analysis.travel_speeds import TravelParams
from geogrid.export.files import write_layer
from geogrid.model.layer import Layer
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.layer_kinds import REACH
from geogrid.service.outlook import Outlook
from geogrid.service.reach_layer import ReachQuestion, reach_layer
from geogrid.service.shelf import Progress, no_progress


class Reaching(Outlook):
    """Everything that can be asked of a workspace about how far its cells are."""

    def reach(
        self,
        window: Window = ALL_TIME,
        *,
        travel: TravelParams | None = None,
        level: float = 0.05,
        path: Path | None = None,
        progress: Progress = no_progress,
    ) -> Layer:
        """Return minutes from police rooms and from units to every cell.

        Parameters
        ----------
        window
            Days and hours of units' places and of measured responses.
        travel
            Speeds beside the roads; the defaults if ``None``.
        level
            False discovery rate of slow cells.
        path
            Also write it to this file; its ending says the format.
        progress
            Is told how much is done.

        Returns
        -------
        Layer
            Of cells; see `geogrid.service.reach_layer.reach_layer`.

        Raises
        ------
        LayerNotFoundError
            There are neither rooms nor tracks.
        InputError
            A number is out of its range.
        """
        age_s = self._questions.rules.max_gap_s
        question = ReachQuestion(window, travel or TravelParams(), level, age_s)
        layer = self._kept((REACH, question), lambda: reach_layer(self._shelf, question, progress))
        if path is not None:
            write_layer(layer, path)
        return layer
