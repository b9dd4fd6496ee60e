"""The edge of a zone for the map: crossings guarded or not, and the points that close it."""

from __future__ import annotations

from typing import Any

from geogrid.service import answers
from geogrid.service.cordons import CordonQuestion, Cordons


class CordonAnswers(Cordons):
    """Everything that can be asked of a workspace about the edges of its zones, as JSON too."""

    def cordon_json(self, zone: str) -> dict[str, Any]:
        """Return the crossings of a zone's edge.

        Parameters
        ----------
        zone
            Id or name of a district or area; ``city`` for the outer edge of all districts.

        Returns
        -------
        dict
            A GeoJSON feature collection; the ``state`` of a point is guarded, leak or point.

        Raises
        ------
        LayerNotFoundError
            There are no roads.
        InputError
            There is no such zone.
        """
        layer, _ = self.cordon(CordonQuestion(zone=zone))
        return answers.features_json(layer, bbox=None, limit=len(layer) or 1, offset=0)
