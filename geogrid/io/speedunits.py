"""Whether stated speeds fit the unit they are said to be in, by the distance between fixes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.io.gates import Gate
from geogrid.io.report import Message, ReadOptions
from geogrid.io.values import numbers

KMH: Final[Mapping[str, float]] = {"kmh": 1.0, "ms": 3.6, "mph": 1.609344, "kn": 1.852}
_EARTH_M: Final = 6_371_008.8
_LONGEST_S: Final = 60.0  # over a longer time a vehicle turns, and the distance is no speed
_SLOWEST_KMH: Final = 10.0  # below it a receiver's noise is a large part of the distance
_STEADY: Final = 0.2  # two stated speeds that differ by more are not that of the way between
_LEAST_PAIRS: Final = 30
_FIT: Final = 0.07  # of the logarithm: half of what lies between knots and miles, the nearest two


def check_speed_unit(
    gate: Gate,
    options: ReadOptions,
    order: NDArray[np.intp],
    unit: NDArray[np.int64],
    clock: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
) -> None:
    """Refuse a file whose undeclared speeds are not in km/h; warn where a declared unit is wrong.

    Parameters
    ----------
    gate
        The rows; without a column for speed nothing is done.
    options
        The declared unit.
    order
        Accepted rows by unit and time.
    unit
        Number of each row's patrol unit, shape (n,).
    clock
        Milliseconds, longitude and latitude of each row, shapes (n,).

    Raises
    ------
    InputError
        The unit is not declared and the fixes say that it is not km/h, or not the same for all.
    """
    column = gate.table.columns.get("speed")
    if column is None or order.size < 2:
        return
    declared = options.speed_unit or gate.table.header.names["speed"].unit
    ratio, of_unit = _ratios(numbers(column).value, order, unit, clock)
    found = {
        _unit_of(ratio[of_unit == code])
        for code in np.unique(of_unit)
        if np.count_nonzero(of_unit == code) >= _LEAST_PAIRS
    } - {None}
    if not found or found == {declared or "kmh"}:
        return
    names = ", ".join(sorted(str(name) for name in found))
    if declared is None and len(found) > 1:
        raise InputError(
            "the unit of speed is not declared and differs from patrol unit to patrol unit: by the "
            "distance between fixes it is {found}; split the file and say it with --speed-unit",
            found=names,
        )
    if declared is None:
        raise InputError(
            "the unit of speed is not declared, and by the distance between fixes it is {found}, "
            "not kmh; say it with --speed-unit {found}",
            found=names,
        )
    gate.warnings.append(
        Message(
            "speeds are said to be in {declared}, but by the distance between fixes they are in "
            "{found}",
            {"declared": declared, "found": names},
        )
    )


def _ratios(
    stated: NDArray[np.float64],
    order: NDArray[np.intp],
    unit: NDArray[np.int64],
    clock: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return stated speed by true speed (km/h) of steady stretches, and whose they are."""
    ms, lon, lat = (values[order] for values in clock)
    speed, who = stated[order], unit[order]
    seconds = np.diff(ms) / 1_000.0
    x = np.radians(np.diff(lon)) * np.cos(np.radians((lat[1:] + lat[:-1]) / 2))
    metres = _EARTH_M * np.hypot(x, np.radians(np.diff(lat)))
    mean = (speed[1:] + speed[:-1]) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        kmh = metres / seconds * 3.6
        steady = np.abs(np.diff(speed)) <= _STEADY * mean
        usable = (np.diff(who) == 0) & (seconds > 0) & (seconds <= _LONGEST_S) & steady
        usable &= (kmh >= _SLOWEST_KMH) & (mean > 0)
        ratio = mean / kmh
    return ratio[usable], who[1:][usable]


def _unit_of(ratio: NDArray[np.float64]) -> str | None:
    """Return the unit that explains the ratios, ``None`` where none does."""
    middle = np.log(np.median(ratio))
    fits = {name: abs(middle + np.log(kmh)) for name, kmh in KMH.items()}
    best = min(fits, key=lambda name: fits[name])
    return best if fits[best] < _FIT else None
