"""The derived days of a month, laid out cell by cell, so that a question about a year is a scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geogrid.analysis.patrol_day import hour_edges
from geogrid.kernels.month_rows import (
    SLOTS,
    CellRows,
    Lattice,
    by_cell,
    positions,
    slot_rows,
    sort_in_cells,
    stay_rows,
)
from geogrid.model.grid import Grid
from geogrid.scale.local import run_local

HOURS: Final = 24
_Part = tuple[NDArray[np.int32], NDArray[np.int64]]  # cells, and a row for each
UNPLACED: Final = ("off_grid", "silent", "rejected")


Columns = Mapping[str, Any] | pd.DataFrame


class DayReader(Protocol):
    """Anything that gives columns of a derived day."""

    def __call__(self, day: date, table: str, columns: Sequence[str]) -> Columns:
        """Return columns of one of a day's tables; ``unit`` is categorical."""
        ...


class DayCounts(NamedTuple):
    """Counts of a derived day.

    Parameters
    ----------
    fixes
        ``kept``, and fixes left out by reason.
    tunnels
        Silences that were a way through a tunnel.
    """

    fixes: Mapping[str, int]
    tunnels: int


@dataclass(frozen=True, slots=True, eq=False)
class PatrolMonth:
    """What the derived days of a month say, cell by cell; slots are hours of days.

    Slot ``24 * d + h`` is hour h of the month's day d, from 0. Cells are positions in the grid
    that the month was laid out for.

    Parameters
    ----------
    first
        The month's first day.
    days
        Its derived days, rising.
    counts
        Of each of these days.
    units
        Names of the units with stays, sorted.
    stays
        Passes, one or more rows each, in the order of time.
    driven
        ``moving_ms`` and ``mm`` by slot, marked where there is a fix.
    still
        ``standing_ms`` and ``depot_ms`` by slot, where there is any.
    bounds
        ``lo_ms`` and ``hi_ms`` by slot.
    unplaced
        Time off the grid, silent and rejected time by slot, ms, shape (3, 1024).
    """

    first: date
    days: tuple[date, ...]
    counts: tuple[DayCounts, ...]
    units: tuple[str, ...]
    stays: CellRows
    driven: CellRows
    still: CellRows
    bounds: CellRows
    unplaced: NDArray[np.int64]

    def __post_init__(self) -> None:
        for rows in (self.stays, self.driven, self.still, self.bounds):
            for array in rows:
                array.setflags(write=False)  # as mapped files are: kernels compile once

    @property
    def after(self) -> date:
        """The first day of the next month."""
        return (self.first + timedelta(days=31)).replace(day=1)


def unit_bits(units: tuple[str, ...]) -> int:
    """Return how many bits of a stay's row are the unit's.

    Parameters
    ----------
    units
        Names of a month's units.

    Returns
    -------
    int
        Enough for the greatest number.
    """
    return max(len(units) - 1, 0).bit_length()


def _lattice(grid: Grid) -> Lattice:
    """Return where the cells of a grid are, by one look-up each."""
    spec = grid.spec
    position = np.full(spec.n_cells, -1, np.int32)
    position[grid.cells] = np.arange(len(grid), dtype=np.int32)
    return Lattice(
        round((spec.y_min - spec.origin[1]) / spec.cell_size),
        round((spec.x_min - spec.origin[0]) / spec.cell_size),
        position.reshape(spec.n_rows, spec.n_cols),
    )


