"""From gates to a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow.compute as pc
import shapely

from geogrid.io.detect import SourceFile
from geogrid.io.gates import Gate
from geogrid.io.report import ReadReport, Refusal

MAX_RECORDS: Final = 100_000  # refused rows that are kept whole; a file of another city has more
_SYNTHETIC: Final = ("synthetic", "合成")


def make_report(
    source: SourceFile, kind: str, gate: Gate, *, duplicates: int, used: Mapping[str, str]
) -> ReadReport:
    """Return the report of a file whose rows have passed all gates.

    Parameters
    ----------
    source
        The file.
    kind
        What it was read as.
    gate
        The rows; repeated ones are no longer accepted.
    duplicates
        Rows that repeat an accepted one.
    used
        Datum and time zone that were used.

    Returns
    -------
    ReadReport
        Counts, refusals, warnings and options.
    """
    header = gate.table.header
    columns = {field: header.header(field) for field in header.columns if field != "source_note"}
    return ReadReport(
        file=source.name,
        kind=kind,
        sha256=source.sha256,
        read=gate.table.read,
        accepted=int(np.count_nonzero(gate.ok)),
        duplicates=duplicates,
        refusals=_with_records(gate),
        warnings=tuple(gate.warnings),
        synthetic=is_synthetic(source, gate),
        options={**used, "columns": ", ".join(f"{f}={c}" for f, c in columns.items())},
    )


def _with_records(gate: Gate) -> tuple[Refusal, ...]:
    """Return the refusals, each with its whole row, as far as there is room."""
    refusals = gate.sorted_refusals()
    wanted = [refusal.row for refusal in refusals[:MAX_RECORDS]]
    row = gate.table.row
    at = np.searchsorted(row, wanted)
    known = at < row.size
    known[known] = row[at[known]] == np.asarray(wanted)[known]
    places = at[known]
    columns = {name: column.take(places).to_pylist() for name, column in gate.table.columns.items()}
    if gate.table.geometry is not None:
        columns["geometry"] = shapely.to_wkt(gate.table.geometry[places]).tolist()
    records = (
        {name: "" if text is None else str(text) for name, text in zip(columns, cells, strict=True)}
        for cells in zip(*columns.values(), strict=True)
    )
    found = dict(zip(np.asarray(wanted, dtype=np.int64)[known].tolist(), records, strict=True))
    above = gate.table.above
    return tuple(
        replace(one, record=found.get(one.row, {}), line=one.row + above if above else 0)
        for one in refusals
    )


def is_synthetic(source: SourceFile, gate: Gate) -> bool:
    """Tell whether a file says of itself that it is synthetic.

    Parameters
    ----------
    source
        The file; its name may begin with ``synthetic_``.
    gate
        Its rows; a top-level member, or a column about the source, may say so.

    Returns
    -------
    bool
        True if anything says so.
    """
    if gate.table.synthetic or source.name.lower().startswith("synthetic_"):
        return True
    columns = [gate.table.columns.get(field) for field in ("source_note", "source")]
    return any(
        word in str(value).lower()
        for column in columns
        if column is not None
        for value in pc.unique(column).to_pylist()
        for word in _SYNTHETIC
    )
