"""The gates that rows pass one after another; a row that fails one is refused with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geogrid.io.rawtable import RawTable
from geogrid.io.report import Message, Refusal
from geogrid.io.values import is_text, texts, trimmed

MAX_ID_LENGTH: Final = 200
MAX_TEXT_LENGTH: Final = 10_000
_SHOWN: Final = 60
_FALSE: Final = pa.scalar(value=False)
_KEPT: Final = "\t\n\r"
_CONTROL: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"
_ROUNDED: Final = r"^[0-9]\.[0-9]+[eE]\+[0-9]{2,}$"

MISSING: Final = "the field is empty, and it is needed"
NOT_NUMBER: Final = "this is not a number; write it with digits and a decimal point"
OUT_OF_RANGE: Final = "the value is out of the range {low} to {high}"
CONTROL: Final = "the text has a control character, number {code}; remove it"
TOO_LONG: Final = "the text is {length} characters long, more than the limit of {limit}"


class Gate:
    """Rows that are still accepted, and the refusals so far.

    Parameters
    ----------
    table
        Rows of a file.
    """

    def __init__(self, table: RawTable) -> None:
        self.table = table
        self.ok: NDArray[np.bool_] = np.ones(table.row.size, dtype=bool)
        self.refusals: list[Refusal] = list(table.refusals)
        self.warnings: list[Message] = list(table.warnings)

    def refuse(
        self,
        bad: NDArray[np.bool_],
        field: str,
        reason: str,
        values: Mapping[str, object] | Callable[[int], Mapping[str, object]] | None = None,
    ) -> None:
        """Refuse rows that are still accepted.

        Parameters
        ----------
        bad
            Which rows, shape (n,).
        field
            The field at fault.
        reason
            English template.
        values
            Values of its fields, or a function from the row's position to them.
        """
        hit = np.flatnonzero(bad & self.ok)
        if hit.size == 0:
            return
        shown = self.shown(field, hit)
        for position, text in zip(hit, shown, strict=True):
            given = values(int(position)) if callable(values) else values or {}
            self.refusals.append(Refusal(int(self.table.row[position]), field, text, reason, given))
        self.ok[hit] = False

    def shown(self, field: str, positions: NDArray[np.intp]) -> list[str]:
        """Return what the file says in a field at some rows, shortened.

        Parameters
        ----------
        field
            A field; one without a column shows the geometry.
        positions
            Positions in the table.

        Returns
        -------
        list of str
            One per position.
        """
        if field == "lon, lat" and {"lon", "lat"} <= self.table.columns.keys():
            pairs = (self.shown(name, positions) for name in ("lon", "lat"))
            return [f"{x}, {y}" for x, y in zip(*pairs, strict=True)]
        column = self.table.columns.get(field)
        if column is None:
            shapes = self.table.geometry
            wanted = field in {"lon", "lat", "lon, lat", "geometry"} and shapes is not None
            return [str(shapes[i])[:_SHOWN] if wanted else "" for i in positions]  # type: ignore[index] # wanted says so
        picked = column.take(positions).to_pylist()
        return ["" if value is None else str(value)[:_SHOWN] for value in picked]

    def note(self, bad: NDArray[np.bool_], field: str) -> None:
        """Warn that some accepted rows have no usable value in an optional field.

        Parameters
        ----------
        bad
            Which rows.
        field
            The field; its value is not known there.
        """
        hit = np.flatnonzero(bad & self.ok)
        if hit.size == 0:
            return
        self.warnings.append(
            Message(
                "field {field}: {count} values cannot be used and are left empty, the first in row "
                "{row}: {value!r}",
                {
                    "field": field,
                    "count": int(hit.size),
                    "row": int(self.table.row[hit[0]]),
                    "value": self.shown(field, hit[:1])[0],
                },
            )
        )

    def sorted_refusals(self) -> tuple[Refusal, ...]:
        """Return the refusals by row number."""
        return tuple(sorted(self.refusals, key=lambda refusal: refusal.row))


def gate_length(gate: Gate, field: str, limit: int) -> None:
    """Refuse rows whose text in a field is endless: a quotation mark or a line end is missing.

    Parameters
    ----------
    gate
        The rows.
    field
        A field; one without a column passes.
    limit
        Characters.
    """
    column = gate.table.columns.get(field)
    if column is None:
        return
    length = pc.fill_null(pc.utf8_length(trimmed(column)), 0).to_numpy(zero_copy_only=False)
    gate.refuse(
        np.asarray(length > limit, dtype=bool),
        field,
        TOO_LONG,
        lambda i: {"length": int(length[i]), "limit": limit},
    )


def gate_id(gate: Gate, field: str) -> NDArray[np.object_]:
    """Return a needed text field; rows where it is empty or endless are refused.

    Parameters
    ----------
    gate
        The rows.
    field
        The field.

    Returns
    -------
    ndarray of object, shape (n,)
        As it stands in the file, without outer spaces.
    """
    value = texts(gate.table.columns[field])
    gate.refuse(np.array([text is None for text in value], dtype=bool), field, MISSING)
    gate_length(gate, field, MAX_ID_LENGTH)
    gate_control(gate, field)
    _warn_of_rounding(gate, field)
    return value


def gate_control(gate: Gate, field: str) -> None:
    """Refuse rows whose text in a field has a control character but tab and line end.

    No XML can hold one, a terminal obeys some, and NUL ends a text in many programs.

    Parameters
    ----------
    gate
        The rows.
    field
        A field; one without a column, or with numbers, passes.
    """
    column = gate.table.columns.get(field)
    if column is None or not is_text(column):
        return
    hit = pc.fill_null(pc.match_substring_regex(pc.cast(column, pa.string()), _CONTROL), _FALSE)
    bad = np.asarray(hit.to_numpy(zero_copy_only=False), dtype=bool)

    def code(at: int) -> Mapping[str, object]:
        text = str(column[at].as_py())
        return {
            "code": next(ord(letter) for letter in text if letter < " " and letter not in _KEPT)
        }

    gate.refuse(bad, field, CONTROL, code)


def _warn_of_rounding(gate: Gate, field: str) -> None:
    """Warn of ids that a spreadsheet has made numbers of, with what digits it keeps."""
    column = trimmed(gate.table.columns[field])
    hit = pc.fill_null(pc.match_substring_regex(column, _ROUNDED), _FALSE)
    rounded = np.flatnonzero(np.asarray(hit.to_numpy(zero_copy_only=False), dtype=bool) & gate.ok)
    if rounded.size:
        gate.warnings.append(
            Message(
                "field {field}: {count} values such as {value!r} are numbers that a spreadsheet "
                "rounded; keep the column as text, so that no two things get one name",
                {
                    "field": field,
                    "count": int(rounded.size),
                    "value": gate.shown(field, rounded[:1])[0],
                },
            )
        )