def pack_month(
    counts: Mapping[date, DayCounts],
    read: DayReader,
    grid: Grid,
    *,
    time_zone: str,
    threads: int = 2,
) -> PatrolMonth:
    """Return the derived days of a month, laid out cell by cell.

    Parameters
    ----------
    counts
        The month's derived days, at least one, and the counts of each.
    read
        Gives their tables.
    grid
        Whose cells count.
    time_zone
        IANA name.
    threads
        How many days are read at once.

    Returns
    -------
    PatrolMonth
        The same for the same days, whatever the number of threads.
    """
    days = tuple(sorted(counts))
    used = (_used(read(day, "passes", ["unit"])["unit"]) for day in days)
    units = tuple(sorted(set().union(*used)))
    packer = _Packer(read, _lattice(grid), days[0].replace(day=1), units, time_zone)
    unplaced = np.zeros((len(UNPLACED), SLOTS), np.int64)
    hours = list(run_local(packer.hours, days, threads=threads))
    driven = by_cell([part.driven for part in hours], len(grid))
    still = by_cell([part.still for part in hours], len(grid))
    for day, part in zip(days, hours, strict=True):
        unplaced[0] += part.off_grid
        unplaced[1:] += packer.unknown(day)
    del hours
    stays = by_cell(list(run_local(packer.stays, days, threads=threads)), len(grid))
    sort_in_cells(stays.start, stays.rows)
    bounds = by_cell(list(run_local(packer.bounds, days, threads=threads)), len(grid))
    told = tuple(counts[day] for day in days)
    return PatrolMonth(packer.first, days, told, units, stays, driven, still, bounds, unplaced)


def _used(units: pd.Categorical | pd.Series) -> set[str]:
    """Return the names that occur in a column."""
    named = pd.Categorical(units)
    return {str(name) for name in named.remove_unused_categories().categories}


class _HourParts(NamedTuple):
    """What a day's hours give: rows on the grid, and time off it by slot."""

    driven: _Part
    still: _Part
    off_grid: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Packer:
    """Turns the tables of a day into rows of its month."""

    read: DayReader
    lattice: Lattice
    first: date
    units: tuple[str, ...]
    time_zone: str

    def stays(self, day: date) -> _Part:
        """Return the day's passes on the grid."""
        table = self.read(day, "passes", ["unit", "row", "col", "enter", "leave"])
        named = pd.Categorical(table["unit"])
        number = {name: i for i, name in enumerate(self.units)}
        numbers = np.array([number.get(str(name), 0) for name in named.categories], np.int64)
        return stay_rows(
            self._cells(table),
            _whole(table["enter"]),
            _whole(table["leave"]),
            numbers[named.codes],
            int(hour_edges(self.first, self.time_zone)[0]),
            unit_bits(self.units),
        )

    def hours(self, day: date) -> _HourParts:
        """Return the day's hourly sums, and marks where there are fixes."""
        columns = ("moving_ms", "mm", "standing_ms", "depot_ms", "fixes")
        table = self.read(day, "hours", ["row", "col", "hour", *columns])
        cell, slot = self._cells(table), _slots(day, table)
        moving, mm, standing, depot, fixes = (_whole(table[name]) for name in columns)
        off = cell < 0
        off_grid = np.zeros(SLOTS, np.int64)
        np.add.at(off_grid, slot[off], (moving + standing + depot)[off])
        return _HourParts(
            slot_rows(cell, slot, moving, mm, fixes),
            slot_rows(cell, slot, standing, depot, np.zeros_like(fixes)),
            off_grid,
        )

    def bounds(self, day: date) -> _Part:
        """Return the day's bounds of patrol time."""
        table = self.read(day, "bounds", ["row", "col", "hour", "lo_ms", "hi_ms"])
        low, high = _whole(table["lo_ms"]), _whole(table["hi_ms"])
        cell, slot = self._cells(table), _slots(day, table)
        return slot_rows(cell, slot, low, high, np.zeros_like(slot))

    def unknown(self, day: date) -> NDArray[np.int64]:
        """Return the day's silent and rejected time by slot."""
        table = self.read(day, "ledger", ["hour", "silent_ms", "rejected_ms"])
        sums = np.zeros((2, SLOTS), np.int64)
        for total, name in zip(sums, ("silent_ms", "rejected_ms"), strict=True):
            np.add.at(total, _slots(day, table), _whole(table[name]))
        return sums

    def _cells(self, table: Columns) -> NDArray[np.int32]:
        row, col = (np.asarray(table[name]).astype(np.int32, copy=False) for name in ("row", "col"))
        return positions(self.lattice, row, col)


def _whole(column: ArrayLike) -> NDArray[np.int64]:
    return np.asarray(column).astype(np.int64, copy=False)


def _slots(day: date, table: Columns) -> NDArray[np.int64]:
    return (day.day - 1) * HOURS + _whole(table["hour"])
