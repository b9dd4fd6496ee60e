"""TopoJSON: shared borders are put together as the specification says, and nothing else passes."""

from __future__ import annotations

import json

import pytest
import shapely

from geogrid.crs import Datum
from geogrid.errors import BoundaryError, FileFormatError, InputError
from geogrid.io import read_boundary, read_register
from geogrid.io.report import ReadOptions

# Two squares that share the side x = 1; arc 0 is that side, upwards.
ARCS = [[[1, 0], [1, 1]], [[1, 1], [0, 1], [0, 0], [1, 0]], [[1, 0], [2, 0], [2, 1], [1, 1]]]
WEST = {"type": "Polygon", "arcs": [[0, 1]], "properties": {"id": "W", "name": "West"}}
EAST = {"type": "Polygon", "arcs": [[2, -1]], "id": "E", "properties": {"name": "East"}}


def topology(geometries, arcs=ARCS, **more):
    collection = {"type": "GeometryCollection", "geometries": geometries}
    return {"type": "Topology", "objects": {"districts": collection}, "arcs": arcs} | more


def write(folder, document, name="a.topojson"):
    path = folder / name
    path.write_text(json.dumps(document), "utf-8")
    return path


@pytest.mark.parametrize("name", ["a.topojson", "a.json", "a"])
def test_districts_that_share_a_border(tmp_path, name):
    boundary, report, _ = read_boundary(write(tmp_path, topology([WEST, EAST]), name))
    assert (boundary.ids, boundary.names, report.status) == (("W", "E"), ("West", "East"), "accept")
    assert boundary.geometries[0].equals(shapely.box(0, 0, 1, 1))
    assert boundary.geometries[1].equals(shapely.box(1, 0, 2, 1))


def test_whole_numbers_are_steps_scaled_and_moved(tmp_path):
    steps = [[[10, 0], [0, 10]], [[10, 10], [-10, 0], [0, -10], [10, 0]]]
    document = topology([WEST], steps, transform={"scale": [0.1, 0.2], "translate": [100, 20]})
    boundary, _, _ = read_boundary(write(tmp_path, document))
    assert boundary.geometries[0].equals_exact(shapely.box(100, 20, 101, 22), 1e-12)


def test_points_lines_and_several_parts(tmp_path):
    path = write(
        tmp_path,
        topology(
            [
                {"type": "Point", "coordinates": [1, 2], "properties": {"id": "1", "name": "a"}},
                {"type": "Point", "coordinates": [3, 4], "properties": {"id": "2", "name": "b"}},
            ]
        ),
    )
    frame, _ = read_register(path, "checkpoints", ReadOptions(datum=Datum.WGS84))
    assert [(p.x, p.y) for p in frame.geometry] == [(1, 2), (3, 4)]
    arcs = [*ARCS, [[5, 5], [6, 5], [6, 6], [5, 5]]]
    both = {"type": "MultiPolygon", "arcs": [[[0, 1]], [[3]]], "properties": {"id": "B"}}
    areas, _ = read_register(write(tmp_path, topology([both], arcs)), "areas", ReadOptions())
    assert areas.geometry.iloc[0].area == pytest.approx(1.5)


@pytest.mark.parametrize(
    "arcs",
    [[[0, 9]], [[0, -9]], [["0", 1]], [[]], None, [[0.0, 1]], [[True, 1]]],
)
def test_a_feature_whose_arcs_are_not_there_is_refused(tmp_path, arcs):
    faulty = {"type": "Polygon", "arcs": arcs, "properties": {"id": "X"}}
    with pytest.raises(BoundaryError, match="feature 2"):
        read_boundary(write(tmp_path, topology([WEST, faulty])))


def test_an_arc_that_is_said_again_and_again_fills_no_memory(tmp_path):
    long = [[[0, 0], *([[i, i % 7] for i in range(1, 2_000)])]]
    faulty = {"type": "Polygon", "arcs": [[0] * 100_000], "properties": {"id": "X"}}
    with pytest.raises(BoundaryError, match="more than 1000000 vertices"):
        read_boundary(write(tmp_path, topology([faulty], long)))


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (topology([WEST]) | {"objects": {}}, InputError),
        (topology([WEST]) | {"objects": {"a": WEST, "b": EAST}}, InputError),
        (topology([WEST], arcs=[[["x", 0]]]), FileFormatError),
        (topology([WEST], arcs=3), FileFormatError),
        (topology([WEST], transform={"scale": [1]}), FileFormatError),
        (topology([]), InputError),
    ],
)
def test_what_is_no_topology_of_one_layer_is_refused(tmp_path, document, error):
    with pytest.raises(error):
        read_boundary(write(tmp_path, document))
