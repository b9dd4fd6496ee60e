"""Files of GPS fixes to tracks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geogrid.io.detect import open_source
from geogrid.io.finish import make_report
from geogrid.io.gates import MAX_ID_LENGTH, MISSING, Gate, gate_control, gate_length
from geogrid.io.opening import read_raw
from geogrid.io.positions import gate_positions
from geogrid.io.rawtable import Column
from geogrid.io.report import ReadOptions, ReadReport
from geogrid.io.speedunits import KMH, check_speed_unit
from geogrid.io.times import REASONS, check_zone, read_times, with_dates
from geogrid.io.values import numbers, trimmed
from geogrid.model.tracks import Tracks, to_steps

JUMP_M: Final = 50_000.0  # there and back again, faster than any vehicle: not a place it was at
JUMP_KMH: Final = 1_000.0
CONFLICT: Final = "the same unit has another position at the same time, in row {other}"
JUMP: Final = (
    "the position jumps {km:.0f} km from the fix before and back, at a speed of {kmh:.0f} km/h"
)
_EARTH_M: Final = 6_371_008.8
_JUMP_DEG: Final = 0.3  # 50 km are at least 0.44 degrees in one of the two directions


def read_tracks(
    path: str | Path, options: ReadOptions
) -> tuple[Tracks, Mapping[str, str], ReadReport]:
    """Return the fixes of a file.

    Parameters
    ----------
    path
        CSV, XLSX, XLS, GPX, GeoJSON points, Parquet, or any point layer.
    options
        Datum, zone, columns and area, where the file does not say them.

    Returns
    -------
    tracks : Tracks
        The accepted fixes.
    groups : Mapping of str to str
        From unit to its group, as the last row of the unit says; units without one are left out.
    report : ReadReport
        Every other row.

    Raises
    ------
    InputError
        The file as a whole cannot be used.
    """
    check_zone(options.time_zone)
    source = open_source(path)
    gate = Gate(read_raw(source, "tracks", options))
    source = source.without_data()
    code, units = _units(gate)
    lon, lat, datum = gate_positions(gate, "tracks", options)
    columns = gate.table.columns
    clock = with_dates(columns["time"], columns.get("date"))
    times = read_times(clock, field="time", zone=options.time_zone or _zone(gate))
    for fault, reason in REASONS.items():
        gate.refuse(times.fault == fault, "time", reason, {"zone": times.local})
    order, duplicates = _cross_rows(gate, code, times.ms, lon, lat)
    _check_motion(gate, options)
    check_speed_unit(gate, options, order, code, (times.ms, lon, lat))
    tracks = _tracks(order, units, code, times.ms, lon, lat)
    used = {"datum": datum.value, "tz": times.local or "UTC"}
    report = make_report(source, "tracks", gate, duplicates=duplicates, used=used)
    return tracks, _groups(gate, units, code), report


def _zone(gate: Gate) -> str | None:
    name = gate.table.header.names.get("time")
    return gate.table.zone or (name.zone if name else None)


def _units(gate: Gate) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the position of each row's unit in the sorted names; refused rows have 0."""
    coded = pc.dictionary_encode(trimmed(gate.table.columns["unit"]))
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    names = coded.dictionary.to_pylist()
    raw = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    gate.refuse(raw < 0, "unit", MISSING)
    for field in ("unit", "group"):
        gate_length(gate, field, MAX_ID_LENGTH)
        gate_control(gate, field)
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.zeros(max(len(names), 1), dtype=np.int64)
    place[order] = np.arange(len(names))
    return place[np.maximum(raw, 0)], tuple(names[i] for i in order)


