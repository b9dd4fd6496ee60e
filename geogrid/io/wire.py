"""A raw table as plain bytes, for the pipe between two processes: arrays, text and JSON.

Nothing here runs what it reads: no pickle, and geometry travels as coordinates and offsets
instead of WKB, so that the side that keeps a workspace parses no geometry of a file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geogrid import errors
from geogrid.crs import Datum, make_crs
from geogrid.errors import GeogridError, InputError
from geogrid.io.headers import named_columns
from geogrid.io.rawtable import RawTable
from geogrid.io.report import Message, ReadOptions, Refusal

_LENGTH: Final = 8  # bytes of a number that says how many follow
_TYPES: Final = (0, 1, 3, 5, 6)  # point, line, polygon, and several lines or polygons


def packed(parts: Sequence[bytes]) -> bytes:
    """Return parts as one message.

    Parameters
    ----------
    parts
        Any bytes.

    Returns
    -------
    bytes
        The length of all, then each with its length.
    """
    body = b"".join(len(part).to_bytes(_LENGTH, "little") + part for part in parts)
    return len(body).to_bytes(_LENGTH, "little") + body


def unpacked(body: bytes) -> list[bytes]:
    """Return the parts of a message.

    Parameters
    ----------
    body
        What `packed` made, without the length of all.

    Returns
    -------
    list of bytes
        The parts.

    Raises
    ------
    ValueError
        The lengths do not fit.
    """
    parts, at = [], 0
    while at < len(body):
        size = int.from_bytes(body[at : at + _LENGTH], "little")
        at += _LENGTH + size
        if at > len(body):
            raise ValueError("a part is longer than its message")
        parts.append(body[at - size : at])
    return parts


def options_to_json(options: ReadOptions) -> dict[str, Any]:
    """Return options as JSON values.

    Parameters
    ----------
    options
        What the user says of a file.

    Returns
    -------
    dict
        For `options_from_json`.
    """
    return {
        "datum": options.datum.value if options.datum else None,
        "time_zone": options.time_zone,
        "speed_unit": options.speed_unit,
        "columns": dict(options.columns),
        "area": options.area,
        "unit": options.unit,
    }


def options_from_json(values: Mapping[str, Any]) -> ReadOptions:
    """Return options of JSON values.

    Parameters
    ----------
    values
        From `options_to_json`.

    Returns
    -------
    ReadOptions
        The options.
    """
    west_south_east_north = values["area"]
    return ReadOptions(
        datum=Datum(values["datum"]) if values["datum"] else None,
        time_zone=values["time_zone"],
        speed_unit=values["speed_unit"],
        columns=values["columns"],
        area=tuple(west_south_east_north) if west_south_east_north else None,
        unit=values["unit"],
    )


def error_to_json(error: GeogridError) -> dict[str, Any]:
    """Return an error as JSON values.

    Parameters
    ----------
    error
        What reading a file raised.

    Returns
    -------
    dict
        Kind, template and values.
    """
    values = {
        name: value if isinstance(value, int | float | str) else str(value)
        for name, value in error.values.items()
    }
    return {"error": type(error).__name__, "template": error.template, "values": values}


def error_from_json(values: Mapping[str, Any]) -> GeogridError:
    """Return the error of JSON values.

    Parameters
    ----------
    values
        From `error_to_json`.

    Returns
    -------
    GeogridError
        Of the same kind; to be raised.
    """
    kind = getattr(errors, str(values["error"]), InputError)
    known = isinstance(kind, type) and issubclass(kind, GeogridError)
    error: GeogridError = (kind if known else InputError)(values["template"], **values["values"])
    return error


def table_to_parts(table: RawTable, kind: str) -> list[bytes]:
    """Return a table as the parts of a message.

    Parameters
    ----------
    table
        Rows of a file.
    kind
        What the file was read as.

    Returns
    -------
    list of bytes
        For `table_from_parts`.
    """
    head = {
        "kind": kind,
        "headers": table.header.headers,
        "columns": dict(table.header.columns),
        "refusals": [
            [one.row, one.field, one.value, one.reason, dict(one.values)] for one in table.refusals
        ],
        "crs": table.crs.to_wkt("WKT2_2019") if table.crs is not None else None,
        "zone": table.zone,
        "synthetic": table.synthetic,
        "above": table.above,
        "warnings": [[note.template, dict(note.values)] for note in table.warnings],
    }
    return [
        json.dumps(head, default=str).encode(),
        _columns_to_bytes(table.columns),
        _arrays_to_bytes({"row": table.row, **_shapes_to_arrays(table.geometry)}),
    ]


def table_from_parts(parts: Sequence[bytes]) -> RawTable:
    """Return the table of a message.

    Parameters
    ----------
    parts
        From `table_to_parts`.

    Returns
    -------
    RawTable
        The same rows.
    """
    head = json.loads(parts[0])
    columns = pa.ipc.open_stream(pa.BufferReader(parts[1])).read_all()
    arrays = _arrays_from_bytes(parts[2])
    return RawTable(
        columns={name: columns.column(name).combine_chunks() for name in columns.column_names},
        row=arrays["row"],
        header=named_columns(head["headers"], head["columns"], head["kind"]),
        refusals=tuple(Refusal(*values) for values in head["refusals"]),
        geometry=_shapes_from_arrays(arrays),
        crs=make_crs(head["crs"]) if head["crs"] else None,
        zone=head["zone"],
        synthetic=head["synthetic"],
        warnings=tuple(Message(template, values) for template, values in head["warnings"]),
        above=head["above"],
    )


def _columns_to_bytes(columns: Mapping[str, Any]) -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.table(dict(columns))
    with pa.ipc.new_stream(sink, table.schema.remove_metadata()) as writer:
        writer.write_table(table.replace_schema_metadata(None))
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _arrays_to_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    sink = BytesIO()
    np.savez(sink, allow_pickle=False, **arrays)
    return sink.getvalue()


def _arrays_from_bytes(content: bytes) -> dict[str, NDArray[Any]]:
    with np.load(BytesIO(content), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _shapes_to_arrays(shapes: NDArray[np.object_] | None) -> dict[str, NDArray[Any]]:
    """Return geometry as coordinates and offsets, one set for each type."""
    if shapes is None:
        return {}
    kinds = shapely.get_type_id(shapes)
    arrays: dict[str, NDArray[Any]] = {"kinds": kinds}
    for kind in _TYPES:
        chosen = shapes[kinds == kind]
        if chosen.size:
            _, points, offsets = shapely.to_ragged_array(chosen, include_z=False)
            arrays[f"{kind}.points"] = points
            arrays |= {f"{kind}.offsets{n}": array for n, array in enumerate(offsets)}
    return arrays


def _shapes_from_arrays(arrays: Mapping[str, NDArray[Any]]) -> NDArray[np.object_] | None:
    if "kinds" not in arrays:
        return None
    kinds = arrays["kinds"]
    shapes = np.empty(kinds.size, dtype=object)
    for kind in _TYPES:
        if f"{kind}.points" in arrays:
            names = sorted(name for name in arrays if name.startswith(f"{kind}.offsets"))
            offsets = tuple(arrays[name] for name in names) or None
            shapes[kinds == kind] = shapely.from_ragged_array(
                shapely.GeometryType(kind), arrays[f"{kind}.points"], offsets
            )
    return shapes
