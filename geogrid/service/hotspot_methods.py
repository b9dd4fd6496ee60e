"""The methods that answer where incidents cluster, by name.

A new method is a function from a workspace and a `HotspotQuestion` to a `CellTable`, and one
line in `METHODS`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from geogrid.analysis.hotspots import HotspotParams, at_risk_cells, hotspots
from geogrid.errors import InputError
from geogrid.model.cells import CellTable
from geogrid.model.window import Window
from geogrid.service.analyses import IncidentChoice, chosen_incidents, exposure
from geogrid.service.dated_hotspots import (
    EMERGING_OPTIONS,
    NEAR_REPEAT_OPTIONS,
    SCAN_OPTIONS,
    emerging_table,
    near_repeat_table,
    scan_table,
)
from geogrid.service.shelf import Shelf

OptionValue = str | int | float


@dataclass(frozen=True, slots=True)
class HotspotQuestion:
    """What a method is asked with.

    Parameters
    ----------
    window
        Which days and hours count.
    choice
        Which incidents count.
    params
        What all methods of testing share: radius, null, correction, rate, support.
    options
        What only this method takes, by name, as the user gave it; what was not given is not
        there.
    """

    window: Window = field(default_factory=Window)
    choice: IncidentChoice = field(default_factory=IncidentChoice)
    params: HotspotParams = field(default_factory=HotspotParams)
    options: Mapping[str, OptionValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HotspotMethod:
    """One way to look for hotspots.

    Parameters
    ----------
    run
        Returns the table; its summary names the method.
    options
        Names of the options that only this method takes.
    """

    run: Callable[[Shelf, HotspotQuestion], CellTable]
    options: frozenset[str] = frozenset()


def require_method(method: str, options: Collection[str] = ()) -> None:
    """Refuse a method that is not known, or options that are not its own.

    Parameters
    ----------
    method
        A name of `METHODS`.
    options
        Names of the options that only this method may take.

    Raises
    ------
    InputError
        There is no such method, or it does not take an option.
    """
    if method not in METHODS:
        raise InputError(
            "no hotspot method {method!r}; there are {known}",
            method=method,
            known=", ".join(METHODS),
        )
    foreign = sorted(set(options) - METHODS[method].options)
    if foreign:
        owners = [name for name, one in METHODS.items() if foreign[0] in one.options]
        raise InputError(
            "the hotspot method {method} does not take {option}, which belongs to {owners}",
            method=method,
            option="--" + foreign[0].replace("_", "-"),
            owners=", ".join(owners) or "-",
        )


def hotspot_table(shelf: Shelf, method: str, question: HotspotQuestion) -> CellTable:
    """Return the hotspots of a workspace by a method.

    Parameters
    ----------
    shelf
        The workspace.
    method
        A name of `METHODS`.
    question
        What it is asked with.

    Returns
    -------
    CellTable
        With the columns of the method.

    Raises
    ------
    InputError
        There is no such method, it does not take an option, or it refuses the question.
    """
    require_method(method, question.options)
    return METHODS[method].run(shelf, question)


def gi_table(shelf: Shelf, question: HotspotQuestion) -> CellTable:
    """Return Gi* of a workspace in a window.

    The cells at risk come from all that is registered and from all incidents of the chosen
    kinds at any time, so that a window changes counts and not the family of tests.

    Parameters
    ----------
    shelf
        The workspace.
    question
        Window, incidents and parameters.

    Returns
    -------
    CellTable
        See `geogrid.analysis.hotspots`.

    Raises
    ------
    InputError
        There are too few incidents, or the radius does not fit the cells.
    """
    counted = chosen_incidents(shelf, question.window, question.choice)
    reference = chosen_incidents(shelf, Window(), question.choice)
    mask, name = at_risk_cells(reference, shelf.grid, exposure=exposure(shelf))
    return hotspots(counted, shelf.grid, at_risk=mask, mask_name=name, params=question.params)


METHODS: Final[Mapping[str, HotspotMethod]] = {
    "gi": HotspotMethod(gi_table),
    "emerging": HotspotMethod(emerging_table, EMERGING_OPTIONS),
    "near-repeat": HotspotMethod(near_repeat_table, NEAR_REPEAT_OPTIONS),
    "scan": HotspotMethod(scan_table, SCAN_OPTIONS),
}
