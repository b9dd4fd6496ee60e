"""Density of the incidents of a workspace, for looking."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from geogrid.analysis.kde import KdeParams, kde
from geogrid.model.cells import CellTable
from geogrid.service.hotspot_inputs import hotspot_inputs
from geogrid.service.shelf import Shelf

if TYPE_CHECKING:  # the table of methods names the one below
    from geogrid.service.hotspot_methods import HotspotQuestion

KDE_OPTIONS: Final = frozenset({"bandwidth"})


def kde_table(shelf: Shelf, question: HotspotQuestion) -> CellTable:
    """Return the density of incidents of a workspace in a window.

    Parameters
    ----------
    shelf
        The workspace.
    question
        Window and incidents; option ``bandwidth``, metres.

    Returns
    -------
    CellTable
        See `geogrid.analysis.kde`; the summary also has the figures of
        `geogrid.service.hotspot_inputs.hotspot_inputs`.

    Raises
    ------
    InputError
        The bandwidth is narrower than a cell.
    """
    inputs = hotspot_inputs(shelf, question.window, question.choice, aoristic=False, harm=False)
    given = question.options.get("bandwidth")
    params = KdeParams(None if given is None else float(given))
    table = kde(inputs.incidents, shelf.grid, params=params)
    figures = {name: one for name, one in inputs.figures.items() if name != "mask_period"}
    return replace(table, summary={**table.summary, **figures})
