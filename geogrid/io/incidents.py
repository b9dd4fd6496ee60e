"""Files of incidents to a table."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.io.detect import open_source
from geogrid.io.fieldvalues import read_field, set_repeats_aside
from geogrid.io.finish import make_report
from geogrid.io.gates import Gate, gate_id
from geogrid.io.kinds import KINDS
from geogrid.io.opening import read_raw
from geogrid.io.positions import gate_positions
from geogrid.io.report import ReadOptions, ReadReport
from geogrid.io.times import BLANK, REASONS, UNKNOWN, Times, check_zone, read_times, with_dates

BACKWARDS: Final = "the range of times ends before it begins"
_STAGES: Final = ("received", "dispatched", "arrived")


def read_incidents(path: str | Path, options: ReadOptions) -> tuple[pd.DataFrame, ReadReport]:
    """Return the incidents of a file.

    Parameters
    ----------
    path
        CSV, XLSX, XLS, GeoJSON, Shapefile, GeoPackage, FlatGeobuf or Parquet.
    options
        Datum, zone, columns and area, where the file does not say them.

    Returns
    -------
    incidents : pandas.DataFrame
        ``id``, ``t_from`` and ``t_to`` (int64, ms since 1970 UTC; equal where the time is
        known), ``lon``, ``lat`` (WGS-84), ``category``, ``weight`` (1 where not given),
        ``source`` (``unknown`` where not given), and ``received``, ``dispatched``, ``arrived``
        (Int64 ms or NA).
    report : ReadReport
        Every other row.

    Raises
    ------
    InputError
        The file as a whole cannot be used.
    """
    check_zone(options.time_zone)
    source = open_source(path)
    gate = Gate(read_raw(source, "incidents", options))
    ids = gate_id(gate, "id")
    lon, lat, datum = gate_positions(gate, "incidents", options)
    t_from, t_to, zone = _occurred(gate, options)
    fields = {
        spec.name: read_field(gate, spec)
        for spec in KINDS["incidents"]
        if spec.name in {"category", "weight", "source"}
    }
    fields["weight"] = np.where(np.isnan(fields["weight"]), 1.0, fields["weight"])
    unsaid = np.array([word is None for word in fields["source"]], dtype=bool)
    fields["source"] = np.where(unsaid, "unknown", fields["source"])
    stages = {name: _stage(gate, name, options) for name in _STAGES}
    values = [t_from, t_to, lon, lat, *fields.values()]
    duplicates = set_repeats_aside(gate, ids, values)
    frame = pd.DataFrame(
        {"id": ids, "t_from": t_from, "t_to": t_to, "lon": lon, "lat": lat, **fields, **stages}
    )[gate.ok].reset_index(drop=True)
    used = {"datum": datum.value, "tz": zone or "UTC"}
    return frame, make_report(source, "incidents", gate, duplicates=duplicates, used=used)


def _zone(gate: Gate, field: str, options: ReadOptions) -> str | None:
    return options.time_zone or gate.table.header.names[field].zone


def _occurred(
    gate: Gate, options: ReadOptions
) -> tuple[NDArray[np.int64], NDArray[np.int64], str | None]:
    """Return the range of times of each row; rows without one are refused.

    A range goes before a single time; rows whose range is blank have the single time.
    """
    columns = dict(gate.table.columns)
    if "time" in columns:
        columns["time"] = with_dates(columns["time"], columns.get("date"))
    read = {
        name: read_times(columns[name], field=name, zone=_zone(gate, name, options))
        for name in ("time", "time_from", "time_to")
        if name in columns
    }
    zone = next((times.local for times in read.values() if times.local), None)
    single = read.get("time")
    if not {"time_from", "time_to"} <= read.keys() and single is not None:
        _refuse_times(gate, "time", single, np.ones_like(gate.ok))
        return single.ms, single.ms, zone
    first, last = read["time_from"], read["time_to"]
    no_range = (first.fault == BLANK) & (last.fault == BLANK)
    for name, times in (("time_from", first), ("time_to", last)):
        _refuse_times(gate, name, times, ~no_range | (single is None))
    t_from, t_to = first.ms, last.ms
    if single is not None:
        _refuse_times(gate, "time", single, no_range)
        t_from = np.where(no_range, single.ms, t_from)
        t_to = np.where(no_range, single.ms, t_to)
    gate.refuse(t_to < t_from, "time_to", BACKWARDS)
    return t_from, t_to, zone


def _refuse_times(gate: Gate, field: str, times: Times, where: NDArray[np.bool_]) -> None:
    for fault, reason in REASONS.items():
        gate.refuse((times.fault == fault) & where, field, reason, {"zone": times.local})


def _stage(gate: Gate, field: str, options: ReadOptions) -> pd.api.extensions.ExtensionArray:
    """Return an optional time; what cannot be read is left empty with a warning."""
    column = gate.table.columns.get(field)
    if column is None:
        return pd.array([pd.NA] * gate.ok.size, dtype="Int64")
    times = read_times(column, field=field, zone=_zone(gate, field, options))
    gate.note((times.fault != 0) & (times.fault != BLANK), field)
    return pd.arrays.IntegerArray(times.ms, times.ms == UNKNOWN)
