"""Files of registers without geometry - units, shifts, rosters, dosage - to tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.io.detect import SourceFile
from geogrid.io.fieldvalues import read_field, set_repeats_aside
from geogrid.io.finish import make_report
from geogrid.io.gates import Gate, gate_id
from geogrid.io.kinds import KINDS
from geogrid.io.report import ReadReport

NO_PLACE: Final = "a promise is made to a place or to a class of places; give one of them"
TWO_PLACES: Final = "a promise is made to a place or to a class of places, not to both"
NOTHING: Final = "nothing is promised; give visits, minutes_min or longest_absence_h"
LAST_BEFORE_FIRST: Final = "the last day is before the first"
MOST_UNDER_LEAST: Final = "the most minutes of a visit are fewer than the least"


def read_plain(source: SourceFile, kind: str, gate: Gate) -> tuple[pd.DataFrame, ReadReport]:
    """Return the rows of a register that has no geometry.

    Parameters
    ----------
    source
        The file.
    kind
        A key of `geogrid.io.plain_kinds.PLAIN_KINDS`.
    gate
        Its rows.

    Returns
    -------
    register : pandas.DataFrame
        Index ``id``: the unit, the shift's name, the unit and shift of a duty with its days, or
        the place or class of a promise with its hours; the kind's other fields as columns, null
        where not known.
    report : ReadReport
        Every other row.
    """
    specs = [spec for spec in KINDS[kind] if spec.type != "note"]
    key = next((spec.name for spec in specs if spec.type == "id"), None)
    columns = {spec.name: read_field(gate, spec) for spec in specs if spec.type != "id"}
    if kind == "dosage":
        _gate_promises(gate, columns)
        ids = _names_of_promises(columns)
    elif key is None:
        gate.refuse(_ends_before(columns), "last", LAST_BEFORE_FIRST)
        ids = _names_of_duties(columns)
    else:
        ids = gate_id(gate, key)
    duplicates = set_repeats_aside(gate, ids, list(columns.values()))
    kept = np.flatnonzero(gate.ok)
    frame = pd.DataFrame(
        {name: values[kept] for name, values in columns.items()},
        index=pd.Index(ids[kept], name="id", dtype=object),
    )
    return frame, make_report(source, kind, gate, duplicates=duplicates, used={})


def _gate_promises(gate: Gate, columns: Mapping[str, NDArray[Any]]) -> None:
    """Refuse promises to nothing and promises of nothing."""
    place, group = (_given(columns[name]) for name in ("place", "class"))
    gate.refuse(~place & ~group, "place", NO_PLACE)
    gate.refuse(place & group, "place", TWO_PLACES)
    with np.errstate(invalid="ignore"):
        amount = (columns["visits"] > 0) | (columns["minutes_min"] > 0)
        gate.refuse(~amount & np.isnan(columns["longest_absence_h"]), "visits", NOTHING)
        gate.refuse(
            columns["minutes_max"] < columns["minutes_min"], "minutes_max", MOST_UNDER_LEAST
        )


def _given(values: NDArray[Any]) -> NDArray[np.bool_]:
    return np.array([value is not None for value in values], dtype=bool)


def _names_of_promises(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.object_]:
    """Return ``place=X`` or ``class=X`` of each row, with ``@HH-HH`` where it has hours."""
    names = [
        (f"class={group}" if place is None else f"place={place}") + (f"@{hours}" if hours else "")
        for place, group, hours in zip(
            columns["place"], columns["class"], columns["hours"], strict=True
        )
    ]
    return np.array(names, dtype=object)


def _ends_before(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    pairs = zip(columns["first"], columns["last"], strict=True)
    return np.array([bool(first and last and last < first) for first, last in pairs], dtype=bool)


def _names_of_duties(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.object_]:
    """Return ``UNIT@SHIFT`` of each row, with what else tells one from another."""
    rows = zip(*(columns[name] for name in ("first", "last", "weekdays")), strict=True)
    when = ["/".join(part or "" for part in row).strip("/") for row in rows]
    names = [
        f"{unit}@{shift}" + (f"@{part}" if part else "")
        for unit, shift, part in zip(columns["unit"], columns["shift"], when, strict=True)
    ]
    return np.array(names, dtype=object)
