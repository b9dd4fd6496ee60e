"""An opened workspace asked for hotspots by another method, and for layers that take a while."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Self

from geogrid.i18n import translator
from geogrid.service.hotspot_methods import METHODS
from geogrid.service.layer_kinds import (
    FEATURE_TITLES,
    FORECAST,
    LATTICE_TITLES,
    REACH,
    SPOTS,
    is_synthetic,
)
from geogrid.service.outlook import Outlook

_NEEDS: Final = {FORECAST: "incidents", SPOTS: "incidents", REACH: "rooms"}


class HotspotWays(Outlook):
    """Everything that can be asked of a workspace, hotspots by any method."""

    def by_method(self, method: str) -> Self:
        """Return the same workspace with hotspots looked for by a method.

        Parameters
        ----------
        method
            A name of `geogrid.service.hotspot_methods.METHODS`; its options stay as usual.

        Returns
        -------
        HotspotWays
            Answers are kept for both.

        Raises
        ------
        InputError
            There is no such method.
        """
        if method == self._questions.method:
            return self
        return self.asking(replace(self._questions, method=method, method_options=()))

    def hotspot_methods(self) -> tuple[str, ...]:
        """Return the names of all methods; the first is the one that is usual here."""
        usual = self._questions.method
        return (usual, *(name for name in METHODS if name != usual))

    def slow_layer_list(self, language: str) -> list[dict[str, Any]]:
        """Return the layers that can be asked for but take a while, as `layer_list` does.

        Parameters
        ----------
        language
            ``en`` or ``zh``.

        Returns
        -------
        list of dict
            Those for which what they need is imported.
        """
        translate = translator(language)
        titles = {**LATTICE_TITLES, **FEATURE_TITLES}
        at_hand = self.layer_ids()
        return [
            {
                "id": layer_id,
                "kind": "lattice" if layer_id in LATTICE_TITLES else "features",
                "title": translate(titles[layer_id]),
                "synthetic": is_synthetic(self._shelf, layer_id),
            }
            for layer_id, needed in _NEEDS.items()
            if needed in at_hand
        ]
