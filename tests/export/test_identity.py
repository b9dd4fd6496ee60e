"""What is exported and read again is the same: property tests over texts, numbers and shapes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geogrid.export.files import write_layer
from geogrid.io import ReadOptions, read_register

# Text that a file can hold: no control characters, no half of a character, no outer spaces, and
# none of the words for "no value".
NO_VALUE = {"", "null", "none", "na", "n/a", "#n/a", "nan", r"\n", "-", "--", "无", "空", "<null>"}
text = (
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
    .map(str.strip)
    .filter(lambda word: word.lower() not in NO_VALUE and word.strip() == word)
)
place = st.tuples(st.floats(-179.0, 179.0), st.floats(-89.0, 89.0))
row = st.tuples(place, text, text)


@pytest.mark.parametrize("ending", ["parquet", "gpkg"])
@settings(
    deadline=None,
    max_examples=3,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(row, min_size=5, max_size=25))
def test_places_come_back_to_the_last_bit(tmp_path, features, ending, rows):
    points = shapely.points([where for where, _, _ in rows])
    names, kinds = [name for _, name, _ in rows], [kind for _, _, kind in rows]
    path = tmp_path / f"places.{ending}"
    path.unlink(missing_ok=True)
    write_layer(features(points, name=names, kind=kinds), path)
    frame, report = read_register(path, "places", ReadOptions())
    assert report.refusals == ()
    assert frame["name"].tolist() == names
    assert shapely.to_wkb(frame.geometry.to_numpy()).tolist() == shapely.to_wkb(points).tolist()


@pytest.mark.parametrize("ending", ["parquet", "gpkg"])
@settings(
    deadline=None,
    max_examples=2,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    corners=st.integers(3, 12),
    radius=st.floats(1e-4, 0.5),
    centre=st.tuples(st.floats(-170.0, 170.0), st.floats(-80.0, 80.0)),
)
def test_outlines_come_back_to_the_last_bit(tmp_path, features, ending, corners, radius, centre):
    turns = 2.0 * math.pi * np.arange(corners) / corners
    ring = np.column_stack([centre[0] + radius * np.cos(turns), centre[1] + radius * np.sin(turns)])
    shapes = [shapely.Polygon(ring), shapely.Polygon(ring[::-1])]
    path = tmp_path / f"areas.{ending}"
    path.unlink(missing_ok=True)
    write_layer(features(shapes, name=["a", "b"]), path)
    frame, report = read_register(path, "areas", ReadOptions())
    assert report.refusals == ()
    for one, other in zip(frame.geometry, shapes, strict=True):
        assert shapely.normalize(one).wkb == shapely.normalize(other).wkb