def _cross_rows(
    gate: Gate,
    code: NDArray[np.int64],
    ms: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> tuple[NDArray[np.intp], int]:
    """Refuse conflicts and impossible jumps, and set repeated fixes aside.

    Returns the rows that are left in order of unit and time, and how many were set aside.
    """
    kept = np.flatnonzero(gate.ok)
    order = kept[np.lexsort((ms[kept], code[kept]))]  # stable: equal fixes stay in row order
    if order.size < 2:
        return order, 0
    again = np.zeros(order.size, dtype=bool)
    again[1:] = (np.diff(code[order]) == 0) & (np.diff(ms[order]) == 0)
    first = order[np.maximum.accumulate(np.where(again, 0, np.arange(order.size)))]
    same = (to_steps(lon[order]) == to_steps(lon[first])) & (
        to_steps(lat[order]) == to_steps(lat[first])
    )
    conflict = np.zeros(gate.ok.size, dtype=bool)
    conflict[order[again & ~same]] = True
    other = dict(zip(order[again & ~same].tolist(), first[again & ~same].tolist(), strict=True))
    gate.refuse(conflict, "time", CONFLICT, lambda i: {"other": int(gate.table.row[other[i]])})
    repeated = order[again & same]
    _refuse_jumps(gate, order[~again], code, ms, np.column_stack([lon, lat]))
    gate.ok[repeated] = False
    return order[gate.ok[order]], int(repeated.size)


def _refuse_jumps(
    gate: Gate,
    order: NDArray[np.intp],
    code: NDArray[np.int64],
    ms: NDArray[np.int64],
    lonlat: NDArray[np.float64],
) -> None:
    """Refuse a fix that is impossibly far from both its neighbours, while they agree."""
    if order.size < 3:
        return
    step = np.abs(np.diff(lonlat[order], axis=0)).max(axis=1) > _JUMP_DEG
    middle = np.flatnonzero(step[:-1] & step[1:]) + 1  # few: distances are computed for these
    before, here, after = order[middle - 1], order[middle], order[middle + 1]
    there, back = _metres(lonlat[before], lonlat[here]), _metres(lonlat[here], lonlat[after])
    kmh_there = there / (ms[here] - ms[before]).clip(1) * 3_600.0
    kmh_back = back / (ms[after] - ms[here]).clip(1) * 3_600.0
    direct = _metres(lonlat[before], lonlat[after]) / (ms[after] - ms[before]).clip(1) * 3_600.0
    wild = (code[before] == code[here]) & (code[here] == code[after]) & (direct < JUMP_KMH)
    wild &= (np.minimum(there, back) > JUMP_M) & (np.minimum(kmh_there, kmh_back) > JUMP_KMH)
    bad = np.zeros(gate.ok.size, dtype=bool)
    bad[here[wild]] = True
    at = {int(here[i]): int(i) for i in np.flatnonzero(wild)}
    gate.refuse(
        bad,
        "lon",
        JUMP,
        lambda i: {"km": float(there[at[i]]) / 1_000.0, "kmh": float(kmh_there[at[i]])},
    )


def _metres(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distances on the sphere (haversine), good enough to tell a jump."""
    lon_a, lat_a, lon_b, lat_b = (np.radians(part) for part in (*a.T, *b.T))
    half = np.sin((lat_b - lat_a) / 2) ** 2
    half += np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    result: NDArray[np.float64] = 2 * _EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return result


def _check_motion(gate: Gate, options: ReadOptions) -> None:
    """Warn of speeds and headings that cannot be; they are not stored."""
    header = gate.table.header
    for field, high in (("speed", 500.0), ("heading", 360.0)):
        column: Column = gate.table.columns.get(field)
        if column is None:
            continue
        part = numbers(column)
        unit = options.speed_unit or header.names[field].unit or "kmh"
        factor = KMH.get(unit, 1.0) if field == "speed" else 1.0
        with np.errstate(invalid="ignore"):
            off = (part.value < 0.0) | (part.value * factor > high)
        gate.note(part.bad | off, field)


def _tracks(
    order: NDArray[np.intp],
    units: tuple[str, ...],
    code: NDArray[np.int64],
    ms: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> Tracks:
    used, position = np.unique(code[order], return_inverse=True)
    return Tracks(
        tuple(units[i] for i in used),
        position.astype(np.int32),
        ms[order],
        to_steps(lon[order]),
        to_steps(lat[order]),
    )


def _groups(gate: Gate, units: tuple[str, ...], code: NDArray[np.int64]) -> Mapping[str, str]:
    column: Any = gate.table.columns.get("group")
    if column is None:
        return {}
    coded = pc.dictionary_encode(trimmed(column))
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    names = coded.dictionary.to_pylist()
    at = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    has = np.flatnonzero(gate.ok & (at >= 0))
    last = np.full(max(len(units), 1), -1, dtype=np.int64)
    last[code[has]] = at[has]  # rows come in order: the last one stays
    return {unit: names[last[i]] for i, unit in enumerate(units) if last[i] >= 0}
