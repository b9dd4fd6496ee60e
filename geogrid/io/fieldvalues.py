"""Values of one field of all rows, and rows that repeat or contradict an earlier one."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.io.columnnames import UNIT_WORDS
from geogrid.io.dutywords import READERS, duty_words
from geogrid.io.fields import FieldSpec
from geogrid.io.gates import (
    MAX_TEXT_LENGTH,
    MISSING,
    NOT_NUMBER,
    OUT_OF_RANGE,
    Gate,
    gate_control,
    gate_length,
)
from geogrid.io.values import Numbers, choices, flags, numbers_with_units, texts

UNKNOWN_WORD: Final = "the word is not one of {words}"
CONFLICT: Final = "the same {field} stands in row {other} with other content"
# A shift or promise whose hours are left out would hold all day, hence no mere warning.
UNREADABLE: Final = {
    "clock": "this is no time of day; write it as 08:00 or 22:30",
    "hours": "this is no range of hours; write it as 22-06",
    "weekdays": "these are no days of the week; write them as mon,tue or mon-fri",
    "day": "this is no day; write it as 2026-03-06",
}
_FACTORS: Final = {
    ("km", "m"): 1_000.0,
    ("ft", "m"): 0.3048,
    ("ms", "kmh"): 3.6,
    ("mph", "kmh"): 1.609344,
    ("kn", "kmh"): 1.852,
}


def read_field(gate: Gate, spec: FieldSpec) -> NDArray[Any]:
    """Return one field of all rows.

    A needed field that is empty or unreadable refuses its row; an optional one becomes null
    with a warning.

    Parameters
    ----------
    gate
        The rows.
    spec
        The field.

    Returns
    -------
    ndarray, shape (n,)
        Floats (NaN where not known) for numbers; objects (``None`` where not known) else.
    """
    column = gate.table.columns.get(spec.name)
    if column is None:
        missing = np.nan if spec.type == "number" else None
        return np.full(gate.ok.size, missing, dtype=float if spec.type == "number" else object)
    if spec.type == "number":
        return _number_field(gate, spec)
    if spec.type == "flag":
        value, bad = flags(column)
        gate.note(bad, spec.name)
        return value
    if spec.type == "choice":
        return _choice_field(gate, spec)
    if spec.type in READERS:
        return _duty_field(gate, spec)
    gate_length(gate, spec.name, MAX_TEXT_LENGTH)
    gate_control(gate, spec.name)
    value = texts(column)
    if spec.required:
        gate.refuse(np.array([text is None for text in value], dtype=bool), spec.name, MISSING)
    return value


def _number_field(gate: Gate, spec: FieldSpec) -> NDArray[np.float64]:
    part = _with_units(gate, spec)
    value = part.value
    low = -np.inf if spec.low is None else spec.low
    high = np.inf if spec.high is None else spec.high
    with np.errstate(invalid="ignore"):
        off = (value < low) | (value > high)
    if spec.required or spec.strict:
        gate.refuse(part.blank & spec.required, spec.name, MISSING)
        gate.refuse(part.bad, spec.name, NOT_NUMBER)
        gate.refuse(off, spec.name, OUT_OF_RANGE, {"low": low, "high": high})
    else:
        gate.note(part.bad | off, spec.name)
    value = np.where(off, np.nan, value)
    if spec.name in {"bearing", "heading"}:
        value = np.where(value == 360.0, 0.0, value)
    return value


def _with_units(gate: Gate, spec: FieldSpec) -> Numbers:
    """Return numbers in the field's unit; a cell's own unit goes before the header's."""

    def factor(unit: str | None) -> float | None:
        return 1.0 if unit == spec.unit else _FACTORS.get((unit or "", spec.unit or ""))

    in_cells = {word: size for word, unit in UNIT_WORDS.items() if (size := factor(unit))}
    of_header = factor(gate.table.header.names[spec.name].unit) or 1.0
    return numbers_with_units(gate.table.columns[spec.name], in_cells, otherwise=of_header)


def _choice_field(gate: Gate, spec: FieldSpec) -> NDArray[np.object_]:
    value, bad = choices(gate.table.columns[spec.name], spec.choices, keep_others=spec.open_choices)
    if spec.required:
        blank = np.array([text is None for text in value], dtype=bool) & ~bad
        gate.refuse(blank, spec.name, MISSING)
        if not spec.open_choices:
            words = ", ".join(dict.fromkeys(spec.choices.values()))
            gate.refuse(bad, spec.name, UNKNOWN_WORD, {"words": words})
    elif not spec.open_choices:
        gate.note(bad, spec.name)
    return value


def _duty_field(gate: Gate, spec: FieldSpec) -> NDArray[np.object_]:
    value, bad = duty_words(gate.table.columns[spec.name], spec.type)
    gate.refuse(bad, spec.name, UNREADABLE[spec.type])
    if spec.required:
        gate.refuse(np.array([text is None for text in value], dtype=bool), spec.name, MISSING)
    return value


def set_repeats_aside(gate: Gate, ids: NDArray[np.object_], values: list[NDArray[Any]]) -> int:
    """Set rows aside that repeat an earlier one; refuse those that contradict it.

    Parameters
    ----------
    gate
        The rows.
    ids
        The key of each row.
    values
        Everything that must be equal in a repeated row.

    Returns
    -------
    int
        Number of rows set aside.
    """
    kept = np.flatnonzero(gate.ok)
    first: dict[object, int] = {}
    repeated: list[int] = []
    clash: dict[int, int] = {}
    for i in kept.tolist():
        before = first.setdefault(ids[i], i)
        if before == i:
            continue
        same = all(_equal(value[i], value[before]) for value in values)
        if same:
            repeated.append(i)
        else:
            clash[i] = before
    bad = np.zeros(gate.ok.size, dtype=bool)
    bad[list(clash)] = True
    gate.refuse(
        bad, "id", CONFLICT, lambda i: {"field": "id", "other": int(gate.table.row[clash[i]])}
    )
    gate.ok[repeated] = False
    return len(repeated)


def _equal(one: object, other: object) -> bool:
    both_unknown = (
        isinstance(one, float) and isinstance(other, float) and np.isnan(one) and np.isnan(other)
    )
    return bool(both_unknown or one == other)
