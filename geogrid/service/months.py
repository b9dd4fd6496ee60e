"""Windows over a workspace's year from months laid out by cell, brought up to date when asked."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from geogrid.analysis.cell_history import CellHistory, cell_history
from geogrid.analysis.month_coverage import coverage_of_months, sums_of_months
from geogrid.analysis.patrol_day import PatrolDay
from geogrid.analysis.patrol_month import PatrolMonth
from geogrid.model.cells import CellTable
from geogrid.model.grid import Grid
from geogrid.model.window import Window
from geogrid.service.shelf import Shelf
from geogrid.store.derived import DerivedStore
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
        Local days with imported tracks.
    time_zone
        IANA name.
    """

    months: tuple[PatrolMonth, ...]
    grid: Grid
    calendar: tuple[date, ...]
    time_zone: str

    @classmethod
    def of(cls, shelf: Shelf, derived: DerivedStore, days: Iterable[PatrolDay]) -> PatrolYear:
        """Return the months of a workspace, up to date.

        Parameters
        ----------
        shelf
            The workspace.
        derived
            Where its days are kept.
        days
            All its days, in order, each derived and kept before it is yielded. They are taken
            only when a fix, a rule or a depot has changed since the months were laid out.

        Returns
        -------
        PatrolYear
            A change that comes later does not reach it.
        """
        threads = os.cpu_count() or 1
        store = MonthStore(derived, shelf.grid, shelf.config.time_zone, threads=threads)
        calendar = shelf.tracks.days()
        fixes = [f"{day.isoformat()}:{shelf.tracks.fingerprint(day)}" for day in calendar]
        stamp = derived.fingerprint("|".join(fixes))
        if not store.is_current(stamp):
            started = time.perf_counter()
            held = [day.day for day in days]
            store.update(held, stamp)
            seconds = time.perf_counter() - started
            logger.info("patrol months: %d days in %.1f s", len(held), seconds)
        return cls(tuple(store.read()), shelf.grid, calendar, shelf.config.time_zone)

    def coverage(self, window: Window) -> CellTable:
        """Return the patrol effort of a window.

        Parameters
        ----------
        window
            Which days and hours count.

        Returns
        -------
        CellTable
            As `geogrid.analysis.patrol_coverage.coverage_of_days`.
        """
        return coverage_of_months(
            self.months,
            self.grid,
            window,
            calendar=self.calendar,
            time_zone=self.time_zone,
            threads=os.cpu_count() or 1,
        )

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
            Its visits, and its patrol time.
        """
        return cell_history(
            self.months, position, window, calendar=self.calendar, time_zone=self.time_zone
        )
