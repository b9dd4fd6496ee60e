"""The methods that answer where incidents cluster, by name.

A new method is a function from a workspace and a `HotspotQuestion` to a `CellTable`, and one
line in `METHODS`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from geogrid.analysis.hotspots import HotspotParams, hotspots
from geogrid.analysis.local_moran import moran_clusters
from geogrid.analysis.rate_null import rate_hotspots
from geogrid.errors import InputError
from geogrid.model.cells import CellTable
from geogrid.model.window import Window
from geogrid.service.analyses import IncidentChoice
from geogrid.service.dated_hotspots import (
    EMERGING_OPTIONS,
    NEAR_REPEAT_OPTIONS,
    SCAN_OPTIONS,
    emerging_table,
    near_repeat_table,
    scan_table,
)
from geogrid.service.density import KDE_OPTIONS, kde_table
from geogrid.service.exposures import exposure_amount
from geogrid.service.hotspot_inputs import HotspotInputs, hotspot_inputs
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
    patrol
        Patrol coverage of the window, to weigh what officers found by how rarely they were
        there; ``None`` where it is not known or not needed.
    """

    window: Window = field(default_factory=Window)
    choice: IncidentChoice = field(default_factory=IncidentChoice)
    params: HotspotParams = field(default_factory=HotspotParams)
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    patrol: CellTable | None = None


@dataclass(frozen=True, slots=True)
class HotspotMethod:
    """One way to look for hotspots.

    Parameters
    ----------
    run
        Returns the table; its summary names the method.
    options
        Names of the options that only this method takes.
    heeds
        Names of those parameters that not all methods heed.
    """

    run: Callable[[Shelf, HotspotQuestion], CellTable]
    options: frozenset[str] = frozenset()
    heeds: frozenset[str] = frozenset()


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
        raise _not_taken(method, foreign[0], owners)


def _not_taken(method: str, option: str, owners: list[str]) -> InputError:
    """Return the refusal of an option that belongs to other methods."""
    return InputError(
        "the hotspot method {method} does not take {option}, which belongs to {owners}",
        method=method,
        option="--" + option.replace("_", "-"),
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
    usual = HotspotParams()
    for name in ("weight", "times", "reference"):
        asked = getattr(question.params, name) != getattr(usual, name)
        if asked and name not in METHODS[method].heeds:
            raise _not_taken(method, name, [n for n, one in METHODS.items() if name in one.heeds])
    return METHODS[method].run(shelf, question)


def gi_table(shelf: Shelf, question: HotspotQuestion) -> CellTable:
    """Return Gi* of a workspace in a window.

    Parameters
    ----------
    shelf
        The workspace.
    question
        Window, incidents and parameters.

    Returns
    -------
    CellTable
        See `geogrid.analysis.hotspots`; the summary also has the figures of
        `geogrid.service.hotspot_inputs.hotspot_inputs`.

    Raises
    ------
    InputError
        There are too few incidents, or the radius does not fit the cells.
    """
    inputs = _inputs(shelf, question)
    table = hotspots(
        inputs.incidents,
        shelf.grid,
        at_risk=inputs.at_risk,
        mask_name=inputs.mask_name,
        params=inputs.weighing(question.params),
    )
    return replace(table, summary={**table.summary, **inputs.figures})


def moran_table(shelf: Shelf, question: HotspotQuestion) -> CellTable:
    """Return local Moran's I of a workspace in a window.

    Parameters
    ----------
    shelf
        The workspace.
    question
        Window, incidents and parameters.

    Returns
    -------
    CellTable
        See `geogrid.analysis.local_moran`; the summary also has the figures of
        `geogrid.service.hotspot_inputs.hotspot_inputs`.

    Raises
    ------
    InputError
        There are too few incidents, or the radius does not fit the cells.
    """
    inputs = _inputs(shelf, question)
    table = moran_clusters(
        inputs.incidents,
        shelf.grid,
        at_risk=inputs.at_risk,
        mask_name=inputs.mask_name,
        params=inputs.weighing(question.params),
    )
    return replace(table, summary={**table.summary, **inputs.figures})


def rate_table(shelf: Shelf, question: HotspotQuestion) -> CellTable:
    """Return hotspots of rates of a workspace in a window.

    Parameters
    ----------
    shelf
        The workspace.
    question
        Window, incidents and parameters; options ``per`` (people, roads, places or area; area
        if not given) and ``spread`` (negative-binomial or poisson).

    Returns
    -------
    CellTable
        See `geogrid.analysis.rate_null`; the summary also has the figures of
        `geogrid.service.hotspot_inputs.hotspot_inputs`.

    Raises
    ------
    InputError
        What is asked for is not registered, there are too few incidents, or the radius does
        not fit the cells.
    """
    amount = exposure_amount(shelf, str(question.options.get("per", "area")))
    inputs = _inputs(shelf, question)
    spread = str(question.options.get("spread", "negative-binomial"))
    table = rate_hotspots(
        inputs.incidents, shelf.grid, exposure=amount, spread=spread, params=question.params
    )
    figures = {name: one for name, one in inputs.figures.items() if name != "mask_period"}
    return replace(table, summary={**table.summary, **figures})


def _inputs(shelf: Shelf, question: HotspotQuestion) -> HotspotInputs:
    """Return what a test of a question looks at."""
    return hotspot_inputs(
        shelf,
        question.window,
        question.choice,
        aoristic=question.params.times == "aoristic",
        harm=question.params.weight == "harm",
        patrol=question.patrol,
    )


def weighs_officers(method: str, choice: IncidentChoice) -> bool:
    """Tell whether a method needs to know patrols, to weigh what officers found.

    Parameters
    ----------
    method
        A name of `METHODS`.
    choice
        Which incidents count.

    Returns
    -------
    bool
        True where it weighs incidents and those of officers count.
    """
    return "officer" in choice.sources and "weight" in METHODS[method].heeds


_COUNTING: Final = frozenset({"weight", "times", "reference"})
METHODS: Final[Mapping[str, HotspotMethod]] = {
    "gi": HotspotMethod(gi_table, heeds=_COUNTING),
    "local-moran": HotspotMethod(moran_table, heeds=_COUNTING),
    "rate": HotspotMethod(rate_table, frozenset({"per", "spread"}), heeds=frozenset({"reference"})),
    "kde": HotspotMethod(kde_table, KDE_OPTIONS),
    "emerging": HotspotMethod(emerging_table, EMERGING_OPTIONS),
    "near-repeat": HotspotMethod(near_repeat_table, NEAR_REPEAT_OPTIONS),
    "scan": HotspotMethod(scan_table, SCAN_OPTIONS),
}
