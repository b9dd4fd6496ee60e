"""Files of districts to a boundary."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geogrid.crs import WGS84
from geogrid.errors import BoundaryError
from geogrid.io.detect import open_source
from geogrid.io.finish import make_report
from geogrid.io.gates import Gate, gate_id
from geogrid.io.opening import read_raw
from geogrid.io.positions import gate_extent, gate_shapes
from geogrid.io.report import Message, ReadOptions, ReadReport
from geogrid.io.values import texts
from geogrid.model.boundary import Boundary, RepairNote, repaired

MAX_REPAIR_VERTICES: Final = 100_000  # of faulty districts together: a repair may take seconds
# A repair takes as long as an outline crosses itself often: 22,000 times (300 random vertices)
# took 0.2 s, 2 million times (3,000 vertices) 48 s. A drawing error crosses a few times.
MAX_REPAIR_CROSSINGS: Final = 20_000
_PAIRS_AT_ONCE: Final = 2_000_000


def read_boundary(
    path: str | Path,
    *,
    id_field: str | None = None,
    name_field: str | None = None,
    repair: bool = False,
) -> tuple[Boundary, ReadReport, tuple[RepairNote, ...]]:
    """Return the districts of a file, in WGS-84.

    A city with a district left out is another city, so a single faulty one refuses the file.

    Parameters
    ----------
    path
        GeoJSON, Shapefile (zip, folder or file), GeoPackage or FlatGeobuf.
    id_field, name_field
        Attributes with the district's code and name; looked for when ``None``.
    repair
        Mend self-intersections and overlaps, and say so.

    Returns
    -------
    boundary : Boundary
        The districts.
    report : ReadReport
        Counts and warnings; it has no refusals.
    notes : tuple of RepairNote
        What a repair changed; empty without one.

    Raises
    ------
    BoundaryError
        A district has no code or no usable polygon, or districts overlap.
    InputError
        The file as a whole cannot be used.
    """
    named = {"id": id_field, "name": name_field}
    options = ReadOptions(columns={name: text for name, text in named.items() if text})
    source = open_source(path)
    gate = Gate(read_raw(source, "districts", options))
    ids = gate_id(gate, "id")
    shapes = gate_shapes(gate, "districts")
    gate_extent(gate, shapes)
    _refuse_faulty(gate, source.name)
    if gate.table.crs is None:
        gate.warnings.append(
            Message("the file names no CRS (there is no .prj); its degrees are taken as WGS-84")
        )
    names = _names(gate, ids)
    codes = tuple(str(value) for value in ids)
    notes: tuple[RepairNote, ...] = ()
    if repair:
        _check_effort(shapes, source.name)
        boundary, notes = repaired(codes, names, tuple(shapes), WGS84)
    else:
        boundary = Boundary(codes, names, tuple(shapes), WGS84)
    gate.warnings.extend(
        Message(
            "district {district}: {change} repaired, {before:,.0f} m2 before and {after:,.0f} m2 "
            "after",
            {
                "district": note.district,
                "change": note.change,
                "before": note.before_m2,
                "after": note.after_m2,
            },
        )
        for note in notes
    )
    report = make_report(source, "districts", gate, duplicates=0, used={"datum": "wgs84"})
    return boundary.in_english(_names_en(gate)), report, notes


def _refuse_faulty(gate: Gate, name: str) -> None:
    refusals = gate.sorted_refusals()
    if refusals:
        first = refusals[0]
        column = gate.table.header.columns.get(first.field)
        raise BoundaryError(
            "{file}: feature {row}, {field} {value!r}: {reason} ({count} faulty features in all)",
            file=name,
            row=first.row,
            field=first.field if column is None else gate.table.header.headers[column],
            value=first.value,
            reason=Message(first.reason, first.values),
            count=len(refusals),
        )


def _names(gate: Gate, ids: NDArray[np.object_]) -> tuple[str, ...]:
    column = gate.table.columns.get("name")
    if column is None:
        return tuple(str(value) for value in ids)
    return tuple(
        str(code) if name is None else name for name, code in zip(texts(column), ids, strict=True)
    )


def _names_en(gate: Gate) -> tuple[str, ...]:
    """Return names for readers of English; empty where a district has none."""
    column = gate.table.columns.get("name_en")
    found = () if column is None else tuple(texts(column))
    return () if None in found else found


def _check_effort(shapes: NDArray[np.object_], name: str) -> None:
    faulty = shapes[~shapely.is_valid(shapes)]
    vertices = int(shapely.get_num_coordinates(faulty).sum()) if faulty.size else 0
    if vertices > MAX_REPAIR_VERTICES:
        raise BoundaryError(
            "{file}: faulty districts have {vertices} vertices, more than the limit of {limit} for "
            "a repair; simplify them first",
            file=name,
            vertices=vertices,
            limit=MAX_REPAIR_VERTICES,
        )
    if _crosses_itself_more_often(faulty):
        raise BoundaryError(
            "{file}: the outlines of faulty districts cross themselves more than {limit} times, "
            "which is no drawing error; draw them again",
            file=name,
            limit=MAX_REPAIR_CROSSINGS,
        )


def _crosses_itself_more_often(shapes: NDArray[np.object_]) -> bool:
    """Tell whether sides of outlines cross each other more often than a repair is made for."""
    rings = shapely.get_rings(shapes)
    if rings.size == 0:
        return False
    points = [shapely.get_coordinates(ring) for ring in rings]
    ends = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in points])
    sides = np.asarray(shapely.linestrings(ends), dtype=object)
    tree = shapely.STRtree(sides)
    step = max(1, _PAIRS_AT_ONCE // sides.size)
    found = 0
    for start in range(0, sides.size, step):
        found += tree.query(sides[start : start + step], predicate="crosses").shape[1]
        if found > 2 * MAX_REPAIR_CROSSINGS:  # each pair is found from both sides
            return True
    return False
