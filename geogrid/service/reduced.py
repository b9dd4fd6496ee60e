"""Questions that need single fixes, held against the days that are kept as hourly sums only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.errors import InputError
from geogrid.model.window import Window

if TYPE_CHECKING:
    from geogrid.model.cells import CellTable
    from geogrid.service.shelf import Shelf


OVERDUE: Final = (
    "{count} days of fixes are older than the {days} days of the workspace's rule; reduce them to "
    "hourly sums with: geogrid retain {workspace} --yes"
)


def with_fixes(shelf: Shelf, window: Window) -> Window:
    """Return the part of a window whose fixes are kept.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count.

    Returns
    -------
    Window
        The same; one without a first day begins after the reduced days.

    Raises
    ------
    InputError
        The window asks for reduced days.
    """
    reduced = shelf.tracks.sums.days()
    held = [day for day in reduced if window.holds_day(day)]
    if not held:
        return window
    kept = shelf.tracks.days()
    if window.first is not None or not any(map(window.holds_day, kept)):
        raise _reduced(reduced[-1], kept)
    return replace(window, first=kept[0])


def overdue_days(days: Sequence[date], keep_days: int, today: date) -> list[date]:
    """Return the days whose fixes are older than a rule allows.

    Parameters
    ----------
    days
        Local days with fixes, rising.
    keep_days
        Fixes of so many days before ``today`` stay, at least 1.
    today
        The local day from which is counted back.

    Returns
    -------
    list of date
        Rising.

    Raises
    ------
    InputError
        The number is below 1.
    """
    if keep_days < 1:
        raise InputError("fixes are kept for at least 1 day, got {days} days", days=keep_days)
    first = today - timedelta(days=keep_days)
    return list(takewhile(lambda day: day < first, days))


def sums_answer(shelf: Shelf, rules: PatrolRules, units: tuple[str, ...] | None) -> bool:
    """Tell whether the sums of reduced days are what a question asks for.

    Parameters
    ----------
    shelf
        The workspace.
    rules
        Thresholds that are asked with.
    units
        The only units that count; ``None`` for all.

    Returns
    -------
    bool
        False where units are chosen, or a day was summed with other thresholds.
    """
    sums = shelf.tracks.sums
    asked = asdict(rules)
    return units is None and all(sums.manifest(day)["rules"] == asked for day in sums.days())


def require_own_sums(shelf: Shelf, window: Window) -> None:
    """Refuse a window of reduced days that are asked of chosen units, or with other thresholds.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count; one without a first day means days whose fixes are kept.

    Raises
    ------
    InputError
        The window asks for reduced days.
    """
    reduced, kept = shelf.tracks.sums.days(), shelf.tracks.days()
    if not any(map(window.holds_day, reduced)):
        return
    if window.first is None and any(map(window.holds_day, kept)):
        return
    rules = shelf.tracks.sums.manifest(reduced[-1])["rules"]
    raise InputError(
        "up to {last} only hourly sums are kept, of all units together, with --max-gap {gap:g} "
        "--max-speed {speed:g}; ask with these and without a group, or for later days",
        last=reduced[-1],
        gap=rules["max_gap_s"],
        speed=rules["max_speed_kmh"],
    )


def require_stays(patrol: CellTable) -> None:
    """Refuse patrol effort in which single stays are not known.

    Parameters
    ----------
    patrol
        Patrol effort of a window.

    Raises
    ------
    InputError
        A day of the window is kept as sums only.
    """
    if patrol.summary.get("days_as_sums"):
        raise InputError(
            "of {count} days of the window only hourly sums are kept, and this needs the days on "
            "which units were in a cell; ask for later days",
            count=patrol.summary["days_as_sums"],
        )


def _reduced(last: date, kept: tuple[date, ...]) -> InputError:
    if not kept:
        return InputError(
            "up to {last} only hourly sums are kept, and this needs fixes; there are no later days",
            last=last,
        )
    return InputError(
        "up to {last} only hourly sums are kept, and this needs fixes; ask for later days, with "
        "--from {first}",
        last=last,
        first=kept[0],
    )
