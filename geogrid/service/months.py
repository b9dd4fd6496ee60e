"""Windows over a workspace's year from months laid out by cell, brought up to date when asked."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.cell_history import CellHistory, cell_history
from geogrid.analysis.month_coverage import coverage_of_months, presence_of_months, sums_of_months
from geogrid.analysis.patrol_month import PatrolMonth
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.reduced_days import without_stays
from geogrid.analysis.window_clock import WindowClock
from geogrid.model.cells import CellTable
from geogrid.model.grid import Grid
from geogrid.model.window import Window
from geogrid.service.deriving import Derivation, derived_by
from geogrid.service.reduced import sums_answer
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.store.months import MonthStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class PatrolYear:
    """All months of a workspace, laid out by cell, for questions about any window.

    Parameters
    ----------
    months
        In order, mapped from their files.
    grid
        Whose cells they were laid out for.
    calendar
        Local days with imported tracks, also those of which only sums are kept.
    time_zone
        IANA name.
    reduced
        Days of the calendar of which only sums are kept.
    """

    months: tuple[PatrolMonth, ...]
    grid: Grid
    calendar: tuple[date, ...]
    time_zone: str
    reduced: frozenset[date] = frozenset()

    @classmethod
    def of(
        cls,
        shelf: Shelf,
        rules: PatrolRules,
        progress: Progress = no_progress,
        *,
        units: tuple[str, ...] | None = None,
    ) -> PatrolYear:
        """Return the months of a workspace, up to date.

        While no fix, rule, depot or cell has changed, neither days nor months are looked at.

        Parameters
        ----------
        shelf
            The workspace; its engine says where days are derived.
        rules
            Thresholds.
        progress
            Is told how many stale days are derived.
        units
            The only units that count, sorted; ``None`` for all.

        Returns
        -------
        PatrolYear
            A change that comes later does not reach it.
        """
        derived = shelf.derived(rules, units)
        threads = os.cpu_count() or 1
        store = MonthStore(derived, shelf.grid, shelf.config.time_zone, threads=threads)
        sums = shelf.tracks.sums.days() if sums_answer(shelf, rules, units) else ()
        reduced = shelf.tracks.sums.imported_days() if sums else ()
        calendar = (*reduced, *shelf.tracks.days())
        known = (*sums, *shelf.tracks.days())
        fixes = [f"{day.isoformat()}:{shelf.tracks.fingerprint(day)}" for day in known]
        stamp = derived.fingerprint("|".join(fixes))
        if not store.is_current(stamp):
            started = time.perf_counter()
            inputs = [*shelf.tracks.reduced_inputs(sums), *shelf.tracks.with_edges()]
            stale = [day for day in inputs if not store.has_day(day.day, day.fingerprint)]
            derivation = Derivation.of(shelf, rules, units)
            for done, _ in enumerate(derived_by(shelf.engine, derivation, stale), start=1):
                progress("deriving patrol days", done, len(stale))
            store.update([day.day for day in inputs], stamp)
            seconds = time.perf_counter() - started
            logger.info("patrol months: %d stale days in %.1f s", len(stale), seconds)
        zone = shelf.config.time_zone
        return cls(tuple(store.read()), shelf.grid, calendar, zone, frozenset(reduced))

    def coverage(self, window: Window) -> CellTable:
        """Return the patrol effort of a window.

        Parameters
        ----------
        window
            Which days and hours count.

        Returns
        -------
        CellTable
            As `geogrid.analysis.patrol_coverage.coverage_of_days`; what needs single stays is
            null where a day of the window is kept as sums only.
        """
        table = coverage_of_months(
            self.months,
            self.grid,
            window,
            calendar=self.calendar,
            time_zone=self.time_zone,
            threads=os.cpu_count() or 1,
        )
        reduced = sum(map(window.holds_day, self.reduced))
        return without_stays(table, reduced) if reduced else table

    def sums(self, window: Window) -> CellTable:
        """Return the summed columns of a window's patrol effort, which are quick.

        Parameters
        ----------
        window
            Which days and hours count.

        Returns
        -------
        CellTable
            As `geogrid.analysis.month_coverage.sums_of_months`.
        """
        return sums_of_months(
            self.months,
            self.grid,
            window,
            calendar=self.calendar,
            time_zone=self.time_zone,
            threads=os.cpu_count() or 1,
        )

    def presence(self, clock: WindowClock) -> NDArray[np.float64]:
        """Return the time with at least one unit in each cell, over any instants.

        Parameters
        ----------
        clock
            The instants.

        Returns
        -------
        ndarray of float, shape (n_cells,)
            Seconds.
        """
        threads = os.cpu_count() or 1
        return presence_of_months(
            self.months, self.grid, clock, time_zone=self.time_zone, threads=threads
        )

    def history(self, position: int, window: Window) -> CellHistory:
        """Return when one cell was patrolled.

        Parameters
        ----------
        position
            Of the cell in the grid.
        window
            Which days and hours count.

        Returns
        -------
        CellHistory
            Its visits, and its patrol time, on the days whose fixes are kept.
        """
        days = [day for day in self.calendar if day not in self.reduced]
        return cell_history(self.months, position, window, calendar=days, time_zone=self.time_zone)
